"""An officer resolves an alert, and verifies the log, in a browser."""

import re
from collections.abc import Callable

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from annotations.accounts import log as accounts_log
from annotations.accounts.enums import Role
from annotations.audit import services as audit
from annotations.oversight import services
from annotations.oversight.models import Alert
from tests.engines.programs import Programs, wait_until
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]


@pytest.fixture
def officer(live_site: str) -> str:
    make_user(Role.PRIVACY_OFFICER, username="officer")
    return "officer"


def refuse(times: int) -> None:
    lead = make_user(Role.LEAD, username="curious").actor
    with transaction.atomic():
        for _ in range(times):
            audit.append(accounts_log.REFUSED, lead, data={"method": "GET", "route": "operations"})


def test_an_officer_tunes_a_rule_and_resolves_an_alert(
    officer: str, programs: Programs, sign_in: SignIn, inspected: Inspect
) -> None:
    programs.sequencer()
    refuse(4)
    page = sign_in(officer)
    page.goto("/alerts/")
    inspected(page, "alerts-empty")
    page.get_by_role("link", name="Rules", exact=True).click()
    inspected(page, "alert-rules")
    page.get_by_role("link", name=re.compile("Change.*Seen outside")).click()
    inspected(page, "alert-rule-hours")
    page.goto("/alerts/rules/refusals/")
    page.get_by_label("Refused requests of one person").fill("4")
    page.get_by_role("button", name="Try these values").click()
    expect(page.locator(".figures dd").first).to_have_text("1")
    inspected(page, "alert-rule-preview")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The rule is changed.")).to_be_visible()
    wait_until(lambda: bool(services.scan_for_alerts()), 20, "the alert")
    page.goto("/alerts/")
    inspected(page, "alerts")
    page.get_by_role("link", name="Refused again and again").click()
    page.get_by_role("button", name="Take it").click()
    inspected(page, "alert")
    page.get_by_label("Reason").fill("A broken bookmark; she was shown the right page.")
    page.get_by_role("button", name="It is explained").click()
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    assert Alert.objects.get().resolved_by


def test_an_officer_verifies_the_log(
    officer: str, programs: Programs, sign_in: SignIn, inspected: Inspect
) -> None:
    programs.sequencer()
    programs.worker()
    page = sign_in(officer)
    page.goto("/integrity/")
    expect(page.get_by_text("Nobody has verified the log yet.")).to_be_visible()
    inspected(page, "integrity-never")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("The log is whole: every entry")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("banner").get_by_role("link", name="Log whole")).to_be_visible()
    page.get_by_role("button", name="Make an export").click()
    expect(page.get_by_role("link", name="Take out the export")).to_be_visible(timeout=30_000)
    inspected(page, "integrity")
    with page.expect_download() as download:
        page.get_by_role("link", name="Take out the export").click()
    assert download.value.suggested_filename.endswith(".tar")
