"""An operator invites a contractor, an officer agrees and hands over the link, the contractor signs in by it."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from annotations.accounts import services
from annotations.accounts.enums import Role
from tests.factories import make_project, make_queued_clip, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]
REASON = "The team needs one more."
PASSWORD = "a long password of her own"
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


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_two_people_let_somebody_in_and_one_shuts_them_out(
    live_site: str,
    sign_in: SignIn,
    browser: Browser,
    inspected: Inspect,
    scheme: Literal["light", "dark"],
) -> None:
    make_project()
    make_queued_clip()
    for name, role in (("olga", Role.OPERATOR), ("paula", Role.PRIVACY_OFFICER)):
        make_user(role, username=name)
    milo = make_user(username="milo")
    services.create_key(milo.actor, milo)
    olga, paula = (sign_in(name, scheme) for name in ("olga", "paula"))

    olga.goto("/people/")
    inspect_zoomed(olga, inspected, f"people-{scheme}")
    olga.goto("/people/?q=nobody")
    inspect_zoomed(olga, inspected, f"people-empty-{scheme}")
    olga.goto(f"/people/{milo.pk}/")
    inspect_zoomed(olga, inspected, f"person-with-key-{scheme}")
    olga.goto("/people/")
    olga.get_by_role("link", name="Invite somebody").click()
    olga.get_by_label("User name").fill("carla")
    olga.get_by_label("Role").select_option("contractor")
    olga.get_by_label("Name", exact=True).fill("Carla")
    olga.get_by_label("Country").fill("ro")
    olga.get_by_label("Languages").fill("ro, en")
    olga.get_by_label("Reason").fill(REASON)
    inspect_zoomed(olga, inspected, f"people-invite-{scheme}")
    olga.get_by_role("button", name="Invite").click()
    expect(olga.get_by_role("button", name="Take it back")).to_be_visible()
    olga.get_by_label("Trained on").fill("2026-11-02")
    olga.get_by_role("button", name="Record").click()
    inspect_zoomed(olga, inspected, f"person-operator-{scheme}")

    paula.get_by_role("link", name="People").click()
    paula.get_by_role("link", name="carla").first.click()
    paula.get_by_label("Reason").fill("She signed her contract.")
    inspect_zoomed(paula, inspected, f"person-officer-{scheme}")
    paula.get_by_role("button", name="Agree").click()
    expect(paula.get_by_text("This is shown once.")).to_be_visible()
    inspect_zoomed(paula, inspected, f"sign-in-link-made-{scheme}")
    mail = paula.get_by_label("Text for a mail").input_value()
    (address,) = re.findall(r"http\S+", mail)

    carla = browser.new_context(base_url=live_site, color_scheme=scheme).new_page()
    carla.goto(address)
    inspect_zoomed(carla, inspected, f"sign-in-link-{scheme}")
    carla.get_by_label("New password", exact=True).fill(PASSWORD)
    carla.get_by_label("New password, again").fill(PASSWORD)
    carla.get_by_label("I have read").check()
    carla.get_by_role("button", name="Set the password").click()
    expect(carla.get_by_text("Your password is set.")).to_be_visible()
    carla.locator("input[name=username]").fill("carla")
    carla.locator("input[name=password]").fill(PASSWORD)
    carla.locator("input[name=password]").press("Enter")
    expect(carla.get_by_text("1 clip waits")).to_be_visible()
    carla.get_by_role("link", name="Carla").click()
    inspect_zoomed(carla, inspected, f"account-{scheme}")
    carla.get_by_role("link", name="Change your password").click()
    inspect_zoomed(carla, inspected, f"account-password-{scheme}")

    olga.reload()
    inspect_zoomed(olga, inspected, f"person-open-{scheme}")
    olga.once("dialog", lambda dialog: dialog.accept())
    account = olga.locator("section[aria-labelledby=account]")
    account.get_by_label("Reason").fill("Her contract ended.")
    olga.get_by_role("button", name="Close it").click()
    expect(olga.get_by_text("The account is closed.")).to_be_visible()
    carla.reload()
    expect(carla).to_have_url(re.compile("sign-in"))
    carla.goto(address)
    expect(carla.get_by_role("heading", name="This link is over")).to_be_visible()
    inspect_zoomed(carla, inspected, f"sign-in-link-over-{scheme}")
