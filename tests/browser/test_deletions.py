"""What an erasure leaves of a release, and the request to delete copies, as people use them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.datasets import services
from annotations.datasets.filters import Filters
from annotations.datasets.models import Download, Release
from tests.factories import make_accepted, make_project, make_user

pytestmark = pytest.mark.engines


def erased_release(engineer: User) -> Release:
    """Of two clips, of which one was erased after the engineer had downloaded it."""
    project = make_project()
    for _ in range(2):
        make_accepted(project)
    release = services.request(services.create(engineer.actor, "Porch", project, Filters()), engineer.actor)
    services.freeze(release.pk)
    Download.objects.create(file=release.files.get(format="coco"), by=engineer.pseudonym)
    services.erase_clip(release.items.get(position=0).clip, WORKER)
    return release


def test_a_request_is_answered_on_the_first_page_and_officers_see_it(
    live_site: str, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    engineer, officer = make_user(Role.ML_ENGINEER), make_user(Role.PRIVACY_OFFICER)
    release = erased_release(engineer)
    page = sign_in(engineer.username)
    expect(page.get_by_role("heading", name="Please delete")).to_be_visible()
    inspected(page, "deletions-asked-light")
    page.goto(f"/releases/{release.pk}/")
    expect(page.get_by_role("button", name="Freeze a successor")).to_be_visible()
    inspected(page, "release-erased-light")
    page.emulate_media(color_scheme="dark")
    inspected(page, "release-erased-dark")
    page.get_by_label("Every copy was deleted").check()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("1 request answered.")).to_be_visible()
    inspected(page, "deletions-answered-dark")
    page = sign_in(officer.username)
    page.goto("/datasets/deletions/")
    expect(page.get_by_role("cell", name=engineer.username)).to_be_visible()
    inspected(page, "deletions-officer-light")
