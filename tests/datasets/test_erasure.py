"""What an erased clip leaves of the releases that hold it."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER, Actor
from annotations.audit.canonical import canonical
from annotations.audit.models import LogEntry
from annotations.audit.registry import lookup
from annotations.clips import services as clips
from annotations.clips.models import Clip, Hold
from annotations.core.errors import Conflict, Missing
from annotations.core.models import RunState
from annotations.datasets import log, selectors, services
from annotations.datasets.exports import manifest
from annotations.datasets.filters import Filters
from annotations.datasets.models import DeletionRequest, Download, Exclusion, Release, ReleaseItem
from annotations.datasets.services import erase
from tests.factories import make_accepted, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ENGINEER = Actor("p-engineer", Role.ML_ENGINEER)
OTHER = Actor("p-other", Role.ML_ENGINEER)
ROOT = Path(__file__).resolve().parents[2]
Committing = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def release() -> Release:
    """Of three clips."""
    project = make_project()
    dataset = services.create(ENGINEER, 'Porch Pörch "玄関"', project, Filters(verdicts=("threat",)))
    for _ in range(3):
        make_accepted(project)
    return frozen(services.request(dataset, ENGINEER))


def frozen(release: Release) -> Release:
    services.freeze(release.pk)
    release.refresh_from_db()
    assert release.state == RunState.DONE
    return release


def of_first_layout(release: Release) -> Release:
    """The release as it would be had it been frozen before there were commitments."""
    release.items.update(salt=None, commitment="")
    release.manifest_version = 1
    parts = [item.manifest or {} for item in release.items.order_by("position")]
    release.manifest_sha256 = manifest.plain_digest(selectors.described(release), parts)
    release.save()
    return release


def hold(clip: Clip) -> None:
    Hold.objects.create(clip=clip, reason="erased", placed_by=WORKER.pseudonym)


def erased(release: Release, position: int = 1) -> Clip:
    """The clip at this place, as its erasure leaves it."""
    clip = release.items.get(position=position).clip
    hold(clip)
    services.erase_clip(clip, WORKER)
    release.refresh_from_db()
    return clip


def entries(action: str) -> list[dict[str, Any]]:
    found = LogEntry.objects.filter(action=action).order_by("id")
    return [json.loads(bytes(entry.canonical)) for entry in found]


def manifest_now(release: Release) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(b"".join(selectors.manifest_now(release)))
    return told


def verified(content: bytes, folder: Path) -> str:
    """What the reader of docs/exports.md says of the manifest."""
    (lines,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "exports.md").read_text(), re.DOTALL)
    script, file = folder / "verify.py", folder / "manifest.json"
    script.write_text(lines)
    file.write_bytes(content)
    run = subprocess.run([sys.executable, script, file], capture_output=True, text=True, check=False)
    return run.stdout.strip() if run.returncode == 0 else "altered"


def test_a_reader_verifies_a_manifest_with_the_documented_lines(release: Release, tmp_path: Path) -> None:
    with storages["exports"].open(release.files.get(format="manifest").name) as file:
        content = file.read()
    assert verified(content, tmp_path) == release.manifest_sha256
    told = json.loads(content)
    told["items"][0]["item"]["labels"]["reviewer"] = "p-somebody"
    assert verified(canonical(told), tmp_path) == "altered"


def test_the_commitment_stays_and_the_digest_can_still_be_recomputed(
    release: Release, tmp_path: Path
) -> None:
    digest, before = release.manifest_sha256, release.items.get(position=1)
    clip = erased(release)
    item = release.items.get(position=1)
    left = (item.annotation, item.rendition, item.manifest, item.salt)
    assert (left, item.commitment) == ((None, None, None, None), before.commitment)
    assert item.erased_at
    content = b"".join(selectors.manifest_now(release))
    assert release.manifest_sha256 == digest == verified(content, tmp_path)
    assert selectors.manifest_digest(release) == digest
    assert str(clip.public_id).encode() not in content
    told = json.loads(content)["items"]
    assert [sorted(each) for each in told] == [
        ["commitment", "item", "salt"],
        ["commitment", "erased"],
        ["commitment", "item", "salt"],
    ]


@pytest.mark.both
def test_a_manifest_of_the_first_layout_is_issued_again_and_states_its_old_digest(
    release: Release, tmp_path: Path
) -> None:
    old = of_first_layout(release).manifest_sha256
    assert selectors.manifest_digest(release) == old
    erased(release)
    assert (release.formerly, release.manifest_version) == (old, 2)
    assert release.manifest_sha256 != old
    content = b"".join(selectors.manifest_now(release))
    assert verified(content, tmp_path) == release.manifest_sha256
    assert json.loads(content)["formerly"] == {"format": "clip-review-release/1", "sha256": old}
    (reissued,) = entries("dataset.manifest_reissued")
    assert reissued["data"] == {
        "release": str(release.pk),
        "formerly": old,
        "manifest": release.manifest_sha256,
    }
    first = release.manifest_sha256
    erased(release, 2)
    assert (release.manifest_sha256, release.formerly) == (first, old)


def test_a_release_of_the_first_layout_that_lacks_files_gets_them_as_they_were(release: Release) -> None:
    of_first_layout(release)
    release.files.all().delete()
    Release.objects.filter(pk=release.pk).update(state=RunState.QUEUED, attempts=0)
    frozen(release)
    with storages["exports"].open(release.files.get(format="manifest").name) as file:
        assert hashlib.sha256(file.read()).hexdigest() == release.manifest_sha256


def test_the_files_go_after_their_entry(
    release: Release, django_capture_on_commit_callbacks: Committing
) -> None:
    names = [file.name for file in release.files.all()]
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        erased(release)
        assert all(storages["exports"].exists(name) for name in names)
    assert callbacks
    assert not any(storages["exports"].exists(name) for name in names)
    assert all(file.destroyed_at for file in release.files.all())
    assert len(entries("dataset.files_destroyed")) == 1


def test_what_a_killed_process_left_goes_the_second_time_and_nothing_else_changes(
    release: Release, django_capture_on_commit_callbacks: Committing
) -> None:
    services.deliver(release, "coco", ENGINEER)
    clip = erased(release)  # killed before it deleted the files
    names = [file.name for file in release.files.all()]
    assert all(storages["exports"].exists(name) for name in names)
    before = (LogEntry.objects.count(), list(ReleaseItem.objects.values()), DeletionRequest.objects.count())
    with django_capture_on_commit_callbacks(execute=True):
        done = services.erase_clip(clip, WORKER)
    assert set(done.values()) == {0}
    after = (LogEntry.objects.count(), list(ReleaseItem.objects.values()), DeletionRequest.objects.count())
    assert before == after
    assert not any(storages["exports"].exists(name) for name in names)


@pytest.mark.both
@pytest.mark.parametrize(
    "step", ["retire_files", "_commit_to_items", "_ask_to_delete", "_bury", "_delete_files"]
)
def test_killed_at_any_step_nothing_is_half_done(
    release: Release, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.deliver(of_first_layout(release), "coco", ENGINEER)
    clip = release.items.get(position=1).clip
    hold(clip)
    entries_before, items = LogEntry.objects.count(), list(ReleaseItem.objects.order_by("pk").values())
    whole = getattr(erase, step)

    def kill(*args: object) -> None:
        whole(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(erase, step, kill)
    with pytest.raises(KeyboardInterrupt):
        services.erase_clip(clip, WORKER)
    monkeypatch.undo()
    assert LogEntry.objects.count() == entries_before
    assert list(ReleaseItem.objects.order_by("pk").values()) == items
    assert not DeletionRequest.objects.exists()
    done = services.erase_clip(clip, WORKER)
    assert done["release_items"] == done["deletion_requests"] == 1


@pytest.mark.both
def test_what_was_kept_out_leaves_no_trace_and_comes_into_no_new_release(release: Release) -> None:
    clip = make_accepted(release.dataset.project, training=False).assignment.clip
    second = frozen(services.request(release.dataset, ENGINEER))
    assert Exclusion.objects.get(release=second).clip == clip
    hold(clip)
    assert services.erase_clip(clip, WORKER)["exclusions"] == 1
    assert not Exclusion.objects.exists()
    third = frozen(services.request(release.dataset, ENGINEER))
    assert (third.left_out, Exclusion.objects.count()) == ({}, 0)


def test_the_mark_says_erased_and_nothing_else(release: Release) -> None:
    clip = release.items.get(position=1).clip
    clips.withdraw(clip, WORKER)
    services.mark(clip.pk)
    erased(release)
    services.mark(clip.pk)
    assert [(mark.item.clip, mark.reason) for mark in selectors.marks(release)] == [(clip, "erased")]
    assert list(selectors.unusable(release).values_list("clip", flat=True)) == [clip.pk]
    with pytest.raises(Conflict, match="release_withdrawn"):
        services.deliver(release, "jsonl", ENGINEER)


def test_an_item_that_may_not_be_used_is_withheld_from_the_manifest(release: Release) -> None:
    erased(release)
    withdrawn = release.items.get(position=2)
    clips.withdraw(withdrawn.clip, WORKER)
    assert manifest_now(release)["items"][2] == {"commitment": withdrawn.commitment, "withheld": True}


@pytest.mark.both
def test_the_manifest_is_given_out_again_once_something_was_erased_and_counts_as_a_download(
    release: Release,
) -> None:
    with pytest.raises(Missing, match="nothing_erased"):
        services.reissue_manifest(release, OTHER)
    erased(release)
    services.reissue_manifest(release, OTHER)
    assert entries("dataset.manifest_read")[0]["data"]["manifest"] == release.manifest_sha256
    assert not selectors.downloads_with(release.items.get(position=1).clip).exists()
    erased(release, 2)
    assert DeletionRequest.objects.get().person == OTHER.pseudonym


def test_every_step_is_on_the_log_with_commitments_and_no_digest(release: Release) -> None:
    services.deliver(release, "coco", ENGINEER)
    clip, before = release.items.get(position=1).clip, release.items.get(position=1)
    erased(release)
    assert before.manifest is not None
    data = {"release": str(release.pk), "commitment": before.commitment}
    (item,) = entries("dataset.item_erased")
    assert (item["clip"], item["data"]) == (str(clip.public_id), data)
    (asked,) = entries("dataset.deletion_requested")
    assert asked["data"] == {**data, "person": ENGINEER.pseudonym}
    (whole,) = entries("dataset.clip_erased")
    assert whole["data"] == {
        "release_items": 1,
        "export_files": release.files.count(),
        "exclusions": 0,
        "deletion_requests": 1,
    }
    everything = b"".join(
        bytes(each.canonical) for each in LogEntry.objects.filter(action__startswith="dataset.")
    )
    for part in ("rendition", "labels"):
        assert before.manifest[part]["sha256"].encode() not in everything


def test_an_entry_of_old_with_plain_digests_stays_readable() -> None:
    old = {"release": "01a228d9-36f6-7cd9-b052-4a6c4f532905", "rendition": "ab" * 32, "labels": "cd" * 32}
    kind = lookup("dataset.clip_frozen")
    assert kind is log.INCLUDED
    assert kind.present(old) == "Frozen into release 01a228d9…2905 as an item without a commitment"


@pytest.mark.both
def test_a_successor_asks_the_same_without_what_was_erased(release: Release) -> None:
    with pytest.raises(Conflict, match="nothing_erased"):
        services.succeed(release, ENGINEER)
    services.change(release.dataset, Filters(verdicts=("false_alarm",)), ENGINEER)
    clip = erased(release)
    second = frozen(services.succeed(release, ENGINEER))
    assert (second.succeeds, list(selectors.successors(release))) == (release, [second])
    assert second.filters == release.filters == {"verdicts": ["threat"]}
    assert clip.pk not in set(second.items.values_list("clip", flat=True))
    assert second.items.count() == 2
    (requested,) = entries("dataset.successor_requested")
    assert requested["data"]["succeeds"] == str(release.pk)
    with pytest.raises(Conflict, match="has_successor"):
        services.succeed(release, ENGINEER)


def test_a_successor_that_failed_can_be_followed_by_another(release: Release) -> None:
    erased(release)
    failed = services.succeed(release, ENGINEER)
    Release.objects.filter(pk=failed.pk).update(state=RunState.FAILED, failure_code="worker_stopped")
    assert services.succeed(release, ENGINEER).succeeds == release


@pytest.mark.both
def test_everybody_who_downloaded_is_asked_once_by_their_last_download(release: Release) -> None:
    for actor, code in ((ENGINEER, "coco"), (ENGINEER, "jsonl"), (OTHER, "manifest")):
        services.deliver(release, code, actor)
    clip = erased(release)
    asked = {request.person: request.download for request in DeletionRequest.objects.all()}
    assert set(asked) == {ENGINEER.pseudonym, OTHER.pseudonym}
    assert asked[ENGINEER.pseudonym] == Download.objects.filter(by=ENGINEER.pseudonym).latest("at")
    rows = selectors.recipients(clip)
    assert [(row.person, row.request is not None) for row in rows] == [
        (ENGINEER.pseudonym, True),
        (OTHER.pseudonym, True),
    ]


def test_recipients_are_known_before_anything_is_erased(release: Release) -> None:
    services.deliver(release, "coco", ENGINEER)
    (row,) = selectors.recipients(release.items.get(position=0).clip)
    assert (row.person, row.release, row.request) == (ENGINEER.pseudonym, release, None)
