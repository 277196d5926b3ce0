"""ID tokens and logout tokens, verified with the provider's keys.

The signature and the standard claims are joserfc's to check (RFC 7515, 7517, 7519); what OpenID Connect demands beyond
them stands here.
"""

import base64
import datetime
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet

_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures with a private key only: never none, never a shared secret."""

_LEEWAY = 60
"""How far the clocks of two organisations may be apart, in seconds."""

_LOGOUT_TYPES = {None, "JWT", "logout+jwt"}
"""Its own type is recommended and not demanded (OpenID Connect Back-Channel Logout 1.0, section 2.4)."""

_SHORTEST_RSA = 256
"""Bytes of the modulus: RFC 7518, section 3.3."""

_WORDS = ("sub", "sid", "jti", "nonce")
"""Claims that are kept or compared as they are."""

_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_LASTS = datetime.timedelta(minutes=10)
"""How old a logout token may be."""


@dataclass(frozen=True)
class Trusted:
    """What a token is held against: the issuer, this site's client id, and the issuer's public keys (a JWK set)."""

    issuer: str
    client: str
    keys: Mapping[str, Any]


class NotVerified(Exception):
    """The token is not one that the provider made for this site and this sign-in."""


class UnknownKey(NotVerified):
    """It names a key that the provider's document, as it is kept, does not hold: the document may be old."""


def id_token_claims(token: str, trusted: Trusted, nonce: str, now: datetime.datetime) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 1.0, section 3.1.3.7). Raises NotVerified or UnknownKey."""
    claims = _verified(token, trusted, now, {"sub": {"essential": True}, "exp": {"essential": True}}).claims
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != trusted.client:
        raise NotVerified("it is for several audiences, and this site is not the authorized party")
    if "azp" in claims and claims["azp"] != trusted.client:
        raise NotVerified("another client is the authorized party")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise NotVerified("it belongs to another sign-in")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise NotVerified("its subject is no name")
    return claims


def logout_claims(token: str, trusted: Trusted, now: datetime.datetime) -> dict[str, Any]:
    """The claims of a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6). Raises as the other does."""
    verified = _verified(token, trusted, now, {"jti": {"essential": True}})
    claims, kind = verified.claims, verified.header.get("typ")
    if kind not in _LOGOUT_TYPES:
        raise NotVerified("it is a token of another type")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT_EVENT), dict):
        raise NotVerified("it is no logout token")
    if "nonce" in claims:
        raise NotVerified("a logout token has no nonce")
    if not isinstance(claims.get("sub", ""), str) or not isinstance(claims.get("sid", ""), str):
        raise NotVerified("its subject or session is no name")
    if not claims.get("sub") and not claims.get("sid"):
        raise NotVerified("it names neither a person nor a session")
    if claims["iat"] < (now - LOGOUT_LASTS).timestamp():
        raise NotVerified("it is old")
    return claims


def _verified(token: str, trusted: Trusted, now: datetime.datetime, demanded: dict[str, Any]) -> jwt.Token:
    try:
        found = jwt.decode(token, _usable(trusted.keys.get("keys", [])), algorithms=_ALGORITHMS)
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": trusted.issuer},
            aud={"essential": True, "value": trusted.client},
            iat={"essential": True},
            **demanded,
        )
        registry.validate(found.claims)
    except InvalidKeyIdError:
        raise UnknownKey("it names a key that is not known") from None
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotVerified(f"{type(error).__name__}: {error}") from None
    if not all(_is_text(found.claims[name]) for name in _WORDS if name in found.claims):
        raise NotVerified("a claim holds what is no text")
    return found


def _usable(published: Iterable[Any]) -> KeySet:
    """The keys that can be read; those of kinds to come, or damaged, are passed over (RFC 7517, section 5)."""
    found: list[Key] = []
    for key in published:
        try:
            if key["kty"] == "RSA" and len(base64.urlsafe_b64decode(f"{key['n']}==")) < _SHORTEST_RSA:
                continue
            found += KeySet.import_key_set({"keys": [key]}).keys
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return KeySet(found)


def _is_text(claim: Any) -> bool:
    """Whether it can be stored and written, as no NUL and no half of a pair of surrogates can.

    What is no string is judged elsewhere.
    """
    return not isinstance(claim, str) or not any(
        sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in claim
    )
