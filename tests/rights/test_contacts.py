"""Who answers for the site: what the operator has still to state is told, on Operations and as a check."""

from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.clips.models import Clip
from annotations.rights import receipts
from annotations.rights.contacts import unstated
from tests.factories import make_clip, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
CONTACTS = {
    "CONTROLLER_NAME": "Porch Watch B.V.",
    "CONTROLLER_CONTACT": "privacy@porch.example",
    "OFFICER_CONTACT": "dpo@porch.example",
}


@pytest.fixture
def stated(settings: Any) -> None:
    for name, value in CONTACTS.items():
        setattr(settings, name, value)


def operations(client: Client) -> str:
    client.force_login(make_user(Role.OPERATOR))
    return client.get(reverse("operations")).content.decode()


def warned() -> list[str]:
    found = run_checks(include_deployment_checks=True, databases=[])
    return [str(each.msg) for each in found if each.id == "rights.W001"]


def test_what_is_not_stated_is_named_on_operations_and_by_the_check(client: Client) -> None:
    page = operations(client)
    for name in CONTACTS:
        assert f"not stated: set {name}" in page
    assert warned() == [f"{name} is not stated." for name in CONTACTS]


def test_a_safeguard_is_asked_for_where_somebody_sits_outside_the_eea(
    client: Client, stated: None, settings: Any
) -> None:
    make_user(country="DE")
    assert unstated() == []
    assert "not stated" not in operations(client)
    assert warned() == []
    make_user(country="IN")
    assert unstated() == ["TRANSFER_SAFEGUARD"]
    assert "not stated: set TRANSFER_SAFEGUARD" in operations(client)
    settings.TRANSFER_SAFEGUARD = "Standard contractual clauses."
    assert unstated() == []


def receipt(client: Client, clip: Clip) -> str:
    return client.get(receipts.path_for(clip)).content.decode()


def test_the_receipt_says_how_to_ask_for_everything(client: Client, settings: Any) -> None:
    clip = make_clip()
    assert "whoever sent you this link" in receipt(client, clip)
    settings.CONTROLLER_NAME = CONTACTS["CONTROLLER_NAME"]
    settings.CONTROLLER_CONTACT = CONTACTS["CONTROLLER_CONTACT"]
    page = receipt(client, clip)
    assert "Porch Watch B.V." in page
    assert "privacy@porch.example" in page
    assert "whoever sent you this link" not in page
