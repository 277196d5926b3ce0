"""From which networks people and programs come in, by their roles."""

import ipaddress
import json
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.networks import network_of, parsed, within
from annotations.audit.models import LogEntry
from annotations.core import clock
from reviewapp.settings import environment
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
OFFICE = (ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_network("2001:db8:7::/48"))
INSIDE, OUTSIDE = "192.0.2.9", "203.0.113.7"


@pytest.fixture(autouse=True)
def _contractors_come_in_from_the_office(settings: Any) -> None:
    settings.ALLOWED_NETWORKS = {Role.CONTRACTOR: OFFICE}


def sign_in(address: str, role: str = Role.CONTRACTOR, password: str = PASSWORD) -> tuple[Client, Any]:
    user, client = make_user(role), Client(REMOTE_ADDR=address)
    typed = {"username": user.username, "password": password}
    return client, client.post(reverse("accounts:sign_in"), typed)


def told() -> list[dict[str, Any]]:
    found = LogEntry.objects.filter(action="access.network_refused").order_by("id")
    return [json.loads(bytes(entry.canonical))["data"] for entry in found]


@pytest.mark.parametrize("address", [INSIDE, "2001:db8:7:9::1", f"::ffff:{INSIDE}"])
def test_who_comes_from_an_allowed_network_comes_in(address: str) -> None:
    client, answer = sign_in(address)
    assert answer.status_code == 302
    assert client.get(reverse("accounts:account")).status_code == 200
    assert told() == []


@pytest.mark.parametrize("address", [OUTSIDE, "2001:db8:8::1", "", "no address"])
def test_who_does_not_is_told_what_to_do_once_the_password_is_right(address: str) -> None:
    client, answer = sign_in(address)
    assert answer.status_code == 403
    page = " ".join(answer.content.decode().split())
    assert "Use the network of your workplace, or its VPN" in page
    assert "_auth_user_id" not in client.session
    assert told() == [{"method": "POST", "route": "accounts:sign_in", "times": 1}]


def test_who_guesses_from_elsewhere_learns_nothing_of_it() -> None:
    _, answer = sign_in(OUTSIDE, password="wrong")
    assert (answer.status_code, "network" in answer.content.decode()) == (200, False)
    assert told() == []


def test_other_roles_come_in_from_everywhere() -> None:
    _, answer = sign_in(OUTSIDE, Role.LEAD)
    assert answer.status_code == 302


def test_a_session_that_leaves_the_network_opens_nothing_but_the_way_out() -> None:
    client, _ = sign_in(INSIDE)
    for path in (reverse("accounts:account"), reverse("accounts:sign_in"), "/"):
        assert client.get(path, REMOTE_ADDR=OUTSIDE).status_code == 403
    answer = client.post(reverse("review:claim"), REMOTE_ADDR=OUTSIDE)
    assert (answer.status_code, answer.json()["code"]) == (403, "network_not_allowed")
    assert {entry["route"] for entry in told()} == {
        "accounts:account",
        "accounts:sign_in",
        "home",
        "review:claim",
    }
    assert client.get(reverse("accounts:account"), REMOTE_ADDR=INSIDE).status_code == 200
    assert client.post(reverse("accounts:sign_out"), REMOTE_ADDR=OUTSIDE).status_code == 302


def test_calls_from_elsewhere_do_not_fill_the_log() -> None:
    client, _ = sign_in(INSIDE)
    for _ in range(40):
        client.get(reverse("accounts:account"), REMOTE_ADDR=OUTSIDE)
    assert [entry["times"] for entry in told()] == [1, 1, 1, 1, 1, 5, 10, 20]


def test_what_a_client_says_of_its_address_counts_for_nothing(settings: Any) -> None:
    claimed = {"X-Forwarded-For": INSIDE, "X-Real-IP": INSIDE, "Forwarded": f"for={INSIDE}"}
    client, _ = sign_in(INSIDE)
    path = reverse("accounts:account")
    assert client.get(path, REMOTE_ADDR=OUTSIDE, headers=claimed).status_code == 403
    settings.TRUSTED_PROXY = True
    behind = {"X-Forwarded-For": f"{INSIDE}, {OUTSIDE}"}
    assert client.get(path, REMOTE_ADDR=INSIDE, headers=behind).status_code == 403
    behind = {"X-Forwarded-For": f"{OUTSIDE}, {INSIDE}"}
    assert client.get(path, REMOTE_ADDR=OUTSIDE, headers=behind).status_code == 200


def test_keys_of_a_role_come_in_from_its_networks_too(settings: Any) -> None:
    settings.ALLOWED_NETWORKS = {Role.ML_ENGINEER: OFFICE}
    engineer = make_user(Role.ML_ENGINEER)
    client = Client(headers={"Authorization": f"Bearer {services.create_key(engineer.actor, engineer)}"})
    path = reverse("api_schema")
    assert client.get(path, REMOTE_ADDR=INSIDE).status_code == 200
    assert client.get(path, REMOTE_ADDR=OUTSIDE).json()["code"] == "network_not_allowed"
    assert client.get(reverse("healthz"), REMOTE_ADDR=OUTSIDE).status_code == 200


def test_operators_see_which_networks_are_in_force(settings: Any) -> None:
    client = Client()
    client.force_login(make_user(Role.OPERATOR))
    page = client.get(reverse("operations")).content.decode()
    assert "2001:db8:7::/48" in page
    settings.ALLOWED_NETWORKS = {}
    assert "ALLOWED_NETWORKS names no role" in client.get(reverse("operations")).content.decode()


def test_a_role_that_is_misspelt_stops_the_start(settings: Any) -> None:
    settings.ALLOWED_NETWORKS = {"contractors": OFFICE}
    assert "accounts.E002" in {message.id for message in run_checks()}


def test_the_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWORKS", "contractor 192.0.2.0/24 2001:db8:7::/48, lead 192.0.2.9/32")
    found = environment.networks("NETWORKS")
    assert found == {"contractor": OFFICE, "lead": (ipaddress.ip_network("192.0.2.9/32"),)}
    monkeypatch.delenv("NETWORKS")
    assert environment.networks("NETWORKS") == {}


@pytest.mark.parametrize(
    "written", ["contractor", "contractor home", "contractor 192.0.2.9/24", "lead ::/0, lead 192.0.2.9/32"]
)
def test_a_network_that_is_misspelt_stops_the_start(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWORKS", written)
    with pytest.raises(ImproperlyConfigured, match="NETWORKS"):
        environment.networks("NETWORKS")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
    ],
)
def test_the_network_of_an_address(address: str, found: str) -> None:
    assert network_of(address) == found
    assert within(address, OFFICE) is (found == "192.0.2.0/24")


def test_what_is_no_address_is_none() -> None:
    assert parsed("unix:") is None
    assert clock.now()
