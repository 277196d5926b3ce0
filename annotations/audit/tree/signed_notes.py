"""C2SP signed notes: a text and signature lines, each by a named key (c2sp.org/signed-note).

Two kinds of keys: Ed25519 over the text, as logs sign; and witnesses' cosignature/v1, Ed25519 over a time and the
text (c2sp.org/tlog-cosignature).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from annotations.audit.tree.text import base64_decode, base64_encode

ED25519 = 1
COSIGNATURE = 4
_KINDS = (ED25519, COSIGNATURE)
_DASH = "— "
_KEY_SIZE = 32
_TIME_SIZE = 8
_SIGNATURE_SIZE = 64
_TIME_LIMIT = 2**63
_SIGNATURES_LIMIT = 100
_NOTE_LIMIT = 1_000_000  # bytes


class InvalidSignedNote(ValueError):
    """The text is no signed note, or a key's text no key."""


class Untrusted(InvalidSignedNote):
    """No trusted key has signed it, or a trusted key's signature is wrong."""


@dataclass(frozen=True)
class Signature:
    """One signature line: the key's name and id (4 bytes), and what the key made."""

    name: str
    key_id: bytes
    content: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {base64_encode(self.key_id + self.content)}\n"

    @property
    def timestamp(self) -> int:
        """When a cosignature was made, in seconds since 1970. Raises InvalidSignedNote for another kind of content."""
        if len(self.content) != _TIME_SIZE + _SIGNATURE_SIZE:
            raise InvalidSignedNote("a cosignature has 72 bytes")
        return int.from_bytes(self.content[:_TIME_SIZE], "big")


@dataclass(frozen=True)
class SignedNote:
    """A text, ending in a newline, with its signatures. Says nothing about whether they are right: see `verify`."""

    text: str
    signatures: tuple[Signature, ...]

    def format(self) -> str:
        return self.text + "\n" + "".join(each.line for each in self.signatures)

    def verify(self, keys: Iterable["PublicKey"]) -> list[Signature]:
        """The signatures of trusted keys, one for each key that signed, in the note's order.

        Signatures of unknown keys are passed over, also those that share only the name or only the id with a
        trusted one. Raises Untrusted when no trusted key signed, or a trusted key's signature is wrong.
        """
        known = {(key.name, key.key_id): key for key in keys}
        found: dict[tuple[str, bytes], Signature] = {}
        for each in self.signatures:
            key = known.get((each.name, each.key_id))
            if key is None:
                continue
            if not key.is_signed(self.text, each):
                raise Untrusted(f"the signature of {each.name} is wrong")
            found.setdefault((each.name, each.key_id), each)
        if not found:
            raise Untrusted("no trusted key has signed it")
        return list(found.values())


@dataclass(frozen=True)
class PublicKey:
    """A key to verify with: a name, the kind of signature, 32 bytes of Ed25519."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.kind not in _KINDS or len(self.public) != _KEY_SIZE:
            raise InvalidSignedNote("a key is 32 bytes of Ed25519, of kind 1 or 4")

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """Its one line of text: name, id, and kind with key."""
        return f"{self.name}+{self.key_id.hex()}+{base64_encode(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> "PublicKey":
        """Raises InvalidSignedNote unless it is a verifier key in form, of a known kind, with the right id."""
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        key = cls(name, *_split_key(encoded))
        if key.vkey != vkey or key.key_id.hex() != key_id:
            raise InvalidSignedNote("the key's id does not match")
        return key

    def is_signed(self, text: str, signature: Signature) -> bool:
        """Whether this key made the signature over the text."""
        content = signature.content
        try:
            if self.kind == COSIGNATURE:
                message, content = _cosigned(text, signature.timestamp), content[_TIME_SIZE:]
            else:
                message = text.encode()
            Ed25519PublicKey.from_public_bytes(self.public).verify(content, message)
        except (InvalidSignature, InvalidSignedNote, ValueError):
            return False
        return True


@dataclass(frozen=True)
class PrivateKey:
    """A key to sign with. Its text is a secret, and its `repr` does not show it."""

    name: str
    kind: int
    secret: Ed25519PrivateKey

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.kind not in _KINDS:
            raise InvalidSignedNote("a key is of kind 1 or 4")

    @classmethod
    def generate(cls, name: str, kind: int = ED25519) -> "PrivateKey":
        return cls(name, kind, Ed25519PrivateKey.generate())

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self.kind, self.secret.public_key().public_bytes_raw())

    @property
    def skey(self) -> str:
        """Its one line of text, as the Go library writes signer keys. Secret."""
        encoded = base64_encode(bytes([self.kind]) + self.secret.private_bytes_raw())
        return f"PRIVATE+KEY+{self.name}+{self.public.key_id.hex()}+{encoded}"

    @classmethod
    def parse(cls, skey: str) -> "PrivateKey":
        """Raises InvalidSignedNote unless it is a signer key in form, of a known kind, with the right id."""
        parts = skey.split("+", 4)
        if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
            raise InvalidSignedNote("not a signer key")
        kind, secret = _split_key(parts[4])
        key = cls(parts[2], kind, Ed25519PrivateKey.from_private_bytes(secret))
        if key.skey != skey:
            raise InvalidSignedNote("the key's id does not match")
        return key

    def sign(self, text: str, *, timestamp: int = 0) -> Signature:
        """Signs a note's text. `timestamp`, seconds since 1970, belongs to cosignatures alone.

        Raises InvalidSignedNote for a text that no note has.
        """
        _check_text(text)
        if self.kind == COSIGNATURE:
            content = timestamp.to_bytes(_TIME_SIZE, "big") + self.secret.sign(_cosigned(text, timestamp))
        else:
            content = self.secret.sign(text.encode())
        return Signature(self.name, self.public.key_id, content)


def sign(text: str, *keys: PrivateKey) -> str:
    """The whole note: the text signed by each key. Cosignatures need a time: see `PrivateKey.sign`."""
    return SignedNote(text, tuple(key.sign(text) for key in keys)).format()


def parse(content: bytes | str) -> SignedNote:
    """The note; raises InvalidSignedNote unless it is one in form."""
    data = content.encode() if isinstance(content, str) else content
    if len(data) > _NOTE_LIMIT:
        raise InvalidSignedNote("the note is too long")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise InvalidSignedNote("the note is not UTF-8") from None
    head, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise InvalidSignedNote("the note has no signatures")
    text = head + "\n"
    _check_text(text)
    return SignedNote(text, parse_signatures(tail))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """The signature lines; raises InvalidSignedNote for none, for too many, and for any other line."""
    if not lines.endswith("\n"):
        raise InvalidSignedNote("the last signature line does not end")
    found = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(found) > _SIGNATURES_LIMIT:
        raise InvalidSignedNote("the note has too many signatures")
    return found


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH):
        raise InvalidSignedNote("a signature line begins with a dash")
    _check_name(name)
    try:
        content = base64_decode(encoded, one_spelling=False)
    except ValueError as error:
        raise InvalidSignedNote(f"a signature is {error}") from None
    if len(content) < 5:
        raise InvalidSignedNote("a signature has a key id of 4 bytes, and more")
    return Signature(name, content[:4], content[4:])


def _cosigned(text: str, timestamp: int) -> bytes:
    if not 0 <= timestamp < _TIME_LIMIT:
        raise InvalidSignedNote("a cosignature's time is below 2^63")
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _split_key(encoded: str) -> tuple[int, bytes]:
    try:
        key = base64_decode(encoded)
    except ValueError as error:
        raise InvalidSignedNote(f"a key is {error}") from None
    if len(key) != 1 + _KEY_SIZE or key[0] not in _KINDS:
        raise InvalidSignedNote("a key is 32 bytes of Ed25519, of kind 1 or 4")
    return key[0], key[1:]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(sign.isspace() or sign < " " for sign in name):
        raise InvalidSignedNote("a key's name is not empty, and has no space and no plus sign")


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise InvalidSignedNote("a note's text ends in a newline")
    if any(sign < " " and sign != "\n" for sign in text):
        raise InvalidSignedNote("a note has no control characters")
