"""A lead looks at a flagged clip in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.moderation import services
from annotations.moderation.enums import FlagCategory
from tests.factories import make_project, make_queued_clip, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]


def test_a_revealed_clip_carries_the_mark_of_who_looks_at_it(
    live_site: str, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    lead = make_user(Role.LEAD, username="lead")
    make_project()
    clip = make_queued_clip()
    flag = services.flag(clip, FlagCategory.VIOLENCE, lead.actor, note="")
    page = sign_in("lead")
    page.goto(f"/flagged/{flag.pk}/")
    mark = page.locator(".reveal .mark text").first
    expect(mark).to_be_hidden()
    page.keyboard.down("r")
    expect(page.get_by_text("Shown. This view is on the log.")).to_be_visible()
    expect(mark).to_have_text(lead.pseudonym[:8])
    inspected(page, "flagged-revealed")
    page.keyboard.up("r")
    expect(page.get_by_text("Hidden.", exact=True)).to_be_visible()
    expect(mark).to_be_hidden()
