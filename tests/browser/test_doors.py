"""Who is not let in reads why, and what to do: from another network, and after many wrong passwords."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from annotations.accounts.enums import Role
from tests.browser.test_people import inspect_zoomed
from tests.engines.programs import Programs
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
Inspect = Callable[[Page, str], None]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_who_is_not_let_in_reads_what_to_do(
    programs: Programs, browser: Browser, inspected: Inspect, scheme: Literal["light", "dark"]
) -> None:
    programs.variables["ALLOWED_NETWORKS"] = "contractor 192.0.2.0/24 2001:db8:7::/48"
    address = programs.web()
    make_user(username="carla")
    make_user(Role.OPERATOR, username="olga")

    def sign_in(name: str, password: str) -> Page:
        page = browser.new_context(base_url=address, color_scheme=scheme).new_page()
        page.goto("/sign-in/")
        page.locator("input[name=username]").fill(name)
        page.locator("input[name=password]").fill(password)
        page.locator("input[name=password]").press("Enter")
        return page

    carla = sign_in("carla", PASSWORD)
    expect(carla.get_by_role("heading", name="Not from this network")).to_be_visible()
    inspect_zoomed(carla, inspected, f"not-from-this-network-{scheme}")

    olga = sign_in("olga", PASSWORD)
    olga.wait_for_url(re.compile("operations"))
    expect(olga.get_by_text("2001:db8:7::/48")).to_be_visible()
    inspect_zoomed(olga, inspected, f"operations-networks-{scheme}")

    for n in range(12):  # until the wait is long enough to be met, however slow the machine
        guesser = sign_in("somebody", f"wrong {n}")
        waits = guesser.get_by_role("heading", name="Too many tries")
        expect(waits.or_(guesser.get_by_text("is wrong"))).to_be_visible()
        if waits.is_visible():
            break
    expect(guesser.get_by_role("heading", name="Too many tries")).to_be_visible()
    inspect_zoomed(guesser, inspected, f"too-many-tries-{scheme}")
