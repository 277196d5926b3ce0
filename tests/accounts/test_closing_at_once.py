"""Closing an account while something else happens to it: both databases end in one order or the other."""

import pytest

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.core.errors import DomainError
from annotations.review import services as review
from annotations.review.enums import AssignmentState
from annotations.review.models import Assignment
from tests.factories import make_body, make_project, make_queued_clip, make_user
from tests.review.test_concurrency import at_once

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("fresh_database")]

REASON = "They work here no more."
ROUNDS = 6


def claim(user: User) -> object:
    try:
        return review.next_clip(user)
    except DomainError as error:
        return error.code


def hand_in(user: User, assignment: Assignment) -> object:
    try:
        return review.submit(user, assignment.public_id, make_body())
    except DomainError as error:
        return error.code


def close(user: User, by: User) -> object:
    try:
        return services.close_account(user, by.actor, REASON)
    except DomainError as error:
        return error.code


def test_nobody_holds_a_clip_after_their_account_was_closed() -> None:
    make_project()
    operator = make_user(Role.OPERATOR)
    for _ in range(ROUNDS):
        make_queued_clip()
        user = make_user()
        claimed, _closed = at_once(lambda: claim(user), lambda: close(user, operator))  # noqa: B023
        assert not Assignment.objects.filter(reviewer=user, state=AssignmentState.LEASED).exists()
        assert isinstance(claimed, Assignment) or claimed == "account_closed"
        assert not User.objects.get(pk=user.pk).is_active
        # The clip of this round is there for somebody else, however it went.
        other = make_user()
        taken = review.next_clip(other)
        assert taken
        review.submit(other, taken.public_id, make_body())


def test_labels_handed_in_at_the_same_moment_count_or_do_not() -> None:
    make_project()
    operator = make_user(Role.OPERATOR)
    for _ in range(ROUNDS):
        make_queued_clip()
        user = make_user()
        assignment = review.next_clip(user)
        assert assignment
        handed_in, _closed = at_once(
            lambda: hand_in(user, assignment),  # noqa: B023
            lambda: close(user, operator),  # noqa: B023
        )
        assignment.refresh_from_db()
        expected = AssignmentState.EXPIRED if handed_in == "account_closed" else AssignmentState.SUBMITTED
        assert assignment.state == expected
        review.next_clip(make_user())  # takes the slot that was left, if one was


def test_two_operators_who_close_each_other_leave_one() -> None:
    for _ in range(ROUNDS):
        User.objects.update(is_active=False)
        first, second = make_user(Role.OPERATOR), make_user(Role.OPERATOR)
        at_once(lambda: close(first, second), lambda: close(second, first))  # noqa: B023
        assert User.objects.filter(role=Role.OPERATOR, is_active=True).count() == 1


def test_a_link_that_is_used_twice_at_once_is_used_once() -> None:
    operator = make_user(Role.OPERATOR)
    _, token = services.invite(
        "olga", Role.OPERATOR, services.Description("", "", ""), "She takes over.", operator.actor
    )
    assert token

    def use(password: str) -> object:
        try:
            return services.use_link(token, password)
        except DomainError as error:
            return error.code

    given = at_once(lambda: use("first long password"), lambda: use("second long password"))
    assert given.count("link_gone") == 1
