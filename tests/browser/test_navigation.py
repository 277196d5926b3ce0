"""Officers, who have many pages, find each of them in a bar of one line, by keyboard and without scripts too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.break_glass import services as break_glass
from tests.factories import make_ready_clip, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
LINE = 48  # pixels: a line of the bar with its border


def height_of_bar(page: Page) -> float:
    box = page.locator(".topbar").bounding_box()
    assert box
    return box["height"]


def test_an_officer_reaches_every_page_from_one_line(
    live_site: str, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.PRIVACY_OFFICER, username="officer")
    break_glass.ask(make_ready_clip(), "danger", "Somebody may lie on the floor.", make_user(Role.LEAD))
    page = sign_in("officer")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/alerts/")
    bar = page.get_by_role("navigation", name="Main")
    group = bar.locator("summary", has_text="Privacy")
    assert height_of_bar(page) <= LINE
    expect(group).to_contain_text("1")
    expect(bar.get_by_role("link", name="Legal holds")).to_be_hidden()

    group.focus()
    page.keyboard.press("Enter")
    expect(bar.get_by_role("link", name="Legal holds")).to_be_visible()
    inspected(page, "navigation-open")
    bar.locator("summary", has_text="Log").click()
    expect(bar.get_by_role("link", name="Legal holds")).to_be_hidden()
    expect(bar.get_by_role("link", name="Alerts")).to_have_attribute("aria-current", "page")
    page.keyboard.press("Escape")
    expect(bar.get_by_role("link", name="Alerts")).to_be_hidden()
    expect(bar.locator("summary", has_text="Log")).to_be_focused()

    page.set_viewport_size({"width": 640, "height": 400})
    assert height_of_bar(page) <= LINE
    expect(bar).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    bar.locator("summary", has_text="Privacy").press("Enter")
    inspected(page, "navigation-narrow")
    bar.get_by_role("link", name="Legal holds").press("Enter")
    page.wait_for_url("**/legal-holds/")
    expect(bar).to_be_hidden()


def test_the_bar_needs_no_script(live_site: str, sign_in: Callable[..., Page]) -> None:
    make_user(Role.PRIVACY_OFFICER, username="officer")
    page = sign_in("officer")
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.set_viewport_size({"width": 640, "height": 400})
    page.goto("/alerts/")
    page.get_by_role("button", name="Menu").press("Enter")
    page.locator("summary", has_text="Privacy").press("Enter")
    page.get_by_role("link", name="Consents").press("Enter")
    page.wait_for_url("**/consents/")
