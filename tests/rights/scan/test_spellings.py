"""Each way to write a value is searched for: whatever encodes it is somebody else's code, not the scan's."""

import base64
import html
import json
import quopri
import unicodedata
import urllib.parse
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings, strategies as st

from annotations.rights.scan.matcher import Matcher
from annotations.rights.scan.probe import Kind, Value
from annotations.rights.scan.spellings import pieces

NAME = "Björk Österlund, Gartenstraße 12"[:24]
DIGEST = bytes(range(100, 132))


def in_base64(content: str | bytes, *, before: int, alphabet: bytes | None = None) -> bytes:
    """The content in the middle of bytes that base64 writes with both of its last letters."""
    written = content.encode() if isinstance(content, str) else content
    return base64.b64encode(b"\xfa" * before + written + b"\xfb\xff", alphabet)


TEXTS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "UTF-16, little endian": lambda text: text.encode("utf-16-le"),
    "UTF-16, big endian": lambda text: text.encode("utf-16-be"),
    "Latin-1": lambda text: text.encode("latin-1"),
    "composed": lambda text: unicodedata.normalize("NFC", text).encode(),
    "decomposed": lambda text: unicodedata.normalize("NFD", text).encode(),
    "JSON": lambda text: json.dumps({"note": text}).encode(),
    "JSON in its own character set": lambda text: json.dumps({"note": text}, ensure_ascii=False).encode(),
    "JSON with capital digits": lambda text: json.dumps(text).encode().replace(b"\\u00f6", b"\\u00F6"),
    "a query": lambda text: urllib.parse.urlencode({"q": text}).encode(),
    "a path": lambda text: urllib.parse.quote(text).encode(),
    "a path with small digits": lambda text: urllib.parse.quote(text).lower().encode(),
    "large letters": lambda text: text.upper().encode(),
    "small letters": lambda text: text.lower().encode(),
    "mixed letters": lambda text: text.swapcase().encode(),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "large hexadecimal": lambda text: text.encode().hex().upper().encode(),
    "hexadecimal of UTF-16": lambda text: text.encode("utf-16-le").hex().encode(),
    "base64 of JSON": lambda text: base64.b64encode(json.dumps([text]).encode()),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")),
    **{f"base64 after {n} bytes": partial(in_base64, before=n) for n in range(4)},
    **{
        f"base64 for addresses after {n} bytes": partial(in_base64, before=n, alphabet=b"-_")
        for n in range(3)
    },
}
PARTED: dict[str, Callable[[str], bytes]] = {
    "a line end": lambda text: text.replace(" ", "\n").encode(),
    "a line end of Windows": lambda text: text.replace(" ", "\r\n").encode(),
    "a line end and an indent": lambda text: text.replace(" ", "\n        ").encode(),
    "a tabulator": lambda text: text.replace(" ", "\t").encode(),
    "several spaces": lambda text: text.replace(" ", "   ").encode(),
    "a no-break space": lambda text: text.replace(" ", "\u00a0").encode(),
    "a no-break space in Latin-1": lambda text: text.replace(" ", "\u00a0").encode("latin-1"),
    "an entity": lambda text: text.replace(" ", "&nbsp;").encode(),
    "a numbered entity": lambda text: text.replace(" ", "&#160;").encode(),
    "an escaped space": lambda text: text.replace(" ", "\\u0020").encode(),
    "an escaped line end": lambda text: json.dumps(text.replace(" ", "\r\n")).encode(),
    "an escaped no-break space": lambda text: json.dumps(text.replace(" ", "\u00a0")).encode(),
    "a line end in an address": lambda text: urllib.parse.quote(text.replace(" ", "\n")).encode(),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()),
    "a soft line end": lambda text: quopri.encodestring(b"x" * 62 + b" " + text.encode()),
    "a soft line end of mail": lambda text: quopri.encodestring(b"x" * 60 + b" " + text.encode()).replace(
        b"\n", b"\r\n"
    ),
    "a soft line end within a word": lambda text: text.encode()[:4] + b"=\r\n" + text.encode()[4:],
}
BYTES: dict[str, Callable[[bytes], bytes]] = {
    "raw": lambda content: content,
    "hexadecimal": lambda content: content.hex().encode(),
    "large hexadecimal": lambda content: content.hex().upper().encode(),
    "hexadecimal in UTF-16": lambda content: content.hex().encode("utf-16-le"),
    "PostgreSQL's bytes": lambda content: b"\\x" + content.hex().encode(),
    "base64 of digits": lambda content: base64.b64encode(b'"' + content.hex().encode()),
    **{f"base64 after {n} bytes": partial(in_base64, before=n) for n in range(3)},
}


def found(value: Value, haystack: bytes) -> int:
    return Matcher([value]).count([haystack])[value.kind]


@pytest.mark.parametrize("how", TEXTS)
def test_a_text_is_found_however_it_is_written(how: str) -> None:
    written = TEXTS[how](NAME)
    middle = len(written) // 2
    assert found(Value(Kind.REFERENCE, NAME), b"\x00before " + written + b" after\x00") == 1
    assert not found(Value(Kind.REFERENCE, NAME), written[:middle] + written[middle + 4 :])


@pytest.mark.parametrize("how", PARTED)
def test_words_are_found_whatever_parts_them(how: str) -> None:
    written = b"before " + PARTED[how](NAME) + b" after"
    matcher = Matcher([Value(Kind.REFERENCE, NAME)])
    assert matcher.count([written])[Kind.REFERENCE] == 1
    assert matcher.stands_in(written)
    for cut in range(1, len(written), 7):
        assert matcher.count([written[:cut], written[cut:]])[Kind.REFERENCE] == 1, cut
    assert not found(Value(Kind.REFERENCE, NAME), written.replace(b"sterl", b"sturl").replace(b"STERL", b""))


def test_what_a_line_end_parts_is_two_words() -> None:
    assert not found(Value(Kind.WORDS, "Gartenweg"), b"Garten\r\nweg")
    assert not found(Value(Kind.WORDS, "Garten weg"), b"Gartenweg")


@pytest.mark.parametrize("how", BYTES)
def test_a_digest_is_found_however_it_is_written(how: str) -> None:
    written = b"\x00before " + BYTES[how](DIGEST) + b" after\x00"
    assert found(Value(Kind.DIGEST, DIGEST), written) == 1
    assert not found(Value(Kind.DIGEST, DIGEST[::-1]), written)


@settings(max_examples=25)
@given(st.binary(max_size=9), st.text("abcdefXYZäß .-", min_size=6, max_size=20), st.binary(max_size=9))
def test_base64_is_found_wherever_it_begins(before: bytes, text: str, after: bytes) -> None:
    if len(text.strip()) == len(text):
        encoded = base64.b64encode(before + text.encode() + after)
        assert found(Value(Kind.WORDS, text), encoded) >= 1


def test_of_a_long_text_every_part_is_found() -> None:
    text = "Erika of number 12 rings the bell, goes round the house, and comes back with her brother at night"
    for start in range(0, len(text) - 40, 7):
        assert found(Value(Kind.WORDS, text), text[start : start + 40].encode()), text[start : start + 40]
    assert found(Value(Kind.WORDS, text), text.encode()) < len(pieces(text)), "what overlaps is one"
    assert not found(Value(Kind.WORDS, text), b"Erika of number 13 rings the doorbell")


def test_a_text_without_spaces_is_cut() -> None:
    text = "玄関の前に知らない男の人が立っていて" * 6
    assert found(Value(Kind.WORDS, text), text[20:60].encode())


def test_a_long_text_has_few_pieces() -> None:
    assert 6 <= len(pieces("a word and another " * 500 + "the end of it all")) <= 12


def test_html_is_not_promised() -> None:
    """Templates are filled for each request and not kept: no store holds HTML."""
    assert not found(Value(Kind.WORDS, NAME), html.escape(NAME).encode("ascii", "xmlcharrefreplace"))
