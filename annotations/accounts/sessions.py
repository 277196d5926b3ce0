"""The store of sessions: Django's, in a table that knows whose each one is and from which network."""

import datetime
import uuid
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import transaction
from django.http import HttpRequest

from annotations.accounts import throttle
from annotations.accounts.enums import Proof, SessionEnd
from annotations.accounts.models import Session, User
from annotations.accounts.networks import network_of
from annotations.accounts.rules import SessionLimits
from annotations.core import clock, ids

SEEN_EVERY = datetime.timedelta(minutes=1)
"""That somebody is still there is written down this often at most."""

POLLS = "Polls"
"""The header of what a page asks by itself, over and over (`static/js/page.js`): nobody is there for that."""

MOST_DOWNLOADS = 20
"""So many downloads of a session can go on at once."""

DOWNLOAD_LASTS = datetime.timedelta(hours=1)
"""So long may a download go on, part by part, that began when somebody had shown that they are there: whoever asks for
all but the first byte asks for all of it."""

SECOND_FACTORS = {Proof.APP, Proof.PASSKEY, Proof.RECOVERY_CODE}

_KEY = "own_session"
_PROOF = "proof"
_DOWNLOADS = "downloads_begun"


class SessionStore(db.SessionStore):
    """As Django's. Migration 0003 writes sessions of before under this very name, which signs them."""

    seen_at: datetime.datetime | None = None
    began_at: datetime.datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row = cast(Session | None, super()._get_session_from_db())  # type: ignore[misc]
        self.seen_at = row.seen_at if row else None
        self.began_at = row.began_at if row else None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        kept = data.get(_KEY, {})
        row.user_id = data.get("_auth_user_id")
        row.public_id = kept.get("id") or ids.random_id()
        row.network = kept.get("network", "")
        row.began_at = datetime.datetime.fromisoformat(kept["began"]) if kept else clock.now()
        return row

    def cycle_key(self) -> None:
        """As Django's, which would bring back a session that was ended while its request was under way.

        Whoever ends sessions holds the person's row, too. Raises SessionInterrupted, which Django answers with 400.
        """
        with transaction.atomic():
            if user_id := self.get("_auth_user_id"):
                User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
            if self.session_key and not self.exists(self.session_key):
                raise SessionInterrupted("The session was ended meanwhile. Sign in again.")
            super().cycle_key()


def begin(request: HttpRequest) -> None:
    """Notes in a session that somebody has just signed in to what its row tells."""
    request.session[_KEY] = described(network_of(throttle.address(request)))
    _keep_proof(request.session, Proof.PASSWORD, second_factor=False)


def prove(session: SessionBase, proof: Proof, shown_at: datetime.datetime | None = None) -> None:
    """Somebody has shown that it is them, to a session of theirs. Its key changes: who knew the former lost it.

    `shown_at` is when, if that was not just now: it counts as fresh from then on.
    """
    session.cycle_key()
    second_factor = has_second_factor(session) or proof in SECOND_FACTORS
    _keep_proof(session, proof, second_factor=second_factor, shown_at=shown_at)


def has_second_factor(session: SessionBase) -> bool:
    """Whether a second factor was shown to the session, at sign-in or since."""
    return bool(session.get(_PROOF, {}).get("second_factor"))


def is_fresh(session: SessionBase) -> bool:
    """Whether somebody has shown within the last minutes that they are there (`STEP_UP_MINUTES`)."""
    proof = session.get(_PROOF)
    if not proof:
        return False  # it began before this was kept
    age = clock.now() - datetime.datetime.fromisoformat(proof["at"])
    return age < datetime.timedelta(minutes=settings.STEP_UP_MINUTES)


def begin_download(session: SessionBase, path: str) -> None:
    """Notes that this session may go on with the download, part by part, for an hour."""
    begun = {other: at for other, at in _downloads(session).items() if other != path}
    latest = dict(list(begun.items())[1 - MOST_DOWNLOADS :])
    session[_DOWNLOADS] = {**latest, path: clock.now().isoformat()}


def has_begun_download(session: SessionBase, path: str) -> bool:
    begun = _downloads(session).get(path)
    return begun is not None and clock.now() - datetime.datetime.fromisoformat(begun) < DOWNLOAD_LASTS


def _downloads(session: SessionBase) -> dict[str, str]:
    """When which began, the latest last."""
    found: dict[str, str] = session.get(_DOWNLOADS, {})
    return found


def _keep_proof(
    session: SessionBase, proof: Proof, *, second_factor: bool, shown_at: datetime.datetime | None = None
) -> None:
    at = shown_at or clock.now()
    session[_PROOF] = {"by": str(proof), "at": at.isoformat(), "second_factor": second_factor}


def public_id(session: Any) -> uuid.UUID:
    """What people and other contexts call a session that somebody has signed in to; its key is a secret."""
    return uuid.UUID(session[_KEY]["id"])


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


def limits_of(role: str) -> SessionLimits:
    """How long sessions of the role last."""
    return SessionLimits(
        datetime.timedelta(minutes=settings.SESSION_IDLE_MINUTES[role]),
        datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )


def why_over(session: SessionStore, role: str) -> SessionEnd | None:
    """Why a session that was read for this is over; None while it is not."""
    if session.began_at is None or session.seen_at is None:
        return None  # it has just begun
    left, why = limits_of(role).left(session.began_at, session.seen_at, clock.now())
    return why if left <= datetime.timedelta() else None


def seconds_left(session: SessionBase, role: str) -> int:
    """How long a session that is used now still lasts if nobody comes."""
    now, began_at = clock.now(), getattr(session, "began_at", None)
    left, _ = limits_of(role).left(began_at or now, now, now)
    return int(left.total_seconds())
