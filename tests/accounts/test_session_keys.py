"""The keys of sessions: made by the system's chance, kept by the site alone, worth nothing once they have ended."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from tests.factories import PASSWORD, make_user
from tests.filled_site import SIGNING_IN

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_keys_are_long_and_never_the_same() -> None:
    keys = set()
    for _ in range(20):
        client = Client()
        client.force_login(make_user(Role.OPERATOR))
        keys.add(key_of(client))
    assert len(keys) == 20
    assert all(len(key) == 32 and key.isalnum() for key in keys)  # 36 ** 32 is more than 2 ** 165


def test_a_key_that_the_site_did_not_make_opens_nothing(client: Client) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert client.get(reverse("accounts:account")).status_code == 302


def test_a_key_opens_nothing_after_signing_out(client: Client) -> None:
    client.force_login(make_user(Role.OPERATOR))
    key = key_of(client)
    assert client.get(reverse("accounts:account")).status_code == 200
    client.post(reverse("accounts:sign_out"))
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get(reverse("accounts:account")).status_code == 302


@pytest.mark.parametrize("role", SIGNING_IN)
def test_every_page_offers_to_sign_out(role: str, client: Client) -> None:
    client.force_login(make_user(role))
    for address in (reverse("home"), reverse("accounts:account")):
        page = client.get(address, follow=True).content.decode()
        assert f'action="{reverse("accounts:sign_out")}"' in page, address


@pytest.mark.parametrize(
    "outside", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(outside: str, client: Client) -> None:
    person = make_user(Role.OPERATOR)
    form = {"username": person.username, "password": PASSWORD, "next": outside}
    answer = client.post(reverse("accounts:sign_in"), form)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith("//")
