"""A lead and a privacy officer unredact a region in a browser, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.redaction.enums import UnredactionState
from annotations.redaction.models import Unredaction
from tests.factories import make_accepted, make_project, make_track, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]


def test_two_people_unredact_a_region_by_keyboard(
    live_site: str, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.LEAD, username="lea")
    make_user(Role.PRIVACY_OFFICER, username="paula")
    clip = make_accepted(make_project()).assignment.clip
    make_track(clip)
    make_track(clip, source="person")

    lead = sign_in("lea")
    lead.goto(f"/regions/{clip.public_id}/")
    lead.get_by_role("radio").first.focus()
    lead.keyboard.press("ArrowDown")
    inspected(lead, "regions")
    lead.keyboard.press("Tab")
    lead.keyboard.type("A lamp, on every frame.")
    lead.keyboard.press("Tab")
    lead.keyboard.press("Enter")
    expect(lead.get_by_role("button", name="Take the request back")).to_be_visible()
    assert Unredaction.objects.get().boxes == clip.redaction_runs.get().tracks.get(number=2).boxes

    officer = sign_in("paula", "dark")
    officer.goto("/unredactions/")
    inspected(officer, "unredactions")
    officer.get_by_role("link").filter(has_text=str(Unredaction.objects.get().pk)[:8]).click()
    inspected(officer, "unredaction")
    officer.get_by_label("Reason").fill("Yes, a lamp.")
    officer.get_by_role("button", name="Approve").press("Enter")
    expect(officer.get_by_text("The clip is held.")).to_be_visible()
    assert Unredaction.objects.get().state == UnredactionState.APPROVED

    lead.goto("/review/redaction-quality/")
    expect(lead.get_by_text("No face has been looked at yet")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_quality_page_is_readable(
    scheme: str, live_site: str, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.OPERATOR, username="omar")
    clip = make_accepted(make_project()).assignment.clip
    make_track(clip)
    make_track(clip, source="person", side=40.0)
    page = sign_in("omar", scheme)
    page.goto("/review/redaction-quality/")
    expect(page.get_by_role("img", name="Misses of 1,000 face tracks, by month")).to_be_visible()
    inspected(page, f"redaction-quality-{scheme}")
