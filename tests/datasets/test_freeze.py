"""Freezing a release: what is written, once, and what is made of it."""

import datetime
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.storage import storages

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER, Actor
from annotations.audit.canonical import canonical
from annotations.audit.models import LogEntry
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.core import clock
from annotations.core.errors import Conflict, DomainError, Invalid
from annotations.core.models import Outbox, RunState
from annotations.datasets import selectors, services
from annotations.datasets.exports.jsonl import JsonLines
from annotations.datasets.exports.registry import EXPORTERS
from annotations.datasets.filters import Filters
from annotations.datasets.models import Dataset, ExportFile, Release
from annotations.datasets.services import files
from annotations.review.models import Annotation, Project
from tests.factories import make_accepted, make_body, make_project, reference_of

pytestmark = pytest.mark.django_db
ENGINEER = Actor("p-engineer", Role.ML_ENGINEER)


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return services.create(ENGINEER, "Porch", project, Filters())


def frozen(dataset: Dataset) -> Release:
    release = services.request(dataset, ENGINEER)
    services.freeze(release.pk)
    release.refresh_from_db()
    assert release.state == RunState.DONE, (release.failure_code, release.failure_message)
    return release


def content(release: Release, format_code: str) -> bytes:
    with storages["exports"].open(release.files.get(format=format_code).name) as file:
        return bytes(file.read())


def entries(action: str) -> list[dict[str, Any]]:
    found = LogEntry.objects.filter(action=action).order_by("id")
    return [json.loads(bytes(entry.canonical)) for entry in found]


def test_a_release_holds_what_passed_and_says_what_stayed_out(dataset: Dataset, project: Project) -> None:
    inside = {make_accepted(project).assignment.clip for _ in range(2)}
    outside = make_accepted(project, training=False).assignment.clip
    release = frozen(dataset)
    assert {item.clip for item in release.items.all()} == inside
    assert release.left_out == {"no_training_consent": 1}
    (exclusion,) = release.exclusions.all()
    assert (exclusion.clip, exclusion.reasons) == (outside, ["no_training_consent"])


def test_every_step_is_on_the_log(dataset: Dataset, project: Project) -> None:
    clip = make_accepted(project).assignment.clip
    release = frozen(dataset)
    (requested,) = entries("dataset.release_requested")
    assert requested["actor"]["pseudonym"] == ENGINEER.pseudonym
    (included,) = entries("dataset.clip_frozen")
    assert included["clip"] == str(clip.public_id)
    assert included["subject"] == clip.owner.pseudonym
    item = release.items.get()
    assert included["data"] == {"release": str(release.pk), "commitment": item.commitment}
    (fixed,) = entries("dataset.release_frozen")
    assert fixed["data"]["manifest"] == release.manifest_sha256
    assert len(entries("dataset.files_made")) == 1


def test_the_manifest_is_what_its_digest_says_and_names_digests_and_pseudonyms_only(
    dataset: Dataset, project: Project
) -> None:
    annotation = make_accepted(project)
    release = frozen(dataset)
    made = content(release, "manifest")
    manifest = json.loads(made)
    (told,) = manifest["items"]
    item = told["item"]
    committed = {**manifest, "items": [told["commitment"]]}
    assert hashlib.sha256(canonical(committed)).hexdigest() == release.manifest_sha256
    reviewer = annotation.assignment.reviewer
    assert reviewer is not None
    assert item["clip"] == str(annotation.assignment.clip.public_id)
    assert item["rendition"]["sha256"] == annotation.rendition.sha256
    assert item["labels"]["sha256"] == annotation.sha256
    assert item["labels"]["reviewer"] == reviewer.pseudonym
    assert item["consent"]["purposes"] == ["troubleshooting", "training"]
    assert manifest["requested_by"] == ENGINEER.pseudonym
    assert reviewer.username.encode() not in made
    assert reference_of(annotation.assignment.clip.owner).encode() not in made


def test_making_the_files_again_gives_the_same_bytes(dataset: Dataset, project: Project) -> None:
    for _ in range(2):
        make_accepted(project)
    release = frozen(dataset)
    before = {file.format: (file.sha256, content(release, file.format)) for file in release.files.all()}
    release.files.all().delete()
    Release.objects.filter(pk=release.pk).update(state=RunState.QUEUED, attempts=0)
    services.freeze(release.pk)
    assert {
        file.format: (file.sha256, content(release, file.format)) for file in release.files.all()
    } == before
    assert set(before) == {exporter.code for exporter in EXPORTERS}
    for digest, made in before.values():
        assert hashlib.sha256(made).hexdigest() == digest


def test_coco_holds_frames_of_the_rendition_and_jsonl_the_labels(dataset: Dataset, project: Project) -> None:
    annotation = make_accepted(project)
    release = frozen(dataset)
    with zipfile.ZipFile(io.BytesIO(content(release, "coco"))) as archive:
        coco = json.loads(archive.read("annotations.json"))
        pictures = {image["frame"]: archive.read(image["file_name"]) for image in coco["images"]}
    # A track from frame 2 until it leaves on 20, ten frames a second: its keyframe, and every half second.
    assert list(pictures) == [2, 5, 10, 15]
    for picture in pictures.values():
        decoded = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        assert decoded is not None
        assert decoded.shape == (annotation.rendition.height, annotation.rendition.width, 3)
    assert [category["name"] for category in coco["categories"]] == ["person", "vehicle", "animal", "package"]
    (line,) = content(release, "jsonl").splitlines()
    assert json.loads(line)["labels_sha256"] == annotation.sha256


def test_a_clip_without_boxes_is_in_the_lines_and_the_manifest_only(
    dataset: Dataset, project: Project
) -> None:
    make_accepted(project, body=make_body(tracks=[]))
    release = frozen(dataset)
    assert zipfile.ZipFile(io.BytesIO(content(release, "coco"))).namelist() == ["annotations.json"]
    assert len(content(release, "jsonl").splitlines()) == 1


def without(release: Release, format_code: str) -> Release:
    """The release as it would be if the format had been registered after it was frozen."""
    release.files.filter(format=format_code).delete()
    return release


def test_a_format_registered_later_can_be_made_of_a_frozen_release(
    dataset: Dataset, project: Project
) -> None:
    make_accepted(project)
    release = frozen(dataset)
    lines = content(release, "jsonl")
    without(release, "jsonl")
    before = {file.format: (file.pk, file.name, file.sha256) for file in release.files.all()}
    services.retry(release, ENGINEER)
    assert services.deliver(release, "coco", ENGINEER)  # what exists can be had meanwhile
    release.refresh_from_db()
    with pytest.raises(Conflict, match="release_not_ready"):
        services.deliver(release, "jsonl", ENGINEER)
    services.freeze(release.pk)
    release.refresh_from_db()
    assert release.state == RunState.DONE
    made = {file.format: (file.pk, file.name, file.sha256) for file in release.files.all()}
    assert {code: made.pop(code) for code in before} == before
    assert all(content(release, code) for code in before)
    assert content(release, "jsonl") == lines
    assert release.files.get(format="jsonl").format_version == JsonLines.version
    assert entries("dataset.files_made")[-1]["data"]["files"] == ["jsonl"]
    assert len(entries("dataset.release_frozen")) == 1
    assert selectors.missing_formats(release) == []


def test_a_release_that_lacks_nothing_is_not_started_again(dataset: Dataset, project: Project) -> None:
    make_accepted(project)
    release = frozen(dataset)
    with pytest.raises(Conflict, match="nothing_to_make"):
        services.retry(release, ENGINEER)


def test_a_release_that_may_not_be_used_gets_no_further_files(dataset: Dataset, project: Project) -> None:
    clip = make_accepted(project).assignment.clip
    release = without(frozen(dataset), "jsonl")
    assert selectors.missing_formats(release) == [JsonLines]
    clips.place(clip, HoldReason.FLAGGED, WORKER)
    assert selectors.missing_formats(release) == []
    with pytest.raises(Conflict, match="nothing_to_make"):
        services.retry(release, ENGINEER)


def test_a_clip_that_is_held_between_request_and_freeze_stays_out(dataset: Dataset, project: Project) -> None:
    kept, lost = make_accepted(project).assignment.clip, make_accepted(project).assignment.clip
    release = services.request(dataset, ENGINEER)
    clips.place(lost, HoldReason.FLAGGED, WORKER)
    services.freeze(release.pk)
    assert [item.clip for item in release.items.all()] == [kept]


def test_nothing_is_frozen_when_nothing_passes_any_more(dataset: Dataset, project: Project) -> None:
    clip = make_accepted(project).assignment.clip
    release = services.request(dataset, ENGINEER)
    clips.withdraw(clip, WORKER)
    services.freeze(release.pk)
    release.refresh_from_db()
    assert (release.state, release.failure_code, release.frozen_at) == (
        RunState.FAILED,
        "nothing_passes",
        None,
    )
    (failed,) = entries("dataset.release_failed")
    assert failed["data"]["code"] == "nothing_passes"


def test_an_empty_release_is_not_requested(dataset: Dataset) -> None:
    with pytest.raises(Conflict) as caught:
        services.request(dataset, ENGINEER)
    assert caught.value.code == "nothing_passes"
    assert not Release.objects.exists()


def test_one_release_of_a_dataset_is_frozen_at_a_time(dataset: Dataset, project: Project) -> None:
    make_accepted(project)
    services.request(dataset, ENGINEER)
    with pytest.raises(Conflict) as caught:
        services.request(dataset, ENGINEER)
    assert caught.value.code == "release_in_progress"


def test_releases_are_numbered_and_keep_what_they_asked_for(dataset: Dataset, project: Project) -> None:
    make_accepted(project)
    first = frozen(dataset)
    dataset = services.change(dataset, Filters(verdicts=("threat",)), ENGINEER)
    second = frozen(dataset)
    assert [first.number, second.number] == [1, 2]
    first.refresh_from_db()
    assert (first.filters, second.filters) == ({}, {"verdicts": ["threat"]})


def test_a_worker_that_comes_twice_freezes_once(dataset: Dataset, project: Project) -> None:
    make_accepted(project)
    release = frozen(dataset)
    services.freeze(release.pk)
    assert len(entries("dataset.release_frozen")) == 1
    assert release.files.count() == len(EXPORTERS)


def test_a_worker_killed_while_making_files_is_followed_by_one_that_goes_on(
    dataset: Dataset, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_accepted(project)
    release = services.request(dataset, ENGINEER)

    class Killed(BaseException):
        pass

    def kill(*args: object) -> None:
        raise Killed

    monkeypatch.setattr(files, "_finish", kill)
    with pytest.raises(Killed):
        services.freeze(release.pk)
    monkeypatch.undo()
    release.refresh_from_db()
    frozen_at, digest = release.frozen_at, release.manifest_sha256
    assert (release.state, release.items.count()) == (RunState.RUNNING, 1)
    leftover = f"releases/{release.pk}/left-behind.zip"
    storages["exports"].save(leftover, io.BytesIO(b"x"))
    make_accepted(project)  # comes too late for this release
    services.freeze(release.pk)
    release.refresh_from_db()
    assert release.state == RunState.RUNNING  # its lease still stands
    Release.objects.filter(pk=release.pk).update(lease_until=clock.now() - clock.seconds(1))
    services.freeze(release.pk)
    release.refresh_from_db()
    assert (release.state, release.items.count()) == (RunState.DONE, 1)
    assert (release.frozen_at, release.manifest_sha256) == (frozen_at, digest)
    assert not storages["exports"].exists(leftover)
    _, stored = storages["exports"].listdir(f"releases/{release.pk}")
    assert len(stored) == len(EXPORTERS)


def test_a_worker_that_lost_its_lease_leaves_nothing(
    dataset: Dataset, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_accepted(project)
    release = services.request(dataset, ENGINEER)
    finish = files._finish

    def late(run: Release, made: list[ExportFile]) -> None:
        Release.objects.filter(pk=run.pk).update(token="11111111-1111-4111-8111-111111111111")
        finish(run, made)

    monkeypatch.setattr(files, "_finish", late)
    services.freeze(release.pk)
    assert not ExportFile.objects.exists()
    assert storages["exports"].listdir(f"releases/{release.pk}") == ([], [])


def test_a_release_whose_workers_die_each_time_is_given_up(dataset: Dataset, project: Project) -> None:
    make_accepted(project)
    release = services.request(dataset, ENGINEER)
    Release.objects.filter(pk=release.pk).update(
        state=RunState.RUNNING,
        attempts=3,
        token="11111111-1111-4111-8111-111111111111",
        lease_until=clock.now(),
    )
    services.freeze(release.pk)
    release.refresh_from_db()
    assert (release.state, release.failure_code) == (RunState.FAILED, "worker_lost")
    services.retry(release, ENGINEER)
    services.freeze(release.pk)
    release.refresh_from_db()
    assert release.state == RunState.DONE


def test_a_rendition_that_was_exchanged_in_storage_is_not_exported(
    dataset: Dataset, project: Project
) -> None:
    annotation = make_accepted(project)
    release = services.request(dataset, ENGINEER)
    path = Path(storages["renditions"].path(annotation.rendition.name))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"\0")
    services.freeze(release.pk)
    release.refresh_from_db()
    assert (release.state, release.failure_code) == (RunState.FAILED, "rendition_damaged")
    assert not ExportFile.objects.exists()


def test_labels_that_were_changed_in_the_database_are_not_exported(
    dataset: Dataset, project: Project
) -> None:
    annotation = make_accepted(project)
    release = services.request(dataset, ENGINEER)
    Annotation.objects.filter(pk=annotation.pk).update(body=make_body(verdict="unsure"))
    services.freeze(release.pk)
    release.refresh_from_db()
    assert (release.state, release.failure_code) == (RunState.FAILED, "labels_damaged")


def test_names_and_days_are_checked(project: Project) -> None:
    day = datetime.date(2026, 3, 2)
    with pytest.raises(Invalid, match="days_reversed"):
        services.create(ENGINEER, "A", project, Filters(first_day=day, last_day=datetime.date(2026, 3, 1)))
    with pytest.raises(Invalid, match="name_missing"):
        services.create(ENGINEER, "  ", project, Filters())
    services.create(ENGINEER, "A", project, Filters())
    with pytest.raises(DomainError, match="name_taken"):
        services.create(ENGINEER, "A", project, Filters())


def test_the_request_wakes_a_worker_through_the_outbox(dataset: Dataset, project: Project) -> None:
    make_accepted(project)
    release = services.request(dataset, ENGINEER)
    event = Outbox.objects.get(type="datasets.release_requested")
    assert event.payload == {"release": str(release.pk)}
