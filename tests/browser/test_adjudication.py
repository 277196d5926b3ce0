"""A lead settles two reviewers' different labels in a browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.review import services
from annotations.review.models import Adjudication, Assignment
from tests.engines.programs import wait_until
from tests.factories import make_body, make_project, make_queued_clip, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]

NOTE = "Somebody in a red jacket puts a parcel down and leaves."


def box(frame: int, x: float, *, outside: bool = False) -> dict[str, object]:
    return {"frame": frame, "box": [x, 20.0, 24.0, 36.0], "outside": outside, "occluded": False}


@pytest.fixture
def disagreement(live_site: str) -> None:
    """A clip that one reviewer calls a threat and the other a false alarm, and a lead to settle it."""
    make_user(Role.LEAD, username="lead")
    make_project(name="Home threat detection", reviewers=2)
    for _ in range(2):
        make_queued_clip()
    walker = {"id": "t1", "label": "person", "keyframes": [box(0, 8), box(20, 52), box(26, 60, outside=True)]}
    parcel = {"id": "t2", "label": "package", "keyframes": [box(12, 60)]}
    both = [
        {"verdict": "threat", "tracks": [walker], "note": NOTE},
        {"verdict": "false_alarm", "tracks": [{**walker, "keyframes": [box(2, 12), box(22, 50)]}, parcel]},
    ]
    for labels in both:
        reviewer = make_user()
        while assignment := services.next_clip(reviewer):
            services.submit(reviewer, assignment.public_id, make_body(**labels))


def test_a_lead_sees_both_sides_looks_at_the_clip_and_decides(
    disagreement: None, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    page = sign_in("lead", "dark")
    page.goto("/review/adjudication/")
    expect(page.locator("table.data").get_by_text("Differ")).to_have_count(2)
    inspected(page, "adjudication-list")
    page.locator("table.data tbody a").first.click()
    page.get_by_role("button", name="Show the clip").click()
    expect(page.get_by_text("This view is on the log")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    mark = User.objects.get(username="lead").pseudonym[:8]
    expect(page.locator("#picture .mark text").first).to_have_text(mark)
    page.get_by_role("button", name=re.compile("^1.2")).click()
    expect(page.locator("#moment")).to_have_text("0:01.200")
    expect(page.locator("#boxes g:not(.zones)")).to_have_count(3)
    inspected(page, "adjudication-two-sides")
    side = page.locator(".side", has_text="False alarm")
    side.get_by_role("button", name=re.compile("^Accept")).click()
    expect(page.get_by_text("The labels are accepted.")).to_be_visible()
    assert Adjudication.objects.get().annotation.body["verdict"] == "false_alarm"
    wait_until(lambda: LogEntry.objects.filter(action="review.watched").exists(), 15, "what was watched")


def test_a_lead_returns_labels_with_a_reason(
    disagreement: None, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    page = sign_in("lead")
    page.goto("/review/adjudication/")
    page.locator("table.data tbody a").first.click()
    page.get_by_text("Return to the reviewer").first.click()
    page.get_by_label("Reason").first.fill("no")
    inspected(page, "adjudication-return")
    page.get_by_role("button", name="Return", exact=True).first.click()
    page.get_by_label("Reason").first.fill("The parcel has no box.")
    page.get_by_role("button", name="Return", exact=True).first.click()
    expect(page.get_by_text("The labels are back with their reviewer.")).to_be_visible()
    assert Assignment.objects.filter(state="returned").count() == 1
