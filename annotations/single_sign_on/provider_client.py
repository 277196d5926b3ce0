"""Asking the provider, over HTTPS. Only the program that may call out does; what it brings is verified elsewhere."""

import base64
import http.client
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

_ANSWER_LIMIT = 1_000_000  # bytes
_TIMEOUT = 10.0  # seconds

CONFIGURATION = "/.well-known/openid-configuration"


class Unreachable(Exception):
    """No answer, or none that makes sense: worth trying again."""


class NotGiven(Exception):
    """The provider answered, and gives no token: the code was used, is over, or is not this site's."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A provider answers where it was asked."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def configuration(issuer: str) -> dict[str, Any]:
    """What the provider publishes (OpenID Connect Discovery 1.0, section 4), checked to be this issuer's."""
    found = _json(_request(f"{issuer.rstrip('/')}{CONFIGURATION}"))
    if found.get("issuer") != issuer:
        raise Unreachable("the configuration is another issuer's")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(found.get(name), str) or not _same_scheme(found[name], issuer):
            raise Unreachable(f"the configuration has no usable {name}")
    return found


def keys(address: str) -> dict[str, Any]:
    """The provider's public keys, as a JWK set (RFC 7517)."""
    found = _json(_request(address))
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
    found = _json(_request(endpoint, body, headers))
    token = found.get("id_token")
    if not isinstance(token, str):
        raise NotGiven("the answer holds no ID token")
    return token


def _request(
    address: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> urllib.request.Request:
    if urlsplit(address).scheme not in {"https", "http"}:
        raise Unreachable("the address is none of the web")
    return urllib.request.Request(address, data=body, headers=headers or {})  # noqa: S310 - checked above


def _json(request: urllib.request.Request) -> dict[str, Any]:
    request.add_header("Accept", "application/json")
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_TIMEOUT) as answer:
            text = answer.read(_ANSWER_LIMIT + 1)
    except urllib.error.HTTPError as error:
        with error:
            if error.code in {400, 401, 403}:
                raise NotGiven(f"status {error.code}") from None
            raise Unreachable(f"status {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(type(error).__name__) from None
    if len(text) > _ANSWER_LIMIT:
        raise Unreachable("the answer is too long")
    try:
        found = json.loads(text)
    except ValueError:
        raise Unreachable("the answer is no JSON") from None
    if not isinstance(found, dict):
        raise Unreachable("the answer is no object")
    return found


def _same_scheme(address: str, issuer: str) -> bool:
    """Whether an address is as safe as the issuer's: nothing goes in the clear that came by HTTPS."""
    parts = urlsplit(address)
    return parts.scheme == urlsplit(issuer).scheme and bool(parts.netloc)
