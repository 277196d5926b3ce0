"""What a page of somebody's account tells when it was stale: what was done to the account, not what its person did."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.core import clock, shown
from annotations.review import services as review
from tests.factories import make_project, make_queued_clip, make_user

pytestmark = pytest.mark.django_db


def told(operator: User, person: User, moment: str) -> str:
    """What an operator reads who sends a page of this moment, as the form says, that shows nothing that was so."""
    client = Client()
    client.force_login(operator)
    form = {"name": "", "country": "RO", "languages": "", "shown": f"stale@{moment}"}
    answer = client.post(reverse("accounts:describe", args=[person.pk]), form)
    assert answer.status_code == 409
    return " ".join(re.findall(r"<p>(.*?)</p>", answer.content.decode(), re.DOTALL))


def test_an_operator_reads_nothing_of_what_the_person_did() -> None:
    operator, person = make_user(Role.OPERATOR), make_user()
    make_project()
    make_queued_clip()
    assert review.next_clip(person)
    services.record_training(person.pk, datetime.date(2026, 1, 5), operator.actor)
    words = told(operator, person, clock.now().isoformat()[:10] + "T00:00:00+00:00")
    assert f"Training of {person.pseudonym} recorded" in words
    assert "Claimed" not in words


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-30T00:00:00", "yesterday", ""],
)
def test_a_form_may_say_any_moment(moment: str) -> None:
    assert told(make_user(Role.OPERATOR), make_user(), moment)


def test_nobody_reads_further_back_than_a_page_may_have_been_open() -> None:
    earliest = clock.now() - shown.UNKNOWN
    with pytest.raises(shown.ChangedSince) as error:
        shown.check("stale@2020-01-01T00:00:00+00:00", make_user())
    assert error.value.at >= earliest
