"""Downloading a file from an address that the operator set: bounded, and nowhere else than where it may lead."""

import base64
import hashlib
import http.client
import time
import urllib.error
import urllib.request
from typing import IO, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from annotations.core.errors import Invalid, TooLarge, Unavailable

_BLOCK = 1024 * 1024
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_SILENCE_SECONDS = 30.0


def download(address: str, target: IO[bytes], *, most_bytes: int, seconds: float, allow_local: bool) -> str:
    """Writes the file at the address into `target`; its SHA-256, in hexadecimal.

    Only https, and http from this very machine where `allow_local` says so; that holds for redirects, too. A user
    name and password in the address are sent to its own host alone. Raises Invalid, TooLarge or Unavailable; no
    message holds the address, which may be secret.
    """
    check(address, allow_local=allow_local)
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(urlunsplit(parts._replace(netloc=host)))  # noqa: S310 - checked above
    if parts.username is not None:
        words = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        token = base64.b64encode(words.encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {token}")
    deadline = time.monotonic() + seconds
    try:
        with _opener(allow_local).open(request, timeout=_SILENCE_SECONDS) as answer:
            return _copy(answer, target, most_bytes, deadline)
    except urllib.error.HTTPError as error:
        with error:
            if 300 <= error.code < 400:
                # Another scheme, or in circles: urllib itself does not go on.
                raise Invalid(
                    "model_redirect_refused", "The address leads to where nothing is fetched."
                ) from None
            raise Unavailable(
                "model_unreachable", f"The address answered with status {error.code}."
            ) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise Unavailable("model_unreachable", f"Nothing could be read: {reason}.") from None


def check(address: str, *, allow_local: bool, code: str = "model_address_refused") -> None:
    """Invalid when nothing may be read from the address."""
    parts = urlsplit(address)
    local = allow_local and parts.scheme == "http" and parts.hostname in _LOCAL
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise Invalid(
            code, "Models are fetched by https only (http from this machine by MODEL_FETCH_LOCAL=1)."
        )


def _copy(answer: Any, target: IO[bytes], most_bytes: int, deadline: float) -> str:
    try:
        announced = int(answer.headers.get("Content-Length") or 0)
    except ValueError:
        raise Unavailable("model_unreachable", "The server does not say how long the file is.") from None
    written, digest = 0, hashlib.sha256()
    while block := answer.read1(_BLOCK):
        written += len(block)
        if max(written, announced) > most_bytes:
            raise TooLarge("model_too_large", f"The file is larger than {most_bytes // 1_000_000} MB.")
        if time.monotonic() > deadline:
            raise Unavailable("model_too_slow", "The file did not come in time.")
        target.write(block)
        digest.update(block)
    if written < announced:
        raise Unavailable("model_unreachable", "The connection ended before the file did.")
    return digest.hexdigest()


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to where an address may lead, and to nowhere else."""

    def __init__(self, *, allow_local: bool) -> None:
        self._allow_local = allow_local

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            check(newurl, allow_local=self._allow_local, code="model_redirect_refused")
        except Invalid:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(allow_local: bool) -> urllib.request.OpenerDirector:
    """Without the handlers for files and FTP that `urlopen` has."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(allow_local=allow_local),
    ):
        opener.add_handler(handler)
    return opener
