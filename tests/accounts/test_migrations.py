"""An update keeps people signed in and working, and says so honestly."""

from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import Session, User
from annotations.core import clock
from annotations.review import services as review
from tests import factories as make
from tests.engines import databases

pytestmark = pytest.mark.engines


def earlier_session(user: User | None, **more: Any) -> str:
    """A session as Django's own store kept it, and the key of its cookie."""
    store = SessionStore()
    store.update(more)
    if user:
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key or ""


def test_whoever_was_signed_in_stays_so_and_goes_on_with_their_work(
    fresh_database: str, settings: Any
) -> None:
    engine = databases.databases()
    url = engine.copy(databases.TEMPLATE)
    databases.use(url)
    try:
        make.make_project()
        make.make_queued_clip()
        user = make.make_user(trained_on=None, statement_on=None)
        call_command("migrate", "accounts", "0002_people", verbosity=0)
        key, stranger = earlier_session(user, zone="Asia/Kolkata"), earlier_session(None, something=1)
        call_command("migrate", verbosity=0)

        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = key
        assert client.get(reverse("review:home")).status_code == 200
        row = Session.objects.get()
        assert (row.session_key, row.user_id, row.network) == (key, user.pk, "")
        assert client.session["zone"] == "Asia/Kolkata"
        assert str(row.public_id) in client.get(reverse("accounts:account")).content.decode()
        assert not Session.objects.filter(session_key=stranger).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_session")
            assert cursor.fetchone() == (0,)

        user.refresh_from_db()
        assert (user.taken_over_on, user.trained_on, user.statement_on) == (clock.now().date(), None, None)
        assert review.next_clip(user)
    finally:
        databases.use(fresh_database)
        engine.drop(url)
