"""Freezing a release: what is written, once, and what is made of it."""

import datetime
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from pycocotools.coco import COCO

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER, Actor
from annotations.audit.models import LogEntry
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.core import clock
from annotations.core.errors import Conflict, DomainError, Invalid
from annotations.core.models import Outbox, RunState
from annotations.datasets import services
from annotations.datasets.enums import ExportFormat
from annotations.datasets.filters import Filters
from annotations.datasets.models import Dataset, ExportFile, Release
from annotations.datasets.services import files
from annotations.redaction.models import Rendition
from annotations.review.models import Annotation, Project
from tests.factories import make_accepted, make_body, make_project

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


def content(release: Release, format_: str) -> bytes:
    with storages["exports"].open(release.files.get(format=format_).name) as file:
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
    (fixed,) = entries("dataset.release_frozen")
    assert fixed["data"]["manifest"] == release.manifest_sha256
    assert len(entries("dataset.files_made")) == 1


def test_the_manifest_is_what_its_digest_says_and_names_digests_and_pseudonyms_only(
    dataset: Dataset, project: Project
) -> None:
    annotation = make_accepted(project)
    release = frozen(dataset)
    made = content(release, ExportFormat.MANIFEST)
    assert hashlib.sha256(made).hexdigest() == release.manifest_sha256
    manifest = json.loads(made)
    (item,) = manifest["items"]
    reviewer = annotation.assignment.reviewer
    assert reviewer is not None
    assert item["clip"] == str(annotation.assignment.clip.public_id)
    assert item["rendition"]["sha256"] == annotation.rendition.sha256
    assert item["labels"]["sha256"] == annotation.sha256
    assert item["labels"]["reviewer"] == reviewer.pseudonym
    assert item["consent"]["purposes"] == ["troubleshooting", "training"]
    assert manifest["requested_by"] == ENGINEER.pseudonym
    assert reviewer.username.encode() not in made
    assert annotation.assignment.clip.owner.reference.encode() not in made


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
    assert set(before) == set(ExportFormat.values)
    for digest, made in before.values():
        assert hashlib.sha256(made).hexdigest() == digest


def test_coco_loads_and_its_boxes_lie_where_the_reviewer_saw_them(
    dataset: Dataset, project: Project, tmp_path: Path
) -> None:
    annotation = make_accepted(project)
    archive = zipfile.ZipFile(io.BytesIO(content(frozen(dataset), ExportFormat.COCO)))
    archive.extractall(tmp_path)
    coco = COCO(str(tmp_path / "annotations.json"))
    images = coco.loadImgs(coco.getImgIds())
    # A track from frame 2 until it leaves on 20, ten frames a second: its keyframe, and every half second.
    assert [image["frame"] for image in images] == [2, 5, 10, 15]
    assert [image["time"] for image in images] == [0.2, 0.5, 1.0, 1.5]
    assert {image["clip"] for image in images} == {str(annotation.assignment.clip.public_id)}
    boxes = {image["frame"]: coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]])) for image in images}
    assert [len(each) for each in boxes.values()] == [1, 1, 1, 1]
    assert boxes[2][0]["bbox"] == [10.0, 5.0, 20.0, 30.0]
    assert boxes[5][0]["bbox"] == [15.0, 5.0, 20.0, 30.0]
    assert boxes[5][0]["area"] == 600.0
    assert boxes[5][0]["iscrowd"] == 0
    assert {box["track_id"] for each in boxes.values() for box in each} == {1}
    assert coco.loadCats(coco.getCatIds(catNms=["person"]))[0]["id"] == boxes[2][0]["category_id"]
    for image in images:
        assert (tmp_path / image["file_name"]).read_bytes().startswith(b"\xff\xd8\xff")
    assert sorted(archive.namelist()) == sorted(
        ["annotations.json", *(image["file_name"] for image in images)]
    )


def test_json_lines_tell_labels_in_the_originals_seconds(dataset: Dataset, project: Project) -> None:
    annotation = make_accepted(project)
    times = [0.5 + n / 10 + (0.05 if n > 9 else 0) for n in range(30)]
    Rendition.objects.filter(pk=annotation.rendition_id).update(presentation_times=times)
    (line,) = content(frozen(dataset), ExportFormat.JSON_LINES).splitlines()
    told = json.loads(line)
    assert told["clip"] == str(annotation.assignment.clip.public_id)
    assert told["verdict"] == "threat"
    (event,) = told["events"]
    assert (event["label"], event["start"], event["end"]) == ("person_arrives", times[2], times[12])
    (track,) = told["tracks"]
    assert [key["time"] for key in track["keyframes"]] == [times[2], times[20]]
    assert told["consent"] == ["troubleshooting", "training"]
    assert "note" not in told
    reviewer = annotation.assignment.reviewer
    assert reviewer is not None
    assert told["reviewer"] == reviewer.pseudonym


def test_a_clip_without_boxes_is_in_the_lines_and_the_manifest_only(
    dataset: Dataset, project: Project
) -> None:
    make_accepted(project, body=make_body(tracks=[]))
    release = frozen(dataset)
    assert zipfile.ZipFile(io.BytesIO(content(release, ExportFormat.COCO))).namelist() == ["annotations.json"]
    assert len(content(release, ExportFormat.JSON_LINES).splitlines()) == 1


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
    assert release.files.count() == 3


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
    assert len(stored) == 3


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
