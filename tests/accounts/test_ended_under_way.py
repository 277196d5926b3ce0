"""What ends while a request is under way stays ended: a session, a sign-in, a factor that is being added."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest
from django.test import Client

from annotations.accounts import services, sessions
from annotations.accounts.enums import Proof, Role
from annotations.accounts.models import Session, User
from annotations.core.errors import Conflict
from tests.accounts.authenticators import App, add_app
from tests.factories import make_user

pytestmark = pytest.mark.django_db
WHY = "Their contract ended."


def under_way(user: User) -> sessions.SessionStore:
    """A session of the person, as a request has just read it."""
    client = Client()
    client.force_login(user)
    store = sessions.SessionStore(client.session.session_key)
    assert store["_auth_user_id"] == str(user.pk)
    return store


def request_with(store: sessions.SessionStore) -> HttpRequest:
    request = HttpRequest()
    request.META["REMOTE_ADDR"], request.session = "192.0.2.1", store
    return request


@pytest.mark.parametrize(
    "end",
    [
        lambda user: services.end_other_sessions(user, ""),
        lambda user: services.close_account(user, make_user(Role.OPERATOR).actor, WHY),
        lambda user: services.require_new_password(user.pk, make_user(Role.OPERATOR).actor),
    ],
)
def test_a_step_up_brings_back_no_session(end: Callable[[User], object]) -> None:
    user = make_user()
    store = under_way(user)
    end(user)
    with pytest.raises(SessionInterrupted, match="ended meanwhile"):
        sessions.prove(store, Proof.APP)
    assert not Session.objects.filter(user=user).exists()


def test_a_session_that_has_ended_adds_no_factor() -> None:
    user, thief = make_user(), App()
    store = under_way(user)
    add_app(user)
    services.end_other_sessions(user, "")
    app = services.NewApp(thief.secret, thief.code(), "Mine")
    with pytest.raises(Conflict, match="changed meanwhile"):
        services.add_app(user, app, store.session_key)
    assert user.factors.count() == 1


def test_one_app_is_added_once() -> None:
    """A form that was sent twice at once would give two apps of one secret, each of which takes the same code."""
    user, app = make_user(), App()
    sent = services.NewApp(app.secret, app.code(), "Phone")
    services.add_app(user, sent, None)
    with pytest.raises(Conflict, match="already"):
        services.add_app(user, sent, None)
    assert user.factors.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        add_app,
        lambda user: services.close_account(user, make_user(Role.OPERATOR).actor, WHY),
        lambda user: User.objects.filter(pk=user.pk).update(password="another"),
        lambda user: User.objects.filter(pk=user.pk).update(role=Role.LEAD),
    ],
)
def test_a_password_alone_signs_nobody_in_to_what_the_account_has_become(
    change: Callable[[User], object],
) -> None:
    user = make_user()
    checked = User.objects.get(pk=user.pk)
    change(user)
    with pytest.raises(Conflict, match="changed meanwhile"):
        services.complete_sign_in(request_with(sessions.SessionStore()), checked, Proof.PASSWORD)
    assert not Session.objects.filter(user=user).exists()
