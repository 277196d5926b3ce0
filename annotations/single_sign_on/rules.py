"""What holds for signing in by a provider: OpenID Connect Core 1.0, authorization code with PKCE. No database."""

import base64
import datetime
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

SIGN_IN_LASTS = datetime.timedelta(minutes=10)
"""How long the person may take at the provider."""

EXCHANGE_LASTS = datetime.timedelta(seconds=60)
"""How long an exchange may take; codes of providers are good for about as long."""

CLOCKS_APART = datetime.timedelta(seconds=60)
"""How far the clocks of two organisations may be apart."""

LONG_AGO = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._@+-]+")


@dataclass(frozen=True)
class Begun:
    """What a sign-in keeps in the browser's session until the provider sends the person back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Wanted:
    """What this site wants of the provider: for whom, and how surely it is to know the person.

    The provider asks a person anew whom it saw longer than `seen_within` ago. `classes` are authentication contexts
    (`acr`), of which the sign-in has to be one, if there are any.
    """

    client: str
    redirect_uri: str
    scopes: str
    seen_within: datetime.timedelta
    classes: Sequence[str] = ()


def begin() -> Begun:
    """Three values that nobody can guess, 256 bits each."""
    return Begun(*(secrets.token_urlsafe(32) for _ in range(3)))


def challenge(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def authorization_address(endpoint: str, wanted: Wanted, begun: Begun) -> str:
    """Where the browser is sent (OpenID Connect Core 1.0, section 3.1.2.1)."""
    parameters = {
        "response_type": "code",
        "client_id": wanted.client,
        "redirect_uri": wanted.redirect_uri,
        "scope": wanted.scopes,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge(begun.verifier),
        "code_challenge_method": "S256",
        "max_age": str(int(wanted.seen_within.total_seconds())),
    }
    if not wanted.seen_within:
        parameters["prompt"] = "login"
    if wanted.classes:
        parameters["acr_values"] = " ".join(wanted.classes)
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"


def seen_at(claims: Mapping[str, Any], now: datetime.datetime) -> datetime.datetime:
    """When the provider last asked the person who they are (`auth_time`); long ago when it does not say a time, or
    says one to come.
    """
    told = claims.get("auth_time")
    if isinstance(told, bool) or not isinstance(told, int | float):
        return LONG_AGO
    latest = (now + CLOCKS_APART).timestamp()
    if not LONG_AGO.timestamp() <= told <= latest:
        return LONG_AGO
    return min(datetime.datetime.fromtimestamp(told, datetime.UTC), now)


def is_of_class(claims: Mapping[str, Any], classes: Sequence[str]) -> bool:
    """Whether the provider says that the person signed in there as one of these classes demands; any will do if there
    are none.
    """
    return not classes or claims.get("acr") in classes


def role_for(groups: Iterable[str], table: Sequence[tuple[str, str]]) -> str:
    """The role of the first line of the table whose group is among these; empty when there is none."""
    among = set(groups)
    return next((role for group, role in table if group in among), "")


def groups_of(claims: Mapping[str, Any], name: str) -> list[str]:
    """The groups that an ID token tells; a claim of another shape tells none."""
    told = claims.get(name)
    if isinstance(told, str):
        return [told]
    return [group for group in told if isinstance(group, str)] if isinstance(told, list) else []


def username_from(claims: Mapping[str, Any], taken: Iterable[str]) -> str:
    """A user name that nobody has, in whatever case, like the one that the provider tells."""
    told = str(claims.get("preferred_username") or claims.get("email") or "")
    wished = _NOT_IN_A_NAME.sub("-", told).strip("._@+-")[:48] or "person"
    if len(wished) < 2:
        wished = f"person-{wished}"
    among = {name.casefold() for name in taken}
    names = (wished if n == 1 else f"{wished}-{n}" for n in range(1, len(among) + 3))
    return next(name for name in names if name.casefold() not in among)


def display_name_from(claims: Mapping[str, Any]) -> str:
    """What the person is called, without signs that nobody sees or that turn the line around."""
    return "".join(sign for sign in str(claims.get("name") or "") if sign.isprintable())
