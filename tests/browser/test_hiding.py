"""A privacy officer chooses how faces are hidden, with the figures in sight."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.redaction import selectors
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]


def test_mosaic_is_chosen_with_a_reason(
    sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.PRIVACY_OFFICER, username="officer")
    page = sign_in("officer")
    page.get_by_text("Safeguards").click()
    page.get_by_role("link", name="Hiding effect").click()
    expect(page.get_by_text("the right person was named")).to_be_visible()
    inspected(page, "hiding")
    page.get_by_role("radio", name="Mosaic").check()
    page.get_by_label("Reason").fill("Reviewers have to see where heads turn.")
    page.get_by_role("button", name="Choose").click()
    expect(page.get_by_text("It holds for every pass")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    inspected(page, "hiding-dark")
    assert selectors.hiding().effect == "mosaic"
