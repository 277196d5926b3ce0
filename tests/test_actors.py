"""Who may act: the transition tables, the services that use them and the permission matrix say the same.

Each trial calls a service on a thing in a state of the table. It is called by everybody: each role that there is, and
others that are on the log, once as the person whom the thing knows and once as a stranger.
"""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from annotations.accounts import services as accounts
from annotations.accounts.enums import ANONYMOUS, Role
from annotations.accounts.matrix import ROLES, Matrix, Rule, matrix
from annotations.accounts.models import User
from annotations.accounts.rules import PROPOSALS
from annotations.audit.actors import WORKER, Actor
from annotations.break_glass import services as break_glass
from annotations.break_glass.rules import BREAK_GLASS
from annotations.core import clock
from annotations.core.errors import DomainError, Missing, NotAllowed
from annotations.core.transitions import TransitionTable
from annotations.moderation import services as moderation
from annotations.moderation.rules import FLAGS
from annotations.outgoing import services as outgoing
from annotations.outgoing.enums import MessageState
from annotations.outgoing.rules import OUTGOING_MESSAGES
from annotations.outgoing.templates import ALL_CLEAR
from annotations.oversight import services as oversight
from annotations.oversight.rules import ALERTS
from annotations.redaction import services as redaction
from annotations.redaction.enums import UnredactionState
from annotations.redaction.models import RedactionRun, Unredaction
from annotations.redaction.rules import UNREDACTIONS, UNVERIFIED
from annotations.review import services as review
from annotations.review.enums import AssignmentState
from annotations.review.models import Annotation, Assignment, ReviewTask
from annotations.review.rules import ASSIGNMENTS, MOST_RESERVED, TASKS
from annotations.review.schema import HOME_THREAT_DETECTION
from annotations.rights import services as rights
from annotations.rights.retention.rules import Days
from annotations.rights.rules import LEGAL_HOLDS, REQUESTS, RETENTION_RULES
from annotations.rights.scopes import Scope
from reviewapp.actions import ACTIONS, disagreements, roles_of
from reviewapp.diagrams import tables
from tests import factories as make
from tests.oversight.test_alerts import alert

EVERYBODY = (*Role.values, WORKER.role, ANONYMOUS, "owner")
REASON = "A reason of some words."
FACE = {"frame": 4, "box": [22.0, 14.0, 14.0, 18.0]}


Move = tuple[TransitionTable, str, str]


@dataclass(frozen=True)
class Trial:
    """`act` is the service, on a thing that knows somebody: `known`, whom the table's rules call `knows`.

    What a service gives to that person alone (`theirs`) is not tried by strangers, to whom it does not exist.
    """

    act: Callable[[User], object]
    known: User | None = None
    knows: str = ""
    theirs: bool = False

    def allowed(self, person: User, moves: tuple[Move, ...]) -> bool:
        people = {self.knows: self.known.pseudonym} if self.known and self.knows else {}
        return all(table.allows(state, action, person.actor, **people) for table, state, action in moves)


Prepare = Callable[[], Trial]
TRIALS: dict[str, tuple[tuple[Move, ...], Prepare]] = {}


def trial(*moves: Move, more: str = "") -> Callable[[Prepare], Prepare]:
    """Registers what makes a trial of these actions, each with its table and the state from which it is taken."""

    def register(prepare: Prepare) -> Prepare:
        table, state, action = moves[0]
        TRIALS[f"{table.name}: {action}, {state}{more}"] = moves, prepare
        return prepare

    return register


def outcome(act: Callable[[User], object], person: User) -> DomainError | None:
    """What the service raises; whatever it did is undone."""
    try:
        with transaction.atomic():
            act(person)
            transaction.set_rollback(True)
    except (NotAllowed, Missing) as error:
        return error
    return None


# accounts


def _proposal(action: str) -> Trial:
    asker = make.make_user(Role.OPERATOR)
    # Of somebody who sees no content: for others an operator may agree only where there is no officer.
    loss = partial(make.make_loss, asker, make.make_user(Role.OPERATOR))
    found = loss() if action.endswith("a loss") else make.make_proposal(asker)
    acts: dict[str, Callable[[User], object]] = {
        "agree": lambda who: accounts.decide_proposal(found.pk, "agree", REASON, who.actor),
        "refuse": lambda who: accounts.decide_proposal(found.pk, "refuse", REASON, who.actor),
        "agree to a loss": lambda who: accounts.decide_loss(found.pk, "agree", REASON, who.actor),
        "refuse a loss": lambda who: accounts.decide_loss(found.pk, "refuse", REASON, who.actor),
        "take back": lambda who: accounts.take_back_proposal(found.pk, who.actor),
    }
    return Trial(acts[action], known=asker, knows="asked_by")


for _each in PROPOSALS:
    if _each.action != "lapse":
        trial((PROPOSALS, _each.source, _each.action))(partial(_proposal, _each.action))


# moderation


def _flag(state: str, action: str) -> Trial:
    flag = moderation.flag(make.make_ready_clip(), "violence", make.make_user(Role.LEAD).actor)
    if state == "upheld":
        moderation.decide(flag.pk, "uphold", REASON, make.make_user(Role.LEAD).actor)
    return Trial(lambda person: moderation.decide(flag.pk, action, REASON, person.actor))


for _each in FLAGS:
    trial((FLAGS, _each.source, _each.action))(partial(_flag, _each.source, _each.action))


# redaction


_UNVERIFIED: dict[str, tuple[tuple[Move, ...], Callable[[RedactionRun, User], object]]] = {
    "try strictly": ((), lambda run, who: redaction.try_strictly(run.clip, who.actor)),
    "discard": (
        ((FLAGS, "open", "uphold"),),
        lambda run, who: moderation.discard(run.clip, REASON, who.actor),
    ),
    "start again": ((), lambda run, who: redaction.retry(run, who.actor)),
}


def _unverified(state: str, action: str) -> Trial:
    run = make.make_unverified(unverified=state)
    return Trial(lambda person: _UNVERIFIED[action][1](run, person))


for _each in UNVERIFIED:
    trial((UNVERIFIED, _each.source, _each.action), *_UNVERIFIED[_each.action][0])(
        partial(_unverified, _each.source, _each.action)
    )


def _unredaction(act: Callable[[Unredaction, User], object], *, approved: bool = False) -> Trial:
    unredaction = make.make_unredaction(make.make_ready_clip())
    if approved:
        decided = {"state": UnredactionState.APPROVED, "decided_by": make.make_user(Role.LEAD)}
        Unredaction.objects.filter(pk=unredaction.pk).update(**decided)
    return Trial(lambda person: act(unredaction, person), known=unredaction.asked_by, knows="asked_by")


@trial((UNREDACTIONS, "asked", "approve"))
def _() -> Trial:
    return _unredaction(
        lambda unredaction, who: redaction.decide_unredaction(unredaction.pk, "approve", REASON, who)
    )


@trial((UNREDACTIONS, "asked", "refuse"))
def _() -> Trial:
    return _unredaction(
        lambda unredaction, who: redaction.decide_unredaction(unredaction.pk, "refuse", REASON, who)
    )


@trial((UNREDACTIONS, "asked", "take back"))
def _() -> Trial:
    return _unredaction(lambda unredaction, who: redaction.take_back_unredaction(unredaction.pk, who))


@trial((UNREDACTIONS, "approved", "hide again"))
def _() -> Trial:
    return _unredaction(lambda unredaction, who: redaction.hide_again(unredaction.pk, who), approved=True)


@trial((UNREDACTIONS, "approved", "report something to hide"))
def _() -> Trial:
    def report(unredaction: Unredaction, who: User) -> None:
        redaction.report_missed_regions(unredaction.clip, [FACE], who.actor)

    return _unredaction(report, approved=True)


# review


@trial((ASSIGNMENTS, "open", "claim"))
def _() -> Trial:
    make.make_project()
    make.make_queued_clip()
    return Trial(review.next_clip)


@trial((ASSIGNMENTS, "open", "claim"), more=", ahead")
def _() -> Trial:
    make.make_project()
    current = make.make_queued_clip().public_id
    return Trial(lambda person: review.prefetch(person, current))


def _assignment(act: Callable[[User, Assignment], object], **fields: Any) -> Trial:
    reviewer = make.make_user()
    assignment = make.make_assignment(reviewer)
    Assignment.objects.filter(pk=assignment.pk).update(**fields)
    return Trial(lambda person: act(person, assignment), known=reviewer, theirs=True)


@trial((ASSIGNMENTS, "leased", "extend"))
def _() -> Trial:
    return _assignment(lambda who, found: review.extend(who, found.public_id))


@trial((ASSIGNMENTS, "returned", "resume"))
def _() -> Trial:
    return _assignment(lambda who, found: review.resume(who, found.public_id), state="returned")


@trial((ASSIGNMENTS, "expired", "resume"))
def _() -> Trial:
    over = clock.now() - clock.seconds(60)
    tried = _assignment(lambda who, found: review.resume(who, found.public_id), lease_until=over)
    review.expire_leases()
    return tried


@trial((ASSIGNMENTS, "leased", "submit"))
def _() -> Trial:
    return _assignment(lambda who, found: review.submit(who, found.public_id, make.make_body()))


@trial((ASSIGNMENTS, "leased", "skip"))
def _() -> Trial:
    reason = HOME_THREAT_DETECTION["skip_reasons"][0]["code"]
    return _assignment(lambda who, found: review.skip(who, found.public_id, reason))


@trial((ASSIGNMENTS, "leased", "flag"))
def _() -> Trial:
    return _assignment(lambda who, found: review.flag(who, found.public_id, "violence"))


def _report(who: User, found: Assignment) -> None:
    review.report_missed_regions(who, found.public_id, [FACE])


@trial((ASSIGNMENTS, "leased", "report something to hide"))
def _() -> Trial:
    return _assignment(_report)


@trial((ASSIGNMENTS, "leased", "report one more thing to hide"))
def _() -> Trial:
    """As many clips as one may have wait for the reporter already."""
    tried = _assignment(_report)
    for _ in range(MOST_RESERVED):
        waiting = make.make_assignment(make.make_user())
        Assignment.objects.filter(pk=waiting.pk).update(
            state=AssignmentState.PARKED, reviewer=tried.known, lease_until=None
        )
    return tried


def _handed_in() -> Annotation:
    """The labels of one of two reviewers who have handed in."""
    make.make_project(reviewers=2)
    clip = make.make_queued_clip()
    for reviewer in (make.make_user(), make.make_user()):
        assignment = review.next_clip(reviewer)
        assert assignment
        assert assignment.clip_id == clip.pk
        annotation = review.submit(reviewer, assignment.public_id, make.make_body())
    return annotation


def _on_submitted_labels(act: Callable[[ReviewTask, Annotation, Actor], object]) -> Trial:
    annotation = _handed_in()
    task, reviewer = annotation.assignment.task, annotation.assignment.reviewer
    return Trial(lambda person: act(task, annotation, person.actor), known=reviewer, knows="reviewer")


@trial(
    (TASKS, "settling", "accept"),
    (ASSIGNMENTS, "submitted", "accept"),
    (ASSIGNMENTS, "submitted", "supersede"),
)
def _() -> Trial:
    return _on_submitted_labels(lambda task, labels, actor: review.accept(task.public_id, labels.pk, actor))


@trial((TASKS, "settling", "return"), (ASSIGNMENTS, "submitted", "return"))
def _() -> Trial:
    return _on_submitted_labels(
        lambda task, labels, actor: review.send_back(task.public_id, labels.pk, REASON, actor)
    )


def _task() -> uuid.UUID:
    make.make_project()
    return ReviewTask.objects.get(clip=make.make_queued_clip()).public_id


@trial((TASKS, "open", "set aside"))
def _() -> Trial:
    task = _task()
    return Trial(lambda person: review.set_aside(task, REASON, person.actor))


@trial((TASKS, "set_aside", "reopen"))
def _() -> Trial:
    task = _task()
    review.set_aside(task, REASON, make.make_user(Role.LEAD).actor)
    return Trial(lambda person: review.reopen(task, person.actor))


# break-glass, oversight, rights


def _alert(state: str, action: str) -> Trial:
    about, officer = make.make_user(), make.make_user(Role.PRIVACY_OFFICER).actor
    found = alert(actor=about.actor).pk
    if state == "taken":
        oversight.take_alert(found, officer)
    elif state == "escalated":
        oversight.resolve_alert(found, "escalate", REASON, officer)
    acts: dict[str, Callable[[User], object]] = {
        "take": lambda who: oversight.take_alert(found, who.actor),
        "give back": lambda who: oversight.give_back_alert(found, who.actor),
        "explain": lambda who: oversight.resolve_alert(found, "explain", REASON, who.actor),
        "escalate": lambda who: oversight.resolve_alert(found, "escalate", REASON, who.actor),
    }
    return Trial(acts[action], known=about, knows="about")


for _each in ALERTS:
    trial((ALERTS, _each.source, _each.action))(partial(_alert, _each.source, _each.action))


def _request(state: str, action: str) -> Trial:
    officer = make.make_user(Role.PRIVACY_OFFICER).actor
    opened = rights.open_request(make.make_clip().owner.pseudonym, clock.now(), "By letter.", officer)
    found, sha256 = opened.pk, ""
    if state in {"compiled", "reviewed"}:
        sha256 = make.make_compiled(found, officer).sha256
    if state == "reviewed":
        rights.review_request(found, sha256, officer)
    acts: dict[str, Callable[[User], object]] = {
        "compile": lambda who: rights.compile_request(found, who.actor),
        "review": lambda who: rights.review_request(found, sha256, who.actor),
        "answer": lambda who: rights.answer_request(found, REASON, sha256, who.actor),
        "refuse": lambda who: rights.refuse_request(found, REASON, who.actor),
    }
    return Trial(acts[action])


for _each in REQUESTS:
    trial((REQUESTS, _each.source, _each.action))(partial(_request, _each.source, _each.action))


def _legal_hold(state: str, action: str) -> Trial:
    until = clock.now() + datetime.timedelta(days=9)
    scope, asker = Scope("clip", str(make.make_clip().public_id)), make.make_user(Role.PRIVACY_OFFICER)
    if state == "asked":
        hold = rights.ask_for_legal_hold(scope, until, REASON, asker.actor).pk
    else:
        hold = make.make_legal_hold(scope, days=8).pk
    if state == "extension_asked":
        rights.ask_for_extension(hold, until, REASON, asker.actor)
    elif state == "release_asked":
        rights.ask_for_release(hold, REASON, asker.actor)
    acts: dict[str, Callable[[User], object]] = {
        "agree": lambda who: rights.decide_legal_hold(hold, "agree", REASON, who.actor),
        "refuse": lambda who: rights.decide_legal_hold(hold, "refuse", REASON, who.actor),
        "ask to extend": lambda who: rights.ask_for_extension(hold, until, REASON, who.actor),
        "ask to release": lambda who: rights.ask_for_release(hold, REASON, who.actor),
    }
    return Trial(acts[action], known=asker, knows="asked_by")


for _each in LEGAL_HOLDS:
    if _each.action != "expire":
        trial((LEGAL_HOLDS, _each.source, _each.action))(partial(_legal_hold, _each.source, _each.action))


def _retention_rule(action: str) -> Trial:
    asker = make.make_user(Role.PRIVACY_OFFICER)
    changed = {"agree for later": Days(2, 20), "take back": Days(2, 2)}
    rights.set_rule("held", changed.get(action, Days(20, 20)), REASON, version=1, actor=asker.actor)
    action = action.removesuffix(" for later")
    return Trial(
        lambda who: rights.decide_rule("held", action, REASON, who.actor), known=asker, knows="asked_by"
    )


for _each in RETENTION_RULES:
    if _each.action != "bring into force":
        trial((RETENTION_RULES, _each.source, _each.action))(partial(_retention_rule, _each.action))


def _access(act: Callable[[uuid.UUID, User], object], *, approved: bool = False) -> Trial:
    lead = make.make_user(Role.LEAD)
    if approved:
        found = make.make_break_glass_access(lead, copy=False)
    else:
        found = break_glass.ask(make.make_ready_clip(), "danger", REASON, lead)
    return Trial(lambda person: act(found.pk, person), known=lead, knows="asked_by")


@trial((BREAK_GLASS, "asked", "approve"))
def _() -> Trial:
    return _access(lambda found, who: break_glass.decide(found, "approve", REASON, [], who))


@trial((BREAK_GLASS, "asked", "refuse"))
def _() -> Trial:
    return _access(lambda found, who: break_glass.decide(found, "refuse", REASON, [], who))


@trial((BREAK_GLASS, "approved", "close"))
def _() -> Trial:
    return _access(break_glass.close, approved=True)


@trial((OUTGOING_MESSAGES, MessageState.DEAD, "send again"))
def _() -> Trial:
    with (
        override_settings(
            WEBHOOK_TARGETS={"pager": "https://pager.example/"}, NOTIFY={"operations": ["pager"]}
        ),
        transaction.atomic(),
    ):
        (message,) = outgoing.tell("operations", ALL_CLEAR, {}, WORKER)
    message.state, message.ended_at = MessageState.DEAD, clock.now()
    message.save()
    return Trial(lambda person: outgoing.send_again(message.pk, person.actor))


# the tests


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.parametrize("name", TRIALS)
def test_a_service_lets_through_exactly_whom_its_table_does(name: str) -> None:
    moves, prepare = TRIALS[name]
    tried = prepare()
    passed = 0
    for role in EVERYBODY:
        people = [make.make_user()] if not tried.theirs else []
        for person in [*people, *([tried.known] if tried.known else [])]:
            person.role = role
            if role in Role:  # a service may look whether whoever acts still has it
                person.save(update_fields=["role"])
            refusal = outcome(tried.act, person)
            assert (refusal is None) is tried.allowed(person, moves), (role, person == tried.known, refusal)
            passed += refusal is None
    assert 0 < passed < 2 * len(EVERYBODY)


def test_every_transition_that_a_person_makes_is_tried() -> None:
    tried = {
        (table.name, state, action) for moves, _prepare in TRIALS.values() for table, state, action in moves
    }
    needed = {
        (table.name, t.source, t.action)
        for table in tables().values()
        for t in table
        if not set(t.who.roles) <= {WORKER.role}
    }
    assert tried == needed


def test_the_roles_of_the_tables_are_roles_of_accounts_or_the_site() -> None:
    for table in tables().values():
        assert {role for t in table for role in t.who.roles} <= {*Role.values, WORKER.role}


def test_the_matrix_and_the_tables_agree() -> None:
    assert list(disagreements(matrix(), tables().values())) == []


@pytest.mark.parametrize("route", ACTIONS)
def test_a_role_more_or_less_in_the_matrix_is_a_disagreement(route: str) -> None:
    rule = matrix().rule(route, "POST")
    for role in ROLES:
        changed = Rule(rule.route, rule.method, rule.everything ^ {role}, rule.own - {role})
        if role in rule.own:
            changed = Rule(rule.route, rule.method, rule.everything, rule.own - {role})
        others = [each for each in matrix().rules.values() if each != rule]
        found = list(disagreements(Matrix([*others, changed]), tables().values()))
        assert len(found) == len(ACTIONS[route])
        assert all(line.startswith(f"{route} is open to") for line in found)


def test_an_action_of_people_that_no_route_triggers_is_a_disagreement() -> None:
    unknown = TransitionTable("lamp", initial=["on"], final=["on"], transitions=list(FLAGS))
    found = list(disagreements(matrix(), [*tables().values(), unknown]))
    assert len(found) == len({t.action for t in FLAGS})
    assert "No route of ACTIONS triggers “uphold” of the table “lamp”." in found


def test_what_only_the_site_does_is_no_persons() -> None:
    assert roles_of(BREAK_GLASS, "lapse") == frozenset()
    assert roles_of(BREAK_GLASS, "close") == {Role.LEAD, Role.PRIVACY_OFFICER}
