"""Opening a clip's page shows what is in hand and takes nothing; taking a clip up again is a call of its own."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.review import services
from annotations.review.enums import AssignmentState as A
from annotations.review.models import Annotation, Assignment
from tests.factories import make_assignment, make_body, make_queued_clip, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def client(reviewer: User) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


def handed_in(reviewer: User) -> Annotation:
    return services.submit(reviewer, make_assignment(reviewer).public_id, make_body())


def sent_back(reviewer: User) -> Assignment:
    annotation = handed_in(reviewer)
    task = annotation.assignment.task
    services.send_back(task.public_id, annotation.pk, "The car is missing", make_user("lead").actor)
    return annotation.assignment


def run_out(assignment: Assignment) -> Assignment:
    Assignment.objects.filter(pk=assignment.pk).update(
        lease_until=clock.now() - datetime.timedelta(seconds=1)
    )
    return assignment


def expired(reviewer: User) -> Assignment:
    assignment = run_out(make_assignment(reviewer))
    services.expire_leases()
    return assignment


@pytest.mark.parametrize("make", [sent_back, expired])
def test_the_page_of_a_clip_that_is_not_in_hand_leads_home_where_it_can_be_taken_up(
    client: Client, reviewer: User, make: Callable[[User], Assignment]
) -> None:
    assignment = make(reviewer)
    before = Assignment.objects.values_list("state", flat=True).get(pk=assignment.pk)
    response = client.get(f"/review/{assignment.public_id}/", follow=True)
    assert response.redirect_chain == [("/review/", 302)]
    assert Assignment.objects.values_list("state", flat=True).get(pk=assignment.pk) == before
    [waiting] = response.context["returned"]
    assert f'<form method="post" action="{waiting["url"]}">' in response.content.decode()
    opened = client.post(waiting["url"], follow=True)
    assert opened.context["workbench"]["id"] == str(assignment.public_id)


def test_the_page_of_a_clip_whose_time_is_over_leads_home_where_it_is_resumed(
    client: Client, reviewer: User
) -> None:
    assignment = run_out(make_assignment(reviewer))
    response = client.get(f"/review/{assignment.public_id}/", follow=True)
    assert response.redirect_chain == [("/review/", 302)]
    assert "Resume" in response.content.decode()
    assert client.post("/review/next/")["Location"] == f"/review/{assignment.public_id}/"
    assert client.get(f"/review/{assignment.public_id}/").status_code == 200


def test_looking_at_a_clip_in_hand_writes_nothing(client: Client, reviewer: User) -> None:
    assignment = make_assignment(reviewer)
    soon = clock.now() + datetime.timedelta(minutes=1)
    Assignment.objects.filter(pk=assignment.pk).update(lease_until=soon)
    entries = LogEntry.objects.count()
    assert client.get(f"/review/{assignment.public_id}/").status_code == 200
    assert LogEntry.objects.count() == entries
    assert Assignment.objects.get(pk=assignment.pk).lease_until == soon


def test_clips_that_came_back_are_taken_up_until_two_are_in_hand(client: Client, reviewer: User) -> None:
    returned = [handed_in(reviewer) for _ in range(3)]
    for annotation in returned:
        task = annotation.assignment.task
        services.send_back(task.public_id, annotation.pk, "The car is missing", make_user("lead").actor)
    addresses = [f"/review/{annotation.assignment.public_id}/resume" for annotation in returned]
    for address in addresses[:2]:
        client.post(address)
    refused = client.post(addresses[2], follow=True)
    assert refused.redirect_chain == [("/review/", 302)]
    assert "You have 2 clips open already" in refused.content.decode()
    assert Assignment.objects.filter(reviewer=reviewer, state=A.LEASED).count() == 2


def test_a_clip_of_somebody_else_or_none_cannot_be_taken_up(client: Client) -> None:
    foreign = expired(make_user())
    for key in (foreign.public_id, uuid.uuid4()):
        assert client.post(f"/review/{key}/resume").status_code == 404
    assert Assignment.objects.get(pk=foreign.pk).state == A.EXPIRED


def test_a_clip_that_somebody_else_has_now_is_not_listed(client: Client, reviewer: User) -> None:
    assignment = expired(reviewer)
    assert services.next_clip(make_user()) is not None
    make_queued_clip()
    assert client.get("/review/").context["returned"] == []
    refused = client.post(f"/review/{assignment.public_id}/resume", follow=True)
    assert "somebody else labels it now" in refused.content.decode()
