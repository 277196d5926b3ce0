"""Access requests that are due are told of in time, each step once."""

import datetime
from typing import Any

import pytest

from annotations.accounts.enums import Role
from annotations.core import clock
from annotations.outgoing.models import OutgoingMessage
from annotations.rights import services
from annotations.rights.enums import RequestState
from annotations.rights.models import AccessRequest
from tests.factories import make_clip, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def told(settings: Any) -> None:
    settings.MAIL_TARGETS = {"officers": "privacy@example.org"}
    settings.NOTIFY = {**settings.NOTIFY, "requests": ["officers"]}


@pytest.fixture
def request_of_an_owner() -> AccessRequest:
    officer = make_user(Role.PRIVACY_OFFICER)
    return services.open_request(make_clip().owner.pseudonym, clock.now(), "By letter.", officer.actor)


def due_in(found: AccessRequest, left: datetime.timedelta) -> list[int]:
    """What two sweeps tell, one after the other, when the request is due so long from now."""
    AccessRequest.objects.filter(pk=found.pk).update(due_at=clock.now() + left)
    return [services.tell_of_due_requests() for _ in range(2)]


def test_a_request_is_told_of_a_week_and_a_day_before_it_is_due_each_time_once(
    request_of_an_owner: AccessRequest,
) -> None:
    second = datetime.timedelta(seconds=1)
    found = [due_in(request_of_an_owner, days * DAY - second) for days in (8, 7, 6, 2, 1, 0)]
    assert found == [[0, 0], [1, 0], [0, 0], [0, 0], [1, 0], [0, 0]]
    facts = OutgoingMessage.objects.order_by("id").values_list("facts", flat=True)
    assert [(each["request"], each["days"]) for each in facts] == [
        (str(request_of_an_owner.pk), 7),
        (str(request_of_an_owner.pk), 1),
    ]


def test_after_more_time_was_taken_it_is_told_anew(request_of_an_owner: AccessRequest) -> None:
    assert due_in(request_of_an_owner, 5 * DAY) == [1, 0]
    officer = make_user(Role.PRIVACY_OFFICER)
    services.extend_request(request_of_an_owner.pk, "Many clips.", officer.actor)
    assert services.tell_of_due_requests() == 0
    assert due_in(request_of_an_owner, 5 * DAY) == [1, 0]


def test_what_is_answered_or_late_is_not_told_of(request_of_an_owner: AccessRequest) -> None:
    assert due_in(request_of_an_owner, -DAY) == [0, 0]
    AccessRequest.objects.update(state=RequestState.REFUSED, closed_at=clock.now(), closed_by="p-officer22")
    assert due_in(request_of_an_owner, DAY / 2) == [0, 0]


def test_nobody_is_told_where_no_target_is_named(request_of_an_owner: AccessRequest, settings: Any) -> None:
    settings.NOTIFY = {**settings.NOTIFY, "requests": []}
    assert due_in(request_of_an_owner, DAY) == [0, 0]
    assert AccessRequest.objects.get().told_days is None
