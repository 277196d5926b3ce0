"""An officer opens a request, has its answer compiled by a worker, reads the letter, takes it out with the clips, and
closes the request.
"""

import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.rights import services as rights
from annotations.rights.models import AccessRequest
from tests.engines.programs import Programs
from tests.factories import make_ready_clip, make_user
from tests.rights.answer.households import make_household

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_an_officer_answers_an_owner(
    programs: Programs, live_site: str, sign_in: SignIn, inspected: Inspect, scheme: str
) -> None:
    officer = make_user(Role.PRIVACY_OFFICER, username="officer", country="IN")
    clip = make_household(officer)
    make_ready_clip(owner=clip.owner, submitter=clip.submitter)
    before = AccessRequest.objects.get(subject=clip.owner.pseudonym)
    rights.refuse_request(before.pk, "It came without a name.", officer.actor)
    page = sign_in("officer", scheme)
    page.goto("/requests/")
    inspected(page, f"requests-empty-{scheme}")
    page.get_by_role("link", name="Open a request").click()
    page.get_by_label("Owner or clip").fill(clip.owner.pseudonym)
    page.get_by_label("How it came").fill("A letter with the number of their receipt.")
    inspected(page, f"request-new-{scheme}")
    page.get_by_role("button", name="Open the request").click()
    page.get_by_role("button", name="Compile the answer").click()
    expect(page.get_by_text("A worker compiles the answer")).to_be_visible()
    inspected(page, f"answer-compiling-{scheme}")
    programs.sequencer()
    programs.worker()
    programs.beat()
    read = page.get_by_role("link", name="Read and review the answer")
    expect(read).to_be_visible(timeout=60_000)
    inspected(page, f"request-compiled-{scheme}")
    read.click()
    expect(page.get_by_role("heading", name="Annex B: everything else, place by place")).to_be_visible()
    inspected(page, f"answer-letter-{scheme}")
    page.emulate_media(media="print")
    inspected(page, f"answer-print-{scheme}")
    page.emulate_media(media="screen")
    page.get_by_role("button", name="It is reviewed").click()
    expect(page.get_by_text("The answer is reviewed and may go out.")).to_be_visible()
    inspected(page, f"answer-reviewed-{scheme}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="All of it with the clips (ZIP)").click()
    with zipfile.ZipFile(taken.value.path()) as archive:
        assert archive.testzip() is None
        assert sum(name.startswith("clips/") for name in archive.namelist()) == 1
    page.get_by_label("In your words").fill("By registered letter.")
    page.get_by_role("button", name="It has gone out").click()
    expect(page.get_by_text("The request is answered.")).to_be_visible()
    inspected(page, f"request-answered-{scheme}")
    assert AccessRequest.objects.exclude(pk=before.pk).get().closed_at
