"""Asking a witness for its cosignature, over HTTP."""

import http.client
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence

from annotations.audit.tree import signed_notes
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.signed_notes import PublicKey, Signature
from annotations.audit.tree.text import decimal
from annotations.audit.tree.witness import SIZE_TYPE, Refused, Request

_ANSWER_LIMIT = 65_536  # bytes


class Unreachable(Exception):
    """No answer, or none that makes sense: worth trying again."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A witness answers where it was asked."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def cosign(
    address: str,
    checkpoint: str,
    prove: Callable[[int], Sequence[bytes]],
    keys: Sequence[PublicKey],
    *,
    known_size: int = 0,
    timeout: float = 10.0,
) -> list[Signature]:
    """The witness's cosignatures of a signed checkpoint, verified against its keys.

    `address` is the submission prefix of the witness. `prove` gives the consistency proof from a size to the
    checkpoint (the empty list from 0). `known_size`, not more than the checkpoint's size, is what the witness is
    believed to know; it is asked once more when it knows better, unless it knows more than the checkpoint: from there
    nothing can be proven. Raises Refused with the witness's status and what it knows, as far as it told, or
    Unreachable.
    """
    try:
        return _ask(address, checkpoint, prove, keys, known_size, timeout)
    except Refused as refused:
        if refused.known_size is None or refused.known_size == known_size:
            raise
        if refused.known_size > Checkpoint.parse(signed_notes.parse(checkpoint).text).size:
            raise
        return _ask_again(address, checkpoint, prove, keys, refused.known_size, timeout)


def _ask_again(
    address: str,
    checkpoint: str,
    prove: Callable[[int], Sequence[bytes]],
    keys: Sequence[PublicKey],
    known_size: int,
    timeout: float,
) -> list[Signature]:
    """From the size that the witness told; a refusal still tells it."""
    try:
        return _ask(address, checkpoint, prove, keys, known_size, timeout)
    except Refused as refused:
        raise Refused(refused.status, str(refused), known_size=refused.known_size or known_size) from None


def _ask(
    address: str,
    checkpoint: str,
    prove: Callable[[int], Sequence[bytes]],
    keys: Sequence[PublicKey],
    known_size: int,
    timeout: float,
) -> list[Signature]:
    body = Request(known_size, tuple(prove(known_size)), checkpoint).format().encode()
    status, kind, answer = _post(f"{address.rstrip('/')}/add-checkpoint", body, timeout)
    try:
        if status == http.HTTPStatus.OK:
            note = signed_notes.parse(checkpoint)
            return signed_notes.SignedNote(note.text, signed_notes.parse_signatures(answer)).verify(keys)
        size = decimal(answer.removesuffix("\n")) if kind == SIZE_TYPE else None
    except ValueError as error:
        raise Unreachable(f"The witness's answer makes no sense: {error}.") from None
    raise Refused(status, f"The witness answered {status}: {answer.strip()[:200]}", known_size=size)


def _post(url: str, body: bytes, timeout: float) -> tuple[int, str, str]:
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise Unreachable("A witness has an address that begins with https:// or http://.")
    opener = urllib.request.build_opener(
        _NoRedirect, urllib.request.HTTPSHandler(context=ssl.create_default_context())
    )
    request = urllib.request.Request(url, body, {"Content-Type": "text/plain; charset=utf-8"}, method="POST")  # noqa: S310
    try:
        try:
            answer = opener.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            content = answer.read(_ANSWER_LIMIT)
            return answer.status, answer.headers.get_content_type(), content.decode()
    except (OSError, http.client.HTTPException, UnicodeDecodeError) as error:
        raise Unreachable(f"The witness could not be asked: {error}.") from None
