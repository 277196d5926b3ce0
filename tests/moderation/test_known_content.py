"""Clips that are held against lists of known content and against discarded clips."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import gate, services as clips
from annotations.clips.enums import HoldReason
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, TooLarge
from annotations.moderation import known, services
from annotations.moderation.models import Finding, Fingerprint, Flag, HashBlock, HashList, Screening
from annotations.redaction.models import RedactionRun
from tests.factories import make_clip, make_user
from tests.moderation.known_clips import (
    LEAD,
    OFFICER,
    add,
    altered,
    discard,
    hashes,
    redacted,
    screened,
    screened_crop,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_clip_that_is_like_nothing_known_is_free_and_leaves_its_fingerprint() -> None:
    some = hashes(40)
    add(hashes(50))
    run = redacted(some)
    services.screen(run.pk)
    assert gate.reasons(run.clip_id) == []
    kept = Fingerprint.objects.get(clip=run.clip)
    assert bytes(kept.hashes).hex() == "".join(some)
    run.refresh_from_db()
    assert run.fingerprint == {}
    assert Screening.objects.get(run=run).policy


def test_a_clip_on_a_list_is_quarantined_and_the_list_is_named() -> None:
    some = hashes(40)
    add([*hashes(30), *altered(some[:25])])
    clip = screened(some)
    assert gate.reasons(clip.pk) == [HoldReason.QUARANTINED]
    flag = Flag.objects.get(clip=clip)
    assert (flag.category, flag.evidence["model"], flag.evidence["label"]) == (
        "sexual",
        known.LIST,
        "Clearing house",
    )
    assert (flag.evidence["frames"], flag.evidence["score"]) == (25, 0.625)
    assert Finding.objects.get(run__clip=clip).label == "Clearing house"


@pytest.mark.parametrize(("on_list", "quality"), [(1, 100), (19, 100), (40, 49)])
def test_some_pictures_or_poor_ones_are_not_enough(on_list: int, quality: int) -> None:
    some = hashes(40)
    add(altered(some)[:on_list])
    assert gate.reasons(screened(some, quality).pk) == []


@pytest.mark.parametrize("end", ["removed", "expired"])
def test_a_list_that_is_gone_matches_nothing(end: str) -> None:
    some = hashes(40)
    made = add(some)
    if end == "removed":
        services.remove_list(made.pk, LEAD)
        assert not HashBlock.objects.exists()
        with pytest.raises(Conflict, match="list_gone"):
            services.remove_list(made.pk, LEAD)
    else:
        HashList.objects.update(kept_until=clock.now())
    assert gate.reasons(screened(some).pk) == []


def test_a_discarded_clip_is_recognised_when_it_comes_again() -> None:
    some = hashes(60)
    first = screened(some)
    discard(first)
    again = screened(altered(some[10:]))
    assert gate.reasons(again.pk) == [HoldReason.QUARANTINED]
    flag = Flag.objects.get(clip=again)
    assert (flag.category, flag.evidence["model"]) == ("violence", known.DISCARDED)
    assert flag.evidence["label"] == str(first.public_id)
    assert gate.reasons(screened(hashes(60)).pk) == []


def test_a_crop_of_a_discarded_clip_is_recognised_though_that_one_is_from_before() -> None:
    some = hashes(60)
    first = screened(some)
    assert not Fingerprint.objects.get(clip=first).uncropped
    discard(first)
    crop = screened_crop(some)
    assert gate.reasons(crop.pk) == [HoldReason.QUARANTINED]
    assert Flag.objects.get(clip=crop).evidence["label"] == str(first.public_id)
    assert len(Fingerprint.objects.get(clip=crop).uncropped) == 60 * 3 * 32
    assert gate.reasons(screened_crop(hashes(60)).pk) == []


def test_crops_of_pictures_on_a_list_are_quarantined() -> None:
    some = hashes(40)
    add([*hashes(30), *some[:25]])
    flag = Flag.objects.get(clip=screened_crop(some))
    assert (flag.evidence["label"], flag.evidence["frames"]) == ("Clearing house", 25)
    assert gate.reasons(screened_crop(hashes(40)).pk) == []


def test_only_what_a_lead_upheld_is_a_reason() -> None:
    some = hashes(60)
    first = screened(some)
    raised = services.flag(first, "violence", LEAD)
    assert gate.reasons(screened(altered(some)).pk) == []
    services.decide(raised.pk, "uphold", "Nobody should see it.", LEAD)
    assert gate.reasons(screened(altered(some)).pk) == [HoldReason.QUARANTINED]
    services.decide(raised.pk, "dismiss", "It was a film on television.", LEAD)
    assert gate.reasons(screened(altered(some)).pk) == []


def test_the_very_same_file_is_recognised_though_nothing_happens_in_it() -> None:
    still = hashes(1) * 20
    first = make_clip(sha256="ab" * 32)
    services.screen(redacted(still, clip=first).pk)
    discard(first)
    same = make_clip(sha256="ab" * 32)
    services.screen(redacted(still, clip=same).pk)
    assert gate.reasons(same.pk) == [HoldReason.QUARANTINED]
    assert gate.reasons(screened(altered(still, 3)).pk) == []


@pytest.mark.both
def test_a_dismissed_near_duplicate_is_not_raised_again_and_a_repair_is_held_against_the_whole_clip() -> None:
    some = hashes(60)
    discard(screened(some))
    again = screened(altered(some))
    services.decide(Flag.objects.get(clip=again).pk, "dismiss", "Another household's television.", LEAD)
    repaired = RedactionRun.objects.get(clip=again)
    make = redacted([], clip=make_clip())
    services.screen(make.pk)
    assert gate.reasons(make.clip_id) == []
    Screening.objects.filter(run=repaired).delete()
    services.screen(repaired.pk)
    assert gate.reasons(again.pk) == []
    assert Finding.objects.filter(run=repaired, model=known.DISCARDED).count() == 2


@pytest.mark.both
def test_a_discarded_clips_hashes_outlive_it_for_their_time_and_all_others_go_with_it(settings: Any) -> None:
    kept, gone, usable = (screened(hashes(20)) for _ in range(3))
    flag = discard(kept)
    for clip in (kept, gone):
        clips.withdraw(clip, OFFICER)
    assert services.forget_known_content() == 1
    assert set(Fingerprint.objects.values_list("clip", flat=True)) == {kept.pk, usable.pk}
    past = clock.now() - datetime.timedelta(days=settings.KNOWN_CONTENT_DAYS, seconds=1)
    Flag.objects.filter(pk=flag.pk).update(decided_at=past)
    assert services.forget_known_content() == 1
    assert list(Fingerprint.objects.values_list("clip", flat=True)) == [usable.pk]
    assert services.forget_known_content() == 0
    assert LogEntry.objects.filter(action="content.fingerprints_forgotten").count() == 2


@pytest.mark.both
def test_the_sweep_ends_lists_in_time() -> None:
    add(hashes(3))
    assert services.forget_known_content() == 0
    HashList.objects.update(kept_until=clock.now())
    assert services.forget_known_content() == 1
    assert not HashBlock.objects.exists()
    assert HashList.objects.get().removed_by == WORKER.pseudonym


def test_what_cannot_be_a_list_is_refused_and_nothing_is_kept(settings: Any) -> None:
    some = hashes(3)
    add(some)
    with pytest.raises(Conflict, match="list_exists"):
        add(some)
    with pytest.raises(Invalid, match="list_ends_before_it_begins"):
        add(some, name="Old", kept_until=clock.now())
    settings.KNOWN_LIST_MAX_HASHES = 2
    with pytest.raises(Invalid, match="list_too_long"):
        add(some, name="Long")
    settings.KNOWN_LIST_MAX_BYTES = 100
    with pytest.raises(TooLarge, match="list_too_large"):
        add(some, name="Large")
    assert HashList.objects.count() == 1


def form(content: bytes, **fields: str) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile("list.csv", content),
        "name": "Clearing house",
        "source": "a letter of 3 March",
        "purpose": "keep it away from people",
        "category": "sexual",
        "kept_until": "2099-01-31",
        **fields,
    }


@pytest.mark.parametrize("role", [Role.LEAD, Role.PRIVACY_OFFICER])
def test_a_list_is_added_and_removed_on_the_page(client: Client, role: Role) -> None:
    client.force_login(make_user(role))
    some = hashes(5)
    added = client.post(reverse("moderation:add_list"), form("\n".join(some).encode()), follow=True)
    page = added.content.decode()
    assert "“Clearing house” is in force: 5 hashes" in page
    for told in ("a letter of 3 March", "keep it away from people", "31 Jan 2099", "NudeNet is"):
        assert told in page
    made = HashList.objects.get()
    assert made.kept_until.isoformat().startswith("2099-01-31T23:59:59")
    removed = client.post(reverse("moderation:remove_list", args=[made.pk]), follow=True)
    assert "are removed" in removed.content.decode()
    assert {"content.list_added", "content.list_removed"} <= set(
        LogEntry.objects.values_list("action", flat=True)
    )


@pytest.mark.both
def test_a_wrong_file_is_told_with_its_lines_and_the_form_keeps_what_was_written(client: Client) -> None:
    client.force_login(make_user(Role.LEAD))
    refused = client.post(reverse("moderation:add_list"), form(f"{hashes(1)[0]}\nnonsense\n".encode()))
    page = refused.content.decode()
    assert refused.status_code == 400
    assert "in line 2" in page
    assert "a letter of 3 March" in page
    assert not HashList.objects.exists()
