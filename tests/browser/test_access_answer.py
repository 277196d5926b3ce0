"""An officer has an answer compiled by a worker, reads the letter, and takes it out with the clips."""

import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.rights.models import AccessRequest
from tests.engines.programs import Programs
from tests.factories import make_ready_clip, make_user
from tests.rights.answer.households import make_household

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_an_officer_compiles_reads_and_takes_out_an_answer(
    programs: Programs, live_site: str, sign_in: SignIn, inspected: Inspect, scheme: str
) -> None:
    officer = make_user(Role.PRIVACY_OFFICER, username="officer", country="IN")
    clip = make_household(officer)
    make_ready_clip(owner=clip.owner, submitter=clip.submitter)
    request = AccessRequest.objects.get(subject=clip.owner.pseudonym)
    page = sign_in("officer", scheme)
    page.goto(f"/requests/{request.pk}/")
    page.get_by_role("button", name="Compile it afresh").click()
    expect(page.get_by_text("A worker compiles the answer")).to_be_visible()
    inspected(page, f"answer-compiling-{scheme}")
    programs.sequencer()
    programs.worker()
    programs.beat()
    page.get_by_role("link", name="Read and review the answer").click(timeout=60_000)
    expect(page.get_by_role("heading", name="Annex B: everything else, place by place")).to_be_visible()
    inspected(page, f"answer-letter-{scheme}")
    page.get_by_role("button", name="It is reviewed").click()
    expect(page.get_by_text("The answer is reviewed and may go out.")).to_be_visible()
    inspected(page, f"answer-reviewed-{scheme}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="All of it with the clips (ZIP)").click()
    with zipfile.ZipFile(taken.value.path()) as archive:
        assert archive.testzip() is None
        assert sum(name.startswith("clips/") for name in archive.namelist()) == 1
