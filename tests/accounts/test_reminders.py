"""Keys of programs that end are told of in time, each step once."""

import datetime
from typing import Any

import pytest

from annotations.accounts import services
from annotations.accounts.models import ApiKey
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.outgoing.models import OutgoingMessage
from tests.factories import make_submitter
from tests.review.test_concurrency import at_once

DAY = datetime.timedelta(days=1)


@pytest.fixture
def told(settings: Any) -> None:
    settings.MAIL_TARGETS = {"operators": "ops@example.org"}
    settings.NOTIFY = {**settings.NOTIFY, "keys": ["operators"]}


def key(ends: datetime.timedelta = 10 * DAY) -> ApiKey:
    services.create_key(WORKER, make_submitter())
    made = ApiKey.objects.latest("created_at")
    return moved(made, ends)


def moved(made: ApiKey, ends: datetime.timedelta) -> ApiKey:
    """The key, as if it ended so long from now."""
    ApiKey.objects.filter(pk=made.pk).update(expires_at=clock.now() + ends)
    made.refresh_from_db()
    return made


def messages() -> list[dict[str, Any]]:
    return list(OutgoingMessage.objects.order_by("id").values_list("facts", flat=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("told")
def test_a_key_is_told_of_two_weeks_and_three_days_before_it_ends_each_time_once() -> None:
    made = key(15 * DAY)
    assert services.tell_of_ending_keys() == 0
    days = []
    for ends in (14, 13, 4, 3, 2, 0):
        moved(made, ends * DAY - datetime.timedelta(seconds=1))
        days.append([services.tell_of_ending_keys() for _ in range(2)])
    assert days == [[1, 0], [0, 0], [0, 0], [1, 0], [0, 0], [0, 0]]
    assert [(each["days"], each["prefix"], each["account"]) for each in messages()] == [
        (14, made.prefix, made.user.pseudonym),
        (3, made.prefix, made.user.pseudonym),
    ]
    assert LogEntry.objects.filter(action="outgoing.queued").count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("told")
def test_a_key_that_ends_within_days_from_the_start_is_told_of_once() -> None:
    made = key(2 * DAY)
    assert [services.tell_of_ending_keys() for _ in range(2)] == [1, 0]
    assert messages()[0]["ends"] == f"{made.expires_at:%Y-%m-%d}"


@pytest.mark.django_db
@pytest.mark.usefixtures("told")
def test_nothing_is_told_of_a_key_that_is_over_revoked_or_replaced() -> None:
    over, revoked, replaced = key(-DAY), key(), key()
    services.revoke_key(WORKER, revoked.prefix)
    services.rotate_key(WORKER, replaced.prefix)
    moved(ApiKey.objects.latest("created_at"), 30 * DAY)
    assert over.expires_at < clock.now()
    assert services.tell_of_ending_keys() == 0


@pytest.mark.django_db
def test_where_nobody_is_to_be_told_a_target_that_comes_later_is_told(settings: Any) -> None:
    key()
    assert services.tell_of_ending_keys() == 0
    assert ApiKey.objects.get().told_days is None
    settings.MAIL_TARGETS = {"operators": "ops@example.org"}
    settings.NOTIFY = {**settings.NOTIFY, "keys": ["operators"]}
    assert services.tell_of_ending_keys() == 1


@pytest.mark.engines
@pytest.mark.usefixtures("fresh_database", "told")
def test_two_workers_tell_once() -> None:
    for _ in range(3):
        key()
    at_once(*[services.tell_of_ending_keys] * 4)
    services.tell_of_ending_keys()
    assert len(messages()) == 3
