"""The queue follows the gate, whatever the order in which events arrive."""

import datetime

import pytest

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.clips.services import place, release_hold
from annotations.core import clock
from annotations.review import selectors, services, tasks
from annotations.review.enums import AssignmentState as A, TaskState
from annotations.review.models import Assignment, LabelSchema, Project, ReviewTask
from tests.factories import (
    make_clip,
    make_project,
    make_queued_clip,
    make_ready_clip,
    make_rendition,
    make_user,
)

pytestmark = pytest.mark.django_db


def slots(clip: Clip) -> list[str]:
    return sorted(Assignment.objects.filter(clip=clip).values_list("state", flat=True))


def test_a_free_clip_is_queued_once_per_project_with_a_slot_per_reviewer() -> None:
    make_project(reviewers=3)
    clip = make_ready_clip()
    services.enqueue(clip.pk)
    services.enqueue(clip.pk)
    assert ReviewTask.objects.get(clip=clip).state == TaskState.OPEN
    assert slots(clip) == [A.OPEN] * 3
    assert LogEntry.objects.filter(action="review.queued", clip=clip.public_id).count() == 1


def test_a_held_clip_is_not_queued() -> None:
    make_project()
    clip = make_clip(held=True)
    services.enqueue(clip.pk)
    assert slots(clip) == []


def test_a_clip_without_a_rendition_is_not_queued() -> None:
    make_project()
    clip = make_clip()
    services.enqueue(clip.pk)
    assert slots(clip) == []


def test_a_clip_that_is_held_leaves_the_queue_and_comes_back() -> None:
    make_project(reviewers=2)
    clip = make_queued_clip()
    place(clip, HoldReason.QUARANTINED, COMMAND_LINE)
    services.enqueue(clip.pk)
    assert slots(clip) == [A.PARKED] * 2
    release_hold(clip, HoldReason.QUARANTINED, COMMAND_LINE)
    services.enqueue(clip.pk)
    assert slots(clip) == [A.OPEN] * 2


def test_events_that_arrive_late_or_twice_change_nothing() -> None:
    make_project()
    clip = make_queued_clip()
    entries = LogEntry.objects.count()
    services.enqueue(clip.pk)
    assert LogEntry.objects.count() == entries


def test_the_sweep_finds_clips_whose_event_was_lost_and_no_others() -> None:
    make_project()
    queued, forgotten, held = make_queued_clip(), make_ready_clip(), make_queued_clip()
    place(held, HoldReason.FLAGGED, COMMAND_LINE)
    make_clip(held=True)
    now = datetime.timedelta(seconds=-1)
    assert {clip.pk for clip in selectors.unsettled_clips(now)} == {forgotten.pk, held.pk}
    for clip in selectors.unsettled_clips(now):
        services.enqueue(clip.pk)
    assert not selectors.unsettled_clips(now).exists()
    assert slots(queued) == [A.OPEN]
    release_hold(held, HoldReason.FLAGGED, COMMAND_LINE)
    assert [clip.pk for clip in selectors.unsettled_clips(now)] == [held.pk]
    assert not selectors.unsettled_clips(datetime.timedelta(minutes=2)).exists()


def test_a_clip_that_is_hidden_again_stays_out_until_it_has_a_new_rendition() -> None:
    make_project()
    clip = make_queued_clip()
    clip.renditions.update(current=False)
    services.enqueue(clip.pk)
    assert slots(clip) == [A.PARKED]
    make_rendition(clip)
    services.enqueue(clip.pk)
    assert slots(clip) == [A.OPEN]


def test_the_default_project_is_made_once_with_the_labels_of_home_threat_detection() -> None:
    first = services.ensure_default_project(COMMAND_LINE)
    assert services.ensure_default_project(COMMAND_LINE) == first
    schema = LabelSchema.objects.get(project=first, current=True)
    assert [verdict["code"] for verdict in schema.labels["verdicts"]] == ["threat", "false_alarm", "unsure"]
    assert Project.objects.count() == 1


def test_a_new_version_of_the_labels_leaves_the_old_one_as_it_is() -> None:
    project = make_project()
    labels = dict(LabelSchema.objects.get(project=project).labels)
    labels["tracks"] = [*labels["tracks"], {"code": "bicycle", "name": "Bicycle"}]
    made = services.publish_schema(project, labels, COMMAND_LINE)
    assert made.version == 2
    old = LabelSchema.objects.get(project=project, version=1)
    assert (old.current, len(old.labels["tracks"])) == (False, 4)


def test_the_workers_tasks_queue_clips_and_end_leases() -> None:
    make_project()
    clip = make_ready_clip()
    tasks.enqueue(str(clip.pk))
    assert services.next_clip(make_user()) is not None
    Assignment.objects.update(lease_until=clock.now() - datetime.timedelta(seconds=1))
    tasks.expire_leases()
    assert slots(clip) == [A.EXPIRED, A.OPEN]
