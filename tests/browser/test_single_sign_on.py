"""Signing in at a real provider in Chromium, by a worker that alone may ask it; and the provider ends the session."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from annotations.accounts.enums import Role
from annotations.accounts.models import Session, User
from annotations.audit.models import LogEntry
from annotations.single_sign_on.models import ProviderDocument
from tests.browser.test_second_factors import grow_stale
from tests.engines.postgresql import free_port
from tests.engines.programs import Programs, wait_until
from tests.factories import make_user
from tests.single_sign_on.provider import Provider, running, variables

pytestmark = [pytest.mark.browser, pytest.mark.engines]


@pytest.fixture
def provider(tmp_path: Path, programs: Programs) -> Iterator[Provider]:
    """The provider, and a site that knows it."""
    port = free_port()
    with running(tmp_path, f"http://127.0.0.1:{port}") as provider:
        programs.variables |= variables(provider, tmp_path)
        programs.web(port)
        programs.worker("outside", "outside")
        yield provider


@pytest.fixture
def page(browser: Browser, provider: Provider) -> Iterator[Page]:
    """Without the rule that no page logs an error: the provider's own pages do."""
    context = browser.new_context(base_url=provider.site, viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def test_a_person_comes_by_the_provider_and_goes_with_it(
    provider: Provider, page: Page, inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.OPERATOR)
    provider.lists("olga", "admins", name="Olga Pop", preferred_username="olga")
    page.goto("/account/")
    inspected(page, "sign-in-with-provider")
    page.get_by_role("button", name="Sign in with Example House").click()
    if not ProviderDocument.objects.exists():  # the very first call of a site
        expect(page.get_by_text("The provider did not answer.")).to_be_visible()
        inspected(page, "not-signed-in")
        wait_until(ProviderDocument.objects.exists, 30, "the provider's document")
        page.goto("/account/")
        page.get_by_role("button", name="Sign in with Example House").click()
    page.locator("[name=login]").fill("olga")
    page.locator("[name=password]").fill("whatever")
    page.locator("[type=submit]").click()
    page.locator("[type=submit]").click()  # the provider asks whether this site may know
    page.wait_for_url(re.compile(r"/account/$"))
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert Session.objects.filter(user__username="olga").count() == 1

    page.goto(f"{provider.issuer}/session/end?client_id=review")
    page.locator("[name=logout]").click()
    wait_until(
        lambda: not Session.objects.filter(user__username="olga").exists(), 30, "the end of the session"
    )
    assert LogEntry.objects.filter(action="single_sign_on.ended").count() == 1
    page.goto("/account/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_whoever_waits_is_told_for_whom(
    provider: Provider, page: Page, inspected: Callable[[Page, str], None]
) -> None:
    provider.lists("ann", "teams/annotators", preferred_username="ann")
    page.goto("/sign-in/")
    page.emulate_media(color_scheme="dark")
    page.get_by_role("button", name="Sign in with Example House").click()
    wait_until(ProviderDocument.objects.exists, 30, "the provider's document")
    page.goto("/sign-in/provider/")
    page.get_by_role("button", name="Sign in with Example House").click()
    page.locator("[name=login]").fill("ann")
    page.locator("[name=password]").fill("whatever")
    page.locator("[type=submit]").click()
    page.locator("[type=submit]").click()
    expect(page.get_by_text("A privacy officer has to agree to your account first.")).to_be_visible()
    inspected(page, "not-signed-in-dark")


def test_a_form_waits_while_the_provider_asks_anew_who_is_there(
    provider: Provider, page: Page, inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.OPERATOR)
    provider.lists("olga", "admins", preferred_username="olga")
    for _ in range(2):  # the very first call of a site fetches the provider's document
        page.goto("/sign-in/provider/?next=/people/invite/")
        page.get_by_role("button", name="Sign in with Example House").click()
        wait_until(ProviderDocument.objects.exists, 30, "the provider's document")
    page.locator("[name=login]").fill("olga")
    page.locator("[name=password]").fill("whatever")
    page.locator("[type=submit]").click()
    page.locator("[type=submit]").click()
    page.wait_for_url(re.compile(r"/people/invite/$"))
    page.get_by_label("User name").fill("nina")
    page.get_by_label("Role").select_option(Role.OPERATOR)
    page.locator("[name=reason]").fill("She joins us today.")
    grow_stale(User.objects.get(username="olga"))
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    inspected(page, "confirm-with-provider")
    page.get_by_role("button", name="Confirm with Example House").click()
    page.locator("[name=login]").fill("olga")
    page.locator("[name=password]").fill("whatever")
    page.locator("[type=submit]").click()
    expect(page.get_by_role("heading", name="Confirmed")).to_be_visible()
    inspected(page, "confirmed-by-provider")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Sign-in link for nina")).to_be_visible()
    assert User.objects.filter(username="nina").exists()
