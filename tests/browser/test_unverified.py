"""A lead decides by keyboard on clips of which nobody can say that everybody is hidden, and sees no picture."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.moderation.models import Flag
from annotations.redaction.models import RedactionRun
from tests.factories import make_unverified, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_lead_orders_a_strict_pass_and_discards_what_cannot_be_judged(
    scheme: str, live_site: str, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.LEAD, username="lena")
    seen = make_unverified()
    pieces = [{**seen.residual["evidence"][0], "frame": frame} for frame in range(0, 28, 4)]
    seen.residual["evidence"] = pieces
    seen.save()
    dark = make_unverified(held_because="too_dark", residual={"exposed": [], "unjudgeable": "too_dark"})
    page = sign_in("lena", scheme)
    page.get_by_role("link", name="Not verified").press("Enter")
    expect(page.get_by_role("row")).to_have_count(3)
    inspected(page, f"not-verified-{scheme}")
    page.get_by_role("link", name="Too dark to judge").press("Enter")
    expect(page.get_by_role("row")).to_have_count(2)

    page.get_by_role("link", name=str(dark.clip.public_id)[:8]).press("Enter")
    inspected(page, f"not-verified-too-dark-{scheme}")
    page.get_by_label("Reason").fill("Nobody can tell who is there.")
    page.get_by_role("button", name="Discard: keep it out").press("Enter")
    expect(page.get_by_text("Its flag can be dismissed")).to_be_visible()
    assert Flag.objects.get(clip=dark.clip).state == "upheld"

    page.get_by_role("link", name=str(seen.clip.public_id)[:8]).press("Enter")
    expect(page.get_by_role("row")).to_have_count(8)
    expect(page.locator("main img, main video, main canvas")).to_have_count(0)
    inspected(page, f"not-verified-clip-{scheme}")
    page.get_by_role("button", name="Try strictly").press("Enter")
    expect(page.get_by_text("No clip waits for a decision")).to_be_visible()
    inspected(page, f"not-verified-none-{scheme}")
    assert RedactionRun.objects.get(clip=seen.clip, state="queued").strict
