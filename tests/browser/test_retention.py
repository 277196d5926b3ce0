"""Two officers place a legal hold and lengthen a rule, each in a session of their own; the pages are looked at."""

import datetime
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.core import clock
from annotations.rights import receipts
from tests.factories import make_accepted, make_original, make_ready_clip, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]
REASON = "The court of the town orders it."


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_two_officers_stop_a_clock_and_lengthen_a_rule(
    live_site: str, sign_in: SignIn, browser: Browser, inspected: Inspect, scheme: str
) -> None:
    labeled = make_accepted().assignment.clip
    make_original(labeled)
    clip = make_ready_clip()
    for name in ("olga", "omar"):
        make_user(Role.PRIVACY_OFFICER, username=name)
    olga, omar = (sign_in(name, scheme) for name in ("olga", "omar"))

    olga.goto("/consents/")
    olga.get_by_role("link", name="What ends next").click()
    expect(olga.get_by_role("table")).to_contain_text("14 days after it was labeled")
    inspected(olga, f"retention-ending-{scheme}")

    olga.get_by_role("link", name="Legal holds").click()
    inspected(olga, f"legal-holds-empty-{scheme}")
    olga.get_by_role("link", name="Ask for a legal hold").click()
    olga.get_by_label("Clip, camera or owner").fill(str(clip.public_id)[:8])
    olga.get_by_label("Until").fill(f"{clock.now() + datetime.timedelta(days=20):%Y-%m-%d}")
    olga.get_by_label("Reason").fill(REASON)
    inspected(olga, f"legal-hold-new-{scheme}")
    olga.get_by_role("button", name="Ask").click()
    expect(olga.get_by_role("button", name="Take it back")).to_be_visible()

    omar.goto("/legal-holds/")
    omar.get_by_role("table").get_by_role("link").click()
    omar.get_by_label("Reason").fill("The order is on paper.")
    omar.get_by_role("button", name="Agree").click()
    expect(omar.get_by_role("button", name="Ask to extend it")).to_be_visible()
    inspected(omar, f"legal-hold-{scheme}")
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]
    omar.get_by_role("link", name="The clip's dossier").click()
    expect(omar.get_by_text("stops its clocks")).to_be_visible()
    inspected(omar, f"dossier-legal-hold-{scheme}")

    olga.goto("/retention/")
    inspected(olga, f"retention-register-{scheme}")
    olga.set_viewport_size({"width": 640, "height": 400})
    reason = (
        olga.get_by_role("row").filter(has_text="Labeled").get_by_role("cell").filter(has_text="detector")
    )
    expect(reason.first).to_have_css("display", "block")
    rules = olga.get_by_role("region", name="Rules by the state of a clip")
    assert rules.evaluate("region => region.scrollWidth <= region.clientWidth")
    inspected(olga, f"retention-register-narrow-{scheme}")
    olga.set_viewport_size({"width": 1280, "height": 800})
    expect(reason.first).to_have_css("display", "table-cell")
    olga.get_by_role("link", name="Labeled", exact=True).click()
    olga.get_by_label("Days of everything").fill("120")
    olga.get_by_label("Reason").fill("Training takes four months.")
    olga.get_by_role("button", name="Change").click()
    expect(olga.get_by_role("button", name="Take it back")).to_be_visible()
    inspected(olga, f"retention-rule-{scheme}")
    omar.goto(olga.url)
    omar.get_by_label("Reason").fill("So it does.")
    omar.get_by_role("button", name="Agree").click()
    expect(omar.get_by_role("button", name="Change")).to_be_visible()

    owner = browser.new_context(base_url=live_site, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    owner.goto(receipts.path_for(labeled))
    expect(owner.get_by_text("It will be erased on")).to_be_visible()
    inspected(owner, f"receipt-retention-{scheme}")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_shorter_rule_says_what_it_ends_and_is_taken_back_by_another_officer(
    live_site: str, sign_in: SignIn, inspected: Inspect, scheme: str
) -> None:
    for _ in range(3):
        make_ready_clip()
    people = [make_user(Role.PRIVACY_OFFICER, username=name) for name in ("olga", "omar")]
    olga, omar = (sign_in(name, scheme) for name in ("olga", "omar"))
    olga.goto("/retention/rules/never_labeled/")
    olga.get_by_label("Days of the original").fill("2")
    olga.get_by_label("Days of everything").fill("2")
    olga.get_by_label("Reason").fill("Reviewers are quick.")
    olga.get_by_role("button", name="Change").click()
    expect(olga.get_by_text("This keeps something for less time than now.")).to_be_visible()
    inspected(olga, f"retention-shorter-asked-{scheme}")
    olga.get_by_role("button", name="Keep it for less").click()
    expect(olga.get_by_role("heading", name="A shorter rule takes effect soon")).to_be_visible()
    inspected(olga, f"retention-shorter-{scheme}")
    olga.goto("/retention/")
    expect(olga.get_by_text("shorter soon")).to_be_visible()
    inspected(olga, f"retention-register-shorter-{scheme}")

    omar.goto("/retention/rules/never_labeled/")
    omar.get_by_label("Reason").fill("Nobody else agrees.")
    omar.get_by_role("button", name="Take it back").click()
    expect(omar.get_by_role("button", name="Change")).to_be_visible()

    accounts.record_in_person(people[1], "privacy_scan")
    omar.goto("/account/")
    expect(omar.get_by_role("heading", name="Done in your name on the command line")).to_be_visible()
    inspected(omar, f"account-in-person-{scheme}")
