"""An officer erases a clip and an owner erases one by the receipt, in a browser, with a worker that does it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from annotations.accounts.enums import Role
from annotations.core.models import RunState
from annotations.rights import receipts
from annotations.rights.models import Erasure
from tests.engines.programs import Programs, wait_until
from tests.factories import make_ready_clip, make_user
from tests.rights.erased_clips import REASON, make_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_an_officer_reads_the_plan_confirms_it_and_prints_the_certificate(
    programs: Programs, live_site: str, sign_in: SignIn, inspected: Inspect, scheme: str
) -> None:
    clip = make_everywhere()
    make_user(Role.PRIVACY_OFFICER, username="officer")
    page = sign_in("officer", scheme)
    page.goto("/erasures/")
    inspected(page, f"erasures-empty-{scheme}")
    page.get_by_label("Clip, camera, owner or person").fill(str(clip.public_id)[:8])
    page.get_by_role("button", name="Show what would be erased").click()
    inspected(page, f"erasure-plan-{scheme}")
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text(REASON)).to_be_visible()
    inspected(page, f"erasure-confirm-{scheme}")
    page.get_by_role("button", name="Erase for ever").click()
    expect(page.get_by_text("under way")).to_be_visible()
    programs.sequencer()
    programs.worker()
    programs.beat()
    wait_until(lambda: Erasure.objects.filter(state=RunState.DONE).exists(), 60)
    expect(page.get_by_text("erased and verified")).to_be_visible()
    inspected(page, f"erasure-done-{scheme}")
    page.get_by_role("link", name="Certificate", exact=True).click()
    inspected(page, f"erasure-certificate-{scheme}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="With its proof (JSON)").click()
    assert taken.value.suggested_filename.startswith("erasure-")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_an_owner_erases_the_clip_and_the_receipt_still_opens(
    programs: Programs, live_site: str, browser: Browser, inspected: Inspect, scheme: str
) -> None:
    clip = make_ready_clip()
    page = browser.new_context(base_url=live_site, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    page.goto(receipts.path_for(clip))
    page.get_by_role("link", name="Erase this clip").click()
    inspected(page, f"receipt-erase-{scheme}")
    page.get_by_role("button", name="Erase this clip").click()
    expect(page.get_by_text("It is being erased")).to_be_visible()
    programs.worker()
    programs.beat()
    wait_until(lambda: Erasure.objects.filter(state=RunState.DONE).exists(), 60)
    page.reload()
    inspected(page, f"receipt-erased-{scheme}")
    page.get_by_role("link", name=re.compile("The certificate says")).click()
    expect(page.get_by_role("heading", name="Certificate of erasure")).to_be_visible()
    inspected(page, f"receipt-certificate-{scheme}")
    page.context.close()
