"""Two people have the same page open: the second one to decide is told what the first one did, and loses no word."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.moderation import services as moderation
from annotations.moderation.models import Flag
from tests.factories import make_ready_clip, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]

WORDS = "A dog behind a fence, nothing else is to be seen."


def tab(page: Page, path: str) -> Page:
    """Another tab of the same person. Its answer of 409 is an error to the browser's console, rightly."""
    other = page.context.new_page()
    other.goto(path)
    return other


def test_a_lead_is_told_that_a_colleague_upheld_the_flag(
    live_site: str, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.LEAD, username="anna")
    make_user(Role.LEAD, username="ben")
    flag = moderation.flag(make_ready_clip(), "violence", make_user().actor)
    stale = tab(sign_in("anna"), f"/flagged/{flag.pk}/")
    stale.get_by_label("Reason").fill(WORDS)
    quick = sign_in("ben", "dark")
    quick.goto(f"/flagged/{flag.pk}/")
    quick.get_by_label("Reason").fill("Somebody is hurt in it.")
    quick.get_by_role("button", name="Uphold: keep it out").click()
    expect(quick.get_by_text("The flag is now upheld.")).to_be_visible()
    stale.get_by_role("button", name="Dismiss: back to the queue").click()
    expect(stale.get_by_role("heading", name="Somebody else decided meanwhile")).to_be_visible()
    expect(stale.get_by_text("ben, lead")).to_be_visible()
    expect(stale.get_by_label("Reason")).to_have_value(WORDS)
    inspected(stale, "decided-meanwhile")
    assert Flag.objects.get(pk=flag.pk).state == "upheld"
    stale.get_by_role("button", name="Send it once more, knowing this").click()
    expect(stale.get_by_text("The flag is now dismissed.")).to_be_visible()


def test_an_operator_does_not_overwrite_what_a_colleague_wrote_down(
    live_site: str, sign_in: Callable[..., Page]
) -> None:
    make_user(Role.OPERATOR, username="olga")
    make_user(Role.OPERATOR, username="otto")
    person = make_user(Role.ML_ENGINEER, username="maya")
    path = f"/people/{person.pk}/"
    stale = tab(sign_in("olga"), path)
    stale.get_by_label("Name", exact=True).fill("Maya of the first floor")
    quick = sign_in("otto")
    quick.goto(path)
    quick.get_by_label("Country").fill("RO")
    quick.get_by_role("button", name="Save").click()
    expect(quick.get_by_text("Saved.")).to_be_visible()
    stale.get_by_role("button", name="Save").click()
    expect(stale.get_by_text("otto, operator")).to_be_visible()
    expect(stale.get_by_label("Name")).to_have_value("Maya of the first floor")
    stale.get_by_role("link", name="Look at it as it is now").click()
    expect(stale.get_by_label("Country")).to_have_value("RO")
    assert User.objects.get(pk=person.pk).display_name != "Maya of the first floor"


def test_flags_of_one_person_are_decided_together(
    live_site: str, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.LEAD, username="lead")
    reviewer = make_user().actor
    for _ in range(3):
        moderation.flag(make_ready_clip(), "violence", reviewer)
    page = sign_in("lead")
    page.goto("/flagged/")
    page.get_by_role("link", name=reviewer.pseudonym).first.click()
    inspected(page, "flags-of-one-person")
    page.get_by_role("checkbox").first.uncheck()
    page.get_by_label("Reason").fill(WORDS)
    page.get_by_role("button", name="Dismiss them").click()
    expect(page.get_by_text("Decided on 2 flags.")).to_be_visible()
    assert Flag.objects.filter(state="dismissed").count() == 2
