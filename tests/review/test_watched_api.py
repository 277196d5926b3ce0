"""A page that only plays a clip learns from its reports that the clip was taken away."""

import json

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE
from annotations.clips.enums import HoldReason
from annotations.clips.services import place
from annotations.core import clock
from annotations.review import services
from annotations.review.models import Assignment
from tests.factories import make_assignment, make_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(reviewer: User) -> Assignment:
    return make_assignment(reviewer)


def report(reviewer: User, assignment: Assignment) -> tuple[int, str | None]:
    client = Client()
    client.force_login(reviewer)
    response = client.post(
        f"/api/v1/assignments/{assignment.public_id}/watched",
        data=json.dumps({"ranges": [[0, 1]]}),
        content_type="application/json",
    )
    return response.status_code, response.json()["code"] if response.content else None


def test_a_clip_in_hand_stays_on_screen(reviewer: User, assignment: Assignment) -> None:
    assert report(reviewer, assignment) == (204, None)


def test_a_held_clip_must_leave_the_screen(reviewer: User, assignment: Assignment) -> None:
    place(assignment.clip, HoldReason.WITHDRAWN, COMMAND_LINE)
    assert report(reviewer, assignment) == (200, "clip_held")


def test_the_last_report_of_a_clip_that_was_handed_in_is_taken(
    reviewer: User, assignment: Assignment
) -> None:
    services.submit(reviewer, assignment.public_id, make_body())
    assert report(reviewer, assignment) == (204, None)


def test_nothing_is_shown_after_the_time_of_a_clip_although_no_sweep_came_by(
    reviewer: User, assignment: Assignment
) -> None:
    client = Client()
    client.force_login(reviewer)
    token = f"/api/v1/assignments/{assignment.public_id}/media-token"
    address = client.post(token).json()["url"]
    assert client.get(address).getvalue()[4:8] == b"ftyp"
    over = clock.now() - clock.seconds(1)
    Assignment.objects.filter(pk=assignment.pk).update(lease_until=over)
    assert client.get(address).status_code == 404
    refused = client.post(token)
    assert (refused.status_code, refused.json()["code"]) == (409, "lease_lost")
    services.extend(reviewer, assignment.public_id)
    assert client.post(token).status_code == 200
