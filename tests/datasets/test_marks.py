"""What a release is worth after a clip in it was withdrawn, flagged or repaired."""

import datetime
import json

import pytest
from django.core.files.storage import storages

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER, Actor
from annotations.audit.models import LogEntry
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Consent, Hold
from annotations.core import clock
from annotations.core.errors import Conflict, Missing
from annotations.core.models import RunState
from annotations.datasets import selectors, services
from annotations.datasets.filters import Filters
from annotations.datasets.models import Dataset, Mark, Release
from annotations.redaction.models import Rendition
from tests.factories import make_accepted, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ENGINEER = Actor("p-engineer", Role.ML_ENGINEER)


@pytest.fixture
def release() -> Release:
    """Of two clips."""
    project = make_project()
    dataset = services.create(ENGINEER, "Porch", project, Filters())
    for _ in range(2):
        make_accepted(project)
    return frozen(dataset)


def frozen(dataset: Dataset) -> Release:
    release = services.request(dataset, ENGINEER)
    services.freeze(release.pk)
    release.refresh_from_db()
    assert release.state == RunState.DONE
    return release


def first_clip(release: Release) -> Clip:
    return release.items.order_by("position")[0].clip


def open_marks(release: Release) -> list[tuple[Clip, str]]:
    return [(mark.item.clip, mark.reason) for mark in selectors.marks(release)]


def refusal(release: Release, format_code: str = "coco") -> Conflict:
    with pytest.raises(Conflict) as caught:
        services.deliver(release, format_code, ENGINEER)
    return caught.value


def test_a_download_is_on_the_log_before_the_first_byte(release: Release) -> None:
    file = services.deliver(release, "coco", ENGINEER)
    entry = LogEntry.objects.get(action="dataset.exported")
    data = json.loads(bytes(entry.canonical))["data"]
    assert data == {"release": str(release.pk), "format": "coco", "clips": 2, "sha256": file.sha256}
    assert entry.actor == ENGINEER.pseudonym


def test_withdrawing_stops_downloads_at_once_without_waiting_for_any_worker(release: Release) -> None:
    clip = first_clip(release)
    clips.withdraw(clip, WORKER)
    error = refusal(release)
    assert error.code == "release_withdrawn"
    assert error.extra == {"clips": [str(clip.public_id)], "instead": None}
    assert not LogEntry.objects.filter(action="dataset.exported").exists()
    assert LogEntry.objects.filter(action="dataset.export_refused").count() == 1


def test_a_withdrawn_clip_is_marked_once_and_the_files_are_destroyed(release: Release) -> None:
    clip = first_clip(release)
    names = [file.name for file in release.files.all()]
    clips.withdraw(clip, WORKER)
    for _ in range(2):
        services.mark(clip.pk)
    assert open_marks(release) == [(clip, "withdrawn")]
    assert LogEntry.objects.filter(action="dataset.clip_marked", clip=clip.public_id).count() == 1
    assert LogEntry.objects.filter(action="dataset.files_destroyed").count() == 1
    assert not any(storages["exports"].exists(name) for name in names)
    assert all(file.destroyed_at for file in release.files.all())


def test_the_next_release_leaves_the_withdrawn_clip_out_and_is_named_instead(release: Release) -> None:
    clip = first_clip(release)
    clips.withdraw(clip, WORKER)
    services.mark(clip.pk)
    second = frozen(release.dataset)
    assert clip not in {item.clip for item in second.items.all()}
    assert second.left_out == {"withdrawn": 1}
    assert refusal(release).extra["instead"] == str(second.pk)
    assert services.deliver(second, "coco", ENGINEER)


def test_a_flag_that_is_dismissed_gives_the_release_back(release: Release) -> None:
    clip = first_clip(release)
    clips.place(clip, HoldReason.FLAGGED, WORKER)
    services.mark(clip.pk)
    assert open_marks(release) == [(clip, "flagged")]
    assert refusal(release).code == "release_withdrawn"
    clips.release_hold(clip, HoldReason.FLAGGED, WORKER)
    services.mark(clip.pk)
    assert open_marks(release) == []
    assert LogEntry.objects.filter(action="dataset.clip_cleared", clip=clip.public_id).count() == 1
    assert services.deliver(release, "coco", ENGINEER)


def test_frames_that_showed_a_face_never_leave_again(release: Release) -> None:
    """A missed face was reported after the freeze: the release holds frames of the rendition that showed it."""
    clip = first_clip(release)
    Rendition.objects.filter(clip=clip).update(current=False)
    services.mark(clip.pk)
    assert open_marks(release) == [(clip, "redacted_again")]
    assert refusal(release).extra["clips"] == [str(clip.public_id)]


def test_a_consent_that_ran_out_ends_the_release(release: Release) -> None:
    clip = first_clip(release)
    past = clock.now() - datetime.timedelta(minutes=1)
    Consent.objects.filter(clip=clip).update(granted_at=past - datetime.timedelta(days=1), until=past)
    assert refusal(release).code == "release_withdrawn"
    services.mark(clip.pk)
    assert open_marks(release) == [(clip, "consent_ended")]
    assert all(file.destroyed_at for file in release.files.all())


def test_a_release_is_not_made_when_a_clip_goes_while_it_is_made(release: Release) -> None:
    clip = first_clip(release)
    second = services.request(release.dataset, ENGINEER)
    services.freeze(second.pk)
    Release.objects.filter(pk=second.pk).update(state=RunState.QUEUED, attempts=0)
    second.files.all().delete()
    clips.withdraw(clip, WORKER)
    services.freeze(second.pk)
    second.refresh_from_db()
    assert (second.state, second.failure_code) == (RunState.FAILED, "release_withdrawn")
    assert storages["exports"].listdir(f"releases/{second.pk}") == ([], [])


@pytest.mark.both
def test_a_lost_event_is_found_by_the_sweep(release: Release) -> None:
    clip = first_clip(release)
    clips.withdraw(clip, WORKER)
    Hold.objects.filter(clip=clip).update(placed_at=clock.now() - datetime.timedelta(minutes=5))
    assert list(selectors.unmarked_clips(datetime.timedelta(minutes=2))) == [clip]
    services.mark(clip.pk)
    assert list(selectors.unmarked_clips(datetime.timedelta(minutes=2))) == []


@pytest.mark.both
def test_a_lost_event_of_a_lifted_hold_is_found_too(release: Release) -> None:
    clip = first_clip(release)
    clips.place(clip, HoldReason.FLAGGED, WORKER)
    services.mark(clip.pk)
    clips.release_hold(clip, HoldReason.FLAGGED, WORKER)
    Mark.objects.update(placed_at=clock.now() - datetime.timedelta(minutes=5))
    assert list(selectors.unmarked_clips(datetime.timedelta(minutes=2))) == [clip]
    services.mark(clip.pk)
    assert list(selectors.unmarked_clips(datetime.timedelta(minutes=2))) == []


@pytest.mark.both
def test_a_clip_in_no_release_has_nothing_to_mark() -> None:
    clip = make_accepted().assignment.clip
    clips.withdraw(clip, WORKER)
    services.mark(clip.pk)
    assert not Mark.objects.exists()


def test_what_is_not_there_is_not_delivered(release: Release) -> None:
    with pytest.raises(Missing) as caught:
        services.deliver(release, "nonsense", ENGINEER)
    assert caught.value.code == "no_such_file"
    waiting = services.request(release.dataset, ENGINEER)
    assert refusal(waiting).code == "release_not_ready"
