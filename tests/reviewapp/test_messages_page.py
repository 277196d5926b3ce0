"""The page of what leaves the site, as an operator sees it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.core import clock
from annotations.outgoing import services
from annotations.outgoing.enums import MessageState
from annotations.outgoing.models import OutgoingMessage
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(make_user(Role.OPERATOR))
    return client


@pytest.fixture
def targets(settings: Any) -> None:
    settings.MAIL_TARGETS = {"operators": "ops@example.org"}
    settings.WEBHOOK_TARGETS = {"pager": "https://pager.example/in"}
    settings.NOTIFY = {**settings.NOTIFY, "operations": ["operators", "pager"]}


def page(operator: Client) -> str:
    return operator.get(reverse("outgoing_messages")).content.decode()


def test_a_site_without_targets_says_how_to_name_some(operator: Client) -> None:
    assert "Nobody is told anything" in page(operator)


@pytest.mark.usefixtures("targets")
def test_each_target_is_there_with_what_it_is_told_and_can_be_tried(operator: Client) -> None:
    shown = page(operator)
    for text in ("operators", "ops@example.org", "https://pager.example/in", "alarms of operations", "never"):
        assert text in shown
    answer = operator.post(reverse("try_target", args=["operators"]), follow=True).content.decode()
    assert "A message is on its way" in answer
    message = OutgoingMessage.objects.get()
    assert services.send(message.pk) == 1
    assert "never" in page(operator), "the other one"
    answer = operator.post(reverse("try_target", args=["nobody"]), follow=True).content.decode()
    assert "no such target" in answer


@pytest.mark.usefixtures("targets")
def test_what_was_given_up_stands_on_operations_and_is_sent_again(operator: Client, settings: Any) -> None:
    operator.post(reverse("try_target", args=["operators"]))
    message = OutgoingMessage.objects.get()
    OutgoingMessage.objects.update(state=MessageState.DEAD, ended_at=clock.now(), failure_code="mail_refused")
    assert "1 message could not be sent" in operator.get(reverse("operations")).content.decode()
    shown = page(operator)
    assert "mail_refused" in shown
    address = reverse("send_message_again", args=[message.pk])
    assert "It is tried again" in operator.post(address, follow=True).content.decode()
    assert "Somebody has sent it again already" in operator.post(address, follow=True).content.decode()
    assert "could not be sent" not in operator.get(reverse("operations")).content.decode()
    settings.MAIL_TARGETS = {}
    assert "not named any more" in page(operator)
