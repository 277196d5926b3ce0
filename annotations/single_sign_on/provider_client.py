"""Asking the provider, over HTTPS. Only the program that may call out does; what it brings is verified elsewhere."""

import base64
import http.client
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from annotations.core.calls import connected

_ANSWER_LIMIT = 1_000_000  # bytes
_SECONDS = 10.0
"""For everything, from the connection to the end of the answer."""

_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")  # RFC 7515, section 3.1
CONFIGURATION = "/.well-known/openid-configuration"


class Unreachable(Exception):
    """No answer, or none that makes sense: worth trying again."""


class NotGiven(Exception):
    """The provider answered, and gives no token: the code was used, is over, or is not this site's."""


def configuration(issuer: str) -> dict[str, Any]:
    """What the provider publishes (OpenID Connect Discovery 1.0, section 4), checked to be this issuer's."""
    found = _json(f"{issuer.rstrip('/')}{CONFIGURATION}")
    if found.get("issuer") != issuer:
        raise Unreachable("the configuration is another issuer's")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(found.get(name), str) or not _same_scheme(found[name], issuer):
            raise Unreachable(f"the configuration has no usable {name}")
    return found


def keys(address: str) -> dict[str, Any]:
    """The provider's public keys, as a JWK set (RFC 7517)."""
    found = _json(address)
    if not isinstance(found.get("keys"), list):
        raise Unreachable("there is no JWK set")
    return found


def id_token(endpoint: str, client: str, secret: str, sent: dict[str, str]) -> str:
    """The ID token for a code (OpenID Connect Core 1.0, section 3.1.3), as it was sent. Raises NotGiven, Unreachable.

    `sent` holds code, verifier and redirect URI. Without a secret the client is a public one.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if secret:
        pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    else:
        sent = {**sent, "client_id": client}
    body = urlencode({"grant_type": "authorization_code", **sent}).encode()
    found = _json(endpoint, body, headers)
    token = found.get("id_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise NotGiven("the answer holds no ID token")
    return token


def _json(
    address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The object that the address answers with: to a form that is posted, or to nothing. Redirects are not followed."""
    status, text = _answer(address, body, {"Accept": "application/json", **(headers or {})})
    if status in {400, 401, 403}:
        raise NotGiven(f"status {status}")
    if not 200 <= status < 300:
        raise Unreachable(f"status {status}")
    if len(text) > _ANSWER_LIMIT:
        raise Unreachable("the answer is too long")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreachable("the answer is no JSON") from None
    if not isinstance(found, dict):
        raise Unreachable("the answer is no object")
    return found


def _answer(address: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """The status and the content. No proxy of the environment is used."""
    try:
        parts = urlsplit(address)
        secure, host = parts.scheme == "https", parts.hostname
        port = parts.port or (443 if secure else 80)
        if parts.scheme not in {"https", "http"} or not host:
            raise Unreachable("the address is none of the web")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with connected(host, port, secure=secure, seconds=_SECONDS) as connection:
            connection.request("GET" if body is None else "POST", path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read(_ANSWER_LIMIT + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(type(error).__name__) from None


def _same_scheme(address: str, issuer: str) -> bool:
    """Whether an address is as safe as the issuer's: nothing goes in the clear that came by HTTPS."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == urlsplit(issuer).scheme and bool(parts.netloc)
