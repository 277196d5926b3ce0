"""Clips from before are held against what becomes known."""

import datetime
import threading
from typing import Any

import pytest
from celery import current_app
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit.models import LogEntry
from annotations.clips import gate, services as clips
from annotations.clips.enums import HoldReason
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.core.models import Outbox, RunState
from annotations.datasets import selectors as datasets, services as releases
from annotations.datasets.filters import Filters
from annotations.moderation import known, services
from annotations.moderation.models import Finding, Fingerprint, Flag, HashList, Recheck
from annotations.moderation.near_duplicates import packed
from tests.engines.programs import Programs, wait_until
from tests.factories import make_accepted, make_project, make_user
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
from tests.pages import markup


def last() -> Recheck:
    return Recheck.objects.latest("id")


def rechecked() -> Recheck:
    services.recheck(last().pk)
    return last()


@pytest.mark.django_db
def test_a_new_list_finds_the_clips_from_before() -> None:
    some = hashes(40)
    on_it, stranger = screened(some), screened(hashes(40))
    assert gate.reasons(on_it.pk) == []
    made = add(altered(some))
    assert Outbox.objects.filter(type="moderation.recheck_requested", payload={"recheck": str(last().pk)})
    run = rechecked()
    assert (run.state, run.checked, run.matched, run.progress) == (RunState.DONE, 2, 1, 100)
    assert gate.reasons(on_it.pk) == [HoldReason.QUARANTINED]
    assert gate.reasons(stranger.pk) == []
    flag = Flag.objects.get(clip=on_it)
    assert (flag.category, flag.evidence) == (
        "sexual",
        {"model": known.LIST, "label": made.name, "score": 1.0, "frames": 40},
    )
    assert Finding.objects.get(run__clip=on_it).label == made.name
    entry = LogEntry.objects.get(action="content.rechecked")
    assert b'"checked":2' in bytes(entry.canonical)
    assert b'"matched":1' in bytes(entry.canonical)


@pytest.mark.django_db
def test_a_discarded_clip_finds_those_that_show_its_moment() -> None:
    some = hashes(60)
    first, copy, stranger = screened(some), screened(altered(some[10:])), screened(hashes(60))
    discard(first)
    assert rechecked().matched == 1
    assert gate.reasons(copy.pk) == [HoldReason.QUARANTINED]
    assert Flag.objects.get(clip=copy).evidence["label"] == str(first.public_id)
    assert gate.reasons(stranger.pk) == []
    assert Flag.objects.filter(clip=first).count() == 1, "it is not held against itself"


@pytest.mark.django_db
def test_crops_from_before_are_found_by_a_list_and_by_a_discarded_clip() -> None:
    listed, some = hashes(40), hashes(40)
    first, crops = screened(some), [screened_crop(listed), screened_crop(some)]
    add(listed)
    assert rechecked().matched == 1
    discard(first)
    assert rechecked().matched == 1
    assert [gate.reasons(crop.pk) for crop in crops] == [[HoldReason.QUARANTINED]] * 2


@pytest.mark.django_db
def test_a_released_clip_stops_its_release_until_a_lead_decides() -> None:
    some = hashes(40)
    project = make_project()
    clip = make_accepted(project).assignment.clip
    kept = {"step": 0.25, "hashes": packed(some), "qualities": bytes([100] * len(some))}
    Fingerprint.objects.create(clip=clip, **kept)
    release = releases.request(releases.create(OFFICER, "Porch", project, Filters()), OFFICER)
    releases.freeze(release.pk)
    assert not datasets.unusable(release).exists()
    add(some)
    rechecked()
    assert datasets.unusable(release).get().clip == clip
    services.decide(Flag.objects.get(clip=clip).pk, "dismiss", "A film on television.", LEAD)
    assert not datasets.unusable(release).exists()


@pytest.mark.django_db
def test_what_was_dismissed_or_is_open_is_not_raised_again_and_what_is_out_is_left_alone() -> None:
    some = hashes(40)
    add(some)
    dismissed, waiting = screened(some), screened(altered(some))
    services.decide(Flag.objects.get(clip=dismissed).pk, "dismiss", "A film on television.", LEAD)
    upheld, gone = screened(hashes(40)), screened(some)
    discard(upheld)
    clips.withdraw(gone, OFFICER)
    services.recheck(Recheck.objects.get(list__isnull=False).pk)
    run = Recheck.objects.get(list__isnull=False)
    assert (run.checked, run.matched) == (2, 0)
    assert gate.reasons(dismissed.pk) == []
    assert Flag.objects.filter(clip=waiting).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("before", [True, False])
def test_it_ends_when_the_list_is_removed(before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    some = hashes(40)
    clip = screened(some)
    made = add(some)
    on_list = known.on_list

    def removed_meanwhile(*arguments: Any) -> Any:
        found = on_list(*arguments)
        services.remove_list(made.pk, LEAD)
        return found

    if before:
        services.remove_list(made.pk, LEAD)
    else:
        monkeypatch.setattr(known, "on_list", removed_meanwhile)
    run = rechecked()
    assert (run.state, run.checked, run.matched) == (RunState.DONE, 0 if before else 1, 0)
    assert gate.reasons(clip.pk) == []


@pytest.mark.django_db
def test_a_list_that_has_come_to_its_end_is_not_used_any_more() -> None:
    some = hashes(40)
    clip = screened(some)
    made = add(some)
    HashList.objects.filter(pk=made.pk).update(kept_until=clock.now())
    run = rechecked()
    assert (run.state, run.checked) == (RunState.DONE, 0)
    assert gate.reasons(clip.pk) == []


@pytest.mark.django_db
def test_it_ends_when_the_flag_is_dismissed() -> None:
    some = hashes(60)
    first, copy = screened(some), screened(altered(some))
    flag = discard(first)
    services.decide(flag.pk, "dismiss", "It was a film on television.", LEAD)
    assert rechecked().checked == 0
    assert gate.reasons(copy.pk) == []


@pytest.mark.django_db
def test_an_attempt_that_is_cut_off_goes_on_behind_what_it_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    some = hashes(40)
    found = [screened(altered(some)) for _ in range(5)]
    add(some)
    seen: list[object] = []
    on_list = known.on_list

    def cut_off(fingerprint: Any, *arguments: Any) -> Any:
        if len(seen) == 3:
            raise SystemExit
        seen.append(fingerprint.pk)
        return on_list(fingerprint, *arguments)

    monkeypatch.setattr(known, "on_list", cut_off)
    with pytest.raises(SystemExit):
        services.recheck(last().pk)
    cut = last()
    assert (cut.state, cut.checked, cut.matched, cut.cursor) == (RunState.RUNNING, 3, 3, found[2].pk)
    services.recheck(cut.pk)
    assert last().checked == 3, "the lease stands: nobody else takes it"
    Recheck.objects.update(lease_until=clock.now())
    monkeypatch.setattr(known, "on_list", on_list)
    run = rechecked()
    assert (run.state, run.checked, run.matched) == (RunState.DONE, 5, 5)
    assert Flag.objects.count() == 5
    services.recheck(run.pk)
    assert LogEntry.objects.filter(action="content.rechecked").count() == 1


@pytest.mark.django_db
def test_one_that_does_not_come_on_is_given_up_and_goes_on_by_hand(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = hashes(40)
    clip = screened(some)
    add(some)
    on_list = known.on_list

    def broken(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr(known, "on_list", broken)
    for _ in range(3):
        with pytest.raises(MemoryError):
            services.recheck(last().pk)
    assert (last().state, last().attempts, last().failure_code) == (RunState.FAILED, 3, "internal_failure")
    client.force_login(make_user(Role.LEAD))
    page = client.get(reverse("moderation:screening")).content.decode()
    assert "Ask an operator to look, then go on." in page
    assert 'hx-trigger="every 2s"' not in page
    monkeypatch.setattr(known, "on_list", on_list)
    again = client.post(reverse("moderation:recheck_again", args=[last().pk]), follow=True).content.decode()
    assert "It goes on where it was stopped." in again
    assert 'hx-trigger="every 2s"' in again
    assert rechecked().matched == 1
    assert gate.reasons(clip.pk) == [HoldReason.QUARANTINED]
    with pytest.raises(Conflict, match="recheck_not_failed"):
        services.recheck_again(last().pk, LEAD)
    told = set(LogEntry.objects.values_list("action", flat=True))
    assert {"content.recheck_failed", "content.recheck_retried", "content.rechecked"} <= told


@pytest.mark.django_db
def test_the_page_shows_how_far_it_is(client: Client) -> None:
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    add(hashes(5))
    claim = {"token": last().pk, "lease_until": clock.now()}
    Recheck.objects.update(state=RunState.RUNNING, progress=40, checked=400, matched=3, **claim)
    part = markup(
        client.get(reverse("moderation:screening"), headers={"HX-Request": "true"}).content.decode()
    )
    assert part.startswith('<div id="rechecks"')
    for told in ("Clearing house", 'value="40"', ">400<", ">3<", 'hx-trigger="every 2s"'):
        assert told in part
    rechecked()
    Recheck.objects.update(lease_until=clock.now() - datetime.timedelta(seconds=1))
    assert rechecked().state == RunState.DONE
    assert 'hx-trigger="every 2s"' not in client.get(reverse("moderation:screening")).content.decode()


@pytest.mark.engines
def test_a_clip_whose_screening_began_before_the_list_is_found_all_the_same(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its screening has read the lists and not committed when the list comes and the recheck begins."""
    some = hashes(40)
    run = redacted(some)
    read, threads = threading.Event(), list[threading.Thread]()
    known_content = known.known_content

    def in_a_thread(function: Any, *arguments: Any) -> None:
        def work() -> None:
            try:
                function(*arguments)
            finally:
                connections.close_all()

        threads.append(threading.Thread(target=work))
        threads[-1].start()

    def add_and_recheck() -> None:
        add(some)
        read.set()
        services.recheck(last().pk)

    def meanwhile(*arguments: Any) -> Any:
        found = known_content(*arguments)
        in_a_thread(add_and_recheck)
        if connections["default"].vendor == "postgresql":  # on SQLite nobody else writes now
            assert read.wait(30)
        threads[0].join(1)
        return found

    monkeypatch.setattr(known, "known_content", meanwhile)
    services.screen(run.pk)
    threads[0].join(30)
    assert not threads[0].is_alive()
    assert last().state == RunState.DONE
    assert gate.reasons(run.clip_id) == [HoldReason.QUARANTINED]


@pytest.mark.engines
@pytest.mark.timeout(200)
def test_workers_killed_in_the_middle_of_it_leave_out_no_clip_and_flag_none_twice(programs: Programs) -> None:
    some = hashes(16)
    with transaction.atomic():
        before = [screened(altered(some) if n % 5 == 0 else hashes(16)) for n in range(60)]
    add([*hashes(300_000), *some])
    cut_at: list[int] = []
    for number in range(3):
        worker = programs.worker(name=f"worker-{number}")
        start = last().checked
        current_app.send_task("moderation.recheck", kwargs={"recheck": str(last().pk)})
        wait_until(lambda start=start: last().checked > start, 60, "a recheck under way")  # type: ignore[misc]
        programs.kill(worker)
        cut_at.append(last().checked)
        Recheck.objects.update(lease_until=clock.now())
    assert cut_at[0] < len(before), "it was over before it could be interrupted"
    programs.worker(name="survivor")
    current_app.send_task("moderation.recheck", kwargs={"recheck": str(last().pk)})
    wait_until(lambda: last().state == RunState.DONE, 90, "the recheck's end")
    assert (last().checked, last().matched) == (60, 12)
    assert Flag.objects.count() == 12
    assert {flag.clip_id for flag in Flag.objects.all()} == {clip.pk for clip in before[::5]}
    assert HashList.objects.count() == LogEntry.objects.filter(action="content.rechecked").count() == 1
