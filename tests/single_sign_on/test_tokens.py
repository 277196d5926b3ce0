"""Tokens that somebody else made, or made for something else."""

import base64
import datetime
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256

from annotations.single_sign_on.tokens import (
    NotVerified,
    Trusted,
    UnknownKey,
    id_token_claims,
    logout_claims,
)

ISSUER, CLIENT, NONCE = "https://login.example.org", "review", "a nonce"
NOW = datetime.datetime(2026, 11, 30, 12, 0, tzinfo=datetime.UTC)
KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def published(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = (text(n.to_bytes(32)) for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "one", "alg": "ES256", "use": "sig"}


TRUSTED = Trusted(ISSUER, CLIENT, {"keys": [published(KEY)]})


def signed(claims: dict[str, Any], key: ec.EllipticCurvePrivateKey = KEY, **header: Any) -> str:
    """A JWS by hand, so that what verifies is not what signed."""
    return signed_with({"alg": "ES256", "kid": "one", "typ": "JWT", **header}, claims, key)


def signed_with(head: dict[str, Any], claims: dict[str, Any], key: ec.EllipticCurvePrivateKey = KEY) -> str:
    body = ".".join(text(json.dumps(part).encode()) for part in (head, claims))
    r, s = utils.decode_dss_signature(key.sign(body.encode(), ec.ECDSA(SHA256())))
    return f"{body}.{text(r.to_bytes(32) + s.to_bytes(32))}"


def id_claims(**changes: Any) -> dict[str, Any]:
    now = int(NOW.timestamp())
    claims = {"iss": ISSUER, "aud": CLIENT, "sub": "somebody", "nonce": NONCE, "iat": now, "exp": now + 300}
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def logout(**changes: Any) -> dict[str, Any]:
    now = int(NOW.timestamp())
    claims = {"iss": ISSUER, "aud": CLIENT, "sub": "somebody", "sid": "s", "iat": now, "exp": now + 120}
    claims |= {"jti": "once", "events": {EVENT: {}}}
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def test_keys_that_cannot_be_read_shut_nobody_out() -> None:
    """A provider may publish keys of kinds to come, and short ones, beside those that it signs with."""
    modulus = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n  # noqa: S505 - refused
    short = {"kty": "RSA", "kid": "short", "e": "AQAB", "n": text(modulus.to_bytes(128))}
    others = [
        {"kty": "EC", "crv": "P-999", "kid": "curve", "x": "AA", "y": "AA"},
        {"kty": "RSA", "kid": "broken", "e": "AQAB", "n": "!"},
        {"kid": "no kind"},
        "no object",
        short,
    ]
    trusted = Trusted(ISSUER, CLIENT, {"keys": [*others, published(KEY)]})
    assert id_token_claims(signed(id_claims()), trusted, NONCE, NOW)["sub"] == "somebody"
    for name in ("curve", "broken", "short"):
        with pytest.raises(UnknownKey):
            id_token_claims(signed(id_claims(), kid=name), trusted, NONCE, NOW)
    with pytest.raises(UnknownKey):
        id_token_claims(signed(id_claims()), Trusted(ISSUER, CLIENT, {"keys": [short]}), NONCE, NOW)


@pytest.mark.parametrize("told", ["some\0body", "\ud800"])
def test_what_cannot_be_stored_is_no_subject_and_no_session(told: str) -> None:
    for claim in ("sub", "nonce", "jti"):
        with pytest.raises(NotVerified):
            id_token_claims(signed(id_claims(**{claim: told})), TRUSTED, NONCE, NOW)
    for claim in ("sub", "sid", "jti"):
        with pytest.raises(NotVerified):
            logout_claims(signed(logout(**{claim: told})), TRUSTED, NOW)


def test_the_providers_own_token_for_this_sign_in_is_believed() -> None:
    assert id_token_claims(signed(id_claims()), TRUSTED, NONCE, NOW)["sub"] == "somebody"
    several = id_claims(aud=[CLIENT, "other"], azp=CLIENT)
    assert id_token_claims(signed(several), TRUSTED, NONCE, NOW)["sub"] == "somebody"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://login.example.com"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"aud": [CLIENT, "other"]},
        {"aud": [CLIENT, "other"], "azp": "other"},
        {"azp": "other"},
        {"nonce": "another nonce"},
        {"nonce": None},
        {"nonce": [NONCE]},
        {"exp": int(NOW.timestamp()) - 61},
        {"exp": None},
        {"exp": "never"},
        {"iat": None},
        {"iat": int(NOW.timestamp()) + 120},
        {"nbf": int(NOW.timestamp()) + 120},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
    ids=str,
)
def test_a_token_for_something_else_is_not(changes: dict[str, Any]) -> None:
    with pytest.raises(NotVerified):
        id_token_claims(signed(id_claims(**changes)), TRUSTED, NONCE, NOW)


def without_signature() -> str:
    head, body, _ = signed(id_claims(), alg="none").split(".")
    return f"{head}.{body}."


def by_the_public_key_as_a_secret() -> str:
    """The classical confusion of algorithms: what is public serves as HMAC's key."""
    head = text(json.dumps({"alg": "HS256", "kid": "one"}).encode())
    body = f"{head}.{text(json.dumps(id_claims()).encode())}"
    secret = json.dumps(published(KEY)).encode()
    return f"{body}.{text(hmac.digest(secret, body.encode(), hashlib.sha256))}"


def with_a_key_of_its_own() -> str:
    return signed(id_claims(), OTHER, jwk=published(OTHER))


def changed_afterwards() -> str:
    head, _, signature = signed(id_claims()).split(".")
    return f"{head}.{text(json.dumps(id_claims(sub='somebody else')).encode())}.{signature}"


@pytest.mark.parametrize(
    "forged",
    [
        without_signature,
        by_the_public_key_as_a_secret,
        with_a_key_of_its_own,
        changed_afterwards,
        lambda: signed(id_claims(), OTHER),
        lambda: "",
        lambda: "a.b.c",
        lambda: "x" * 1_000_000,
        lambda: signed(id_claims(), crit=["b64"], b64=False),
    ],
)
def test_a_token_that_the_provider_did_not_sign_is_not(forged: Callable[[], str]) -> None:
    with pytest.raises(NotVerified):
        id_token_claims(forged(), TRUSTED, NONCE, NOW)


def test_a_key_that_is_not_known_yet_is_told_apart() -> None:
    with pytest.raises(UnknownKey):
        id_token_claims(signed(id_claims(), kid="two"), TRUSTED, NONCE, NOW)


def test_another_kind_of_key_under_the_same_name_is_no_way_in() -> None:
    numbers = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
    keys = {"kty": "RSA", "kid": "one", "n": text(numbers.n.to_bytes(256)), "e": "AQAB"}
    with pytest.raises(NotVerified):
        id_token_claims(signed(id_claims()), Trusted(ISSUER, CLIENT, {"keys": [keys]}), NONCE, NOW)


@pytest.mark.parametrize("changes", [{}, {"sub": None}, {"sid": None}])
def test_a_logout_token_is_believed(changes: dict[str, Any]) -> None:
    assert logout_claims(signed(logout(**changes)), TRUSTED, NOW)["jti"] == "once"


@pytest.mark.parametrize("kind", ["logout+jwt", "JWT", None])
def test_a_logout_token_says_that_it_is_one_or_nothing(kind: str | None) -> None:
    header = {name: value for name, value in {"alg": "ES256", "kid": "one", "typ": kind}.items() if value}
    assert logout_claims(signed_with(header, logout()), TRUSTED, NOW)["jti"] == "once"


@pytest.mark.parametrize("kind", ["at+jwt", "secevent+jwt", "logout", "LOGOUT+JWT", "", 7, ["JWT"]])
def test_a_token_of_another_type_ends_nothing(kind: Any) -> None:
    with pytest.raises(NotVerified):
        logout_claims(signed(logout(), typ=kind), TRUSTED, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"events": None},
        {"events": {}},
        {"events": {EVENT: True}},
        {"nonce": NONCE},
        {"jti": None},
        {"sub": None, "sid": None},
        {"sid": 7},
        {"iat": int(NOW.timestamp()) - 3600},
        {"aud": "other"},
        {"iss": "https://login.example.com"},
    ],
    ids=str,
)
def test_what_is_no_logout_token_of_this_provider_ends_nothing(changes: dict[str, Any]) -> None:
    with pytest.raises(NotVerified):
        logout_claims(signed(logout(**changes)), TRUSTED, NOW)


def test_an_id_token_is_no_logout_token_and_the_other_way_round() -> None:
    with pytest.raises(NotVerified):
        logout_claims(signed(id_claims()), TRUSTED, NOW)
    with pytest.raises(NotVerified):
        id_token_claims(signed(logout()), TRUSTED, NONCE, NOW)
