"""The store of sessions: Django's, in a table that knows whose each one is and from which network."""

import datetime
from typing import Any, cast

from django.contrib.sessions.backends import db
from django.http import HttpRequest

from annotations.accounts import throttle
from annotations.accounts.models import Session
from annotations.accounts.networks import network_of
from annotations.core import clock, ids

SEEN_EVERY = datetime.timedelta(minutes=1)
"""That somebody is still there is written down this often at most."""

_KEY = "own_session"


class SessionStore(db.SessionStore):
    """As Django's. Migration 0003 writes sessions of before under this very name, which signs them."""

    seen_at: datetime.datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row = cast(Session | None, super()._get_session_from_db())  # type: ignore[misc]
        self.seen_at = row.seen_at if row else None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        kept = data.get(_KEY, {})
        row.user_id = data.get("_auth_user_id")
        row.public_id = kept.get("id") or ids.random_id()
        row.network = kept.get("network", "")
        row.began_at = datetime.datetime.fromisoformat(kept["began"]) if kept else clock.now()
        return row


def begin(request: HttpRequest) -> None:
    """Notes in a session that somebody has just signed in to what its row tells."""
    request.session[_KEY] = described(network_of(throttle.address(request)))


def public_id_of(request: HttpRequest) -> str:
    """What names the session of whoever is signed in, also when its key changes; nothing for other requests."""
    return str(request.session.get(_KEY, {}).get("id", ""))


def described(network: str) -> dict[str, str]:
    """What a session keeps of itself, as its data."""
    return {"id": str(ids.random_id()), "network": network, "began": clock.now().isoformat()}


def seen(session: SessionStore) -> None:
    """Somebody has just used the session, which was read for that."""
    now = clock.now()
    if session.seen_at and session.seen_at < now - SEEN_EVERY:
        Session.objects.filter(session_key=session.session_key).update(seen_at=now)
