"""The pages of people and of sign-in links, as they are used."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.models import AccountProposal, SignInLink, User
from annotations.accounts.views.people import PAGE
from tests.factories import PASSWORD, make_proposal, make_submitter, make_user
from tests.forms import seen

pytestmark = [pytest.mark.django_db, pytest.mark.once]

REASON = "It is needed here."
INVITED = {"username": "olga", "name": "Olga", "country": "ro", "languages": "ro, en", "reason": REASON}


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def link_on(response: Any) -> str:
    found = re.search(r"http://testserver(/sign-in-link/[\w-]+/)", response.content.decode())
    assert found
    return found[1]


def names(client: Client, **filters: str) -> list[str]:
    page = client.get(reverse("accounts:people"), filters)
    return [person.username for person in page.context["found"].object_list]


def test_people_are_found_by_name_role_and_state() -> None:
    client = signed_in(Role.OPERATOR)
    ana = make_user(username="ana", display_name="Ana Popescu")
    make_user(username="bob", is_active=False)
    make_user(Role.LEAD, username="lea")
    assert names(client, q="popes") == ["ana"]
    assert names(client, q=ana.pseudonym) == ["ana"]
    assert names(client, role="lead") == ["lea"]
    assert names(client, standing="closed") == ["bob"]
    assert "bob" not in names(client, standing="open")
    assert set(names(client, standing="never")) == {"ana", "lea"}
    assert names(client, standing="open", role="contractor") == ["ana"]


def test_nobody_found_is_said_and_a_wrong_filter_is_told_at_the_field() -> None:
    client = signed_in(Role.OPERATOR)
    assert "Nobody found" in text(client.get(reverse("accounts:people"), {"q": "zzz"}))
    assert client.get(reverse("accounts:people"), {"role": "queen"}).status_code == 400
    assert client.get(reverse("accounts:people"), {"q": "a\0b"}).status_code == 400


def test_a_long_list_has_pages_that_keep_the_filters() -> None:
    client = signed_in(Role.OPERATOR)
    User.objects.bulk_create(User(username=f"many-{n:03}", role=Role.LEAD) for n in range(PAGE + 1))
    page = client.get(reverse("accounts:people"), {"role": "lead"})
    assert f"1 to {PAGE} of {PAGE + 1}" in text(page)
    assert "role=lead&amp;page=2" in page.content.decode()
    assert names(client, role="lead", page="2") == [f"many-{PAGE:03}"]


@pytest.mark.usefixtures("journal_asked_before")
def test_a_list_asks_the_database_as_often_for_many_as_for_few(django_assert_num_queries: Any) -> None:
    client = signed_in(Role.OPERATOR)
    make_proposal()
    client.get(reverse("accounts:people"))
    with django_assert_num_queries(6):
        client.get(reverse("accounts:people"))
    make_proposal(), make_proposal()
    with django_assert_num_queries(6):
        client.get(reverse("accounts:people"))


def test_an_operator_is_invited_and_signs_in_by_the_link() -> None:
    client = signed_in(Role.OPERATOR)
    page = client.post(reverse("accounts:invite"), INVITED | {"role": Role.OPERATOR})
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert "This is shown once." in text(page)
    assert "Your user name is olga." in text(page)
    address = link_on(page)
    assert address not in text(client.get(reverse("accounts:people")))

    newcomer = Client()
    for _ in range(2):  # programs that preview mail open it, too
        assert newcomer.head(address).status_code == 200
        assert "olga" in text(newcomer.get(address))
    typed = {"password": PASSWORD, "again": PASSWORD}
    assert newcomer.post(address, typed).status_code == 400
    assert "field is required" in text(newcomer.post(address, typed))
    answer = newcomer.post(address, typed | {"statement": "on"})
    assert answer["Location"] == reverse("accounts:sign_in")
    assert "Your password is set." in text(newcomer.get(reverse("accounts:sign_in")))
    assert newcomer.get(address).status_code == 404
    assert newcomer.post(address, typed | {"statement": "on"}).status_code == 404
    newcomer.post(reverse("accounts:sign_in"), {"username": "olga", "password": PASSWORD})
    assert newcomer.get(reverse("operations")).status_code == 200


def test_the_link_of_a_lead_is_shown_to_the_officer_who_agrees_and_never_to_the_operator() -> None:
    operator, officer = signed_in(Role.OPERATOR), signed_in(Role.PRIVACY_OFFICER)
    answer = operator.post(reverse("accounts:invite"), INVITED | {"role": Role.LEAD}, follow=True)
    assert "A privacy officer has to agree" in text(answer)
    assert "sign-in-link" not in answer.content.decode()
    proposal = AccountProposal.objects.get()
    decide = reverse("accounts:decide_proposal", args=[proposal.pk])
    assert operator.post(decide, {"decision": "agree", "reason": REASON}).status_code == 403

    assert '<span class="waiting">1' in officer.get(reverse("accounts:people")).content.decode()
    person = reverse("accounts:person", args=[proposal.user_id])
    assert "hand it over yourself" in text(officer.get(person))
    assert officer.post(decide, {"decision": "agree", "reason": "x"}).status_code == 400
    page = officer.post(decide, {"decision": "agree", "reason": REASON} | seen(proposal, proposal.user))
    assert Client().get(link_on(page)).status_code == 200
    assert (
        officer.post(
            decide, {"decision": "agree", "reason": REASON} | seen(proposal, proposal.user)
        ).status_code
        == 409
    )
    assert SignInLink.objects.count() == 1


def test_an_officer_agrees_to_the_person_whom_the_page_described() -> None:
    """Who asked could otherwise describe somebody else while the officer reads."""
    asking = make_user(Role.OPERATOR)
    proposal = make_proposal(asking)
    officer = signed_in(Role.PRIVACY_OFFICER)
    page = officer.get(reverse("accounts:person", args=[proposal.user_id])).content.decode()
    shown = re.findall(r'name="shown" value="([^"]*)"', page)[0]
    services.describe(proposal.user_id, services.Description("Somebody else", "US", ""), asking.actor)
    decision = {"decision": "agree", "reason": REASON, "shown": shown}
    answer = officer.post(reverse("accounts:decide_proposal", args=[proposal.pk]), decision)
    assert answer.status_code == 409
    proposal.user.refresh_from_db()
    assert not proposal.user.is_active


def test_an_officer_refuses_and_an_operator_takes_back() -> None:
    operator, officer = signed_in(Role.OPERATOR), signed_in(Role.PRIVACY_OFFICER)
    first, second = make_proposal(), make_proposal()
    decide = reverse("accounts:decide_proposal", args=[first.pk])
    page = officer.post(
        decide, {"decision": "refuse", "reason": REASON} | seen(first, first.user), follow=True
    )
    assert "Refused." in text(page)
    page = operator.post(reverse("accounts:take_back_proposal", args=[second.pk]), seen(second), follow=True)
    assert "Taken back." in text(page)
    assert not AccountProposal.objects.filter(state="waiting").exists()
    assert officer.post(decide, {"decision": "perhaps", "reason": REASON}).status_code == 400


def test_whoever_is_signed_in_is_told_to_sign_out_before_they_use_a_link() -> None:
    _, token = services.decide_proposal(
        make_proposal().pk, "agree", REASON, make_user(Role.PRIVACY_OFFICER).actor
    )
    address = reverse("accounts:use_link", args=[token])
    client = signed_in(Role.OPERATOR)
    assert "Sign out first" in text(client.get(address))
    typed = {"password": PASSWORD, "again": PASSWORD, "statement": "on"}
    assert client.post(address, typed).status_code == 403
    assert SignInLink.objects.get().ended_at is None


def test_an_account_is_closed_and_opened_again_on_its_page() -> None:
    operator, user = signed_in(Role.OPERATOR), make_user(Role.OPERATOR)
    page, step = (reverse(f"accounts:{name}", args=[user.pk]) for name in ("person", "step"))
    assert operator.post(step, {"step": "close", "reason": ""}).status_code == 400
    answer = operator.post(step, {"step": "close", "reason": REASON} | seen(user), follow=True)
    assert "The account is closed." in text(answer)
    assert 'value="close"' not in text(answer)
    assert operator.post(step, {"step": "close", "reason": REASON} | seen(user)).status_code == 409
    assert link_on(operator.post(step, {"step": "reopen", "reason": REASON} | seen(user)))
    assert link_on(operator.post(step, {"step": "renew_link", "reason": REASON} | seen(user)))
    assert "Choose one of the steps." in text(
        operator.post(step, {"step": "x", "reason": REASON}, follow=True)
    )
    assert operator.get(page).status_code == 200


def test_ones_own_page_among_the_people_offers_neither_role_nor_closing() -> None:
    client, user = Client(), make_user(Role.OPERATOR)
    client.force_login(user)
    page = text(client.get(reverse("accounts:person", args=[user.pk])))
    assert "This is your own account." in page
    assert reverse("accounts:step", args=[user.pk]) not in page
    assert reverse("accounts:change_role", args=[user.pk]) not in page
    answer = client.post(
        reverse("accounts:step", args=[user.pk]), {"step": "close", "reason": REASON} | seen(user)
    )
    assert answer.status_code == 403


def test_the_last_operator_reads_what_to_do() -> None:
    client = signed_in(Role.OPERATOR)
    only = User.objects.get()
    lead = make_user(Role.PRIVACY_OFFICER)
    answer = client.post(
        reverse("accounts:step", args=[lead.pk]), {"step": "close", "reason": REASON} | seen(lead)
    )
    assert answer.status_code == 409
    assert "create_account makes it" in text(answer)
    assert User.objects.get(pk=only.pk).is_active


def test_a_role_is_changed_or_asked_for() -> None:
    operator, user = signed_in(Role.OPERATOR), make_user()
    change = reverse("accounts:change_role", args=[user.pk])
    answer = operator.post(change, {"role": Role.LEAD, "reason": REASON} | seen(user), follow=True)
    assert "A privacy officer has to agree." in text(answer)
    assert operator.post(change, {"role": Role.OPERATOR, "reason": REASON} | seen(user)).status_code == 409
    proposal = AccountProposal.objects.get()
    operator.post(reverse("accounts:take_back_proposal", args=[proposal.pk]), seen(proposal))
    answer = operator.post(change, {"role": Role.OPERATOR, "reason": REASON} | seen(user), follow=True)
    assert "The role is changed." in text(answer)
    assert operator.post(change, {"role": "queen", "reason": REASON}).status_code == 400
    assert operator.post(change, {"role": Role.OPERATOR, "reason": REASON} | seen(user)).status_code == 409


def test_what_is_written_down_of_a_person_is_changed() -> None:
    operator, user = signed_in(Role.OPERATOR), make_user(trained_on=None)
    describe, training = (
        reverse(f"accounts:{name}", args=[user.pk]) for name in ("describe", "record_training")
    )
    operator.post(describe, {"name": "Ana", "country": "ro", "languages": "ro en"} | seen(user))
    operator.post(training, {"day": "2026-01-05"} | seen(user))
    user.refresh_from_db()
    assert (user.display_name, user.country, user.languages) == ("Ana", "RO", "ro, en")
    assert f"{user.trained_on}" == "2026-01-05"
    assert operator.post(describe, {"languages": "English"}).status_code == 400
    assert operator.post(training, {"day": "2190-01-01"} | seen(user)).status_code == 400
    assert operator.post(training, {"day": "soon"}).status_code == 400
    assert "Their sessions have ended." in text(
        operator.post(reverse("accounts:require_new_password", args=[user.pk]), seen(user), follow=True)
    )


def test_an_operator_revokes_the_key_of_a_program() -> None:
    operator, submitter = signed_in(Role.OPERATOR), make_submitter()
    prefix = services.create_key(submitter.actor, submitter).split("_")[1]
    page = operator.get(reverse("accounts:person", args=[submitter.pk]))
    assert f"cam_{prefix}" in text(page)
    revoke = reverse("accounts:revoke_key", args=[submitter.pk, prefix])
    assert operator.post(revoke).status_code == 302
    assert operator.post(revoke).status_code == 404


def test_an_officer_reads_accounts_and_changes_none() -> None:
    officer, user = signed_in(Role.PRIVACY_OFFICER), make_user()
    page = officer.get(reverse("accounts:person", args=[user.pk])).content.decode()
    assert page.count("<form") == 1  # signing out
    assert f"person={user.pseudonym}" in page


@pytest.mark.parametrize(
    ("role", "told"), [(Role.CONTRACTOR, True), (Role.LEAD, False), (Role.OPERATOR, False)]
)
def test_only_of_who_is_given_clips_it_is_said_what_is_missing_for_them(role: Role, told: bool) -> None:
    user = make_user(role, trained_on=None)
    page = text(signed_in(Role.OPERATOR).get(reverse("accounts:person", args=[user.pk])))
    assert ("Missing for clips" in page) is told
