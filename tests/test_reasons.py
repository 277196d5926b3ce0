"""Every service that takes a reason refuses one that is too short, and one that is too long, with a code each."""

import importlib
import inspect
import pkgutil
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import annotations
from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.services.proposals import propose
from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.break_glass import services as break_glass
from annotations.core import clock
from annotations.core.errors import Invalid
from annotations.core.reasons import LONGEST
from annotations.datasets import services as datasets
from annotations.moderation import services as moderation
from annotations.oversight import services as oversight
from annotations.redaction import services as redaction
from annotations.review import services as review
from annotations.rights import services as rights
from annotations.rights.enums import ErasureCause
from annotations.rights.retention.rules import Days
from annotations.rights.scopes import Scope
from tests.factories import make_clip, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# What a reason is called where it says how something came about.
NAMES = {"reason", "how"}
OFFICER = Actor("p-officer", Role.PRIVACY_OFFICER)
OPERATOR = Actor("p-operator", Role.OPERATOR)
OWNER = Actor("o-owner", "owner")
NOBODY = uuid.uuid4()

# A reason is looked at before anything else: the rest of the call need not exist.
CALLS: dict[Callable[..., Any], list[Callable[[str], Any]]] = {
    accounts.close_account: [lambda reason: accounts.close_account(make_user(), OPERATOR, reason)],
    accounts.invite: [
        lambda reason: accounts.invite("", "", accounts.Description("", "", ""), reason, OPERATOR)
    ],
    accounts.reopen: [lambda reason: accounts.reopen(NOBODY, reason, OPERATOR)],
    accounts.renew_link: [lambda reason: accounts.renew_link(NOBODY, reason, OPERATOR)],
    accounts.change_role: [lambda reason: accounts.change_role(NOBODY, "lead", reason, OPERATOR)],
    propose: [lambda reason: propose(NOBODY, "open", "lead", reason, OPERATOR)],
    accounts.propose_loss: [lambda reason: accounts.propose_loss(NOBODY, reason, OPERATOR)],
    accounts.decide_loss: [lambda reason: accounts.decide_loss(NOBODY, "agree", reason, OFFICER)],
    accounts.decide_proposal: [lambda reason: accounts.decide_proposal(NOBODY, "agree", reason, OFFICER)],
    audit.erase_subject: [lambda reason: audit.erase_subject("o-nobody", OFFICER, reason)],
    redaction.choose_hiding: [
        lambda reason: redaction.choose_hiding("fill", reason, version=0, actor=OFFICER)
    ],
    redaction.ask_for_unredaction: [
        lambda reason: redaction.ask_for_unredaction(make_clip(), 0, reason, make_user())
    ],
    redaction.decide_unredaction: [
        lambda reason: redaction.decide_unredaction(NOBODY, "approve", reason, make_user())
    ],
    datasets.confirm_deletions: [
        lambda reason: datasets.confirm_deletions([NOBODY], "cannot", reason, OFFICER)
    ],
    moderation.discard: [lambda reason: moderation.discard(make_clip(), reason, OFFICER)],
    moderation.decide: [lambda reason: moderation.decide(NOBODY, "uphold", reason, OFFICER)],
    moderation.decide_together: [
        lambda reason: moderation.decide_together([NOBODY], {NOBODY}, "uphold", reason, OFFICER)
    ],
    review.send_back: [lambda reason: review.send_back(NOBODY, NOBODY, reason, OFFICER)],
    review.set_aside: [lambda reason: review.set_aside(NOBODY, reason, OFFICER)],
    rights.withdraw: [
        lambda reason: rights.withdraw(make_clip(), OFFICER, reason),
        lambda reason: rights.withdraw(make_clip(), OWNER, reason),
    ],
    oversight.resolve_alert: [lambda reason: oversight.resolve_alert(NOBODY, "explain", reason, OFFICER)],
    break_glass.ask: [lambda reason: break_glass.ask(make_clip(), "legal", reason, make_user())],
    break_glass.decide: [lambda reason: break_glass.decide(NOBODY, "approve", reason, [], make_user())],
    rights.request_erasure: [
        lambda reason: rights.request_erasure(Scope("clip", ""), OFFICER, ErasureCause.OFFICER, reason)
    ],
    rights.set_rule: [lambda reason: rights.set_rule("held", Days(1, 1), reason, version=1, actor=OFFICER)],
    rights.decide_rule: [
        lambda reason: rights.decide_rule("held", "agree", reason, OFFICER),
        lambda reason: rights.decide_rule("held", "take back", reason, OFFICER),
    ],
    rights.ask_for_legal_hold: [
        lambda reason: rights.ask_for_legal_hold(Scope("clip", ""), clock.now(), reason, OFFICER)
    ],
    rights.ask_for_extension: [lambda reason: rights.ask_for_extension(NOBODY, clock.now(), reason, OFFICER)],
    rights.ask_for_release: [lambda reason: rights.ask_for_release(NOBODY, reason, OFFICER)],
    rights.decide_legal_hold: [lambda reason: rights.decide_legal_hold(NOBODY, "agree", reason, OFFICER)],
    rights.open_request: [lambda how: rights.open_request("o-nobody", clock.now(), how, OFFICER)],
    rights.extend_request: [lambda reason: rights.extend_request(NOBODY, reason, OFFICER)],
    rights.answer_request: [lambda how: rights.answer_request(NOBODY, how, "", OFFICER)],
    rights.refuse_request: [lambda reason: rights.refuse_request(NOBODY, reason, OFFICER)],
}
EACH = [
    pytest.param(call, id=f"{service.__name__}-{number}")
    for service, calls in CALLS.items()
    for number, call in enumerate(calls, 1)
]


def services() -> Iterator[Callable[..., Any]]:
    """The public functions of every module that is called `services`, or lies in a package of that name."""
    for module in pkgutil.walk_packages(annotations.__path__, "annotations."):
        if "services" in module.name.split("."):
            found = importlib.import_module(module.name)
            yield from (
                function
                for name, function in inspect.getmembers(found, inspect.isfunction)
                if not name.startswith("_") and function.__module__ == module.name
            )


def test_every_service_that_takes_a_reason_is_listed() -> None:
    """A reason that is a fixed choice has a type of its own, and is none of somebody's words."""
    takes = {
        inspect.unwrap(service)
        for service in services()
        for name, parameter in inspect.signature(service).parameters.items()
        if name in NAMES and parameter.annotation is str
    }
    assert takes == {inspect.unwrap(service) for service in CALLS}


@pytest.mark.parametrize("call", EACH)
@pytest.mark.parametrize(
    ("reason", "code"),
    [("  x \r\n", "reason_too_short"), ("x" * (LONGEST + 1), "reason_too_long")],
    ids=["short", "long"],
)
def test_it_refuses_both(call: Callable[[str], Any], reason: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        call(reason)
    assert refused.value.code == code
