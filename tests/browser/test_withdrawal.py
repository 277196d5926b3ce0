"""An owner withdraws, and it reaches the training set, in a browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from annotations.accounts.enums import Role
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry
from annotations.clips.models import Clip
from annotations.core.models import RunState
from annotations.datasets import services
from annotations.datasets.filters import Filters
from annotations.datasets.models import Release
from annotations.rights import receipts
from tests.engines.programs import Programs, wait_until
from tests.factories import make_accepted, make_project, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
ENGINEER = Actor("p-engineer", Role.ML_ENGINEER)
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]


@pytest.fixture
def release(live_site: str, programs: Programs) -> Release:
    """Of two clips, frozen, with one clip left out; a worker stands by."""
    make_user(Role.ML_ENGINEER, username="engineer")
    make_user(Role.PRIVACY_OFFICER, username="officer")
    project = make_project(name="Home threat detection")
    for _ in range(2):
        make_accepted(project)
    make_accepted(project, training=False)
    made = services.request(services.create(ENGINEER, "Front doors", project, Filters()), ENGINEER)
    services.freeze(made.pk)
    made.refresh_from_db()
    assert made.state == RunState.DONE
    programs.worker()
    return made


def clip_of(release: Release) -> Clip:
    return release.items.order_by("position")[0].clip


def marked(release: Release) -> bool:
    return all(file.destroyed_at for file in release.files.all())


def test_an_owner_withdraws_on_the_receipt_and_the_release_is_stopped(
    release: Release, live_site: str, browser: Browser, sign_in: SignIn, inspected: Inspect
) -> None:
    owner = browser.new_context(base_url=live_site, viewport={"width": 390, "height": 844}).new_page()
    owner.goto(receipts.path_for(clip_of(release)))
    expect(owner.get_by_text("part of 1 training set")).to_be_visible()
    inspected(owner, "receipt")
    owner.on("dialog", lambda dialog: dialog.accept())
    owner.get_by_role("button", name="Withdraw my consent").click()
    expect(owner.get_by_text("You withdrew this on")).to_be_visible()
    inspected(owner, "receipt-withdrawn")
    ended = owner.url
    owner.get_by_role("button", name="End this link").click()
    expect(owner.get_by_text("This is your new link")).to_be_visible()
    owner.goto(ended)
    expect(owner.get_by_role("heading", name="This link is over")).to_be_visible()
    inspected(owner, "receipt-over")
    owner.context.close()
    wait_until(lambda: marked(release), 30, "the mark on the release")
    page = sign_in("engineer")
    page.goto(f"/releases/{release.pk}/")
    expect(page.get_by_text("May not be used", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("COCO"))).to_have_count(0)
    inspected(page, "release-withdrawn")
    page.get_by_role("link", name="The dataset").click()
    expect(page.locator("#gate .figures")).to_contain_text("1")
    page.get_by_role("button", name="Freeze a release").click()
    expect(page.get_by_role("link", name=re.compile("COCO"))).to_be_visible(timeout=30_000)
    page.get_by_role("link", name=re.compile("stayed out")).click()
    expect(page.get_by_text("Consent withdrawn").first).to_be_visible()
    inspected(page, "release-left-out")


def test_an_officer_withdraws_with_a_reason(release: Release, sign_in: SignIn, inspected: Inspect) -> None:
    clip = clip_of(release)
    page = sign_in("officer", "dark")
    page.goto("/consents/")
    page.get_by_label("Clip or owner").fill(clip.owner.pseudonym)
    page.get_by_role("button", name="Look up").click()
    inspected(page, "consents-found")
    page.get_by_role("link", name=re.compile("^Withdraw")).click()
    expect(page.get_by_role("link", name="Front doors 1")).to_be_visible()
    page.get_by_label("Reason").fill("The owner wrote to us on Monday.")
    inspected(page, "withdraw")
    page.get_by_role("button", name="Withdraw the consent").click()
    expect(page.get_by_text("The owner wrote to us on Monday.")).to_be_visible()
    inspected(page, "dossier-withdrawn")
    page.get_by_role("button", name="Receipt for the owner").click()
    expect(page.get_by_label("Link", exact=True)).to_have_value(re.compile("/receipt/"))
    inspected(page, "receipt-link")
    assert LogEntry.objects.filter(action="consent.withdrawn", clip=clip.public_id).count() == 1


def test_the_gate_answers_while_filters_are_chosen(
    release: Release, sign_in: SignIn, inspected: Inspect
) -> None:
    page = sign_in("engineer")
    page.goto(f"/datasets/{release.dataset_id}/")
    figures = page.locator("#gate .figures dd").first
    expect(figures).to_have_text("2")
    page.get_by_label("Unsure").check()
    expect(figures).to_have_text("0")
    expect(page.locator("#gate")).to_contain_text("not among those asked for")
    page.get_by_label("Threat").check()
    expect(figures).to_have_text("2")
    inspected(page, "dataset-filters")
