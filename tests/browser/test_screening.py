"""A privacy officer adds a list of known content and removes it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.moderation.models import HashList
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]


def fill(page: Page, file: Path) -> None:
    page.get_by_label("File of hashes").set_input_files(file)
    page.get_by_label("Name").fill("Clearing house, March")
    page.get_by_label("Source").fill("Clearing house, by letter of 3 March")
    page.get_by_label("Purpose").fill("Keep known material away from the people who label clips.")
    page.get_by_label("A match is flagged as").select_option("sexual")
    page.get_by_label("Kept until").fill("2099-12-31")


def test_a_list_of_known_content_comes_and_goes(
    sign_in: Callable[..., Page], inspected: Callable[[Page, str], None], tmp_path: Path
) -> None:
    make_user(Role.PRIVACY_OFFICER, username="officer")
    page = sign_in("officer")
    page.get_by_role("link", name="Screening").click()
    expect(page.get_by_role("heading", name="Screening")).to_be_visible()
    inspected(page, "screening-empty")

    right = tmp_path / "right.csv"
    right.write_text("hash,quality\n" + "".join(f"{n:064x},{40 + n}\n" for n in range(1, 40)))
    page.get_by_text("Add a list").click()
    fill(page, right)
    inspected(page, "screening-form")
    page.get_by_role("button", name="Add list").click()
    expect(page.get_by_text("is in force: 30 hashes, 9 left out")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    inspected(page, "screening-list-dark")
    page.get_by_role("button", name="Remove Clearing house, March").click()
    expect(page.get_by_text("and its hashes are removed")).to_be_visible()
    assert HashList.objects.get().removed_at is not None
