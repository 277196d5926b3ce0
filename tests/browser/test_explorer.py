"""An officer reads the log in a browser: by keyboard, in words, one clip, one person, as a file."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.audit.models import LogEntry
from annotations.clips.models import Clip
from annotations.rights import services
from benchmarks import log_fill
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]


@pytest.fixture
def busy(live_site: str) -> Clip:
    """A site with two months' worth of entries; the clip is one that was withdrawn with a reason."""
    log_fill.fill(3000, 1, 60, False)
    officer = make_user(Role.PRIVACY_OFFICER, username="officer")
    entry = LogEntry.objects.filter(action="review.watched", clip__in=Clip.objects.values("public_id"))[0]
    clip = Clip.objects.get(public_id=str(entry.clip))
    services.withdraw(clip, officer.actor, "The owner wrote: crème brûlée is in the picture.")
    return clip


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_the_log_is_read_by_keyboard_and_its_pages_are_accessible(
    busy: Clip, sign_in: SignIn, inspected: Inspect, scheme: str
) -> None:
    page = sign_in("officer", scheme)
    page.goto("/audit/?action=review.*&zone=Europe/Berlin")
    inspected(page, f"log-{scheme}")
    page.keyboard.press("j")
    page.keyboard.press("j")
    rows = page.locator("table.log tbody tr")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("o")
    expect(rows.nth(1).locator("pre")).to_be_visible()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Person")).to_be_focused()
    rows.nth(0).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What proves it")).to_be_visible()
    inspected(page, f"entry-{scheme}")
    page.goto(f"/audit/clips/{busy.public_id}/")
    expect(page.get_by_role("heading", name="Who saw this clip")).to_be_visible()
    inspected(page, f"dossier-{scheme}")
    page.locator("table[data-rows] tbody a").nth(0).click()
    expect(page.get_by_role("heading", name=re.compile("What contractor-.* saw"))).to_be_visible()
    inspected(page, f"person-{scheme}")


def test_times_follow_the_zone_of_the_computer_when_asked_to(busy: Clip, sign_in: SignIn) -> None:
    page = sign_in("officer")
    zone = page.evaluate("() => Intl.DateTimeFormat().resolvedOptions().timeZone")
    other = "Asia/Kolkata" if zone != "Asia/Kolkata" else "Asia/Tokyo"
    page.goto(f"/audit/?zone={other}")
    expect(page.get_by_role("columnheader", name=f"Time ({other})")).to_be_visible()
    page.get_by_role("button", name=f"Show times of this computer: {zone}").click()
    expect(page.get_by_role("columnheader", name=f"Time ({zone})")).to_be_visible()
    page.goto("/audit/")
    expect(page.get_by_role("columnheader", name=f"Time ({zone})")).to_be_visible()


def test_words_are_found_a_view_is_kept_and_the_file_leaves(
    busy: Clip, sign_in: SignIn, inspected: Inspect, tmp_path: Path
) -> None:
    page = sign_in("officer")
    page.goto("/audit/?action=privacy.*")
    page.get_by_placeholder("Words in reasons and notes").fill("CREME")
    page.get_by_role("button", name="Find words").click()
    expect(page.get_by_text("1 entry; the words of 1 entries were read.")).to_be_visible()
    assert "creme" not in page.url.lower()
    inspected(page, "log-words")
    page.get_by_text("Save this search").click()
    page.get_by_label("Name").fill("Withdrawals")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Withdrawals")).to_be_visible()
    page.get_by_text("Take out").click()
    page.get_by_label("JSON lines, the exact entries").check()
    inspected(page, "log-take-out")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    file = tmp_path / "log.jsonl"
    download.value.save_as(file)
    entries = LogEntry.objects.filter(action__startswith="privacy.").order_by("occurred_at", "id")
    assert file.read_bytes().splitlines() == [bytes(entry.canonical) for entry in entries]


def test_a_narrow_screen_shows_entries_as_blocks(busy: Clip, sign_in: SignIn, inspected: Inspect) -> None:
    page = sign_in("officer")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/audit/")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    inspected(page, "log-narrow")
    page.goto(f"/audit/clips/{busy.public_id}/")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    inspected(page, "dossier-narrow")
