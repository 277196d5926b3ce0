"""Whoever has no factor of their own here confirms at the provider that it is them, and goes on."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.accounts.enums import Role
from annotations.accounts.models import Session, User
from annotations.audit.models import LogEntry
from annotations.single_sign_on import kept_forms
from annotations.single_sign_on.models import Identity, ProviderSession
from annotations.single_sign_on.rules import SIGN_IN_LASTS
from tests.accounts.authenticators import add_app
from tests.factories import make_user
from tests.single_sign_on.coming import SITE, come, exchanged, forms, led
from tests.single_sign_on.provider import Browser, Provider

pytestmark = [pytest.mark.django_db, pytest.mark.engines]

INVITED = {
    "username": "nina",
    "name": "Nina",
    "country": "RO",
    "languages": "ro",
    "role": Role.OPERATOR,
    "reason": "She joins us today.",
}


@pytest.fixture
def olga(had: Provider) -> tuple[Client, Browser]:
    """An operator who came by the provider some time ago, at the site and at the provider."""
    had.lists("olga", "admins")
    browser = Browser()
    client, _ = come("olga", browser)
    stale(client)
    return client, browser


def stale(client: Client) -> None:
    """What was shown to the session was shown long ago."""
    session = client.session
    session["proof"] = {**session["proof"], "at": "2020-01-01T00:00:00+00:00"}
    session.save()


def later(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """It is later here, and not at the provider; defaults of tables included, which keep `clock.now` itself."""
    moment = timezone.now() + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr(timezone, "now", lambda: moment)


def told(action: str) -> int:
    return LogEntry.objects.filter(action=action).count()


def confirm(client: Client, page: Any) -> str:
    """Presses the button of the question; where at the provider that leads."""
    (asked,) = [form for form in forms(page) if form.action == reverse("single_sign_on:confirm")]
    return led(client.post(asked.action, asked.fields))


def test_a_page_that_weighs_opens_once_the_provider_has_asked_anew(olga: tuple[Client, Browser]) -> None:
    client, browser = olga
    invite = reverse("accounts:invite")
    question = client.get(client.get(invite)["Location"])
    there = confirm(client, question)
    assert "prompt=login" in there
    key = client.session.session_key
    done = exchanged(client, browser.sign_in(there, "olga", SITE))
    assert (done.status_code, done["Location"]) == (302, invite)
    assert client.get(invite).status_code == 200
    assert client.session.session_key != key
    assert told("account.stepped_up") == told("account.signed_in") == 1
    kept = Session.objects.get(session_key=client.session.session_key)
    assert ProviderSession.objects.get().session == kept.public_id


def test_a_form_is_kept_and_no_word_of_it_lies_readable_in_the_database(olga: tuple[Client, Browser]) -> None:
    client, browser = olga
    there = confirm(client, client.post(reverse("accounts:invite"), INVITED))
    words = str(list(Session.objects.values_list("session_data"))) + str(dict(client.session))
    assert INVITED["reason"] not in words
    done = exchanged(client, browser.sign_in(there, "olga", SITE))
    (again,) = [form for form in forms(done) if form.action == reverse("accounts:invite")]
    assert again.fields == INVITED | {"csrfmiddlewaretoken": again.fields["csrfmiddlewaretoken"]}
    assert django_settings.FORM_COOKIE_NAME not in {
        name for name, value in client.cookies.items() if value.value
    }
    client.post(again.action, again.fields)
    assert User.objects.filter(username="nina").exists()


def test_somebody_else_at_the_provider_confirms_nothing(had: Provider, olga: tuple[Client, Browser]) -> None:
    client, _ = olga
    had.lists("mallory", "admins")
    there = confirm(client, client.post(reverse("accounts:invite"), INVITED))
    done = exchanged(client, Browser().sign_in(there, "mallory", SITE))
    assert (done.status_code, b"as somebody else" in done.content) == (409, True)
    assert Identity.objects.count() == 1, "nobody gets an account by that"
    assert (told("single_sign_on.refused"), told("account.stepped_up")) == (1, 0)
    assert client.get(reverse("accounts:invite"))["Location"].startswith(reverse("accounts:step_up"))


@pytest.mark.parametrize("left", ["&max_age=90000", ""])
def test_a_provider_that_did_not_ask_anew_confirms_nothing(
    left: str, olga: tuple[Client, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser takes out of the address what demands it: the token then tells an older time, or none."""
    client, browser = olga
    later(monkeypatch, minutes=3)
    there = confirm(client, client.get(client.get(reverse("accounts:invite"))["Location"]))
    quiet = there.replace("&max_age=0", left).replace("&prompt=login", "")
    assert len(quiet) < len(there)
    done = exchanged(client, browser.sign_in(quiet, "olga", SITE))
    assert (done.status_code, b"did not ask you anew" in done.content) == (409, True)
    assert told("account.stepped_up") == 0


def test_another_browser_and_a_later_hour_have_no_part_of_it(olga: tuple[Client, Browser]) -> None:
    client, browser = olga
    there = confirm(client, client.post(reverse("accounts:invite"), INVITED))
    returning = browser.sign_in(there, "olga", SITE)
    del client.cookies[django_settings.FORM_COOKIE_NAME]
    done = exchanged(client, returning)
    assert (done.status_code, INVITED["reason"].encode() in done.content) == (409, False)
    assert client.get(returning).status_code == 409, "code and state are taken once"
    assert told("account.stepped_up") == 0


def test_a_session_that_ended_meanwhile_is_not_confirmed(olga: tuple[Client, Browser]) -> None:
    client, browser = olga
    returning = browser.sign_in(
        confirm(client, client.post(reverse("accounts:invite"), INVITED)), "olga", SITE
    )
    Session.objects.filter(user__isnull=False).delete()
    assert client.get(returning).status_code == 409


def test_whoever_was_dropped_meanwhile_is_shut_out_by_confirming(
    had: Provider, olga: tuple[Client, Browser]
) -> None:
    client, browser = olga
    make_user(Role.OPERATOR)
    there = confirm(client, client.post(reverse("accounts:invite"), INVITED))
    had.lists("olga")
    done = exchanged(client, browser.sign_in(there, "olga", SITE))
    assert done["Location"] == reverse("accounts:sign_in")
    assert not User.objects.get(by_provider=True).is_active


def test_whoever_has_a_factor_here_shows_that_one(olga: tuple[Client, Browser]) -> None:
    client, _ = olga
    user = User.objects.get(by_provider=True)
    add_app(user)
    client.force_login(user)
    stale(client)
    question = client.get(reverse("accounts:step_up"), {"next": "/account/"})
    assert reverse("single_sign_on:confirm") not in [form.action for form in forms(question)]
    refused = client.post(reverse("single_sign_on:confirm"), {"step_up_next": "/account/"})
    assert refused["Location"].startswith(reverse("accounts:step_up"))


def test_people_with_passwords_are_not_led_to_the_provider(had: Provider) -> None:
    client = Client()
    client.force_login(make_user(Role.OPERATOR))
    question = client.get(reverse("accounts:step_up"))
    assert reverse("single_sign_on:confirm") not in [form.action for form in forms(question)]
    assert client.post(reverse("single_sign_on:confirm"))["Location"].startswith(reverse("accounts:step_up"))


def test_a_typed_password_is_no_way_around(olga: tuple[Client, Browser]) -> None:
    client, _ = olga
    answer = client.post(reverse("accounts:step_up"), {"step_up_password": "anything", "step_up_next": "/"})
    assert answer.status_code == 200
    assert (told("account.stepped_up"), told("account.sign_in_failed")) == (0, 0)


def test_a_second_factor_that_is_demanded_can_be_set_up_after_confirming(
    olga: tuple[Client, Browser], settings: Any
) -> None:
    """Otherwise whoever the provider had asked hours ago could do nothing at all."""
    settings.SECOND_FACTOR_REQUIRED = [Role.OPERATOR]
    client, browser = olga
    add_app = reverse("accounts:add_app")
    question = client.get(client.get(add_app)["Location"])
    done = exchanged(client, browser.sign_in(confirm(client, question), "olga", SITE))
    assert done["Location"] == add_app
    assert client.get(add_app).status_code == 200


# how fresh the provider's word is at sign-in


def test_a_sign_in_is_fresh_from_when_the_provider_asked(
    had: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who is signed in at the provider since before is signed in here at once, and confirms what weighs."""
    had.lists("olga", "admins")
    browser = Browser()
    client, _ = come("olga", browser)
    assert client.get(reverse("accounts:invite")).status_code == 200
    later(monkeypatch, minutes=11)
    again, done = come("olga", browser)
    assert done.status_code == 302
    assert again.get(reverse("accounts:invite"))["Location"].startswith(reverse("accounts:step_up"))


def test_what_the_provider_says_too_weakly_lets_nobody_in(had: Provider, settings: Any) -> None:
    settings.OIDC_ACR_VALUES = ["urn:example:two-factors"]
    had.lists("olga", "admins")
    _, done = come("olga")
    assert (done.status_code, b"stronger sign-in" in done.content) == (409, True)
    assert not User.objects.filter(by_provider=True).exists()
    assert told("single_sign_on.refused") == 1


# the sealed form


def test_neither_half_opens_the_form_of_another_sign_in() -> None:
    form = kept_forms.KeptForm("/people/", True, [("reason", "Words."), ("reason", "More.")])
    halves, other = kept_forms.seal(form, "one"), kept_forms.seal(form, "one")
    assert kept_forms.unseal(halves, "one") == form
    assert kept_forms.unseal(halves, "two") is None
    wrong: list[Callable[[], kept_forms.Halves]] = [
        lambda: kept_forms.Halves(other.key, halves.sealed),
        lambda: kept_forms.Halves("", halves.sealed),
        lambda: kept_forms.Halves("ä", halves.sealed),
        lambda: kept_forms.Halves(halves.key, ""),
        lambda: kept_forms.Halves(halves.key[:-8], halves.sealed),
    ]
    assert [kept_forms.unseal(each(), "one") for each in wrong] == [None] * len(wrong)


def test_the_key_goes_with_the_time_of_the_sign_in(olga: tuple[Client, Browser]) -> None:
    client, _ = olga
    confirm(client, client.post(reverse("accounts:invite"), INVITED))
    cookie = client.cookies[django_settings.FORM_COOKIE_NAME]
    assert cookie["max-age"] == SIGN_IN_LASTS.total_seconds()
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
