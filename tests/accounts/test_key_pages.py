"""The pages of API keys: one's own, and those of programs."""

import datetime
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from annotations.accounts import keys, services
from annotations.accounts.enums import Role
from annotations.accounts.models import ApiKey, User
from annotations.accounts.services import KeyTerms
from annotations.core import clock
from tests.factories import PASSWORD, make_submitter, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
FORM = {"name": "Nightly download", "scopes": ["download_releases"], "days": "30", "networks": "192.0.2.0/24"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def shown(answer: Any) -> str:
    """The key on the page that shows it."""
    (key,) = set(re.findall(keys.FORM, answer.content.decode()))
    return str(key)


def test_a_person_makes_a_key_and_sees_it_once() -> None:
    engineer = make_user(Role.ML_ENGINEER)
    client = signed_in(engineer)
    assert "No program has a key of yours" in text(client.get(reverse("accounts:own_keys")))
    answer = client.post(reverse("accounts:make_own_key"), FORM)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    key = shown(answer)
    for page in ("accounts:own_keys", "accounts:account"):
        listed = text(client.get(reverse(page)))
        assert key not in listed
        assert f"cam_{key.split('_')[1]}" in listed
        assert "Nightly download" in listed
        assert "192.0.2.0/24" in listed
    made = ApiKey.objects.get()
    assert (made.user, made.scopes) == (engineer, "download_releases")
    assert made.expires_at < clock.now() + datetime.timedelta(days=31)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"scopes": []}, "This field is required"),
        ({"scopes": ["submit_clips"]}, "Select a valid choice"),
        ({"days": "1000"}, "Select a valid choice"),
        ({"networks": "192.0.2.7/24"}, "Write networks such as"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(changes: dict[str, Any], said: str) -> None:
    answer = signed_in(make_user(Role.ML_ENGINEER)).post(reverse("accounts:make_own_key"), FORM | changes)
    assert (answer.status_code, said in text(answer)) == (400, True)
    assert not ApiKey.objects.exists()


def test_a_key_too_many_is_refused_on_the_page() -> None:
    engineer = make_user(Role.ML_ENGINEER)
    for _ in range(20):
        services.create_key(engineer.actor, engineer)
    answer = signed_in(engineer).post(reverse("accounts:make_own_key"), FORM)
    assert (answer.status_code, "20 keys are in force" in text(answer)) == (400, True)


def test_a_role_without_programs_is_told_that_it_needs_no_keys() -> None:
    client = signed_in(make_user(Role.CONTRACTOR))
    assert "Your role needs no keys" in text(client.get(reverse("accounts:own_keys")))
    assert client.get(reverse("accounts:make_own_key")).status_code == 403


@pytest.mark.both
def test_a_person_rotates_a_key() -> None:
    engineer = make_user(Role.ML_ENGINEER)
    prefix = services.create_key(engineer.actor, engineer).split("_")[1]
    client, address = signed_in(engineer), reverse("accounts:rotate_own_key", args=[prefix])
    assert f"cam_{prefix}" in text(client.get(address))
    answer = client.post(address, {"hours": "1"})
    key = shown(answer)
    assert "The old key goes on until" in text(answer)
    assert f"replaced by cam_{key.split('_')[1]}" in text(client.get(reverse("accounts:own_keys")))
    again = client.post(address, {"hours": "1"})
    assert (again.status_code, "has a successor already" in text(again)) == (400, True)
    assert client.post(address, {"hours": "9999"}).status_code == 400


def test_the_keys_of_others_look_as_if_they_did_not_exist() -> None:
    other, operator = make_user(Role.ML_ENGINEER), make_user(Role.OPERATOR)
    prefix = services.create_key(other.actor, other).split("_")[1]
    mine = signed_in(make_user(Role.ML_ENGINEER))
    assert mine.get(reverse("accounts:rotate_own_key", args=[prefix])).status_code == 404
    assert mine.post(reverse("accounts:revoke_own_key", args=[prefix])).status_code == 404
    assert prefix not in text(mine.get(reverse("accounts:own_keys")))
    desk = signed_in(operator)
    assert desk.get(reverse("accounts:make_key", args=[other.pk])).status_code == 404
    assert desk.post(reverse("accounts:make_key", args=[other.pk]), FORM).status_code == 404
    assert (
        desk.post(reverse("accounts:rotate_key", args=[other.pk, prefix]), {"hours": "1"}).status_code == 404
    )
    assert "Make a key" not in text(desk.get(reverse("accounts:person", args=[other.pk])))


def test_an_operator_makes_rotates_and_revokes_the_keys_of_a_program() -> None:
    submitter, client = make_submitter(), signed_in(make_user(Role.OPERATOR))
    page = reverse("accounts:person", args=[submitter.pk])
    assert reverse("accounts:make_key", args=[submitter.pk]) in text(client.get(page))
    form = FORM | {"scopes": ["submit_clips", "read_progress"], "networks": ""}
    first = shown(client.post(reverse("accounts:make_key", args=[submitter.pk]), form)).split("_")[1]
    rotate = reverse("accounts:rotate_key", args=[submitter.pk, first])
    assert rotate in text(client.get(page))
    shown(client.post(rotate, {"hours": "24"}))
    answer = client.post(reverse("accounts:revoke_key", args=[submitter.pk, first]))
    assert answer["Location"] == page
    assert ApiKey.objects.get(prefix=first).revoked_at


def test_a_key_that_ends_soon_is_told_at_sign_in_on_the_page_and_to_operators() -> None:
    engineer = make_user(Role.ML_ENGINEER)
    prefix = services.create_key(engineer.actor, engineer, KeyTerms(lasts=datetime.timedelta(days=3))).split(
        "_"
    )[1]
    client = Client()
    typed = {"username": engineer.username, "password": PASSWORD}
    answer = client.post(reverse("accounts:sign_in"), typed, follow=True)
    assert "1 of your API keys ends within two weeks" in text(answer)
    assert "1 key ends within 14 days" in text(client.get(reverse("accounts:own_keys")))
    page = text(signed_in(make_user(Role.OPERATOR)).get(reverse("operations")))
    assert f"{engineer.username}: <code>cam_{prefix}</code>" in page


# by command


def test_a_key_is_made_and_rotated_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    submitter = make_submitter()
    call_command(
        "create_key", submitter.username, "--name", "Back end", "--scope", "submit_clips", "--days", "7",
        "--network", "192.0.2.0/24", "--network", "2001:db8::/32",
    )  # fmt: skip
    (first,) = re.findall(keys.FORM, capsys.readouterr().out)
    made = ApiKey.objects.get()
    assert (made.name, made.scopes, made.networks) == (
        "Back end",
        "submit_clips",
        "192.0.2.0/24, 2001:db8::/32",
    )
    call_command("rotate_key", first.split("_")[1], "--overlap-hours", "0")
    (second,) = re.findall(keys.FORM, capsys.readouterr().out)
    made.refresh_from_db()
    assert made.replaced_by is not None
    assert made.replaced_by.prefix == second.split("_")[1]


@pytest.mark.both
def test_keys_are_listed_by_command_and_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = make_submitter(), make_submitter()
    terms = KeyTerms("Back end", ["submit_clips"], networks="192.0.2.0/24")
    key = services.create_key(first.actor, first, terms)
    other = services.create_key(second.actor, second)
    services.record_key_used(ApiKey.objects.get(user=first), "192.0.2.7")
    services.rotate_key(second.actor, other.split("_")[1])
    call_command("list_keys")
    told = capsys.readouterr().out
    assert f"{first.username}  cam_{key.split('_')[1]}  Back end" in told
    assert "opens: submit_clips; from: 192.0.2.0/24" in told
    assert "from 192.0.2.0/24\n" in told
    assert "(replaced by cam_" in told
    assert not re.search(keys.FORM, told)
    call_command("list_keys", first.username)
    assert second.username not in capsys.readouterr().out


def test_a_command_says_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command("create_key", "nobody", "--name", "x", "--scope", "submit_clips")
    with pytest.raises(CommandError, match="role of its account"):
        call_command("create_key", make_submitter().username, "--name", "x", "--scope", "read_metrics")
    with pytest.raises(CommandError, match="no such key"):
        call_command("rotate_key", "0123456789ab")
