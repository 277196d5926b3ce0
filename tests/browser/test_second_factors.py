"""Second factors in Chromium, with its virtual authenticator: set up, asked for, confirmed anew, ended."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, ViewportSize, expect

from annotations.accounts.enums import Role
from annotations.accounts.factors import totp
from annotations.accounts.models import Session, User
from annotations.core import clock
from tests.accounts.authenticators import App, add_app
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]
USUAL: ViewportSize = {"width": 1280, "height": 900}
ZOOMED: ViewportSize = {"width": 640, "height": 450}
"""What a window of 1280 x 900 shows at 200 %."""


def inspect_zoomed(page: Page, inspected: Inspect, name: str) -> None:
    """Axe judges the page at 1280, and in the long lane as at 200 %; neither has to be scrolled sideways."""
    for size, zoom in ((USUAL, ""), (ZOOMED, "-200")):
        page.set_viewport_size(size)
        if not zoom or "dark" in name:
            inspected(page, f"{name}{zoom}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}{zoom}"
    page.set_viewport_size(USUAL)


def give_authenticator(page: Page) -> None:
    """A device of Chromium's own that makes passkeys and signs without asking anybody."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def give_password(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")


def grow_stale(user: User) -> None:
    """As if the person had shown long ago that they are there."""
    for row in Session.objects.filter(user=user):
        store = row.get_session_store_class()(row.session_key)
        store["proof"] = {**store["proof"], "at": "2020-01-01T00:00:00+00:00"}
        store.save()
    connection.close()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_an_app_and_a_passkey_are_set_up_and_asked_for(
    live_site: str, sign_in: SignIn, browser: Browser, inspected: Inspect, scheme: Literal["light", "dark"]
) -> None:
    olga = make_user(Role.OPERATOR, username="olga")
    base = live_site.replace("127.0.0.1", "localhost")
    page = sign_in("olga", scheme)
    page.get_by_role("link", name="olga").click()
    page.get_by_role("link", name="Add a second factor").click()
    inspect_zoomed(page, inspected, f"factor-add-{scheme}")
    page.get_by_role("link", name="Add an app").click()
    page.get_by_text("It cannot scan?").click()
    secret = totp.from_text(page.locator("details code").inner_text())
    inspect_zoomed(page, inspected, f"factor-app-{scheme}")
    page.get_by_label("Code that the app shows").fill(totp.code(secret, totp.step_of(clock.now())))
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("These are shown once.")).to_be_visible()
    inspect_zoomed(page, inspected, f"factor-recovery-codes-{scheme}")
    code = page.locator("ul.codes code").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as a file").click()
    assert code in download.value.path().read_text()
    page.get_by_role("link", name="I have them").click()
    inspect_zoomed(page, inspected, f"account-with-factor-{scheme}")

    elsewhere = browser.new_context(base_url=base, color_scheme=scheme).new_page()
    give_authenticator(elsewhere)
    give_password(elsewhere, "olga")
    expect(elsewhere.get_by_role("heading", name="Is it you?")).to_be_visible()
    inspect_zoomed(elsewhere, inspected, f"second-factor-{scheme}")
    elsewhere.get_by_label("Code").fill(App(secret).wrong_code())
    elsewhere.get_by_role("button", name="Sign in").click()
    expect(elsewhere.get_by_text("This was not right.")).to_be_visible()
    elsewhere.get_by_label("Code").fill(code)
    elsewhere.get_by_role("button", name="Sign in").click()
    elsewhere.wait_for_url(re.compile(r"^(?!.*sign-in).*$"))
    elsewhere.goto("/account/factors/passkey/")
    inspect_zoomed(elsewhere, inspected, f"factor-passkey-{scheme}")
    elsewhere.get_by_role("button", name="Make the passkey").click()
    expect(elsewhere.get_by_role("rowheader", name="This device")).to_be_visible()

    grow_stale(olga)
    elsewhere.goto("/people/invite/")
    expect(elsewhere.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    inspect_zoomed(elsewhere, inspected, f"step-up-{scheme}")
    elsewhere.get_by_role("button", name="Use a passkey").click()
    elsewhere.get_by_label("User name").fill("carla")
    elsewhere.get_by_label("Role").select_option("contractor")
    elsewhere.get_by_label("Reason").fill("The team needs one more.")
    grow_stale(olga)
    elsewhere.get_by_role("button", name="Invite").click()
    expect(elsewhere.get_by_text("What you sent is kept")).to_be_visible()
    elsewhere.get_by_role("button", name="Use a passkey").click()
    expect(elsewhere.get_by_role("button", name="Take it back")).to_be_visible()
    assert User.objects.filter(username="carla").exists()

    elsewhere.get_by_role("button", name="Sign out").click()
    give_password(elsewhere, "olga")
    elsewhere.get_by_role("button", name="Use a passkey").click()
    elsewhere.wait_for_url(re.compile(r"^(?!.*sign-in).*$"))
    elsewhere.context.close()


def test_a_session_that_ends_is_told_of_and_drafts_are_offered(sign_in: SignIn, inspected: Inspect) -> None:
    carla = make_user(username="carla")
    page = sign_in("carla")
    page.goto("/account/")
    page.clock.install()
    page.reload()
    page.clock.fast_forward("28:30")
    expect(page.get_by_role("dialog", name="Are you still there?")).to_be_visible()
    inspected(page, "session-ends-soon")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    Session.objects.filter(user=carla).delete()
    connection.close()
    page.clock.fast_forward("30:30")
    expect(page.get_by_role("dialog", name="You are signed out")).to_be_visible()
    inspected(page, "session-is-over")
    heading, dialog = page.get_by_text("Your account", exact=True).first, page.get_by_role("dialog")
    expect(heading).to_be_hidden()
    make_user(username="dora")
    other = page.context.new_page()
    give_password(other, "dora")
    other.wait_for_url(re.compile(r"^(?!.*sign-in).*$"))
    page.get_by_role("button", name="Back to the page").click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(heading).to_be_hidden()
    other.get_by_role("button", name="Sign out").click()
    give_password(other, "carla")
    other.wait_for_url(re.compile(r"^(?!.*sign-in).*$"))
    page.get_by_role("button", name="Back to the page").click()
    expect(dialog).to_be_hidden()
    expect(heading).to_be_visible()

    again = sign_in("carla")
    again.evaluate("(person) => localStorage.setItem(`workbench:${person}:draft:1`, '{}')", str(carla.pk))
    again.get_by_role("button", name="Sign out").click()
    expect(again.get_by_role("dialog", name="Unsent labels")).to_be_visible()
    inspected(again, "sign-out-with-unsent-labels")
    again.get_by_role("button", name="Stay").click()
    expect(again.get_by_role("dialog")).to_be_hidden()
    again.get_by_role("button", name="Sign out").click()
    again.get_by_role("button", name="Sign out and lose them").click()
    again.wait_for_url(re.compile("sign-in"))
    assert again.evaluate("Object.keys(localStorage).filter((key) => key.includes(':draft:'))") == []


def test_whoever_has_an_app_is_asked_in_every_browser(live_site: str, browser: Browser) -> None:
    omar = make_user(Role.OPERATOR, username="omar")
    app, _ = add_app(omar)
    page = browser.new_context(base_url=live_site).new_page()
    give_password(page, "omar")
    page.get_by_label("Code").fill(app.code())
    page.get_by_label("Code").press("Enter")
    page.wait_for_url(re.compile(r"^(?!.*sign-in).*$"))
    page.context.close()
