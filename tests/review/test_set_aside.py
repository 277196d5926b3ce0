"""A clip that nobody labels: a lead takes it off the queue, and may put it back."""

import pytest

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips.enums import HoldReason
from annotations.clips.services import place, release_hold
from annotations.core.errors import Conflict
from annotations.review import selectors, services
from annotations.review.enums import AssignmentState as A, TaskState
from annotations.review.models import Assignment, ReviewTask
from tests.factories import make_assignment, make_body, make_project, make_queued_clip, make_user

pytestmark = pytest.mark.django_db

REASON = "Nothing but fog"


def skipped_by_all(people: int = 2) -> ReviewTask:
    make_project()
    task = ReviewTask.objects.get(clip=make_queued_clip())
    for _ in range(people):
        reviewer = make_user()
        assignment = services.next_clip(reviewer)
        assert assignment is not None
        services.skip(reviewer, assignment.public_id, "cannot_see")
    return task


def test_a_clip_that_is_set_aside_is_handed_to_nobody_and_no_event_brings_it_back() -> None:
    task = skipped_by_all()
    assert selectors.skips([task.pk]) == {task.pk: 2}
    services.set_aside(task.public_id, REASON, make_user("lead").actor)
    for change in (place, release_hold):
        change(task.clip, HoldReason.LEGAL, COMMAND_LINE)
        services.enqueue(task.clip_id)
    assert services.next_clip(make_user()) is None
    assert list(selectors.tasks(TaskState.SET_ASIDE)) == [task]
    assert b"fog" not in bytes(LogEntry.objects.get(action="review.set_aside").canonical)


def test_a_clip_that_is_put_back_goes_to_people_who_have_not_had_it() -> None:
    task = skipped_by_all(1)
    before = Assignment.objects.get(state=A.SKIPPED).reviewer
    assert before is not None
    services.set_aside(task.public_id, REASON, make_user("lead").actor)
    services.reopen(task.public_id, make_user("lead").actor)
    assert services.next_clip(before) is None
    assignment = services.next_clip(make_user())
    assert assignment is not None
    assert assignment.clip == task.clip


def test_a_held_clip_that_is_put_back_stays_out_until_it_is_free() -> None:
    task = skipped_by_all(1)
    services.set_aside(task.public_id, REASON, make_user("lead").actor)
    place(task.clip, HoldReason.LEGAL, COMMAND_LINE)
    services.reopen(task.public_id, make_user("lead").actor)
    assert Assignment.objects.filter(task=task, state=A.PARKED).count() == 1


def test_a_clip_that_somebody_labels_or_has_labeled_is_not_set_aside() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    with pytest.raises(Conflict, match="being_labeled"):
        services.set_aside(assignment.task.public_id, REASON, make_user("lead").actor)
    services.submit(reviewer, assignment.public_id, make_body())
    with pytest.raises(Conflict, match="not_possible_now"):
        services.set_aside(assignment.task.public_id, REASON, make_user("lead").actor)
