"""A lead accepts labels or gives them back."""

import pytest

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import selectors as audit
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips.enums import HoldReason
from annotations.clips.services import place
from annotations.core.errors import Conflict, Invalid, Missing, NotAllowed
from annotations.review import selectors, services
from annotations.review.enums import AssignmentState as A, TaskState
from annotations.review.models import Annotation, Assignment, ReviewTask
from annotations.review.sealed_words import body_of
from annotations.review.workbench import present
from tests.factories import make_assignment, make_body, make_project, make_queued_clip, make_user

pytestmark = pytest.mark.django_db


def handed_in(reviewer: User | None = None) -> Annotation:
    reviewer = reviewer or make_user()
    assignment = make_assignment(reviewer)
    return services.submit(reviewer, assignment.public_id, make_body())


def task_of(annotation: Annotation) -> ReviewTask:
    return annotation.assignment.task


def test_accepted_labels_are_what_training_sets_are_made_of() -> None:
    annotation, lead = handed_in(), make_user("lead")
    services.accept(task_of(annotation).public_id, annotation.pk, lead.actor)
    assert list(selectors.accepted_annotations()) == [annotation]
    assert ReviewTask.objects.get().state == TaskState.ACCEPTED
    entry = LogEntry.objects.get(action="review.accepted")
    assert (entry.actor, entry.clip) == (lead.pseudonym, annotation.assignment.clip.public_id)


def test_of_two_reviewers_labels_one_is_accepted_and_the_other_kept_beside_it() -> None:
    make_project(reviewers=2)
    make_queued_clip()
    made = []
    for verdict in ("threat", "false_alarm"):
        reviewer = make_user()
        assignment = services.next_clip(reviewer)
        assert assignment is not None
        made.append(services.submit(reviewer, assignment.public_id, make_body(verdict=verdict)))
    services.accept(task_of(made[0]).public_id, made[1].pk, make_user("lead").actor)
    states = [Assignment.objects.get(annotations=annotation).state for annotation in made]
    assert states == [A.SUPERSEDED, A.ACCEPTED]
    assert list(selectors.accepted_annotations()) == [made[1]]


def test_labels_are_accepted_once() -> None:
    annotation, lead = handed_in(), make_user("lead")
    services.accept(task_of(annotation).public_id, annotation.pk, lead.actor)
    with pytest.raises(Conflict) as caught:
        services.accept(task_of(annotation).public_id, annotation.pk, lead.actor)
    assert caught.value.code == "not_possible_now"


def test_returned_labels_go_back_to_their_reviewer_with_the_reason_and_the_labels_as_they_were() -> None:
    reviewer = make_user()
    annotation = handed_in(reviewer)
    services.send_back(
        task_of(annotation).public_id, annotation.pk, "The car is missing", make_user("lead").actor
    )
    assert services.next_clip(make_user()) is None
    again = services.next_clip(reviewer)
    assert again == annotation.assignment
    page = present(again)
    assert page["returned_note"] == "The car is missing"
    assert page["draft"]["body"] == body_of(annotation)


def test_labels_handed_in_anew_leave_the_returned_ones_as_they_were() -> None:
    reviewer, lead = make_user(), make_user("lead")
    first = handed_in(reviewer)
    task = task_of(first).public_id
    services.send_back(task, first.pk, "The car is missing", lead.actor)
    assignment = services.resume(reviewer, first.assignment.public_id)
    second = services.submit(reviewer, assignment.public_id, make_body(note="Car added"))
    first.refresh_from_db()
    assert (first.current, body_of(first)["note"], second.current, second.number) == (False, "", True, 2)
    assert present(assignment)["returned_note"] is None
    with pytest.raises(Missing):
        services.accept(task, first.pk, lead.actor)
    services.accept(task, second.pk, lead.actor)
    assert list(selectors.accepted_annotations()) == [second]


def test_the_reason_of_a_return_is_written_and_its_words_are_erasable() -> None:
    annotation = handed_in()
    task = task_of(annotation).public_id
    with pytest.raises(Invalid):
        services.send_back(task, annotation.pk, "  ", make_user("lead").actor)
    services.send_back(task, annotation.pk, "The car is missing", make_user("lead").actor)
    entry = LogEntry.objects.get(action="review.returned")
    assert b"car" not in bytes(entry.canonical)
    assert audit.present([entry])[0].detail == {"reason": "The car is missing"}


def test_labels_of_a_held_clip_are_not_decided_on() -> None:
    annotation, lead = handed_in(), make_user("lead")
    place(annotation.assignment.clip, HoldReason.WITHDRAWN, COMMAND_LINE)
    task = task_of(annotation).public_id
    with pytest.raises(Conflict, match="clip_held"):
        services.accept(task, annotation.pk, lead.actor)
    with pytest.raises(Conflict, match="clip_held"):
        services.send_back(task, annotation.pk, "The car is missing", lead.actor)
    assert list(selectors.tasks()) == []


def test_nobody_decides_on_their_own_labels() -> None:
    reviewer = make_user()
    annotation = handed_in(reviewer)
    User.objects.filter(pk=reviewer.pk).update(role=Role.LEAD)  # who labeled it has become a lead since
    reviewer.refresh_from_db()
    with pytest.raises(NotAllowed, match="own_labels"):
        services.accept(task_of(annotation).public_id, annotation.pk, reviewer.actor)
    with pytest.raises(NotAllowed, match="own_labels"):
        services.send_back(task_of(annotation).public_id, annotation.pk, "Look again", reviewer.actor)


def test_labels_of_another_task_are_refused() -> None:
    annotation, other = handed_in(), handed_in()
    with pytest.raises(Missing):
        services.accept(task_of(annotation).public_id, other.pk, make_user("lead").actor)


def test_tasks_are_found_by_verdict_and_by_disagreement() -> None:
    make_project(reviewers=2)
    tasks = []
    for verdicts in (("threat", "threat"), ("threat", "unsure")):
        clip = make_queued_clip()
        for verdict in verdicts:
            reviewer = make_user()
            assignment = services.next_clip(reviewer)
            assert assignment is not None
            services.submit(reviewer, assignment.public_id, make_body(verdict=verdict))
        tasks.append(ReviewTask.objects.get(clip=clip))
    assert list(selectors.tasks()) == tasks
    assert list(selectors.tasks(verdict="unsure")) == [tasks[1]]
    assert list(selectors.tasks(disagreement=True)) == [tasks[1]]


def test_returned_labels_that_were_never_handed_in_anew_give_way_to_another_reviewers() -> None:
    first = handed_in()
    task = task_of(first)
    services.send_back(task.public_id, first.pk, "The car is missing", make_user("lead").actor)
    Assignment.objects.update(lease_until=task.created_at)
    services.expire_leases()
    other = make_user()
    assignment = services.next_clip(other)
    assert assignment is not None
    second = services.submit(other, assignment.public_id, make_body(verdict="unsure"))
    assert list(selectors.annotations_of([task.pk])) == [second]
    assert list(selectors.tasks(verdict="threat")) == []
