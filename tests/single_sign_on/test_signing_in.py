"""People come by a real provider: into which account, with which role, and how it ends."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from celery import current_app
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.models import AccountProposal, Session, SignInLink, User
from annotations.audit.models import LogEntry
from annotations.core.errors import Conflict
from annotations.single_sign_on import exchanges
from annotations.single_sign_on.enums import SignInRefusal
from annotations.single_sign_on.models import Exchange, ProviderDocument, ProviderSession
from tests.accounts.authenticators import add_app
from tests.factories import make_user
from tests.single_sign_on.coming import SITE, come, forms, lead, led
from tests.single_sign_on.provider import Browser, Provider

pytestmark = [pytest.mark.django_db, pytest.mark.engines]

REASON = "They came to us today."


@pytest.fixture(autouse=True)
def _counting_from_nothing() -> None:
    cache.clear()


def told(action: str) -> int:
    return LogEntry.objects.filter(action=action).count()


def test_an_operator_gets_an_account_at_once_and_is_signed_in_where_they_wanted(had: Provider) -> None:
    had.lists("olga", "admins", name="Olga Pop", preferred_username="olga pop@example.org")
    client, done = come("olga")
    assert (done.status_code, done["Location"]) == (302, "/account/")
    user = User.objects.get(by_provider=True)
    assert (user.username, user.display_name, user.role) == (
        "olga-pop@example.org",
        "Olga Pop",
        Role.OPERATOR,
    )
    assert not user.has_usable_password()
    assert client.get("/account/").status_code == 200
    assert told("single_sign_on.joined") == told("account.signed_in") == 1
    assert not Exchange.objects.exists()


def test_the_second_time_it_is_the_same_account_whatever_they_are_called_by_then(had: Provider) -> None:
    had.lists("olga", "admins", preferred_username="olga")
    come("olga")
    had.lists("olga", "admins", preferred_username="renamed")
    _, done = come("olga")
    assert done.status_code == 302
    assert User.objects.get(by_provider=True).username == "olga"


def test_who_would_see_content_waits_for_an_officer_and_gets_no_link(had: Provider) -> None:
    had.lists("ann", "teams/annotators", preferred_username="ann")
    _, done = come("ann")
    assert (done.status_code, b"privacy officer" in done.content) == (409, True)
    _, again = come("ann")
    assert again.status_code == 409
    proposal = AccountProposal.objects.get()
    officer = make_user(Role.PRIVACY_OFFICER)
    _, token = accounts.decide_proposal(proposal.pk, "agree", REASON, officer.actor)
    assert token is None
    assert not SignInLink.objects.exists()
    _, done = come("ann")
    assert done.status_code == 302
    assert User.objects.get(username="ann").role == Role.CONTRACTOR


def test_a_refused_one_stays_outside_and_asks_for_nothing_more(had: Provider) -> None:
    had.lists("ann", "teams/annotators")
    come("ann")
    officer = make_user(Role.PRIVACY_OFFICER)
    accounts.decide_proposal(AccountProposal.objects.get().pk, "refuse", REASON, officer.actor)
    _, done = come("ann")
    assert done.status_code == 409
    assert AccountProposal.objects.count() == 1


def test_a_stranger_of_the_house_gets_no_account(had: Provider) -> None:
    had.lists("eve", "visitors")
    client, done = come("eve")
    assert done.status_code == 409
    assert not User.objects.filter(by_provider=True).exists()
    assert told("single_sign_on.refused") == 1
    assert client.get("/account/").status_code == 302


def test_no_claim_and_no_name_makes_anybody_somebody_else(had: Provider) -> None:
    """A name that is taken, even an officer's, is nobody's way into that account."""
    officer = make_user(Role.PRIVACY_OFFICER, username="olga")
    had.lists("mallory", "admins", preferred_username="olga", email=officer.username)
    come("mallory")
    assert {user.username for user in User.objects.all()} == {"olga", "olga-2"}


def test_whoever_is_dropped_is_shut_out_and_what_they_had_in_hand_ends(had: Provider) -> None:
    had.lists("olga", "admins")
    make_user(Role.OPERATOR)
    inside, _ = come("olga")
    assert inside.get("/account/").status_code == 200
    had.lists("olga")
    _, done = come("olga")
    assert done.status_code == 409
    assert inside.get("/account/").status_code == 302
    user = User.objects.get(by_provider=True)
    assert not user.is_active
    had.lists("olga", "admins")
    _, done = come("olga")
    assert done.status_code == 302


def test_what_an_operator_closed_the_provider_does_not_open(had: Provider) -> None:
    had.lists("olga", "admins")
    come("olga")
    other = make_user(Role.OPERATOR)
    accounts.close_account(User.objects.get(by_provider=True), other.actor, REASON)
    _, done = come("olga")
    assert done.status_code == 409
    assert not User.objects.get(by_provider=True).is_active


def test_what_an_operator_opened_and_closed_again_the_provider_does_not_open(had: Provider) -> None:
    had.lists("olga", "admins")
    come("olga")
    user, other = User.objects.get(by_provider=True), make_user(Role.OPERATOR)
    had.lists("olga")
    come("olga")
    accounts.reopen(user.pk, REASON, other.actor)
    accounts.close_account(User.objects.get(pk=user.pk), other.actor, REASON)
    had.lists("olga", "admins")
    _, done = come("olga")
    assert done.status_code == 409
    assert not User.objects.get(pk=user.pk).is_active


def test_another_group_is_another_role_and_the_old_one_ends_at_once(had: Provider) -> None:
    had.lists("olga", "admins")
    make_user(Role.OPERATOR)
    inside, _ = come("olga")
    had.lists("olga", "leads")
    _, done = come("olga")
    assert done.status_code == 409, "a lead sees content"
    assert inside.get("/account/").status_code == 302
    officer = make_user(Role.PRIVACY_OFFICER)
    accounts.decide_proposal(AccountProposal.objects.get().pk, "agree", REASON, officer.actor)
    _, done = come("olga")
    assert done.status_code == 302
    assert User.objects.get(by_provider=True).role == Role.LEAD


def test_the_operators_pages_leave_role_and_password_to_the_provider(had: Provider) -> None:
    had.lists("olga", "admins")
    come("olga")
    user, operator = User.objects.get(by_provider=True), make_user(Role.OPERATOR)
    for act in (
        lambda: accounts.change_role(user.pk, Role.LEAD, REASON, operator.actor),
        lambda: accounts.renew_link(user.pk, REASON, operator.actor),
        lambda: accounts.require_new_password(user.pk, operator.actor),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "kept_by_provider"


def test_the_providers_word_is_one_factor_and_the_site_asks_for_the_second(
    had: Provider, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = [Role.OPERATOR]
    had.lists("olga", "admins")
    client, _ = come("olga")
    assert client.get(reverse("operations"))["Location"] == reverse("accounts:add_factor")
    app, _ = add_app(User.objects.get(by_provider=True))
    client, done = come("olga")
    assert done["Location"].startswith(reverse("accounts:second_factor"))
    assert "_auth_user_id" not in client.session
    client.post(reverse("accounts:second_factor"), {"step_up_code": app.code()})
    assert client.get(reverse("operations")).status_code == 200


def test_a_lost_second_factor_is_taken_away_by_two_people(had: Provider) -> None:
    """Nobody but the site knows of it, so the provider is of no help."""
    had.lists("olga", "admins")
    come("olga")
    user = User.objects.get(by_provider=True)
    add_app(user)
    accounts.propose_loss(user.pk, REASON, make_user(Role.OPERATOR).actor)
    officer = make_user(Role.PRIVACY_OFFICER)
    accounts.decide_loss(AccountProposal.objects.get().pk, "agree", REASON, officer.actor)
    assert not user.factors.exists()
    _, done = come("olga")
    assert (done.status_code, done["Location"]) == (302, "/account/")


# the protocol


def test_no_token_reaches_the_browser(had: Provider) -> None:
    had.lists("olga", "admins")
    client = Client()
    there = lead(client)
    client.get(Browser().sign_in(there, "olga", SITE))
    exchanges.ask_provider(Exchange.objects.get().pk)
    token = Exchange.objects.get().token
    done = client.get(reverse("single_sign_on:wait"))
    page = client.get("/account/")
    assert page.status_code == 200
    told = "".join(f"{each.headers}{each.content.decode()}" for each in (done, page)) + str(client.cookies)
    assert token.count(".") == 2
    assert [part for part in token.split(".") if part in told] == []


def test_a_code_is_taken_once_and_only_from_the_browser_that_was_sent(had: Provider) -> None:
    had.lists("olga", "admins")
    client, stranger = Client(), Client()
    there = lead(client)
    back = Browser().sign_in(there, "olga", SITE)
    assert stranger.get(back).status_code == 409
    lead(stranger)
    assert stranger.get(back).status_code == 409, "it has a state of its own"
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 409, "once"
    assert stranger.get(reverse("single_sign_on:wait")).status_code == 409


def test_the_provider_gives_no_second_token_for_a_code(had: Provider) -> None:
    """Not even to this site, with the right verifier: what was read on the way back is spent."""
    had.lists("olga", "admins")
    client = Client()
    code = parse_qs(urlsplit(Browser().sign_in(lead(client), "olga", SITE)).query)["code"][0]
    verifier = client.session["single_sign_on"]["verifier"]
    told = []
    for _ in range(2):
        sent = {"code": code, "verifier": verifier, "redirect_uri": f"{SITE}/sign-in/provider/return/"}
        exchange = exchanges.begin_exchange(sent, "192.0.2.0/24")
        exchanges.ask_provider(exchange.pk)
        exchange.refresh_from_db()
        told.append((bool(exchange.token), exchange.failure))
    assert told == [(True, ""), (False, SignInRefusal.NOT_VERIFIED)]


def test_a_link_alone_begins_nothing_at_the_provider(had: Provider) -> None:
    """So no page elsewhere makes a session here for somebody who is signed in at the provider."""
    begin = reverse("single_sign_on:begin")
    client = Client(enforce_csrf_checks=True)
    answer = client.get(begin, {"next": "/account/"})
    assert answer["Location"] == f"{reverse('accounts:sign_in')}?next=%2Faccount%2F"
    assert client.post(begin, {"next": "/account/"}).status_code == 403
    assert "single_sign_on" not in client.session
    page = client.get(answer["Location"])
    (form,) = [form for form in forms(page) if form.action == begin]
    assert form.fields["next"] == "/account/"
    led(client.post(begin, form.fields))
    assert "single_sign_on" in client.session


def test_whoever_is_signed_in_is_not_led_to_the_provider(had: Provider) -> None:
    client = Client()
    client.force_login(make_user(Role.OPERATOR))
    assert client.post(reverse("single_sign_on:begin"))["Location"] == reverse("accounts:sign_in")


def test_somebody_elses_code_is_worth_nothing_without_its_verifier(had: Provider) -> None:
    """A code that was stolen and injected into another sign-in fails at the provider (RFC 7636)."""
    had.lists("olga", "admins")
    victim, thief = Client(), Client()
    stolen = Browser().sign_in(lead(victim), "olga", SITE)
    code = stolen.split("code=")[1].split("&")[0]
    there = lead(thief)
    state = there.split("state=")[1].split("&")[0]
    assert thief.get(reverse("single_sign_on:come_back"), {"code": code, "state": state}).status_code == 302
    exchanges.ask_provider(Exchange.objects.get().pk)
    assert Exchange.objects.get().failure
    assert thief.get(reverse("single_sign_on:wait")).status_code == 409
    assert not User.objects.filter(by_provider=True).exists()


def test_a_sign_in_waits_for_its_answer_and_for_new_keys_and_not_for_ever(had: Provider) -> None:
    had.lists("olga", "admins")
    document = ProviderDocument.objects.get()
    keys, document.keys = document.keys, {"keys": [{**document.keys["keys"][0], "kid": "older"}]}
    document.save()
    client = Client()
    there = lead(client)
    client.get(Browser().sign_in(there, "olga", SITE))
    wait = reverse("single_sign_on:wait")
    assert b"The provider is being asked" in client.get(wait).content, "nobody has asked the provider yet"
    exchanges.ask_provider(Exchange.objects.get().pk)
    assert b"The provider is being asked" in client.get(wait).content, "the token's key is not known yet"
    exchanges.fetch_document()
    assert ProviderDocument.objects.get().keys == keys
    assert client.get(wait).status_code == 302


def test_a_provider_that_is_away_is_told_so(provider: Provider) -> None:
    assert Client().post(reverse("single_sign_on:begin")).status_code == 503
    with override_settings(OIDC_ISSUER="http://127.0.0.1:9"):
        assert exchanges.fetch_document() is None
    assert not ProviderDocument.objects.exists()


def test_without_a_provider_there_are_no_such_pages() -> None:
    for name in ("begin", "come_back", "wait"):
        assert Client().get(reverse(f"single_sign_on:{name}")).status_code == 404
    assert Client().post(reverse("single_sign_on:ended")).status_code == 404
    assert b"provider" not in Client().get(reverse("accounts:sign_in")).content


def test_no_address_elsewhere_is_led_to_afterwards(had: Provider) -> None:
    had.lists("olga", "admins")
    client = Client()
    there = lead(client, "https://elsewhere.example/")
    client.get(Browser().sign_in(there, "olga", SITE))
    exchanges.ask_provider(Exchange.objects.get().pk)
    assert client.get(reverse("single_sign_on:wait"))["Location"] == reverse("home")


def test_another_site_that_leads_the_browser_back_does_not_end_a_sign_in(had: Provider) -> None:
    had.lists("olga", "admins")
    client = Client()
    there = lead(client)
    assert client.get(reverse("single_sign_on:come_back"), {"code": "x", "state": "x"}).status_code == 409
    assert client.get(Browser().sign_in(there, "olga", SITE)).status_code == 302


def test_one_network_does_not_keep_everybody_outside(had: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "MOST_OF_A_NETWORK", 3)

    def answered(address: str) -> int:
        client = Client(REMOTE_ADDR=address)
        state = lead(client).split("state=")[1].split("&")[0]
        return client.get(reverse("single_sign_on:come_back"), {"code": "x", "state": state}).status_code

    assert [answered("203.0.113.7") for _ in range(5)] == [302, 302, 302, 503, 503]
    assert [answered(f"2001:db8::{n}") for n in range(5)] == [302, 302, 302, 503, 503]
    assert answered("203.0.113.8") == 302


def test_whoever_asks_wakes_the_program_that_fetches_now_and_then_only(
    had: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, *_: woken.append(name))
    ProviderDocument.objects.all().delete()
    for _ in range(20):
        Client().post(reverse("single_sign_on:begin"))
    assert woken == [exchanges.FETCH_TASK]


def test_a_logout_token_of_an_unknown_key_has_the_keys_fetched(
    had: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, *_: woken.append(name))
    token = "eyJhbGciOiJSUzI1NiIsImtpZCI6Im5ldyJ9.e30.AA"  # {"alg": "RS256", "kid": "new"}
    assert Client().post(reverse("single_sign_on:ended"), {"logout_token": token}).status_code == 400
    assert woken == [exchanges.FETCH_TASK]
    Client().post(reverse("single_sign_on:ended"), {"logout_token": "nonsense"})
    assert woken == [exchanges.FETCH_TASK]


def test_many_who_begin_at_once_are_bounded(had: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    had.lists("olga", "admins")
    monkeypatch.setattr(exchanges, "MOST_AT_ONCE", 0)
    client = Client()
    there = lead(client)
    assert client.get(Browser().sign_in(there, "olga", SITE)).status_code == 503


def test_sessions_know_the_providers_name_of_theirs(had: Provider) -> None:
    had.lists("olga", "admins")
    client, _ = come("olga")
    (kept,) = ProviderSession.objects.all()
    assert kept.sid
    assert Session.objects.get(session_key=client.session.session_key).public_id == kept.session
