"""One's own account: password, sessions, keys, time zone, statement; and a password that has to be changed first."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import reverse

from annotations.accounts import services, sessions
from annotations.accounts.enums import Role
from annotations.accounts.models import AccountProposal, ApiKey, Session, User
from annotations.accounts.networks import network_of
from annotations.accounts.views import own
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.core import clock
from reviewapp import dispatch
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NEW = "another long password"


def sign_in(user: User, password: str = PASSWORD, **client: Any) -> Client:
    signed_in = Client(**client)
    signed_in.post(reverse("accounts:sign_in"), {"username": user.username, "password": password})
    return signed_in


def is_in(client: Client) -> bool:
    return bool(client.get(reverse("accounts:account")).status_code == 200)


def change(client: Client, old: str = PASSWORD, password: str = NEW, again: str = "") -> Any:
    typed = {"old": old, "password": password, "again": again or password}
    return client.post(reverse("accounts:change_password"), typed)


# password


@pytest.mark.both
def test_a_changed_password_ends_all_other_sessions_and_keeps_this_one() -> None:
    user = make_user()
    here, elsewhere = sign_in(user), sign_in(user)
    assert change(here)["Location"] == reverse("accounts:account")
    assert is_in(here)
    assert not is_in(elsewhere)
    assert Session.objects.filter(user=user).count() == 1
    assert not is_in(sign_in(user))
    assert is_in(sign_in(user, NEW))


def to_lead(user: User, operator: User) -> None:
    """Two people give the account a role that sees content."""
    services.change_role(user.pk, Role.LEAD, "We need a lead.", operator.actor)
    officer = make_user(Role.PRIVACY_OFFICER)
    services.decide_proposal(AccountProposal.objects.get(user=user).pk, "agree", "We do.", officer.actor)


def by_link(user: User, operator: User) -> None:
    """The person chooses a password by a link."""
    token = services.renew_link(user.pk, "The old one was seen.", operator.actor)
    assert token
    services.use_link(token, "a third long password")


@pytest.mark.parametrize(
    "meanwhile",
    [
        to_lead,
        by_link,
        lambda user, operator: services.require_new_password(user.pk, operator.actor),
        lambda user, operator: services.close_account(user, operator.actor, "They have left."),
    ],
)
def test_what_others_did_to_the_account_meanwhile_is_not_undone_by_its_old_password(
    meanwhile: Callable[[User, User], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old password is being checked, which takes a while, when it happens."""
    user, operator = make_user(Role.OPERATOR), make_user(Role.OPERATOR)
    here = sign_in(user)

    def checked(*given: Any, **named: Any) -> Any:
        found = authenticate(*given, **named)
        meanwhile(user, operator)
        return found

    with monkeypatch.context() as slow:
        slow.setattr(own, "authenticate", checked)
        assert change(here)["Location"] == reverse("accounts:sign_in")
    assert not is_in(here)
    user.refresh_from_db()
    assert not user.check_password(NEW)


@pytest.mark.parametrize(
    ("old", "password", "again", "said"),
    [
        ("wrong", NEW, NEW, "This is not your password."),
        (PASSWORD, NEW, "something quite else", "The two passwords differ."),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, PASSWORD, PASSWORD, "that you do not have now"),
    ],
)
def test_what_changes_no_password(old: str, password: str, again: str, said: str) -> None:
    user = make_user()
    client = sign_in(user)
    response = change(client, old, password, again)
    assert response.status_code == 400
    assert said in response.content.decode()
    assert is_in(sign_in(user))


def test_the_old_password_is_not_guessed_from_a_session_that_somebody_left_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = make_user()
    client = sign_in(user)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    assert [change(client, f"wrong {n}").status_code for n in range(6)] == [400] * 5 + [429]
    assert change(client).status_code == 429
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert LogEntry.objects.filter(action="account.sign_in_failed").count() == 5


# a password that has to be changed


def test_whoever_has_to_change_the_password_gets_nowhere_else(client: Client) -> None:
    user = make_user()
    before = sign_in(user)
    services.require_new_password(user.pk, make_user(Role.OPERATOR).actor)
    assert not is_in(before)
    client = sign_in(user)
    for route in ("home", "review:home", "accounts:account"):
        assert client.get(reverse(route))["Location"] == reverse("accounts:change_password")
    claim = client.post(reverse("review:claim"), {}, content_type="application/json")
    assert (claim.status_code, claim.json()["code"]) == (409, "password_required")
    page = client.get(reverse("accounts:change_password")).content.decode()
    assert "You have to choose another password" in page
    assert client.get(reverse("healthz")).status_code == 200
    assert change(client).status_code == 302
    assert is_in(client)


def test_a_way_out_stays_open_and_what_is_forbidden_stays_forbidden() -> None:
    user = make_user()
    services.require_new_password(user.pk, make_user(Role.OPERATOR).actor)
    client = sign_in(user)
    assert client.get(reverse("operations")).status_code == 403
    assert client.post(reverse("accounts:sign_out")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_the_keys_of_a_program_do_not_wait_for_a_persons_password() -> None:
    user = make_user(Role.OPERATOR)
    key = services.create_key(COMMAND_LINE, user)
    services.require_new_password(user.pk, make_user(Role.OPERATOR).actor)
    answer = Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/schema")
    assert answer.status_code == 200


# sessions


@pytest.mark.both
def test_a_session_tells_its_network_and_no_address() -> None:
    user = make_user()
    client = sign_in(user, REMOTE_ADDR="192.0.2.77")
    sign_in(user, REMOTE_ADDR="2001:db8:1:2:3::4")
    networks = set(Session.objects.filter(user=user).values_list("network", flat=True))
    assert networks == {"192.0.2.0/24", "2001:db8:1::/48"}
    page = client.get(reverse("accounts:account")).content.decode()
    assert "192.0.2.0/24" in page
    assert page.count("this one") == 1
    kept = [session.get_decoded() for session in Session.objects.filter(user=user)]
    assert "192.0.2.77" not in str(kept)


@pytest.mark.parametrize("address", ["", "unix:", "not an address"])
def test_an_address_that_is_none_has_no_network(address: str) -> None:
    assert network_of(address) == ""


def test_one_session_ends_at_once_and_another_goes_on() -> None:
    user = make_user()
    here, elsewhere = sign_in(user), sign_in(user)
    other = Session.objects.get(session_key=elsewhere.session.session_key)
    began = Session.objects.get(session_key=here.session.session_key).began_at
    assert here.post(reverse("accounts:end_session", args=[other.public_id])).status_code == 302
    assert not is_in(elsewhere)
    assert is_in(here)
    assert Session.objects.get(session_key=here.session.session_key).began_at == began


def test_sessions_that_nobody_came_back_to_in_time_are_not_listed() -> None:
    user = make_user()
    here, elsewhere = sign_in(user), sign_in(user)
    assert len(here.get(reverse("accounts:account")).context["sessions"]) == 2
    over = clock.now() - sessions.limits_of(user.role).idle
    Session.objects.filter(session_key=elsewhere.session.session_key).update(seen_at=over)
    (listed,) = here.get(reverse("accounts:account")).context["sessions"]
    assert listed.session_key == here.session.session_key
    assert not is_in(elsewhere)


def test_ending_the_session_in_which_one_is_signs_out() -> None:
    client = sign_in(make_user())
    own = Session.objects.get(session_key=client.session.session_key)
    answer = client.post(reverse("accounts:end_session", args=[own.public_id]))
    assert answer["Location"] == reverse("accounts:sign_in")
    assert not is_in(client)


def test_all_other_sessions_end_together() -> None:
    user = make_user()
    here, *others = (sign_in(user) for _ in range(3))
    assert here.post(reverse("accounts:end_other_sessions")).status_code == 302
    assert [is_in(client) for client in others] == [False, False]
    assert is_in(here)
    told = bytes(LogEntry.objects.get(action="account.sessions_ended").canonical)
    assert b'"sessions":2' in told


def test_that_a_session_is_used_is_written_down_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    client = sign_in(make_user())
    (row,) = Session.objects.all()
    client.get(reverse("accounts:account"))
    assert Session.objects.get().seen_at == row.seen_at
    later = row.seen_at + sessions.SEEN_EVERY + datetime.timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    client.get(reverse("accounts:account"))
    found = Session.objects.get()
    assert (found.seen_at, found.began_at, found.public_id) == (later, row.began_at, row.public_id)


@pytest.mark.both
def test_sessions_that_ran_out_are_listed_no_more_and_deleted() -> None:
    user = make_user()
    client, _other = sign_in(user), sign_in(user)
    Session.objects.exclude(session_key=client.session.session_key).update(
        expire_date=clock.now() - datetime.timedelta(seconds=1)
    )
    assert client.get(reverse("accounts:account")).content.decode().count("/end") == 1
    dispatch.prune()
    assert Session.objects.get().session_key == client.session.session_key


@pytest.mark.both
def test_a_session_that_ended_is_not_brought_back_by_a_request_that_was_under_way() -> None:
    """Django saves a session at the end of a request, if it was changed: the row is gone by then."""
    client = sign_in(make_user())
    store = client.session
    store["zone"] = "Europe/Berlin"
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()


# keys


def test_ones_own_keys_are_listed_with_their_last_use_and_revoked() -> None:
    user = make_user(Role.OPERATOR)
    key = services.create_key(user.actor, user)
    client = sign_in(user)
    page = client.get(reverse("accounts:account")).content.decode()
    prefix = key.split("_")[1]
    assert f"cam_{prefix}" in page
    assert key not in page
    assert "never" in page
    program = Client(headers={"Authorization": f"Bearer {key}"})
    assert program.get("/api/v1/schema").status_code == 200
    used = ApiKey.objects.get().used_at
    assert used
    program.get("/api/v1/schema")
    assert ApiKey.objects.get().used_at == used
    client.post(reverse("accounts:revoke_own_key", args=[prefix]))
    assert program.get("/api/v1/schema").status_code == 401
    assert client.post(reverse("accounts:revoke_own_key", args=[prefix])).status_code == 404


# time zone, language, statement


def test_times_are_shown_in_the_zone_of_the_account_on_every_page_that_has_one() -> None:
    user = make_user(Role.PRIVACY_OFFICER)
    client = sign_in(user)
    client.post(reverse("accounts:choose_time_zone"), {"zone": "Asia/Kolkata"})
    assert "+05:30" in client.get(reverse("accounts:account")).content.decode()
    assert "+05:30" in client.get(reverse("oversight:log"), {"on": 1}).content.decode()
    assert "+05:30" in sign_in(user).get(reverse("accounts:people")).content.decode()


def test_a_zone_that_there_is_not_is_refused() -> None:
    user = make_user()
    client = sign_in(user)
    for wrong in ("", "Europe/Atlantis", "../../etc/passwd"):
        client.post(reverse("accounts:choose_time_zone"), {"zone": wrong})
    user.refresh_from_db()
    assert user.time_zone == "UTC"


def test_a_site_of_one_language_says_so_and_offers_no_choice(settings: Any) -> None:
    client = sign_in(make_user())
    page = client.get(reverse("accounts:account")).content.decode()
    assert "The site has no other language yet." in page
    assert 'name="language"' not in page
    settings.LANGUAGES = [("en", "English"), ("ro", "Romanian")]
    assert "Romanian" in client.get(reverse("accounts:account")).content.decode()


def test_the_statement_is_read_and_accepted_by_the_person_alone() -> None:
    user = make_user(statement_on=None)
    client = sign_in(user)
    assert "I keep to it" in client.get(reverse("accounts:account")).content.decode()
    client.post(reverse("accounts:accept_statement"))
    user.refresh_from_db()
    assert user.statement_on == clock.now().date()
    page = client.get(reverse("accounts:account")).content.decode()
    assert "You accepted it on" in re.sub(r"\s+", " ", page)
    assert "I keep to it" not in page


@pytest.mark.parametrize(("role", "told"), [(Role.CONTRACTOR, True), (Role.OPERATOR, False)])
def test_the_keys_of_the_workbench_are_told_to_whoever_has_one(role: str, told: bool) -> None:
    page = sign_in(make_user(role)).get(reverse("accounts:account")).content.decode()
    assert ("Keys of the workbench" in page) is told
