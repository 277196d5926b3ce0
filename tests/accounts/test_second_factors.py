"""Second factors: adding, using, guessing, losing; by the services."""

import datetime
from typing import Any

import pytest
from django.test import Client

from annotations.accounts import services
from annotations.accounts.enums import FactorKind, Proof, ProposalState, Role
from annotations.accounts.factors import guessing
from annotations.accounts.models import Factor, RecoveryCode, Session, User
from annotations.accounts.selectors import credentials_of, second_people
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing, NotAllowed
from tests.accounts.authenticators import App, add_app, add_passkey, answer
from tests.factories import make_loss, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WHY = "She lost her phone and the codes."


def later(monkeypatch: pytest.MonkeyPatch, **by: float) -> None:
    moment = clock.now() + datetime.timedelta(**by)
    monkeypatch.setattr(clock, "now", lambda: moment)


def entries(action: str) -> int:
    return LogEntry.objects.filter(action=action).count()


@pytest.mark.both
def test_the_first_factor_brings_recovery_codes_and_ends_other_sessions() -> None:
    user = make_user()
    here, there = Client(), Client()
    for client in (here, there):
        client.force_login(user)
    app = App()
    codes = services.add_app(
        user, services.NewApp(app.secret, app.code(), " My  phone "), here.session.session_key or ""
    )
    factor = user.factors.get()
    assert (factor.kind, factor.name, len(codes)) == (FactorKind.APP, "My phone", 10)
    assert app.secret not in bytes(factor.sealed or b"")
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()
    assert [session.session_key for session in Session.objects.filter(user=user)] == [
        here.session.session_key
    ]
    second = App()
    assert services.add_app(user, services.NewApp(second.secret, second.code(), "Tablet"), "") == []


def test_a_wrong_code_adds_no_app() -> None:
    user, app = make_user(), App()
    with pytest.raises(Invalid, match="clock"):
        services.add_app(user, services.NewApp(app.secret, app.wrong_code(), "Phone"), "")
    assert not user.factors.exists()


def test_an_app_s_code_is_taken_once() -> None:
    user = make_user()
    app, _ = add_app(user)
    assert services.check_code(user, app.code()) is Proof.APP
    assert services.check_code(user, app.code()) is None
    assert services.check_code(user, app.code(-1)) is None
    assert services.check_code(user, app.code(1)) is Proof.APP
    assert user.factors.get().used_at
    assert (entries("account.factor_used"), entries("account.factor_refused")) == (2, 2)


def test_a_recovery_code_is_taken_once_and_of_nobody_else() -> None:
    user, other = make_user(), make_user()
    _, codes = add_app(user)
    add_app(other)
    assert services.check_code(other, codes[0]) is None
    assert services.check_code(user, codes[0].upper()) is Proof.RECOVERY_CODE
    assert services.check_code(user, codes[0]) is None
    assert RecoveryCode.objects.filter(user=user, used_at=None).count() == 9


def test_new_recovery_codes_end_the_former() -> None:
    user = make_user()
    _, codes = add_app(user)
    again = services.renew_recovery_codes(user)
    assert services.check_code(user, codes[0]) is None
    assert services.check_code(user, again[0]) is Proof.RECOVERY_CODE
    with pytest.raises(Conflict, match="stand in"):
        services.renew_recovery_codes(make_user())


@pytest.mark.both
def test_wrong_codes_are_slowed_and_the_right_one_waits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    app, codes = add_app(user)
    for _ in range(guessing.FREE):
        assert services.check_code(user, app.wrong_code()) is None
    assert services.check_code(user, app.code()) is None
    user.refresh_from_db()
    assert user.wrong_codes == guessing.FREE
    assert user.codes_from
    assert services.check_code(user, codes[0]) is Proof.RECOVERY_CODE  # nobody guesses one
    assert User.objects.filter(pk=user.pk, wrong_codes=0, codes_from=None).exists()

    for _ in range(guessing.FREE + 1):
        services.check_code(user, app.wrong_code())
    later(monkeypatch, seconds=31)
    assert services.check_code(user, app.code()) is Proof.APP


def test_guessing_grows_the_log_by_its_own_slowness_only() -> None:
    user = make_user()
    app, _ = add_app(user)
    for _ in range(50):
        services.check_code(user, app.wrong_code())
    assert entries("account.factor_refused") == guessing.FREE


def test_a_passkey_signs_in_and_a_copy_does_not() -> None:
    user = make_user()
    device = add_passkey(user)
    known = credentials_of(user)
    assert services.check_passkey(user, answer(known, device)) is Proof.PASSKEY
    device.signatures = 0  # as somebody would sign who copied the key before
    assert services.check_passkey(user, answer(known, device)) is None
    assert services.check_passkey(make_user(), answer(known, device)) is None


@pytest.mark.both
def test_a_passkey_belongs_to_one_account() -> None:
    user, other = make_user(), make_user()
    add_passkey(user)
    credential = user.factors.get()
    with pytest.raises(Exception, match=r"(?i)unique"):
        Factor.objects.create(
            user=other,
            kind=FactorKind.PASSKEY,
            name="Copy",
            credential_id=credential.credential_id,
            credential=credential.credential,
        )


def test_refused_passkeys_are_told_of_together() -> None:
    user = make_user()
    device = add_passkey(user)
    for _ in range(40):
        sent = answer(credentials_of(user), device)
        services.check_passkey(user, type(sent)(sent.place, {}, sent.sent))
    assert entries("account.factor_refused") == 8  # five, and when they had doubled: 10, 20, 40


@pytest.mark.both
def test_the_last_factor_stays_where_the_role_needs_one(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = [Role.LEAD]
    lead, contractor = make_user(Role.LEAD), make_user()
    for user in (lead, contractor):
        add_app(user)
    services.remove_factor(contractor, contractor.factors.get().pk)
    assert not RecoveryCode.objects.filter(user=contractor).exists()
    with pytest.raises(Conflict, match="Add another"):
        services.remove_factor(lead, lead.factors.get().pk)
    app = lead.factors.get()
    add_passkey(lead)
    services.remove_factor(lead, app.pk)
    assert RecoveryCode.objects.filter(user=lead).count() == 10


def test_a_factor_of_somebody_else_is_missing() -> None:
    user, other = make_user(), make_user()
    add_app(user)
    factor = user.factors.get().pk
    with pytest.raises(Missing):
        services.remove_factor(other, factor)
    with pytest.raises(Missing):
        services.rename_factor(other, factor, "Mine")


@pytest.mark.parametrize("name", ["", "  ", "x" * 51, "a\x07b"])
def test_names_are_short_and_can_be_read(name: str) -> None:
    user = make_user()
    add_app(user)
    with pytest.raises(Invalid, match="50"):
        services.rename_factor(user, user.factors.get().pk, name)


@pytest.mark.parametrize("second", [Role.OPERATOR, Role.PRIVACY_OFFICER])
def test_two_people_take_away_what_was_lost(second: str) -> None:
    operator, user = make_user(Role.OPERATOR), make_user(Role.PRIVACY_OFFICER)
    proposal = make_loss(operator, user)
    client = Client()
    client.force_login(user)
    with pytest.raises(NotAllowed, match="Another operator"):
        services.decide_loss(proposal.pk, "agree", WHY, operator.actor)
    with pytest.raises(NotAllowed, match="Somebody else"):
        services.decide_loss(proposal.pk, "agree", WHY, user.actor)
    decided = services.decide_loss(proposal.pk, "agree", WHY, make_user(second).actor)
    user.refresh_from_db()
    assert decided.state == ProposalState.AGREED
    assert user.factors_taken_at
    assert not user.factors.exists()
    assert not RecoveryCode.objects.filter(user=user).exists()
    assert not Session.objects.filter(user=user).exists()
    assert entries("account.factors_taken") == 1


def test_even_what_sees_no_content_takes_two() -> None:
    operator, user = make_user(Role.OPERATOR), make_user(Role.OPERATOR)
    make_loss(operator, user)
    assert user.factors.exists()


def test_a_refused_loss_changes_nothing_and_each_kind_has_its_own_way() -> None:
    operator, user = make_user(Role.OPERATOR), make_user()
    officer = make_user(Role.PRIVACY_OFFICER)
    proposal = make_loss(operator, user)
    with pytest.raises(Missing):
        services.decide_proposal(proposal.pk, "agree", WHY, officer.actor)
    services.decide_loss(proposal.pk, "refuse", WHY, officer.actor)
    assert user.factors.exists()
    with pytest.raises(Conflict, match="no second factor"):
        services.propose_loss(make_user().pk, WHY, operator.actor)


def test_who_may_be_the_second_is_named() -> None:
    officer = make_user(Role.PRIVACY_OFFICER)
    assert second_people("break_glass:decide", officer.pseudonym) == []
    another = make_user(Role.PRIVACY_OFFICER)
    make_user(Role.PRIVACY_OFFICER, is_active=False)
    assert second_people("break_glass:decide", officer.pseudonym) == [another]
    assert second_people("break_glass:decide", officer.pseudonym, about=another.pseudonym) == []


def test_nobody_is_left_half_signed_in_by_a_closed_account() -> None:
    operator, user = make_user(Role.OPERATOR), make_user()
    app, _ = add_app(user)
    services.close_account(user, operator.actor, "Her contract ended.")
    with pytest.raises(Conflict, match="closed"):
        services.add_app(User.objects.get(pk=user.pk), services.NewApp(app.secret, app.code(1), "More"), "")
