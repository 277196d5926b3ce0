"""A sign-in link that is sent by mail, by whoever holds it."""

from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.accounts.services.links import make_link
from annotations.outgoing import services as outgoing
from annotations.outgoing.models import OutgoingMessage
from tests.accounts.test_people_pages import INVITED
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return make_user(username="rita")


@pytest.fixture
def token(person: User) -> str:
    with transaction.atomic():
        return make_link(person, person.actor)


def post(client: Client, token: str, address: str) -> Any:
    return client.post(reverse("accounts:mail_link"), {"token": token, "address": address}, follow=True)


def test_the_mail_has_the_link_and_nothing_else_keeps_it(site: Client, person: User, token: str) -> None:
    answer = post(site, token, "rita@example.org")
    assert "The mail is on its way" in answer.content.decode()
    message = OutgoingMessage.objects.get()
    assert message.target == person.pseudonym
    assert outgoing.send(message.pk) == 1
    (sent,) = mail.outbox
    assert sent.to == ["rita@example.org"]
    assert f"http://testserver{reverse('accounts:use_link', args=[token])}" in sent.body


@pytest.mark.parametrize(
    "address",
    [
        "rita",
        "rita@example.org, eve@example.org",
        "rita@example.org\nBcc: eve@example.org",
        "rita@example.org\r\n\r\nAnother text.",
        "Rita <rita@example.org>",
    ],
)
def test_an_address_that_is_none_leaves_the_link_on_the_page(site: Client, token: str, address: str) -> None:
    answer = post(site, token, address)
    assert answer.status_code == 400
    assert "no-store" in answer["Cache-Control"]
    assert token in answer.content.decode()
    assert not OutgoingMessage.objects.exists()


def test_a_link_that_is_over_is_not_sent(site: Client, person: User, token: str) -> None:
    with transaction.atomic():
        make_link(person, person.actor)
    for ended in (token, "", "no-such-link"):
        assert "does not open anything" in post(site, ended, "rita@example.org").content.decode()
    assert not OutgoingMessage.objects.exists()


def test_the_page_of_a_new_link_offers_it(client: Client) -> None:
    client.force_login(make_user(Role.OPERATOR))
    page = client.post(reverse("accounts:invite"), INVITED | {"role": Role.OPERATOR}).content.decode()
    assert "Send it by mail" in page
