"""API keys: their form, what they open, from where, until when, and how one takes another's place."""

import datetime
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from annotations.accounts import keys, services
from annotations.accounts.enums import Role, Scope
from annotations.accounts.matrix import matrix
from annotations.accounts.models import ApiKey, User
from annotations.accounts.scopes import ANY, load, scopes
from annotations.accounts.services import KeyTerms
from annotations.audit import selectors as audit
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.core.errors import Conflict, DomainError, Invalid, Missing, NotAllowed, TooMany
from tests.factories import make_submitter, make_user
from tests.routes import routes

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def call(key: str, path: str = "/api/v1/clips", method: str = "POST", address: str = "127.0.0.1") -> Any:
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key}"}, REMOTE_ADDR=address)
    return client.generic(method, path)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def prefix_of(key: str) -> str:
    return key.split("_")[1]


# form


def test_a_key_has_the_form_that_scanners_look_for_and_a_checksum_that_makes_them_sure() -> None:
    for _ in range(50):
        key, prefix, _ = keys.generate()
        assert re.fullmatch(keys.FORM, key)
        assert keys.parse(key) == (prefix, key.rsplit("_", 1)[1])
        assert keys.checksum(key[:-6]) == key[-6:]


def test_the_checksum_is_crc_32_to_the_base_62() -> None:
    assert keys.checksum("") == "000000"
    assert keys.checksum("123456789") == "3jZRME"  # CRC-32 of it is 0xCBF43926


@pytest.mark.parametrize(
    "key",
    ["", "x", "cam_x_y", "cam_0123456789ab_", "cam_0123456789ab_" + "a" * 49, "Cam_0123456789ab_" + "a" * 43],
)
def test_what_is_no_key_is_not_looked_up(key: str) -> None:
    assert keys.parse(key) is None
    assert code(call(key)) == (401, "bad_api_key")


def test_a_mistyped_key_is_none() -> None:
    key = keys.generate()[0]
    assert all(
        keys.parse(key[:n] + ("A" if key[n] != "A" else "B") + key[n + 1 :]) is None for n in range(17, 60)
    )


def test_keys_of_before_go_on_working() -> None:
    secret = "Ab-_" + "x" * 39
    assert keys.parse(f"cam_0123456789ab_{secret}") == ("0123456789ab", secret)
    ApiKey.objects.create(
        user=make_submitter(),
        prefix="0123456789ab",
        digest=keys.digest(secret),
        expires_at=clock.now() + DAY,
        scopes="submit_clips",
    )
    assert code(call(f"cam_0123456789ab_{secret}")) == (400, "invalid")


def test_only_a_digest_is_kept() -> None:
    submitter = make_submitter()
    key = services.create_key(submitter.actor, submitter)
    kept = ApiKey.objects.get()
    assert kept.digest not in key
    assert key.rsplit("_", 1)[-1] not in str(vars(kept))


def test_the_documents_give_the_form_to_scanners() -> None:
    assert keys.FORM in (Path(settings.BASE_DIR) / "docs" / "api-keys.md").read_text()


# what lets nobody in


def test_a_key_opens_the_intake_without_a_cookie_and_says_when_it_ends() -> None:
    submitter = make_submitter()
    answer = call(services.create_key(submitter.actor, submitter))
    assert code(answer) == (400, "invalid")
    expires = datetime.datetime.fromisoformat(answer["API-Key-Expires"])
    assert datetime.timedelta(days=89) < expires - clock.now() < datetime.timedelta(days=90)


def test_who_holds_the_whole_key_is_told_why_it_opens_nothing_and_nobody_else() -> None:
    submitter = make_submitter()
    key = services.create_key(submitter.actor, submitter)
    other = services.create_key(submitter.actor, submitter)
    guessed = f"cam_{prefix_of(key)}_{other.rsplit('_', 1)[1][:43]}"

    def answers() -> list[tuple[int, str]]:
        return [code(call(each)) for each in (key, guessed + keys.checksum(guessed))]

    bad = (401, "bad_api_key")
    found = ApiKey.objects.filter(prefix=prefix_of(key))
    assert answers() == [(400, "invalid"), bad]
    found.update(networks="192.0.2.0/24")
    assert answers() == [(403, "key_network"), bad]
    found.update(expires_at=clock.now())
    assert answers() == [(401, "key_expired"), bad]
    User.objects.filter(pk=submitter.pk).update(is_active=False)
    assert answers() == [bad, bad]
    found.update(revoked_at=clock.now())
    assert answers() == [(401, "key_revoked"), bad]
    assert call(key)["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    ("networks", "address", "opens"),
    [
        ("192.0.2.0/24", "192.0.2.9", True),
        ("192.0.2.0/24", "::ffff:192.0.2.9", True),
        ("192.0.2.0/24", "192.0.3.9", False),
        ("192.0.2.0/24 2001:db8:5::/48", "2001:db8:5:1::7", True),
        ("2001:db8:5::/48", "2001:db8:6::7", False),
        ("192.0.2.0/24", "no address", False),
        ("", "no address", True),
    ],
)
def test_a_key_that_is_bound_opens_from_its_networks_only(networks: str, address: str, opens: bool) -> None:
    submitter = make_submitter()
    key = services.create_key(submitter.actor, submitter, KeyTerms(networks=networks))
    expected = (400, "invalid") if opens else (403, "key_network")
    assert code(call(key, address=address)) == expected
    assert LogEntry.objects.filter(action="access.key_refused").exists() is not opens


def test_what_a_client_claims_of_its_address_opens_nothing(settings: Any) -> None:
    settings.TRUSTED_PROXY = True
    submitter = make_submitter()
    key = services.create_key(submitter.actor, submitter, KeyTerms(networks="192.0.2.0/24"))
    bearer = {"Authorization": f"Bearer {key}"}
    client = Client(headers=bearer | {"X-Forwarded-For": "192.0.2.9, 203.0.113.7"})
    assert code(client.post("/api/v1/clips")) == (403, "key_network")


def test_the_last_use_is_kept_with_its_network_and_never_with_an_address() -> None:
    submitter = make_submitter()
    key = services.create_key(submitter.actor, submitter)
    call(key, address="203.0.113.7")
    kept = ApiKey.objects.get()
    assert (bool(kept.used_at), kept.used_from) == (True, "203.0.113.0/24")


# scopes


def test_every_route_of_the_api_is_for_people_or_in_a_scope() -> None:
    found = {call for calls in scopes().calls.values() for call in calls}
    programs = {
        (route.name, method)
        for route in routes()
        for method in route.methods
        if route.name.rpartition(":")[2].startswith("api_")
    }
    assert programs <= found, "Routes for programs stand in reviewapp/scopes.csv."
    assert set(scopes().calls) == {ANY, *Scope.values}


ROUTES = {route.name: route for route in routes()}
SAMPLES: dict[str, Any] = {"UUIDConverter": uuid.uuid4, "IntConverter": lambda: 1}


def path_of(route: str) -> str:
    kwargs = {name: SAMPLES.get(kind, lambda: "nothing")() for name, kind in ROUTES[route].parameters}
    return reverse(route, kwargs=kwargs)


@pytest.mark.once
@pytest.mark.parametrize("role", [role for role in Role if scopes().of_role(role)])
def test_a_key_gets_through_exactly_where_its_scope_and_its_role_let_it(role: str) -> None:
    user, wrong = make_user(role), []
    for scope in scopes().of_role(role):
        key = services.create_key(user.actor, user, KeyTerms(scopes=[scope]))
        for route, method in matrix().rules:
            opened = matrix().allows(route, method, role) and scopes().opens(route, method, [scope])
            answer = call(key, path_of(route), method)
            if (answer.status_code != 403 or answer.json()["code"] != "key_scope") is not opened:
                wrong.append((scope, method, route, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_pages_of_people_are_refused_to_keys_whatever_the_role(role: str) -> None:
    user = make_user(role)
    key = services.create_key(COMMAND_LINE, user)
    for path in (reverse("accounts:account"), reverse("accounts:people"), "/", reverse("accounts:sign_in")):
        assert code(call(key, path, "GET")) == (403, "key_scope")
    assert LogEntry.objects.filter(action="access.refused", actor=user.pseudonym).exists()


def test_a_key_does_not_ride_on_the_session_of_a_browser() -> None:
    """Its own rights count, not those of whoever is signed in beside it."""
    operator, engineer = make_user(Role.OPERATOR), make_user(Role.ML_ENGINEER)
    client = Client()
    client.force_login(operator)
    key = services.create_key(engineer.actor, engineer)
    answer = client.get(reverse("operations"), headers={"Authorization": f"Bearer {key}"})
    assert code(answer) == (403, "key_scope")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("fly,healthz,GET", "no such scope"),
        ("any,nowhere,GET", "no line for GET nowhere"),
        ("any,healthz,POST", "no line for POST healthz"),
    ],
)
def test_a_scope_or_a_call_that_there_is_not_is_no_slip(row: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "scopes.csv"
    path.write_text(f"scope,route,method\n{row}\n")
    with pytest.raises(ValueError, match=said):
        load(path, matrix())
    path.write_text("a,b\n")
    with pytest.raises(ValueError, match="columns"):
        load(path, matrix())


# making


def test_what_a_key_is_for_is_on_its_row_and_on_the_log() -> None:
    engineer = make_user(Role.ML_ENGINEER)
    terms = KeyTerms(" Nightly ", ["download_releases"], 7 * DAY, "192.0.2.0/24, 2001:db8::/32")
    key = services.create_key(engineer.actor, engineer, terms)
    made = ApiKey.objects.get()
    assert (made.name, made.scopes, made.networks) == (
        "Nightly",
        "download_releases",
        "192.0.2.0/24, 2001:db8::/32",
    )
    assert made.expires_at - made.created_at < 7 * DAY + datetime.timedelta(minutes=1)
    entry = LogEntry.objects.get(action="account.key_created")
    sentence = audit.present([entry])[0].sentence
    assert f"API key {prefix_of(key)} made for {engineer.pseudonym}" in sentence
    assert "read and download releases of datasets" in sentence
    assert b"Nightly" not in bytes(entry.canonical)


@pytest.mark.parametrize(
    ("terms", "refused"),
    [
        (KeyTerms(name="x" * 65), "name_too_long"),
        (KeyTerms(scopes=[]), "no_scope"),
        (KeyTerms(scopes=["download_releases", "submit_clips"]), "scope_of_others"),
        (KeyTerms(scopes=["fly"]), "scope_of_others"),
        (KeyTerms(lasts=366 * DAY), "lasts_too_long"),
        (KeyTerms(lasts=0 * DAY), "lasts_too_long"),
        (KeyTerms(networks="192.0.2.7/24"), "invalid_network"),
        (KeyTerms(networks="home"), "invalid_network"),
        (KeyTerms(networks=" ".join(f"192.0.2.{n}" for n in range(11))), "too_many_networks"),
    ],
)
def test_what_no_key_is_made_for(terms: KeyTerms, refused: str) -> None:
    engineer = make_user(Role.ML_ENGINEER)
    with pytest.raises(Invalid) as error:
        services.create_key(engineer.actor, engineer, terms)
    assert error.value.code == refused
    assert not ApiKey.objects.exists()


def test_people_make_their_own_keys_and_operators_those_of_programs() -> None:
    operator, engineer, submitter = make_user(Role.OPERATOR), make_user(Role.ML_ENGINEER), make_submitter()
    services.create_key(operator.actor, submitter)
    services.create_key(engineer.actor, engineer)
    for actor, user in ((operator.actor, engineer), (engineer.actor, submitter), (submitter.actor, engineer)):
        with pytest.raises(NotAllowed):
            services.create_key(actor, user)
    with pytest.raises(NotAllowed):
        services.rotate_key(operator.actor, ApiKey.objects.get(user=engineer).prefix)


def test_a_closed_account_gets_no_key_and_none_gets_too_many() -> None:
    submitter = make_submitter()
    for _ in range(20):
        services.create_key(COMMAND_LINE, submitter)
    with pytest.raises(Conflict, match="too_many_keys"):
        services.create_key(COMMAND_LINE, submitter)
    ApiKey.objects.update(expires_at=clock.now())
    services.create_key(COMMAND_LINE, submitter)
    User.objects.update(is_active=False)
    with pytest.raises(Conflict, match="account_closed"):
        services.create_key(COMMAND_LINE, submitter)


def test_a_script_that_rotates_keys_fills_neither_log_nor_journal() -> None:
    submitter = make_submitter()
    prefix = prefix_of(services.create_key(COMMAND_LINE, submitter))
    for _ in range(39):
        prefix = prefix_of(services.rotate_key(COMMAND_LINE, prefix, 0 * DAY))
    with pytest.raises(TooMany, match="too_many_keys_a_day"):
        services.rotate_key(COMMAND_LINE, prefix, 0 * DAY)
    ApiKey.objects.update(created_at=clock.now() - 2 * DAY)
    services.rotate_key(COMMAND_LINE, prefix, 0 * DAY)


# rotating


def test_a_rotated_key_goes_on_for_a_while_beside_its_successor() -> None:
    submitter = make_submitter()
    terms = KeyTerms("Back end", ["submit_clips"], 30 * DAY, "127.0.0.0/8")
    old = services.create_key(COMMAND_LINE, submitter, terms)
    new = services.rotate_key(COMMAND_LINE, prefix_of(old), 2 * DAY)
    first, second = ApiKey.objects.get(prefix=prefix_of(old)), ApiKey.objects.get(prefix=prefix_of(new))
    assert first.replaced_by == second
    assert (second.name, second.scopes, second.networks) == (first.name, first.scopes, first.networks)
    assert DAY < first.expires_at - clock.now() < 2 * DAY
    assert 29 * DAY < second.expires_at - clock.now() < 31 * DAY
    assert [code(call(key)) for key in (old, new)] == [(400, "invalid")] * 2
    assert LogEntry.objects.filter(action="account.key_rotated").count() == 1


def test_a_key_can_be_rotated_at_once_and_never_lives_longer_by_it() -> None:
    submitter = make_submitter()
    old = services.create_key(COMMAND_LINE, submitter)
    new = services.rotate_key(COMMAND_LINE, prefix_of(old), 0 * DAY)
    assert [code(call(key)) for key in (old, new)] == [(401, "key_expired"), (400, "invalid")]
    ApiKey.objects.filter(prefix=prefix_of(new)).update(expires_at=clock.now() + datetime.timedelta(hours=1))
    services.rotate_key(COMMAND_LINE, prefix_of(new), 30 * DAY)
    assert ApiKey.objects.get(prefix=prefix_of(new)).expires_at < clock.now() + DAY


def test_what_is_not_rotated() -> None:
    submitter = make_submitter()
    prefix = prefix_of(services.create_key(COMMAND_LINE, submitter))

    def refused(prefix: str, overlap: datetime.timedelta = DAY) -> tuple[type[DomainError], str]:
        with pytest.raises(DomainError) as error:
            services.rotate_key(COMMAND_LINE, prefix, overlap)
        return type(error.value), error.value.code

    assert refused(prefix, 31 * DAY) == (Invalid, "overlap_too_long")
    assert refused("0123456789ab") == (Missing, "no_such_key")
    services.rotate_key(COMMAND_LINE, prefix)
    assert refused(prefix) == (Conflict, "key_rotated")
    services.revoke_key(COMMAND_LINE, prefix)
    assert refused(prefix) == (Missing, "no_such_key")


@pytest.mark.parametrize(
    ("left", "rotated", "soon"), [(15, False, False), (13, False, True), (13, True, False), (0, False, False)]
)
def test_a_key_that_ends_within_two_weeks_and_has_no_successor_is_told_of(
    left: int, rotated: bool, soon: bool
) -> None:
    key = services.create_key(COMMAND_LINE, make_submitter())
    found = ApiKey.objects.filter(prefix=prefix_of(key))
    found.update(expires_at=clock.now() + left * DAY)
    if rotated:
        services.rotate_key(COMMAND_LINE, prefix_of(key))
        found.update(expires_at=clock.now() + left * DAY)
    assert found.get().ends_soon is soon
