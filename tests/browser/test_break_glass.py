"""An original without redaction, from the request to its end, in browsers of two people."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.audit.models import LogEntry
from annotations.break_glass import services
from annotations.break_glass.models import BreakGlassAccess
from tests.engines.programs import wait_until
from tests.factories import make_original, make_ready_clip, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]


def test_one_asks_another_approves_and_every_view_is_logged(
    live_site: str, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.LEAD, username="lead")
    make_user(Role.PRIVACY_OFFICER, username="officer")
    clip = make_ready_clip()
    make_original(clip)

    lead = sign_in("lead")
    lead.goto(f"/break-glass/clips/{clip.public_id}/")
    inspected(lead, "break-glass-ask")
    lead.get_by_label("What for").select_option("danger")
    lead.get_by_label("Why nothing less will do").fill("Somebody may lie on the floor.")
    lead.get_by_role("button", name="Ask", exact=True).click()
    expect(lead.get_by_text("You asked, so a privacy officer other than you decides.")).to_be_visible()

    officer = sign_in("officer", "dark")
    officer.goto("/break-glass/")
    inspected(officer, "break-glass-list-dark")
    access = BreakGlassAccess.objects.get()
    officer.goto(f"/break-glass/{access.pk}/")
    expect(officer.get_by_text("Somebody may lie on the floor.")).to_be_visible()
    inspected(officer, "break-glass-decide-dark")
    officer.get_by_label("Reason").fill("It is needed.")
    officer.get_by_role("button", name="Approve for 30 minutes").click()
    expect(officer.get_by_text("Approved by officer")).to_be_visible()
    services.make_clean_copy(access.pk)

    lead.reload()
    expect(lead.get_by_text("Every view is logged.")).to_be_visible()
    lead.get_by_role("button", name="Show the original").click()
    video = lead.locator("video")
    expect(video).to_be_visible()
    expect(lead.locator(".mark text").first).to_have_text(lead_pseudonym())
    video.evaluate("element => element.play()")
    expect(video).to_have_js_property("paused", False)
    lead.wait_for_timeout(1000)
    inspected(lead, "break-glass-shown")
    lead.emulate_media(color_scheme="dark")
    inspected(lead, "break-glass-shown-dark")
    lead.get_by_role("button", name="Close now").click()
    expect(lead.get_by_text("Closed. The unredacted copy is destroyed.")).to_be_visible()
    told = {"break_glass.served", "break_glass.watched", "break_glass.ended"}
    wait_until(  # the page's last report comes when it is left
        lambda: told <= set(LogEntry.objects.values_list("action", flat=True)), 20, "the entries on the log"
    )
    access.refresh_from_db()
    assert access.wrapped_key is None


def lead_pseudonym() -> str:
    return BreakGlassAccess.objects.select_related("asked_by").get().asked_by.pseudonym[:8]
