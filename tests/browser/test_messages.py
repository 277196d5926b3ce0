"""An operator tries a target, and sends again what was given up; a real worker sends both."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER
from annotations.core import clock
from annotations.outgoing import services
from annotations.outgoing.enums import MessageState
from annotations.outgoing.models import OutgoingMessage
from annotations.outgoing.templates import ALARM
from tests.browser.test_people import inspect_zoomed
from tests.engines.programs import Programs, wait_until
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
TARGETS = {
    "MAIL_TARGETS": "operators ops@example.org",
    "WEBHOOK_TARGETS": "pager https://pager.example/in",
    "NOTIFY_OPERATIONS": "operators,pager",
    "NOTIFY_ALERTS": "operators",
}


@pytest.fixture(autouse=True)
def targets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any program starts: programs take them from the environment."""
    for name, value in TARGETS.items():
        monkeypatch.setenv(name, value)


def given_up(settings: Any) -> OutgoingMessage:
    settings.MAIL_TARGETS = {"operators": "ops@example.org"}
    settings.NOTIFY = {**settings.NOTIFY, "operations": ["operators"]}
    with transaction.atomic():
        (message,) = services.tell("operations", ALARM, {"codes": ["log_not_sealed"]}, WORKER)
    OutgoingMessage.objects.update(
        state=MessageState.DEAD, ended_at=clock.now(), failure_code="no_answer", attempts=12
    )
    return message


def left() -> int:
    return OutgoingMessage.objects.filter(state=MessageState.SENT).count()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_an_operator_tries_a_target_and_sends_again_what_was_given_up(
    programs: Programs,
    sign_in: Callable[..., Page],
    inspected: Callable[[Page, str], None],
    scheme: Literal["light", "dark"],
    settings: Any,
) -> None:
    make_user(Role.OPERATOR, username="omar")
    given_up(settings)
    omar = sign_in("omar", scheme)
    omar.goto("/operations/")
    omar.get_by_role("link", name="Look at what failed").click()
    expect(omar.get_by_role("heading", name="Given up")).to_be_visible()
    inspect_zoomed(omar, inspected, f"messages-{scheme}")
    omar.get_by_role("button", name="Send again").click()
    expect(omar.get_by_text("It is tried again.")).to_be_visible()
    omar.get_by_role("button", name="Try it operators").click()
    expect(omar.get_by_text("A message is on its way.")).to_be_visible()
    programs.worker("default,outside")
    programs.beat()
    wait_until(lambda: left() == 2, 120, "both messages' leaving")
    omar.reload()
    expect(omar.get_by_role("heading", name="Given up")).to_have_count(0)
    expect(omar.get_by_role("row", name="operators")).not_to_contain_text("never")
