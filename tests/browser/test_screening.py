"""A privacy officer adds a list of known content and removes it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.core import clock, ids
from annotations.core.models import RunState
from annotations.moderation import services
from annotations.moderation.models import HashList, Recheck
from tests.factories import make_user
from tests.moderation.known_clips import add, altered, hashes, screened

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
    page.get_by_text("Safeguards").click()
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


def test_a_lead_follows_how_clips_from_before_are_held_against_a_list(
    sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.LEAD, username="lead")
    some = hashes(40)
    screened(altered(some))
    add(hashes(10), name="Stopped in the middle, with a name that is rather long for a table")
    given_up = {"failure_code": "worker_lost", "finished_at": clock.now(), "checked": 1200, "matched": 3}
    Recheck.objects.update(state=RunState.FAILED, **given_up)
    add(some, name="April")
    due = Recheck.objects.get(list__name="April")
    claim = {"token": ids.uuid7(), "lease_until": clock.now()}
    Recheck.objects.filter(pk=due.pk).update(state=RunState.RUNNING, progress=40, checked=400, **claim)
    page = sign_in("lead")
    page.get_by_role("link", name="Screening").click()
    row = page.get_by_role("row", name="April").filter(has=page.get_by_role("progressbar"))
    expect(row).to_contain_text("40 %")
    inspected(page, "screening-rechecks")
    page.emulate_media(color_scheme="dark")
    inspected(page, "screening-rechecks-dark")

    services.recheck(due.pk)  # the page asks for itself
    expect(page.locator("#rechecks").get_by_role("row", name="April")).to_contain_text("done")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("It goes on where it was stopped.")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
