"""An operator watches clips go through the pass; a screen reader hears of what changes, not of every percent."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.core import clock
from annotations.core.models import RunState
from annotations.redaction.models import Outcome, RedactionRun
from tests.factories import make_clip, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]


def test_the_pass_is_followed_live_and_told_politely(
    sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.OPERATOR, username="operator")
    clip = make_clip(held=True)
    claimed = {
        "state": RunState.RUNNING,
        "token": uuid.uuid4(),
        "lease_until": clock.now() + clock.seconds(600),
    }
    run = RedactionRun.objects.create(clip=clip, effect="blur", stage="analyse", progress=20, **claimed)
    page = sign_in("operator")
    page.goto("/operations/")
    expect(page.get_by_text("Looking for faces")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "20")
    voice = page.locator("#announcements")
    expect(voice).to_have_text("In the machine pass: 1. Waiting: 0. Need a decision: 0.")
    dark = sign_in("operator", "dark")
    dark.goto("/operations/")
    for looked_at, name in ((page, "operations-running"), (dark, "operations-running-dark")):
        with looked_at.expect_response("**/operations/") as asked:  # the next look is two seconds away then
            pass
        assert asked.value.request.headers["polls"] == "1"  # and keeps no session whose person has left
        inspected(looked_at, name)

    page.evaluate(
        """() => {
          document.body.dataset.said = "0";
          new MutationObserver(() => (document.body.dataset.said = String(Number(document.body.dataset.said) + 1)))
            .observe(document.getElementById("announcements"), {childList: true, characterData: true, subtree: true});
        }"""
    )
    for percent in (45, 70):
        RedactionRun.objects.filter(pk=run.pk).update(stage="render", progress=percent)
        expect(page.get_by_role("progressbar")).to_have_attribute("value", str(percent))
    expect(page.get_by_text("Hiding faces and checking the result")).to_be_visible()
    assert page.locator("body").get_attribute("data-said") == "0"
    done = {"state": RunState.DONE, "outcome": Outcome.VERIFIED, "token": None, "lease_until": None}
    RedactionRun.objects.filter(pk=run.pk).update(**done, finished_at=clock.now())
    expect(voice).to_have_text("In the machine pass: 0. Waiting: 0. Need a decision: 0.")
    assert page.locator("body").get_attribute("data-said") == "1"
