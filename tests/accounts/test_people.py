"""People: invited by a link, closed and opened again, changed; what would give content takes two."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from annotations.accounts import services
from annotations.accounts.enums import Lack, ProposalKind, ProposalState, Role
from annotations.accounts.matrix import ROLES, matrix
from annotations.accounts.models import AccountProposal, ApiKey, Session, SignInLink, User
from annotations.accounts.roles import sees_content
from annotations.accounts.rules import LINK_LASTS, PROPOSALS, lacks
from annotations.accounts.selectors import link_of
from annotations.accounts.services import Description
from annotations.accounts.services.support import locked
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.core.errors import Conflict, DomainError, Invalid, Missing, NotAllowed
from tests.audit.test_every_route_is_logged import CLASSES, Serves
from tests.factories import PASSWORD, make_proposal, make_submitter, make_user

pytestmark = pytest.mark.django_db

REASON = "It is needed here."
NOBODY = Description("", "", "")


def operator() -> Any:
    return make_user(Role.OPERATOR).actor


def officer() -> Any:
    return make_user(Role.PRIVACY_OFFICER).actor


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def last(action: str) -> str:
    return bytes(LogEntry.objects.filter(action=action).latest("occurred_at").canonical).decode()


# who sees content


def test_the_roles_that_see_content_are_all_that_reach_a_route_which_serves_some() -> None:
    serving = {route for route, serves in CLASSES.items() if serves in {Serves.CONTENT, Serves.KEY}}
    reached = {role for rule in matrix().rules.values() if rule.route in serving for role in rule.roles}
    seeing = {role for role in ROLES if sees_content(role)}
    by_a_link = {role for role in ROLES if matrix().rule("rights:receipt", "GET").allows(role)}
    assert seeing == {"contractor", "lead", "ml_engineer", "privacy_officer"}
    assert reached - by_a_link <= seeing
    for rule in matrix().rules.values():
        if rule.route in serving and not rule.route.startswith("rights:receipt"):
            assert rule.roles <= seeing, rule


# inviting


def test_an_operator_alone_invites_whoever_sees_no_content() -> None:
    user, token = services.invite(
        "olga", Role.OPERATOR, Description("Olga", "ro", "ro,en"), REASON, operator()
    )
    assert token
    assert (user.country, user.languages, user.display_name) == ("RO", "ro, en", "Olga")
    found = link_of(token)
    assert found
    assert found.user == user
    assert found.digest not in token
    assert not found.user.has_usable_password()


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.LEAD, Role.ML_ENGINEER, Role.PRIVACY_OFFICER])
def test_whoever_would_see_content_gets_a_link_when_an_officer_agrees_who_alone_is_given_it(
    role: str,
) -> None:
    user, token = services.invite("carol", role, NOBODY, REASON, operator())
    assert token is None
    assert not User.objects.get(pk=user.pk).is_active
    assert not SignInLink.objects.exists()
    proposal, token = services.decide_proposal(AccountProposal.objects.get().pk, "agree", REASON, officer())
    assert token
    assert proposal.state == ProposalState.AGREED
    assert User.objects.get(pk=user.pk).is_active
    assert services.use_link(token, PASSWORD) == user


def test_a_refused_invitation_leaves_a_closed_account_without_a_link() -> None:
    proposal = make_proposal()
    _, token = services.decide_proposal(proposal.pk, "refuse", REASON, officer())
    assert token is None
    assert not proposal.user.is_active
    assert not SignInLink.objects.exists()


@pytest.mark.parametrize(
    ("name", "role", "description", "code"),
    [
        ("a b", Role.OPERATOR, NOBODY, "invalid_username"),
        ("a\0b", Role.OPERATOR, NOBODY, "invalid_username"),
        ("-ab", Role.OPERATOR, NOBODY, "invalid_username"),
        ("x" * 65, Role.OPERATOR, NOBODY, "invalid_username"),
        ("abc", Role.SUBMITTER, NOBODY, "role_of_programs"),
        ("abc", Role.OPERATOR, Description("", "Romania", ""), "invalid_country"),
        ("abc", Role.OPERATOR, Description("", "", "English"), "invalid_languages"),
        ("abc", Role.OPERATOR, Description("x" * 101, "", ""), "name_too_long"),
        ("abc", Role.OPERATOR, Description("Ana \u202erotcerid", "", ""), "name_not_plain"),
        ("abc", Role.OPERATOR, Description("Ana\nPrivacy officer", "", ""), "name_not_plain"),
    ],
)
def test_what_nobody_can_be_invited_by(name: str, role: str, description: Description, code: str) -> None:
    by = operator()
    assert code_of(lambda: services.invite(name, role, description, REASON, by)) == code
    assert User.objects.count() == 1


def test_a_name_is_taken_in_any_case() -> None:
    make_user(username="Carla")
    by = operator()
    assert code_of(lambda: services.invite("carla", Role.LEAD, NOBODY, REASON, by)) == "username_taken"


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.OPERATOR])
def test_only_operators_change_accounts(role: str) -> None:
    user, actor = make_user(), make_user(role).actor
    acts: list[Callable[[], object]] = [
        lambda: services.invite("new", Role.OPERATOR, NOBODY, REASON, actor),
        lambda: services.close_account(user, actor, REASON),
        lambda: services.reopen(user.pk, REASON, actor),
        lambda: services.renew_link(user.pk, REASON, actor),
        lambda: services.change_role(user.pk, Role.OPERATOR, REASON, actor),
        lambda: services.describe(user.pk, NOBODY, actor),
        lambda: services.record_training(user.pk, clock.now().date(), actor),
        lambda: services.require_new_password(user.pk, actor),
    ]
    assert [code_of(act) for act in acts] == ["not_allowed"] * len(acts)


# sign-in links


def made_link() -> tuple[User, str]:
    user, token = services.invite("olga", Role.OPERATOR, NOBODY, REASON, operator())
    assert token
    return user, token


def test_a_link_is_used_once() -> None:
    user, token = made_link()
    services.use_link(token, PASSWORD, statement=True)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert user.statement_on == clock.now().date()
    assert code_of(lambda: services.use_link(token, "another long password")) == "link_gone"
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_link_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _, token = made_link()
    later = clock.now() + LINK_LASTS
    monkeypatch.setattr(clock, "now", lambda: later)
    assert code_of(lambda: services.use_link(token, PASSWORD)) == "link_gone"


def test_a_new_link_ends_the_former_and_the_old_password_holds_until_it_is_used() -> None:
    user, first = made_link()
    services.use_link(first, PASSWORD)
    second = services.renew_link(user.pk, REASON, operator())
    third = services.renew_link(user.pk, REASON, operator())
    assert second
    assert third
    assert link_of(second) is None
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    services.use_link(third, "another long password")
    assert not User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_a_weak_password_is_refused_and_the_link_stays() -> None:
    user, token = made_link()
    for weak in ("short", "administrator"):
        with pytest.raises(ValidationError):
            services.use_link(token, weak)
    assert link_of(token)
    assert not User.objects.get(pk=user.pk).has_usable_password()


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "a\0b"])
def test_a_guessed_link_opens_nothing(token: str) -> None:
    made_link()
    assert code_of(lambda: services.use_link(token, PASSWORD)) == "link_gone"


def test_a_closed_account_has_no_link_any_more() -> None:
    user, token = made_link()
    services.close_account(user, operator(), REASON)
    assert code_of(lambda: services.use_link(token, PASSWORD)) == "link_gone"


def test_a_new_link_to_content_takes_two_and_is_not_the_operators() -> None:
    lead = make_user(Role.LEAD)
    assert services.renew_link(lead.pk, REASON, operator()) is None
    assert not SignInLink.objects.exists()
    _, token = services.decide_proposal(AccountProposal.objects.get().pk, "agree", REASON, officer())
    assert token


def test_an_account_of_a_program_gets_no_link() -> None:
    submitter, by = make_submitter(), operator()
    assert code_of(lambda: services.renew_link(submitter.pk, REASON, by)) == "role_of_programs"
    assert code_of(lambda: services.change_role(submitter.pk, Role.LEAD, REASON, by)) == "role_of_programs"


# roles


@pytest.mark.parametrize("target", [Role.OPERATOR, Role.LEAD, Role.PRIVACY_OFFICER])
def test_a_role_that_sees_content_takes_two(target: str) -> None:
    user = make_user()
    done = services.change_role(user.pk, target, REASON, operator())
    assert done is not sees_content(target)
    user.refresh_from_db()
    assert (user.role == target) is done
    if not done:
        _, token = services.decide_proposal(AccountProposal.objects.get().pk, "agree", REASON, officer())
        user.refresh_from_db()
        assert token
        assert not user.has_usable_password()
    assert user.role == target
    assert f'"role":"{target}"' in last("account.role_changed")


def test_an_operator_who_used_the_link_of_another_gains_no_content_by_a_later_role() -> None:
    by = operator()
    puppet, token = services.invite("puppet", Role.OPERATOR, NOBODY, REASON, by)
    assert token
    services.use_link(token, PASSWORD)
    services.change_role(puppet.pk, Role.LEAD, REASON, by)
    services.decide_proposal(AccountProposal.objects.get().pk, "agree", REASON, officer())
    puppet.refresh_from_db()
    assert puppet.role == Role.LEAD
    assert not puppet.check_password(PASSWORD)


def test_sessions_and_keys_end_with_the_role(client: Any) -> None:
    user = make_user()
    services.create_key(COMMAND_LINE, user)
    client.force_login(user)
    services.change_role(user.pk, Role.OPERATOR, REASON, operator())
    assert client.get("/").status_code == 302
    assert not Session.objects.filter(user=user).exists()
    assert not ApiKey.objects.filter(user=user, revoked_at=None).exists()


def test_nobody_changes_their_own_role_nor_closes_themselves() -> None:
    user = make_user(Role.OPERATOR)
    make_user(Role.OPERATOR)
    acts: list[Callable[[], object]] = [
        lambda: services.change_role(user.pk, Role.LEAD, REASON, user.actor),
        lambda: services.close_account(user, user.actor, REASON),
        lambda: services.renew_link(user.pk, REASON, user.actor),
    ]
    assert [code_of(act) for act in acts] == ["own_account"] * len(acts)


def test_nobody_decides_on_their_own_account() -> None:
    lost = make_user(Role.PRIVACY_OFFICER)
    services.renew_link(lost.pk, REASON, operator())
    proposal = AccountProposal.objects.get()
    for action in ("agree", "refuse"):
        act = lambda action=action: services.decide_proposal(proposal.pk, action, REASON, lost.actor)  # noqa: E731
        assert code_of(act) == "own_account"
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.WAITING


def test_whoever_asked_does_not_agree_in_another_role() -> None:
    asker = make_user(Role.OPERATOR)
    proposal = make_proposal(asker)
    User.objects.filter(pk=asker.pk).update(role=Role.PRIVACY_OFFICER)
    asker.refresh_from_db()
    act = lambda: services.decide_proposal(proposal.pk, "agree", REASON, asker.actor)  # noqa: E731
    assert code_of(act) == "second_person_needed"


def test_one_thing_at_a_time_is_asked_for_an_account() -> None:
    lead, by = make_user(Role.LEAD), operator()
    services.change_role(lead.pk, Role.ML_ENGINEER, REASON, by)
    assert code_of(lambda: services.renew_link(lead.pk, REASON, by)) == "proposal_waits"
    services.take_back_proposal(AccountProposal.objects.get().pk, by)
    services.renew_link(lead.pk, REASON, by)


def test_the_same_role_is_no_change() -> None:
    lead, by = make_user(Role.LEAD), operator()
    assert code_of(lambda: services.change_role(lead.pk, Role.LEAD, REASON, by)) == "same_role"


def test_what_the_account_became_meanwhile_stands_against_an_agreement() -> None:
    lead = make_user(Role.LEAD)
    services.change_role(lead.pk, Role.ML_ENGINEER, REASON, operator())
    User.objects.filter(pk=lead.pk).update(role=Role.ML_ENGINEER)
    proposal, by = AccountProposal.objects.get(), officer()
    assert code_of(lambda: services.decide_proposal(proposal.pk, "agree", REASON, by)) == "same_role"
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.WAITING


def test_an_end_is_an_end() -> None:
    """Every action on a proposal that has ended is a conflict."""
    for action in ("agree", "refuse"):
        proposal = make_proposal()
        services.decide_proposal(proposal.pk, action, REASON, officer())
        acts: list[Callable[[], object]] = [
            lambda: services.decide_proposal(proposal.pk, "agree", REASON, officer()),  # noqa: B023
            lambda: services.decide_proposal(proposal.pk, "refuse", REASON, officer()),  # noqa: B023
            lambda: services.take_back_proposal(proposal.pk, operator()),  # noqa: B023
        ]
        assert [code_of(act) for act in acts] == ["not_possible_now"] * 3


def test_the_table_of_proposals_is_total() -> None:
    assert PROPOSALS.problems(ProposalState.values) == []


def test_an_unknown_decision_is_none() -> None:
    proposal, by = make_proposal(), officer()
    assert code_of(lambda: services.decide_proposal(proposal.pk, "perhaps", REASON, by)) == "unknown_decision"
    assert (
        code_of(lambda: services.decide_proposal(proposal.user.pk, "agree", REASON, by)) == "no_such_proposal"
    )


# the last ones


@pytest.mark.parametrize(
    ("role", "code"),
    [(Role.OPERATOR, "last_operator"), (Role.PRIVACY_OFFICER, "last_privacy_officer")],
)
def test_the_last_one_is_neither_closed_nor_given_another_role(role: str, code: str) -> None:
    only = make_user(role)
    # Neither a closed account nor one whose person has never chosen a password takes their place.
    make_user(role, is_active=False)
    waiting = make_user(role)
    User.objects.filter(pk=waiting.pk).update(password="!")
    assert code_of(lambda: services.close_account(only, COMMAND_LINE, REASON)) == code
    other = Role.OPERATOR if role != Role.OPERATOR else Role.LEAD
    if not sees_content(other):
        act = lambda: services.change_role(only.pk, other, REASON, COMMAND_LINE)  # noqa: E731
        assert code_of(act) == code
    make_user(role)
    services.close_account(only, COMMAND_LINE, REASON)


def test_a_last_operator_who_would_become_a_lead_stays_one() -> None:
    only = make_user(Role.OPERATOR)
    act = lambda: services.change_role(only.pk, Role.LEAD, REASON, COMMAND_LINE)  # noqa: E731
    assert code_of(act) == "last_operator"


# opening again


def test_an_account_that_is_opened_again_has_no_password_until_its_link_is_used() -> None:
    user = make_user(Role.OPERATOR)
    services.close_account(user, operator(), REASON)
    token = services.reopen(user.pk, REASON, operator())
    assert token
    found = User.objects.get(pk=user.pk)
    assert found.is_active
    assert not found.has_usable_password()
    services.use_link(token, PASSWORD)


def test_opening_an_account_that_sees_content_takes_two() -> None:
    user = make_user(Role.LEAD)
    services.close_account(user, operator(), REASON)
    assert services.reopen(user.pk, REASON, operator()) is None
    proposal = AccountProposal.objects.get()
    assert (proposal.kind, proposal.role) == (ProposalKind.OPEN, Role.LEAD)
    assert not User.objects.get(pk=user.pk).is_active


def test_what_was_asked_for_an_account_lapses_when_it_is_closed() -> None:
    lead = make_user(Role.LEAD)
    services.change_role(lead.pk, Role.ML_ENGINEER, REASON, operator())
    services.close_account(lead, operator(), REASON)
    assert AccountProposal.objects.get().state == ProposalState.LAPSED
    assert '"kind":"change_role"' in last("account.proposal_lapsed")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda user, by: services.close_account(user, by, REASON), "account_closed"),
        (lambda user, by: services.renew_link(user.pk, REASON, by), "account_closed"),
        (lambda user, by: services.change_role(user.pk, Role.OPERATOR, REASON, by), "account_closed"),
        (lambda user, by: services.require_new_password(user.pk, by), "account_closed"),
    ],
)
def test_what_is_not_done_to_a_closed_account(act: Callable[[User, Any], object], code: str) -> None:
    user, by = make_user(is_active=False), operator()
    assert code_of(lambda: act(user, by)) == code


def test_an_open_account_is_not_opened() -> None:
    user, by = make_user(), operator()
    assert code_of(lambda: services.reopen(user.pk, REASON, by)) == "account_open"


def test_what_does_not_exist_is_missing() -> None:
    with pytest.raises(Missing), transaction.atomic():
        locked(uuid.uuid4())


# what is written down of people


def test_only_what_changed_is_told_and_no_name_is_on_the_log() -> None:
    user, by = make_user(display_name="Ana", country="RO"), operator()
    services.describe(user.pk, Description("Ana Maria", "RO", "ro"), by)
    told = last("account.changed")
    assert '"fields":["display_name","languages"]' in told
    assert "Ana" not in told
    entries = LogEntry.objects.filter(action="account.changed").count()
    services.describe(user.pk, Description("Ana Maria", "RO", "ro"), by)
    assert LogEntry.objects.filter(action="account.changed").count() == entries


def test_a_training_that_is_to_come_is_not_recorded() -> None:
    user, by = make_user(trained_on=None), operator()
    tomorrow = clock.now().date() + datetime.timedelta(days=1)
    with pytest.raises(Invalid):
        services.record_training(user.pk, tomorrow, by)
    services.record_training(user.pk, datetime.date(2026, 1, 5), by)
    user.refresh_from_db()
    assert user.trained_on == datetime.date(2026, 1, 5)


DAY = datetime.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("trained", "statement", "taken_over", "missing"),
    [
        (DAY, DAY, None, []),
        (None, DAY, None, [Lack.TRAINING]),
        (DAY, None, None, [Lack.STATEMENT]),
        (None, None, None, [Lack.TRAINING, Lack.STATEMENT]),
        (None, None, DAY, []),
    ],
)
def test_what_somebody_lacks_for_clips(
    trained: Any, statement: Any, taken_over: Any, missing: list[Lack]
) -> None:
    person = User(trained_on=trained, statement_on=statement, taken_over_on=taken_over)
    assert list(lacks(person)) == missing


def test_conflicts_tell_what_to_do() -> None:
    only = make_user(Role.OPERATOR)
    with pytest.raises(Conflict, match="create_account"):
        services.close_account(only, COMMAND_LINE, REASON)
    with pytest.raises(NotAllowed, match="Somebody else"):
        services.close_account(only, only.actor, REASON)
