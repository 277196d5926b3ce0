"""A site in which something stands in every place and, where it matters who looks, in every relation to them."""

import datetime
from dataclasses import dataclass

from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE
from annotations.break_glass import services as break_glass
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.models import RunState
from annotations.datasets import services as datasets
from annotations.datasets.filters import Filters
from annotations.datasets.models import Release
from annotations.moderation import services as moderation
from annotations.moderation.models import Recheck
from annotations.oversight import services as oversight
from annotations.oversight.enums import LogWork
from annotations.redaction import services as redaction
from annotations.redaction.enums import UnredactionState
from annotations.redaction.models import RedactionRun, Unredaction
from annotations.review import services as review
from annotations.review.models import Annotation, Project, ReviewTask
from annotations.rights import services as rights
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.retention.rules import Days
from annotations.rights.scopes import Scope
from tests import factories as make
from tests.oversight.test_alerts import alert

REASON = "A reason of some words."
SIGNING_IN = tuple(role for role in Role.values if role != Role.SUBMITTER)


@dataclass(frozen=True)
class FilledSite:
    """Its people by role, and a clip whose owner may open a receipt."""

    people: dict[str, User]
    clip: Clip


def fill() -> FilledSite:
    people = {role: make.make_user(role) for role in SIGNING_IN}
    make.make_proposal(people[Role.OPERATOR])
    make.make_user(is_active=False)
    program = accounts.create_user(COMMAND_LINE, "a-program", None, Role.SUBMITTER)
    for user in (people[Role.ML_ENGINEER], people[Role.OPERATOR], program):
        accounts.create_key(user.actor, user)
    _datasets(people[Role.ML_ENGINEER])
    clip = _labels(people)
    _flags(people[Role.LEAD])
    _unredactions(people)
    _break_glass(people)
    _desk(people[Role.PRIVACY_OFFICER])
    return FilledSite(people, clip)


def _labels(people: dict[str, User]) -> Clip:
    """A clip in hand, one that came back, and tasks in every state."""
    contractor, lead = people[Role.CONTRACTOR], people[Role.LEAD].actor
    make.make_project(reviewers=2)
    returned, accepted = _handed_in(contractor), _handed_in(contractor)
    waiting = _handed_in(make.make_user())
    make.make_assignment(contractor)
    review.send_back(returned.assignment.task.public_id, returned.pk, REASON, lead)
    review.accept(accepted.assignment.task.public_id, accepted.pk, lead)
    aside = ReviewTask.objects.get(clip=make.make_queued_clip())
    review.set_aside(aside.public_id, REASON, lead)
    make.make_queued_clip()
    return waiting.assignment.clip


def _handed_in(reviewer: User) -> Annotation:
    """The labels of a task that is to be decided on."""
    clip = make.make_queued_clip()
    made = []
    for each in (reviewer, make.make_user()):
        assignment = review.next_clip(each)
        assert assignment
        assert assignment.clip_id == clip.pk
        made.append(review.submit(each, assignment.public_id, make.make_body()))
    return made[0]


def _flags(lead: User) -> None:
    for decision in ("", "uphold", "dismiss"):
        flag = moderation.flag(make.make_ready_clip(), "violence", lead.actor)
        if decision:
            moderation.decide(flag.pk, decision, REASON, lead.actor)
    until = clock.now() + datetime.timedelta(days=1)
    with memory_file("list") as file:
        file.write(b"0f" * 32)
        file.seek(0)
        description = moderation.Description("A list", "somebody", "keep it away", "other", until)
        moderation.add_list(description, file, 64, lead.actor)
    Recheck.objects.update(state=RunState.FAILED, failure_code="worker_stopped")
    RedactionRun.objects.create(
        clip=make.make_clip(held=True), effect="blur", state=RunState.FAILED, failure_code="decoder_failed"
    )


def _unredactions(people: dict[str, User]) -> None:
    """Asked for by the lead and by another; approved, and refused."""
    clip = make.make_ready_clip()
    redaction.ask_for_unredaction(clip, make.make_track(clip).number, REASON, people[Role.LEAD])
    make.make_unverified()
    make.make_unredaction(make.make_ready_clip())
    approved = make.make_unredaction(make.make_ready_clip())
    Unredaction.objects.filter(pk=approved.pk).update(
        state=UnredactionState.APPROVED, decided_by=people[Role.PRIVACY_OFFICER]
    )
    refused = make.make_unredaction(make.make_ready_clip())
    redaction.decide_unredaction(refused.pk, "refuse", REASON, people[Role.PRIVACY_OFFICER])


def _break_glass(people: dict[str, User]) -> None:
    """Asked for and running, by the lead, the officer and somebody else."""
    for person in (people[Role.LEAD], people[Role.PRIVACY_OFFICER], make.make_user(Role.LEAD)):
        break_glass.ask(make.make_ready_clip(), "danger", REASON, person)
        make.make_break_glass_access(person, copy=False)


def _desk(officer: User) -> None:
    """Alerts, saved searches, work on the log, an erasure, and requests of owners in every state."""
    oversight.save_search(officer.actor, "Leads", {"role": "lead"}, shared=True)
    alert()
    for steps in range(4):
        found = rights.open_request(
            make.make_clip().owner.pseudonym, clock.now(), "By letter.", officer.actor
        )
        if steps:
            sha256 = make.make_compiled(found.pk, officer.actor).sha256
        if steps > 1:
            rights.review_request(found.pk, sha256, officer.actor)
        if steps > 2:
            rights.answer_request(found.pk, REASON, sha256, officer.actor)
    scope = Scope(ScopeKind.CLIP, str(make.make_ready_clip().public_id))
    erasure = rights.request_erasure(scope, officer.actor, ErasureCause.OFFICER, REASON)
    rights.erase(erasure.pk)
    _retention(officer)
    run = oversight.request_log_work(LogWork.EXPORT, officer.actor)
    oversight.run_log_work(run.pk)


def _retention(officer: User) -> None:
    """A legal hold that stands, one on which the officer decides and one on which another does; a longer and
    a shorter rule."""
    other, until = make.make_user(Role.PRIVACY_OFFICER), clock.now() + datetime.timedelta(days=9)
    make.make_legal_hold(Scope(ScopeKind.CLIP, str(make.make_ready_clip().public_id)))
    for asks in (officer, other):
        owner = make.make_ready_clip().owner
        rights.ask_for_legal_hold(Scope(ScopeKind.OWNER, owner.pseudonym), until, REASON, asks.actor)
    rights.set_rule("held", Days(20, 20), REASON, version=1, actor=other.actor)
    rights.set_rule("expired", Days(2, 2), REASON, version=1, actor=other.actor)


def _datasets(engineer: User) -> None:
    """A release with a clip that stayed out, one that has failed, and one that was downloaded before an erasure."""
    project = make.make_accepted().assignment.project
    make.make_accepted(project, training=False)
    erased = make.make_accepted(project).assignment.clip
    Project.objects.update(active=False)  # its clips are labeled
    dataset = datasets.create(engineer.actor, "Porch", project, Filters())
    datasets.freeze(datasets.request(dataset, engineer.actor).pk)
    released = datasets.request(dataset, engineer.actor)
    datasets.freeze(released.pk)
    datasets.deliver(released, "coco", engineer.actor)
    datasets.erase_clip(erased, engineer.actor)
    failed = datasets.request(dataset, engineer.actor)
    Release.objects.filter(pk=failed.pk).update(state=RunState.FAILED, failure_code="worker_stopped")
