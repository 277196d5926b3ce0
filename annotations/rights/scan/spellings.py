"""The bytes in which a value may stand somewhere: character sets, escapes, hexadecimal digits, base64."""

import base64
import json
import quopri
import re
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from annotations.rights.scan.probe import Value
from annotations.rights.scan.spacing import evened

LONGEST = 24
"""Characters of a text that is searched for whole. A longer one is searched for by its pieces, so that a part that is
left in a page, a line or a cut text is found."""
_PIECE = 16
_STEP = 8
_MOST_PIECES = 12
_MOST_CASES = 16
"""Ways to write letters outside ASCII large or small. Those of ASCII need none: the searched bytes are folded."""
_LEAST = 4
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WORD = re.compile(r"\S+")


class Spelling(NamedTuple):
    """Bytes to look for. `folded`: in bytes whose ASCII letters are made small, which these are, too; `evened`: in such
    bytes in which one space stands for whatever parts words (`spacing`)."""

    pattern: bytes
    folded: bool
    evened: bool = False


def spellings(value: Value) -> set[Spelling]:
    """Every spelling of a value; of a long text those of its pieces, of an id also those of its bytes."""
    if isinstance(value.content, bytes):
        return set(_of_bytes(value.content))
    found = {spelling for piece in pieces(value.content) for spelling in _of_text(piece)}
    if _UUID.fullmatch(value.content):
        found |= set(_of_bytes(uuid.UUID(value.content).bytes))
    return found


def pieces(text: str) -> list[str]:
    """The text, or at most 12 parts of at least 16 characters that begin and end with words, from all of it."""
    text = text.strip()
    if len(text) <= LONGEST:
        return [text]
    words = list(_WORD.finditer(text))
    found: dict[str, None] = {}
    for first in words:
        ends = (word.end() for word in words if word.end() - first.start() >= _PIECE)
        if (end := next(ends, None)) is not None:
            found |= dict.fromkeys(_parts(text[first.start() : end]))
    every = list(found)
    return every[:: -(-len(every) // _MOST_PIECES)]


def _parts(piece: str) -> Iterator[str]:
    """Of what has hardly any spaces, parts of 16 characters."""
    if len(piece) <= 2 * LONGEST:
        yield piece
        return
    for start in range(0, len(piece) - _PIECE + 1, _STEP):
        yield piece[start : start + _PIECE]


def _of_text(text: str) -> Iterator[Spelling]:
    for variant in _variants(text):
        for written in _written(variant):
            yield from _as_it_is(written)
            yield from _of_raw(written)
        for written in _in_one_byte_letters(variant):
            yield Spelling(evened(written.lower()), folded=True, evened=True)


def _of_bytes(content: bytes) -> Iterator[Spelling]:
    """Raw, and as digits, which are a text."""
    yield Spelling(content, folded=False)
    yield from _of_raw(content)
    for written in _written(content.hex()):
        yield from _as_it_is(written)
        yield from _in_base64(written)
    for written in _written(content.hex().upper()):
        yield from _in_base64(written)


def _variants(text: str) -> set[str]:
    """Both normal forms, large and small."""
    cased = {text, text.lower(), text.upper(), text.title(), text.casefold(), *_cases(text)}
    return {unicodedata.normalize(form, each) for form in ("NFC", "NFD") for each in cased}


def _cases(text: str) -> Iterator[str]:
    """Every way to write the letters outside ASCII large or small, while they are few."""
    composed = unicodedata.normalize("NFC", text)
    choices = [
        (letter,) if letter.isascii() else tuple({letter, letter.lower(), letter.upper()})
        for letter in composed
    ]
    ways = 1
    for choice in choices:
        ways *= len(choice)
    if ways <= _MOST_CASES:
        yield from map("".join, product(*choices))


def _written(text: str) -> set[bytes]:
    """In character sets, as JSON and in addresses."""
    found = {text.encode(charset) for charset in ("utf-8", "utf-16-le", "utf-16-be")}
    found |= {json.dumps(text)[1:-1].encode(), json.dumps(text, ensure_ascii=False)[1:-1].encode()}
    found |= {quote(text, safe="").encode(), quote(text).encode(), quote_plus(text).encode()}
    with suppress(UnicodeEncodeError):
        found.add(text.encode("latin-1"))
    return found


def _in_one_byte_letters(text: str) -> set[bytes]:
    """As it stands in files of text, in JSON, in mail and in addresses, where lines are broken."""
    found = {text.encode(), json.dumps(text)[1:-1].encode(), quote(text).encode()}
    found.add(quopri.encodestring(text.encode(), quotetabs=False))
    with suppress(UnicodeEncodeError):
        found |= {text.encode("latin-1"), quopri.encodestring(text.encode("latin-1"), quotetabs=False)}
    return found


def _as_it_is(written: bytes) -> Iterator[Spelling]:
    yield Spelling(written.lower(), folded=True)


def _of_raw(content: bytes) -> Iterator[Spelling]:
    yield Spelling(content.hex().encode(), folded=True)
    # Bytes between the digits' bytes: hexadecimal digits in UTF-16.
    yield Spelling(content.hex().encode("utf-16-le"), folded=True)
    yield from _in_base64(content)


def _in_base64(content: bytes) -> Iterator[Spelling]:
    """What these bytes look like within longer ones, wherever they begin."""
    for before in range(3):
        for alphabet in (None, b"-_"):
            encoded = base64.b64encode(bytes(before) + content, alphabet).rstrip(b"=")
            start = (0, 2, 3)[before]
            end = len(encoded) - bool((before + len(content)) % 3)
            if end - start >= _LEAST:
                yield Spelling(encoded[start:end], folded=False)
