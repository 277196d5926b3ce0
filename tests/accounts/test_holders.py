"""Who holds what was made for one caller."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import Client, RequestFactory

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.holders import holder_of
from annotations.accounts.models import ApiKey, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def request_of(user: Any, session: Any, key: ApiKey | None = None) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user, request.session = user, session
    if key:
        request.api_key = key  # type: ignore[attr-defined]
    return request


def session_of(user: User) -> Any:
    client = Client()
    client.force_login(user)
    return client.session


def test_each_session_and_each_key_of_each_person_is_another_holder() -> None:
    first, second = make_user(Role.ML_ENGINEER), make_user(Role.ML_ENGINEER)
    for user in (first, first, second):
        services.create_key(user.actor, user)
    session = session_of(first)
    holders = [
        holder_of(request_of(first, session)),
        holder_of(request_of(first, session_of(first))),
        holder_of(request_of(second, session_of(second))),
        *(holder_of(request_of(key.user, session, key)) for key in ApiKey.objects.select_related("user")),
    ]
    assert len(set(holders)) == len(holders) == 6
    assert "" not in holders


def test_a_session_of_one_person_holds_nothing_for_another() -> None:
    first, second = make_user(), make_user()
    session = session_of(first)
    assert holder_of(request_of(first, session)) != holder_of(request_of(second, session))


def test_a_holder_stays_the_same_when_the_key_of_the_session_changes() -> None:
    user = make_user()
    session = session_of(user)
    before, key = holder_of(request_of(user, session)), session.session_key
    session.cycle_key()
    assert session.session_key != key
    assert holder_of(request_of(user, session)) == before


def test_strangers_hold_nothing() -> None:
    assert holder_of(request_of(AnonymousUser(), Client().session)) == ""
