"""Nobody decides on a page that is out of date: every form that decides says what it showed, and is told what changed.

Every route that takes a form stands in `DECISIONS`, with a case, or in `DECIDES_NOTHING`, with the reason; a new one
fails here until it does.
"""

import datetime
import html
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.audit.registry import lookup
from annotations.break_glass import services as break_glass
from annotations.clips import selectors as clip_selectors
from annotations.clips.models import Device
from annotations.clips.services import set_camera
from annotations.core import clock
from annotations.datasets import services as datasets
from annotations.datasets.filters import Filters
from annotations.moderation import services as moderation
from annotations.oversight import services as oversight
from annotations.oversight.alerting import RULES
from annotations.oversight.alerting.values import dump
from annotations.redaction import services as redaction
from annotations.redaction.enums import UnredactionState
from annotations.redaction.models import Unredaction
from annotations.redaction.services import choose_hiding
from annotations.review import services as review
from annotations.review.models import ReviewTask
from annotations.rights import services as rights
from annotations.rights.retention.rules import Days
from annotations.rights.scopes import Scope
from annotations.vision.camera import Camera
from tests import factories as make
from tests.oversight.test_alerts import alert
from tests.routes import routes

pytestmark = [pytest.mark.django_db, pytest.mark.once]

REASON = "Words that somebody typed at length."
OWN = "somebody's own: nobody else decides on it"
ASKS = "asks for something or makes it; nothing stood before that it could overturn"
ONCE = "can be done once; again it is refused, or changes nothing"

DECIDES_NOTHING = {
    **dict.fromkeys(
        (
            "accounts:sign_in",
            "accounts:sign_out",
            "accounts:use_link",
            "accounts:change_password",
            "accounts:end_session",
            "accounts:end_other_sessions",
            "accounts:second_factor",
            "accounts:step_up",
            "accounts:add_app",
            "accounts:add_passkey",
            "accounts:rename_factor",
            "accounts:remove_factor",
            "accounts:renew_recovery_codes",
            "accounts:make_own_key",
            "accounts:rotate_own_key",
            "accounts:revoke_own_key",
            "accounts:choose_time_zone",
            "accounts:accept_statement",
            "single_sign_on:begin",
            "single_sign_on:confirm",
            "single_sign_on:ended",
            "datasets:confirm_deletions",
            "datasets:api_confirm_deletions",
            "oversight:save_search",
            "oversight:change_search",
            "review:next",
            "review:claim",
            "review:resume",
            "review:draft",
            "review:submit",
            "review:extend",
            "review:skip",
            "review:flag",
            "review:missed_regions",
            "review:watched",
            "review:task_watched",
            "break_glass:watched",
        ),
        OWN,
    ),
    **dict.fromkeys(
        (
            "accounts:invite",
            "accounts:mail_link",
            "accounts:make_key",
            "clips:submit",
            "clips:api_clips",
            "clips:api_camera",
            "datasets:create",
            "moderation:add_list",
            "redaction:ask_for_unredaction",
            "break_glass:ask",
            "rights:new_access_request",
            "rights:new_legal_hold",
            "rights:link_receipt",
            "oversight:work_on_log",
            "oversight:search_text",
            "oversight:export_entries",
            "oversight:prove_entry",
            "moderation:reveal",
            "review:media_token",
            "review:task_media_token",
            "break_glass:token",
            "try_target",
        ),
        ASKS,
    ),
    **dict.fromkeys(
        (
            "accounts:revoke_key",
            "accounts:rotate_key",
            "send_message_again",
            "moderation:remove_list",
            "moderation:recheck_again",
            "operations_retry",
            "datasets:retry",
            "datasets:succeed",
            "rights:continue_erasure",
            "rights:erase",
            "rights:withdraw",
            "rights:receipt_withdraw",
            "rights:receipt_erase",
        ),
        ONCE,
    ),
    **dict.fromkeys(
        ("rights:renew_receipt", "rights:receipt_renew"),
        "ends every link there is, whoever made it meanwhile, and makes a new one",
    ),
    "single_sign_on:ended": "the provider says what happened there; nobody fills it in",
    "rights:plan_erasure": "carries the digest of the plan, and shows another plan itself when it is one",
}


@dataclass(frozen=True)
class Decision:
    """Somebody in `role` reads `page` and sends the form to `path`; `meanwhile` is what somebody else does."""

    role: str
    page: str
    path: str
    meanwhile: Callable[[User], object]
    data: dict[str, Any] = field(default_factory=dict)
    person: User | None = None


DECISIONS: dict[str, Callable[[], Decision]] = {}
Prepare = Callable[[], Decision]


def decision(route: str) -> Callable[[Prepare], Prepare]:
    def register(prepare: Prepare) -> Prepare:
        DECISIONS[route] = prepare
        return prepare

    return register


# accounts


def _person(route: str, data: dict[str, Any], user: User | None = None) -> Decision:
    user = user or make.make_user(Role.ML_ENGINEER)
    described = accounts.Description("Somebody else", "RO", "ro")
    return Decision(
        Role.OPERATOR,
        reverse("accounts:person", args=[user.pk]),
        reverse(route, args=[user.pk]),
        lambda other: accounts.describe(user.pk, described, other.actor),
        data,
    )


@decision("accounts:describe")
def _() -> Decision:
    return _person("accounts:describe", {"name": REASON, "country": "PL", "languages": "pl"})


@decision("accounts:record_training")
def _() -> Decision:
    user = make.make_user(Role.ML_ENGINEER, trained_on=None)
    return _person("accounts:record_training", {"day": clock.now().date().isoformat()}, user)


@decision("accounts:change_role")
def _() -> Decision:
    return _person("accounts:change_role", {"role": Role.CONTRACTOR, "reason": REASON})


@decision("accounts:step")
def _() -> Decision:
    return _person("accounts:step", {"step": "close", "reason": REASON})


@decision("accounts:require_new_password")
def _() -> Decision:
    return _person("accounts:require_new_password", {})


def _proposal(route: str, role: str, data: dict[str, Any]) -> Decision:
    found = make.make_proposal()

    def refuse(other: User) -> None:
        if other.role == Role.PRIVACY_OFFICER:
            accounts.decide_proposal(found.pk, "refuse", REASON, other.actor)
        else:
            accounts.take_back_proposal(found.pk, other.actor)

    page = reverse("accounts:person", args=[found.user_id])
    return Decision(role, page, reverse(route, args=[found.pk]), refuse, data)


@decision("accounts:decide_proposal")
def _() -> Decision:
    data = {"decision": "agree", "reason": REASON}
    return _proposal("accounts:decide_proposal", Role.PRIVACY_OFFICER, data)


@decision("accounts:decide_loss")
def _() -> Decision:
    found = make.make_loss(make.make_user(Role.OPERATOR))
    return Decision(
        Role.PRIVACY_OFFICER,
        reverse("accounts:person", args=[found.user_id]),
        reverse("accounts:decide_loss", args=[found.pk]),
        lambda other: accounts.decide_loss(found.pk, "refuse", REASON, other.actor),
        {"decision": "agree", "reason": REASON},
    )


@decision("accounts:take_back_proposal")
def _() -> Decision:
    return _proposal("accounts:take_back_proposal", Role.OPERATOR, {})


# clips and redaction


@decision("clips:camera")
def _() -> Decision:
    clip = make.make_clip()
    device = Device.objects.create(owner=clip.owner, lookup="a-camera")
    path = reverse("clips:camera", args=[device.pk])
    turned = Camera(quarter_turns=1)
    return Decision(
        Role.OPERATOR,
        path,
        path,
        lambda other: set_camera(
            device, turned, other.actor, version=clip_selectors.camera_of(device).version
        ),
        {"quarter_turns": "2", "aspect": "", "zones": ""},
    )


def _unredaction(route: str, data: dict[str, Any], *, approved: bool = False, own: bool = False) -> Decision:
    found = make.make_unredaction(make.make_ready_clip())
    if approved:
        decided = {"state": UnredactionState.APPROVED, "decided_by": make.make_user(Role.LEAD)}
        Unredaction.objects.filter(pk=found.pk).update(**decided)

    def meanwhile(other: User) -> None:
        if approved:
            redaction.hide_again(found.pk, other)
        else:
            redaction.decide_unredaction(found.pk, "refuse", REASON, other)

    page = reverse("redaction:unredaction", args=[found.pk])
    return Decision(
        Role.LEAD,
        page,
        reverse(route, args=[found.pk]),
        meanwhile,
        data,
        person=found.asked_by if own else None,
    )


@decision("redaction:decide_unredaction")
def _() -> Decision:
    return _unredaction("redaction:decide_unredaction", {"decision": "refuse", "reason": REASON})


@decision("redaction:take_back_unredaction")
def _() -> Decision:
    return _unredaction("redaction:take_back_unredaction", {}, own=True)


@decision("redaction:hide_again")
def _() -> Decision:
    return _unredaction("redaction:hide_again", {}, approved=True)


# moderation


@decision("moderation:decide")
def _() -> Decision:
    flag = moderation.flag(make.make_ready_clip(), "violence", make.make_user(Role.LEAD).actor)
    return Decision(
        Role.LEAD,
        reverse("moderation:detail", args=[flag.pk]),
        reverse("moderation:decide", args=[flag.pk]),
        lambda other: moderation.decide(flag.pk, "uphold", REASON, other.actor),
        {"decision": "dismiss", "reason": REASON},
    )


@decision("moderation:decide_together")
def _() -> Decision:
    reviewer = make.make_user().actor
    flags = [moderation.flag(make.make_ready_clip(), "violence", reviewer) for _ in range(3)]
    ids = [str(flag.pk) for flag in flags]
    return Decision(
        Role.LEAD,
        f"{reverse('moderation:flagged')}?raised_by={reviewer.pseudonym}",
        reverse("moderation:decide_together"),
        lambda other: moderation.decide(flags[2].pk, "uphold", REASON, other.actor),
        {"listed": ids, "flag": ids[:2], "decision": "dismiss", "reason": REASON},
    )


def _unverified(route: str, data: dict[str, Any]) -> Decision:
    run = make.make_unverified()
    return Decision(
        Role.LEAD,
        reverse("moderation:unverified_clip", args=[run.clip.public_id]),
        reverse(route, args=[run.clip.public_id]),
        lambda other: moderation.discard(run.clip, REASON, other.actor),
        data,
    )


@decision("moderation:try_strictly")
def _() -> Decision:
    return _unverified("moderation:try_strictly", {})


@decision("moderation:discard")
def _() -> Decision:
    return _unverified("moderation:discard", {"reason": REASON})


# review


def _handed_in(route: str, data: dict[str, Any]) -> Decision:
    make.make_project(reviewers=1)
    make.make_queued_clip()
    reviewer = make.make_user()
    assignment = review.next_clip(reviewer)
    assert assignment
    labels = review.submit(reviewer, assignment.public_id, make.make_body())
    task = ReviewTask.objects.get(clip=assignment.clip)
    return Decision(
        Role.LEAD,
        reverse("review:adjudicate", args=[task.public_id]),
        reverse(route, args=[task.public_id]),
        lambda other: review.accept(task.public_id, labels.pk, other.actor),
        {"annotation": str(labels.pk), **data},
    )


@decision("review:accept")
def _() -> Decision:
    return _handed_in("review:accept", {})


@decision("review:return")
def _() -> Decision:
    return _handed_in("review:return", {"reason": REASON})


@decision("review:flag_task")
def _() -> Decision:
    return _handed_in("review:flag_task", {"category": "violence", "note": REASON})


def _open_task(route: str, data: dict[str, Any], *, aside: bool = False) -> Decision:
    make.make_project()
    task = ReviewTask.objects.get(clip=make.make_queued_clip()).public_id
    if aside:
        review.set_aside(task, REASON, make.make_user(Role.LEAD).actor)

    def meanwhile(other: User) -> None:
        if aside:
            review.reopen(task, other.actor)
        else:
            review.set_aside(task, REASON, other.actor)

    page = reverse("review:adjudicate", args=[task])
    return Decision(Role.LEAD, page, reverse(route, args=[task]), meanwhile, data)


@decision("review:set_aside")
def _() -> Decision:
    return _open_task("review:set_aside", {"reason": REASON})


@decision("review:reopen")
def _() -> Decision:
    return _open_task("review:reopen", {}, aside=True)


@decision("review:hiding_effect")
def _() -> Decision:
    path = reverse("review:hiding_effect")
    return Decision(
        Role.PRIVACY_OFFICER,
        path,
        path,
        lambda other: choose_hiding("fill", REASON, version=0, actor=other.actor),
        {"effect": "mosaic", "reason": REASON},
    )


# datasets


@decision("datasets:change")
def _() -> Decision:
    engineer = make.make_user(Role.ML_ENGINEER).actor
    dataset = datasets.create(engineer, "Porch", make.make_accepted().assignment.project, Filters())
    return Decision(
        Role.ML_ENGINEER,
        reverse("datasets:detail", args=[dataset.pk]),
        reverse("datasets:change", args=[dataset.pk]),
        lambda other: datasets.change(dataset, Filters(first_day=clock.now().date()), other.actor),
        {"last_day": clock.now().date().isoformat()},
    )


# oversight


def _alert(route: str, data: dict[str, Any], *, taken: bool = False) -> Decision:
    found = alert(actor=make.make_user().actor)
    if taken:
        oversight.take_alert(found.pk, make.make_user(Role.PRIVACY_OFFICER).actor)
    return Decision(
        Role.PRIVACY_OFFICER,
        reverse("oversight:alert", args=[found.pk]),
        reverse(route, args=[found.pk]),
        lambda other: oversight.resolve_alert(found.pk, "escalate", REASON, other.actor),
        data,
    )


@decision("oversight:take_alert")
def _() -> Decision:
    return _alert("oversight:take_alert", {})


@decision("oversight:give_back_alert")
def _() -> Decision:
    return _alert("oversight:give_back_alert", {}, taken=True)


@decision("oversight:resolve_alert")
def _() -> Decision:
    return _alert("oversight:resolve_alert", {"decision": "explain", "reason": REASON})


@decision("oversight:alert_rule")
def _() -> Decision:
    path, values = reverse("oversight:alert_rule", args=["refusals"]), dump(RULES["refusals"]())
    return Decision(
        Role.PRIVACY_OFFICER,
        path,
        path,
        lambda other: oversight.change_alert_rule(
            "refusals", values | {"refusals": 9}, enabled=True, version=0, actor=other.actor
        ),
        {"refusals": "7", "sign_ins": "7", "enabled": "on"},
    )


# break-glass and rights


@decision("break_glass:decide")
def _() -> Decision:
    found = break_glass.ask(make.make_ready_clip(), "danger", REASON, make.make_user(Role.LEAD))
    return Decision(
        Role.PRIVACY_OFFICER,
        reverse("break_glass:detail", args=[found.pk]),
        reverse("break_glass:decide", args=[found.pk]),
        lambda other: break_glass.decide(found.pk, "refuse", REASON, [], other),
        {"decision": "approve", "reason": REASON},
    )


@decision("break_glass:close")
def _() -> Decision:
    found = make.make_break_glass_access(make.make_user(Role.LEAD), copy=False)
    return Decision(
        Role.PRIVACY_OFFICER,
        reverse("break_glass:detail", args=[found.pk]),
        reverse("break_glass:close", args=[found.pk]),
        lambda other: break_glass.close(found.pk, other),
    )


@decision("rights:step_access_request")
def _() -> Decision:
    officer = make.make_user(Role.PRIVACY_OFFICER).actor
    found = rights.open_request(make.make_clip().owner.pseudonym, clock.now(), "By letter.", officer)
    return Decision(
        Role.PRIVACY_OFFICER,
        reverse("rights:access_request", args=[found.pk]),
        reverse("rights:step_access_request", args=[found.pk]),
        lambda other: rights.extend_request(found.pk, REASON, other.actor),
        {"step": "refuse", "reason": REASON},
    )


@decision("rights:retention_rule")
def _() -> Decision:
    path = reverse("rights:retention_rule", args=["held"])

    def meanwhile(other: User) -> None:
        with override_settings(RETENTION_SHORTER_AFTER=datetime.timedelta()):  # in force at once
            rights.set_rule("held", Days(3, 3), REASON, version=1, actor=other.actor)

    sent = {"original": "20", "rest": "20", "reason": REASON}
    return Decision(Role.PRIVACY_OFFICER, path, path, meanwhile, sent)


@decision("rights:decide_retention_rule")
def _() -> Decision:
    asker = make.make_user(Role.PRIVACY_OFFICER).actor
    rights.set_rule("held", Days(20, 20), REASON, version=1, actor=asker)

    def meanwhile(other: User) -> None:
        rights.decide_rule("held", "refuse", REASON, other.actor)
        rights.set_rule("held", Days(25, 25), REASON, version=1, actor=other.actor)

    return Decision(
        Role.PRIVACY_OFFICER,
        reverse("rights:retention_rule", args=["held"]),
        reverse("rights:decide_retention_rule", args=["held"]),
        meanwhile,
        {"decision": "agree", "reason": REASON},
    )


@decision("rights:step_legal_hold")
def _() -> Decision:
    hold = make.make_legal_hold(Scope("clip", str(make.make_clip().public_id)), days=8)
    until = clock.now() + clock.seconds(9 * 86_400)
    return Decision(
        Role.PRIVACY_OFFICER,
        reverse("rights:legal_hold", args=[hold.pk]),
        reverse("rights:step_legal_hold", args=[hold.pk]),
        lambda other: rights.ask_for_extension(hold.pk, until, REASON, other.actor),
        {"step": "release", "reason": REASON},
    )


# The walk


def sent_by_forms() -> set[str]:
    return {route.name for route in routes() if route.methods - {"GET"}}


def test_every_route_that_takes_a_form_carries_what_was_shown_or_decides_nothing() -> None:
    assert DECISIONS.keys() & DECIDES_NOTHING.keys() == set()
    assert sent_by_forms() == DECISIONS.keys() | DECIDES_NOTHING.keys()


def hidden(content: str, path: str) -> dict[str, str]:
    """The hidden fields of the first form that goes to the path, or to the page itself."""
    for form in re.findall(r'<form[^>]*method="post".*?</form>', content, re.DOTALL):
        target = re.match(r'<form[^>]*?action="([^"]*)"', form)
        if target is None or html.unescape(target[1]) == path:
            fields = re.findall(r"<input[^>]*>", form)
            pairs = {_of(each, "name"): _of(each, "value") for each in fields if 'type="hidden"' in each}
            if "shown" in pairs or "version" in pairs:
                return {name: value for name, value in pairs.items() if name != "csrfmiddlewaretoken"}
    raise AssertionError(f"no form to {path} says what it showed")


def _of(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def acts() -> list[uuid.UUID]:
    """The entries of acts: reading a page leaves one, too."""
    entries = LogEntry.objects.order_by("id")
    return [entry.pk for entry in entries if lookup(entry.action).repeats is None]


@pytest.mark.both
@pytest.mark.parametrize("route", sorted(DECISIONS))
def test_a_decision_on_a_stale_page_changes_nothing_and_says_who_decided_what(route: str) -> None:
    case, client = DECISIONS[route](), Client()
    client.force_login(case.person or make.make_user(case.role))
    shown = hidden(client.get(case.page).content.decode(), case.path)
    other = make.make_user(case.role, username=f"colleague-{uuid.uuid4().hex[:8]}")
    case.meanwhile(other)
    before = acts()
    response = client.post(case.path, {**shown, **case.data})
    content = response.content.decode()
    assert response.status_code == 409
    assert acts() == before
    assert other.username in content
    if REASON in case.data.values():
        assert REASON in content
    # What it shows now is sent along, so that whoever has read it may decide.
    fresh = hidden(content, case.path)
    assert {name: fresh[name] for name in ("shown", "version") if name in fresh} != {
        name: shown[name] for name in ("shown", "version") if name in shown
    }


@pytest.mark.parametrize("route", sorted(DECISIONS))
def test_a_form_that_does_not_say_what_it_showed_changes_nothing(route: str) -> None:
    case, client = DECISIONS[route](), Client()
    client.force_login(case.person or make.make_user(case.role))
    client.get(case.page)
    before = acts()
    assert client.post(case.path, case.data).status_code in {400, 409}
    assert acts() == before


@pytest.mark.parametrize("route", sorted(DECISIONS))
def test_a_decision_on_what_was_read_is_done(route: str) -> None:
    case, client = DECISIONS[route](), Client()
    client.force_login(case.person or make.make_user(case.role))
    shown = hidden(client.get(case.page).content.decode(), case.path)
    before = acts()
    response = client.post(case.path, {**shown, **case.data})
    assert response.status_code in {200, 302}
    assert acts() != before
