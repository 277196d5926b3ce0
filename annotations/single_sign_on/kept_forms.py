"""What somebody sent, and where they wanted to go, while they confirm at the provider that it is them.

It is sealed (AES-256-GCM) in the session, under a key that is in a cookie of their browser alone: reasons are people's
words, and do not lie readable in the database (ADR 52). Neither of both halves is worth anything without the other.
"""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from annotations.single_sign_on.rules import SIGN_IN_LASTS

_NONCE = 12


@dataclass(frozen=True)
class KeptForm:
    """With `sends` the browser is to send the fields to `target`; without, to open it."""

    target: str
    sends: bool
    fields: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Halves:
    """The key, for the cookie, and what it opens, for the session."""

    key: str
    sealed: str


def seal(form: KeptForm, state: str) -> Halves:
    """Seals the form for the sign-in of this state, under a new key."""
    key, nonce = AESGCM.generate_key(256), secrets.token_bytes(_NONCE)
    content = json.dumps(asdict(form)).encode()
    sealed = nonce + AESGCM(key).encrypt(nonce, content, state.encode())
    return Halves(base64.urlsafe_b64encode(key).decode(), base64.b64encode(sealed).decode())


def unseal(halves: Halves, state: str) -> KeptForm | None:
    """The form; None when the key is not that of this sign-in."""
    try:
        sealed = base64.b64decode(halves.sealed)
        key = base64.urlsafe_b64decode(halves.key)
        content = json.loads(AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], state.encode()))
    except (InvalidTag, ValueError):
        return None
    return KeptForm(content["target"], content["sends"], [(name, value) for name, value in content["fields"]])


def give_key(response: HttpResponse, key: str) -> None:
    """Gives the browser its half, for as long as the sign-in at the provider may take."""
    response.set_cookie(
        settings.FORM_COOKIE_NAME,
        key,
        max_age=int(SIGN_IN_LASTS.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def key_of(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.FORM_COOKIE_NAME, "")


def take_key(response: HttpResponse) -> None:
    """The browser forgets its half."""
    response.delete_cookie(settings.FORM_COOKIE_NAME, samesite="Lax")
