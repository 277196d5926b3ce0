"""Verifies an exported audit log, offline: this one file, Python 3.11 and `cryptography`, nothing else.

    python verify_log.py verify EXPORT [--policy FILE] [--trusted FILE]... [--deep] [--json] [--processes N]
    python verify_log.py prove EXPORT ENTRY > entry.tlog-proof
    python verify_log.py verify-proof entry.tlog-proof --policy FILE
    python verify_log.py verify-certificate certificate.json [--policy FILE]

`verify` hashes every entry of the export again, builds the Merkle tree (RFC 9162) and holds it against every
checkpoint that the log ever signed. `--policy` is the log's key policy kept from another source: without it the
export's own is believed, and its keys are printed for you to compare. `--trusted` is a checkpoint kept from before:
the log must continue it. `--deep` reads every entry in full besides, which takes several times as long.
`verify-certificate` says whether a certificate of erasure is the one that the log tells of.

Run a copy of this program that you kept from before, not the one that lies in the export: whoever made the export made
that one, too. A kept copy says when the two differ.

Ends with 0 when the log is whole; 1 when it was tampered with; 2 when the input cannot be used; 3 when it is whole but
for what a restore took from it, as the log itself declares (an epoch); 141 when whoever reads the outcome closes the
pipe: then nothing is said of the log. What an export holds, and what can and cannot be detected, stands in
audit-export.md of the project.
"""

import argparse
import base64
import binascii
import bisect
import datetime
import functools
import hashlib
import heapq
import io
import itertools
import json
import multiprocessing
import operator
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "audit-export/1"
FORMAT_WITH_EPOCHS = "audit-export/2"
EPOCH = "audit-epoch/1"
EPOCHS = "epochs.jsonl"
VERIFIER = "verify_log.py"
CERTIFICATE = "erasure-certificate/1"
ERASED = b'"action":"audit.subject_erased"'
FILES = {"policy.json", "checkpoints.jsonl", "details.jsonl", EPOCHS, VERIFIER}
WIDTH = 256
HASH = 32
PORTION = 64  # checkpoints that one task takes
CHUNK = 32  # bundles that one task takes, 8,192 entries
RUN_READ = 64  # ids that are read at once out of a file of them
SHOWN = 50  # problems of one kind that are printed
DECLARED_LOSS = 3
CLOSED_PIPE = 141  # what a shell says of a program that SIGPIPE (13) ended: 128 + 13

EMPTY_ROOT = hashlib.sha256().digest()
_LEAF = hashlib.sha256(b"\x00")
_NODE = hashlib.sha256(b"\x01")


# What comes of reading a JSON text that somebody may have made for this program to fall over.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Unusable(Exception):
    """The input is no export, or not in a form that this program reads."""


# --- Hashes -----------------------------------------------------------------------------------------------------


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: list[bytes]) -> bytes:
    """The hash over complete subtrees that shrink from left to right."""
    if not hashes:
        return EMPTY_ROOT
    current = hashes[-1]
    for each in reversed(hashes[:-1]):
        current = node_hash(each, current)
    return current


def levels_over(leaves: list[bytes]) -> list[list[bytes]]:
    """The hashes of all complete subtrees over at most 256 leaves, lowest level first."""
    levels = [leaves]
    fresh = _NODE.copy
    while len(levels[-1]) > 1:
        pairs, above = iter(levels[-1]), []
        for left, right in zip(pairs, pairs, strict=False):
            node = fresh()
            node.update(left + right)
            above.append(node.digest())
        levels.append(above)
    return levels


def edge_of(levels: list[list[bytes]], count: int) -> bytes:
    """The hash over the first `count` leaves."""
    return fold(
        [levels[n][(count >> n) - 1] for n in range(count.bit_length() - 1, -1, -1) if count >> n & 1]
    )


class Frontier:
    """The right edge of a tree whose leaves are whole bundles: `append` gives the subtrees that each completes."""

    def __init__(self) -> None:
        self.count = 0
        self.hashes: list[bytes] = []

    def append(self, bundle: bytes) -> Iterator[tuple[int, bytes]]:
        level, index, current = 0, self.count, bundle
        yield level, current
        while index & 1:
            current = node_hash(self.hashes.pop(), current)
            level, index = level + 1, index >> 1
            yield level, current
        self.hashes.append(current)
        self.count += 1

    def root(self, *rest: bytes) -> bytes:
        return fold([*self.hashes, *rest])


# --- Signed notes and checkpoints (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature) ----------------------


def decode64(text: str) -> bytes:
    """Base 64 in its one spelling; ValueError otherwise."""
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if base64.b64encode(data).decode() != text:
        raise ValueError("not base64 in its one spelling")
    return data


def decimal(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text, re.ASCII):
        raise ValueError("not a number")
    return int(text)


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Key:
    """A key of the log (kind 1) or of a witness (kind 4). It signs from size `since` on, until before `until`."""

    vkey: str
    since: int = 0
    until: int | None = None

    @property
    def name(self) -> str:
        return self.vkey.partition("+")[0]

    @functools.cached_property
    def id(self) -> bytes:
        return bytes.fromhex(self.vkey.split("+", 2)[1])

    def check(self, kind: int) -> None:
        """Raises ValueError unless the vkey is one in form, of this kind."""
        name, key_id, encoded = self.vkey.split("+", 2)
        key = decode64(encoded)
        made = hashlib.sha256(f"{name}\n".encode() + key).digest()[:4].hex()
        if (
            not name
            or any(sign.isspace() for sign in name)
            or len(key) != 33
            or key[0] != kind
            or made != key_id
        ):
            raise ValueError(f"{self.vkey!r} is no key of kind {kind}")

    def signs(self, size: int) -> bool:
        return self.since <= size and (self.until is None or size < self.until)

    def made(self, text: str, content: bytes) -> bool:
        """Whether this key made the signature over a checkpoint's text."""
        kind, public = _public(self.vkey)
        message = text.encode()
        if kind == 4:
            time, content = int.from_bytes(content[:8], "big"), content[8:]
            message = f"cosignature/v1\ntime {time}\n".encode() + message
        try:
            public.verify(content, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@functools.cache
def _public(vkey: str) -> tuple[int, Ed25519PublicKey]:
    key = decode64(vkey.split("+", 2)[2])
    return key[0], Ed25519PublicKey.from_public_bytes(key[1:])


def signatures_in(tail: str) -> list[tuple[str, bytes, bytes]]:
    """The lines behind a signed text, as (name, key id, content); ValueError for any other line."""
    signatures = []
    for line in tail[:-1].split("\n"):
        dash, name, encoded = line.split(" ") if line.count(" ") == 2 else ("", "", "")
        content = decode64(encoded)
        if dash != "—" or not name or len(content) < 5:
            raise ValueError("a line that is no signature")
        signatures.append((name, content[:4], content[4:]))
    return signatures


@dataclass(frozen=True)
class Signed:
    """A signed checkpoint: its text and what the text says, and its signatures as (name, key id, content).

    `previous` is the size of the checkpoint before it (0: none), None where it does not tell.
    """

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]
    previous: int | None = None
    epoch: int = 1

    @classmethod
    def parse(cls, note: str) -> "Signed":
        """Raises ValueError unless it is a signed checkpoint in its one spelling."""
        head, blank, tail = note.rpartition("\n\n")
        lines = head.split("\n")
        if not blank or not tail.endswith("\n") or len(lines) < 3 or not all(lines):
            raise ValueError("not a signed checkpoint")
        if _CONTROL.search(note):
            raise ValueError("a control character")
        root = decode64(lines[2])
        if len(root) != HASH:
            raise ValueError("a root of another length than 32 bytes")
        signatures = signatures_in(tail)
        epochs, previous = (
            [decimal(line.removeprefix(name)) for line in lines[3:] if line.startswith(name)]
            for name in ("epoch ", "previous ")
        )
        before = previous[0] if previous else None
        epoch = epochs[0] if epochs else 1
        return cls(head + "\n", lines[0], decimal(lines[1]), root, tuple(signatures), before, epoch)

    def signed_by(self, keys: "Iterable[Key]") -> bool:
        """Whether each of these keys, of which there are some, has signed it."""
        wanted = list(keys)
        return bool(wanted) and all(
            any((key.name, key.id) == each[:2] and key.made(self.text, each[2]) for each in self.signatures)
            for key in wanted
        )


@dataclass(frozen=True)
class Policy:
    """Whose signatures a log's checkpoints carry. `required` of the witnesses cosign the last checkpoint."""

    origin: str
    keys: tuple[Key, ...]
    witnesses: tuple[Key, ...]
    required: int

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Raises Unusable unless it is a policy in form."""
        try:
            value = json.loads(text)
            if value["format"] != FORMAT:
                raise ValueError(f"format {value['format']!r}, not {FORMAT!r}")
            keys = tuple(Key(each["vkey"], each["since"], each["until"]) for each in value["keys"])
            witnesses = tuple(map(Key, value["witnesses"]))
            required = value["cosignatures_required"]
            sizes = [size for key in keys for size in (key.since, key.until or 0)]
            if not keys or not all(isinstance(each, int) for each in (required, *sizes)):
                raise ValueError("it names no keys, or no sizes for them")
            for key in keys:
                key.check(1)
            for key in witnesses:
                key.check(4)
            return cls(str(value["origin"]), keys, witnesses, required)
        except UNREADABLE as error:
            raise Unusable(f"The policy cannot be read: {error!r}") from None

    def objections(self, signed: Signed, *, last: bool) -> list[tuple[str, str]]:
        """What is wrong with the signatures of a checkpoint, as codes and words."""
        found = []
        if signed.origin != self.origin:
            found.append(("wrong_origin", f"it is of the log {signed.origin!r}, not of {self.origin!r}"))
        known = {(key.name, key.id): key for key in (*self.keys, *self.witnesses)}
        good: set[str] = set()
        for name, key_id, content in signed.signatures:
            key = known.get((name, key_id))
            if key is None:
                found.append(
                    ("wrong_key", f"{name}+{key_id.hex()} signed it, which the policy does not name")
                )
            elif not key.made(signed.text, content):
                found.append(("bad_signature", f"the signature of {name}+{key_id.hex()} is wrong"))
            elif not key.signs(signed.size):
                found.append(("key_out_of_time", f"{name}+{key_id.hex()} does not sign at this size"))
            elif key.vkey in good:
                found.append(("wrong_key", f"{name}+{key_id.hex()} signed it twice"))
            else:
                good.add(key.vkey)
        for key in self.keys:
            if key.signs(signed.size) and key.vkey not in good:
                found.append(("signature_missing", f"{key.name}+{key.id.hex()} should have signed it"))
        if not any(key.signs(signed.size) for key in self.keys):
            found.append(("wrong_key", "the policy names no key that signs at this size"))
        cosigned = sum(key.vkey in good for key in self.witnesses)
        if last and cosigned < self.required:
            found.append(
                ("not_witnessed", f"{cosigned} witnesses cosigned it, the policy asks for {self.required}")
            )
        return found

    def witnessed(self, signed: Signed) -> int:
        """When a witness cosigned it, by that witness's clock, in seconds since 1970; 0 when none did."""
        names = {(key.name, key.id) for key in self.witnesses}
        times = [content[:8] for name, key_id, content in signed.signatures if (name, key_id) in names]
        return max((int.from_bytes(each, "big") for each in times), default=0)


# --- Declared epochs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Epoch:
    """The log's own word that it was set back: it goes on from its first `restored` entries, with the root `root`.

    `lost` is the checkpoint that was signed last before, `entry` the index at which the log tells of it. `keys` signed
    in the epoch that ended, None where nobody kept that. `text` and `signatures` are the declaration's.
    """

    number: int
    restored: int
    root: bytes
    entry: int
    lost: Signed
    keys: tuple[Key, ...] | None
    declared_at: str
    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def parse(cls, note: str) -> "Epoch":
        """ValueError, or another of UNREADABLE, unless it is a signed declaration in its one spelling."""
        head, blank, tail = note.rpartition("\n\n")
        form, _, line = head.partition("\n")
        value = json.loads(line)
        spelled = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        if not blank or form != EPOCH or spelled != line or not tail.endswith("\n"):
            raise ValueError(f"not a declaration of the form {EPOCH}")
        numbers = value["number"], value["restored"]["size"], value["entry"]
        if not all(type(each) is int and 0 <= each < 2**63 for each in numbers):
            raise ValueError("a number that is none")
        if not _TIME.fullmatch(value["declared_at"]):
            raise ValueError("a time that is none")
        keys = value["keys"]
        told = (
            None if keys is None else tuple(Key(each["vkey"], each["since"], each["until"]) for each in keys)
        )
        for key in told or ():
            key.check(1)
            if not all(type(each) is int for each in (key.since, key.until or 0)):
                raise ValueError("a size that is none")
        number, restored, entry = numbers
        lost, root = Signed.parse(value["lost"]), decode64(value["restored"]["root"])
        if lost.origin != value["origin"] or not restored < lost.size or entry < restored:
            raise ValueError("nothing of this log was lost")
        if not 1 <= lost.epoch < number or len(root) != HASH:
            raise ValueError("no epoch that follows another")
        signatures = tuple(signatures_in(tail))
        return cls(number, restored, root, entry, lost, told, value["declared_at"], head + "\n", signatures)

    def signed_by(self, keys: Iterable[Key]) -> bool:
        signed = Signed(self.text, self.lost.origin, 0, b"", self.signatures)
        return signed.signed_by(keys)

    def covers(self, size: int, epoch: int) -> bool:
        """Whether a checkpoint of this size, signed in that epoch, is of what was lost."""
        return epoch < self.number and self.restored < size <= self.lost.size

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "declared_at": self.declared_at,
            "first": self.restored,
            "last": self.lost.size - 1,
            "declaration": hashlib.sha256(self.text.encode()).hexdigest(),
        }

    def __str__(self) -> str:
        moment = self.declared_at[:19].replace("T", " ")
        return (
            f"Epoch {self.number} since {moment} UTC: entries {self.restored} to {self.lost.size - 1} were lost with a "
            "restore and are covered by no proof."
        )


class Epochs:
    """All epochs that an export declares, and what its checkpoints must keep to."""

    def __init__(self, folder: Path, declared: bool, policy: Policy, report: "Report") -> None:
        self.folder, self.policy, self.report = folder, policy, report
        self.all: list[Epoch] = []
        for number, line in enumerate(lines_of(folder / EPOCHS) if declared else (), 1):
            self._read(number, line)
        # The keys by the epochs in which they signed: those of one that ended are told by what ended it.
        self.keys: dict[int, tuple[Key, ...]] = {self.all[-1].number if self.all else 1: policy.keys}
        for epoch in reversed(self.all):
            later = self.keys.get(epoch.number, policy.keys)
            self.keys[epoch.number - 1] = later if epoch.keys is None else epoch.keys
        self.unsure = {epoch.number - 1 for epoch in self.all if epoch.keys is None}
        for epoch in self.all:
            self._check_signatures(epoch)
        report.epochs = [epoch.as_json() for epoch in self.all]
        report.notes += map(str, self.all)
        self._number = 1

    def _read(self, number: int, line: bytes) -> None:
        try:
            note = json.loads(line)
            if (json.dumps(note, ensure_ascii=False) + "\n").encode() != line:
                raise ValueError("not in its one spelling")
            epoch = Epoch.parse(note)
            if epoch.number != number + 1 or epoch.lost.origin != self.policy.origin:
                raise ValueError("it is not the next epoch of this log")
            self.all.append(epoch)
        except UNREADABLE as error:
            self.report.say("epoch_malformed", f"Line {number} of {EPOCHS}: {error}.")

    def _check_signatures(self, epoch: Epoch) -> None:
        keys = self.keys.get(epoch.number, self.policy.keys)
        if not epoch.signed_by(key for key in keys if key.signs(epoch.restored + 1)):
            words = f"Epoch {epoch.number} is not declared by the keys that sign after it."
            self.report.say("epoch_unsigned", words)
        lost = epoch.lost
        keys = self.keys.get(lost.epoch, self.policy.keys)
        if lost.epoch in self.unsure:
            signed = any(lost.signed_by([key]) for key in keys)
        else:
            signed = lost.signed_by(key for key in keys if key.signs(lost.size))
        if not signed:
            words = f"The log's keys have not signed what epoch {epoch.number} calls lost."
            self.report.say("epoch_unsigned", words)

    def kept(self, epoch: Epoch, size: int) -> int:
        """How many of the first `size` entries no later restore took."""
        return min([size, *(each.restored for each in self.all if each.number > epoch.number)])

    def losing(self, signed: Signed) -> Epoch | None:
        """The epoch with which a checkpoint was lost; None when it was not."""
        return next((each for each in self.all if each.covers(signed.size, signed.epoch)), None)

    def check_checkpoint(self, size: int, number: int) -> None:
        """Whether a checkpoint of the export is of an epoch that was declared, and of nothing that was lost. Called in
        the order of the sizes.
        """
        what = f"The checkpoint of {size} entries is of epoch {number}"
        if number < self._number:
            self.report.say(
                "epoch_reversed", f"{what} and comes after one of epoch {self._number}.", last=size
            )
        self._number = max(self._number, number)
        declared = next((each for each in self.all if each.number == number), None)
        if number > 1 and declared is None:
            self.report.say("epoch_undeclared", f"{what}, which nobody declared.", last=size)
        if declared and size <= declared.entry:
            words = f"{what} and does not cover the entry that tells of it."
            self.report.say("epoch_reversed", words, last=size)
        for later in self.all:
            if number < later.number and size > later.restored:
                words = (
                    f"{what} and is here, though epoch {later.number} goes on from {later.restored} entries."
                )
                self.report.say("epoch_overstated", words, last=size)

    def check_entries(self, size: int) -> None:
        """Whether the log tells of each epoch at the place that its declaration names."""
        for epoch in self.all:
            if epoch.entry < self.kept(epoch, size) and not self._is_told(epoch, size):
                words = f"Entry {epoch.entry} does not tell of epoch {epoch.number}."
                self.report.say("epoch_not_logged", words, index=epoch.entry)

    def _is_told(self, epoch: Epoch, size: int) -> bool:
        number, offset = divmod(epoch.entry, WIDTH)
        width = min(WIDTH, size - number * WIDTH)
        entries = split(read(self.folder, tile_path("entries", number, width)) or b"") or []
        try:
            told = json.loads(entries[offset])
            digest = hashlib.sha256(epoch.text.encode()).hexdigest()
            return bool(told["action"] == "audit.epoch_declared" and told["data"]["declaration"] == digest)
        except (*UNREADABLE, IndexError):
            return False


# --- The export's files -----------------------------------------------------------------------------------------


def tile_path(kind: str, index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{kind}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def read(folder: Path, name: str) -> bytes | None:
    """A file's content, None when there is no such file."""
    try:
        with open(f"{folder}/{name}", "rb", buffering=0) as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits; empty when there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def split(bundle: bytes) -> list[bytes] | None:
    """The entries of a bundle; None when it is not one."""
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if len(bundle) < max(end, at + 2):
            return None
        entries.append(bundle[at + 2 : end])
        at = end
    return entries


def manifest_text(size: int, files: dict[str, str]) -> bytes:
    """The one spelling of a manifest. `files` are the SHA-256 digests of the files that the tree does not cover.

    The form has another number for logs with epochs, which programs of before do not know: they say so.
    """
    if not isinstance(size, int) or not 0 <= size < 2**63:
        raise ValueError("the size is no number of entries")
    value = {"files": files, "format": FORMAT_WITH_EPOCHS if EPOCHS in files else FORMAT, "size": size}
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def files_of(size: int) -> set[str]:
    """Every tile and bundle that an export of `size` entries has."""
    count, level, names = size, 0, set()
    while count:
        kinds = (str(level), "entries") if level == 0 else (str(level),)
        for kind in kinds:
            names |= {tile_path(kind, index, WIDTH) for index in range(count // WIDTH)}
            if count % WIDTH:
                names.add(tile_path(kind, count // WIDTH, count % WIDTH))
        count, level = count // WIDTH, level + 1
    return names


# --- Entries ----------------------------------------------------------------------------------------------------


ID_MARK = b'},"id":"'
ID_SPAN = len(ID_MARK) + 36
ID_FRAME = [*enumerate(ID_MARK), *((at, ord("-")) for at in (16, 21, 26, 31))]
HEX_DIGITS = b"0123456789abcdef"
ID_REST = ID_MARK.translate(None, HEX_DIGITS) + b"----"
ENTRY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{6}Z")
_FIELDS = {"action", "actor", "clip", "data", "id", "purpose", "request", "subject", "time", "version"}


def canonical(value: Any) -> str:
    """The one spelling of the log's profile of RFC 8785; ValueError for what it has no place for."""
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise ValueError("text that is not in normal form C")
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(canonical, value))}]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    raise ValueError(f"a {type(value).__name__}")


def _whole_number(text: str) -> int:
    if abs(number := int(text)) >= 2**53:
        raise ValueError(f"the number {text}")
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"the number {text}")


_STRICT = json.JSONDecoder(parse_int=_whole_number, parse_float=_no_number, parse_constant=_no_number)
_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def unfit(entry: bytes) -> str:
    """Why an entry is not one in form; empty when it is."""
    try:
        value = _STRICT.decode(entry.decode())
        # In plain ASCII, whose order is the same in every encoding, Python's own writer has the same spelling.
        spelled = _PLAIN.encode(value) if entry.isascii() else canonical(value)
        if not isinstance(value, dict) or spelled.encode() != entry:
            return "it is not in its one spelling"
        if set(value) - {"commitment", "key"} != _FIELDS or not isinstance(value["data"], dict):
            return "it has not the fields of an entry"
        if not ENTRY_ID.fullmatch(value["id"]) or not _TIME.fullmatch(value["time"]):
            return "its id or its time is not in form"
        if set(value["actor"]) != {"pseudonym", "role"} or not isinstance(value["action"], str):
            return "it does not tell who did what"
    except UNREADABLE as error:
        return f"it cannot be read: {error}"
    return ""


def id_of(entry: bytes) -> str:
    """An entry's id, for people: whatever stands in its place."""
    at = entry.rfind(ID_MARK)
    return entry[at + 8 : at + 44].decode("utf-8", "replace") if at >= 0 else "?"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a stable code, what it concerns, and a sentence."""

    code: str
    message: str
    index: int | None = None
    entry: str | None = None
    first: int | None = None
    last: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


# --- One task: some bundles side by side --------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """Bundles `first` up to, not with, `end` of a log of `size` entries; `cuts` are checkpoints inside bundles.

    Their ids are written to a file of their own in the folder `scratch`.
    """

    folder: Path
    scratch: Path
    size: int
    first: int
    end: int
    cuts: tuple[int, ...]
    details: bool
    deep: bool


@dataclass(frozen=True)
class Run:
    """A file of ids in ascending order, each as `_packed` gives it."""

    path: Path
    count: int
    lowest: bytes
    highest: bytes

    @classmethod
    def write(cls, path: Path, ids: bytes) -> "Run":
        path.write_bytes(ids)
        return cls(path, len(ids) // ID_SPAN, ids[:ID_SPAN], ids[-ID_SPAN:])

    def ids(self, start: int, end: int) -> Iterator[bytes]:
        """Those from place `start` up to, not with, `end`; few at a time, as very many runs may be read at once."""
        for first in range(start, end, RUN_READ):
            with open(self.path, "rb", buffering=0) as file:
                file.seek(first * ID_SPAN)
                part = file.read((min(end, first + RUN_READ) - first) * ID_SPAN)
            yield from (part[at : at + ID_SPAN] for at in range(0, len(part), ID_SPAN))

    def at(self, place: int) -> bytes:
        return next(self.ids(place, place + 1))


@dataclass
class Found:
    """What a task gives: a hash for every full bundle and for every cut, and what the entries tell.

    `stored` holds the same hashes out of the stored tiles, for bundles that differ from their tile. `committed` are
    (index, id, commitment, key, subject or actor) of entries with a detail.
    """

    bundles: list[bytes] = field(default_factory=list)
    cuts: dict[int, bytes] = field(default_factory=dict)
    stored: dict[int, bytes] = field(default_factory=dict)
    stored_cuts: dict[int, bytes] = field(default_factory=dict)
    run: Run | None = None
    twice: list[bytes] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    erased_keys: set[str] = field(default_factory=set)
    erased_subjects: set[str] = field(default_factory=set)
    committed: list[tuple[int, str, str, str, str]] = field(default_factory=list)


def work(task: Task) -> Found:
    found = Found()
    ids: list[bytes] = []
    for number in range(task.first, task.end):
        width = min(WIDTH, task.size - number * WIDTH)
        bundle = read(task.folder, tile_path("entries", number, width))
        tile = read(task.folder, tile_path("0", number, width))
        leaves: list[bytes] = []
        if bundle is None:
            found.problems.append(
                _of_bundle("bundle_missing", "The file of these entries is missing.", number, width)
            )
        elif not _hash_entries(bundle, leaves, ids) or len(leaves) != width:
            found.problems.append(
                _of_bundle(
                    "bundle_damaged", f"The file of these entries does not hold {width}.", number, width
                )
            )
        if tile is None or len(tile) != width * HASH:
            found.problems.append(
                _of_bundle(
                    "tile_damaged", "The stored hashes of these entries are missing or cut.", number, width
                )
            )
        start = number * WIDTH
        cuts = [size for size in task.cuts if start < size < start + WIDTH]
        _keep(found.bundles, found.cuts, number, leaves, width, cuts)
        if bundle is not None:
            _read(task, found, number, bundle, len(leaves))
        if tile is not None and len(tile) == width * HASH and tile != b"".join(leaves):
            stored = [tile[at : at + HASH] for at in range(0, len(tile), HASH)]
            _keep_stored(found, number, stored, width, cuts)
            found.problems += _differences(number, leaves, stored, bundle)
    if packed := _packed(ids, found, task):
        found.run = Run.write(task.scratch / str(task.first), packed)
    return found


def _hash_entries(bundle: bytes, leaves: list[bytes], ids: list[bytes]) -> bool:
    """The inner loop: hashes each entry and takes what stands in its id's place, `},"id":"` and 36 characters.

    The id comes behind the entry's `data`, whose brace is the last but one. False when the bundle ends in an entry.
    """
    at, end = 0, len(bundle)
    entries: list[bytes] = []
    take, fresh, keep = entries.append, _LEAF.copy, leaves.append
    try:
        while at < end:
            start = at + 2
            at = start + (bundle[at] << 8 | bundle[at + 1])
            take(bundle[start:at])
    except IndexError:
        pass  # `at` is not `end` then
    for entry in entries:
        leaf = fresh()
        leaf.update(entry)
        keep(leaf.digest())
    ids += [entry[(place := entry.rfind(b"}", 0, -1)) : place + ID_SPAN] for entry in entries]
    return at == end


def _keep(
    bundles: list[bytes],
    cuts: dict[int, bytes],
    number: int,
    leaves: list[bytes],
    width: int,
    sizes: list[int],
) -> None:
    levels = levels_over(leaves)
    for size in sizes:
        count = size - number * WIDTH
        cuts[size] = edge_of(levels, count) if count <= len(leaves) else b""
    if width == WIDTH:
        bundles.append(levels[8][0] if len(leaves) == WIDTH else b"")


def _keep_stored(found: Found, number: int, stored: list[bytes], width: int, sizes: list[int]) -> None:
    whole: list[bytes] = []
    _keep(whole, found.stored_cuts, number, stored, width, sizes)
    if whole:
        found.stored[number] = whole[0]


def _read(task: Task, found: Found, number: int, bundle: bytes, count: int) -> None:
    """Reads what must be understood: erasures, commitments to details, and with `deep` everything."""
    telling = task.details and (b'"commitment":"' in bundle or ERASED in bundle)
    if not telling and not task.deep:
        return
    for offset, entry in enumerate((split(bundle) or [])[:count]):
        index = number * WIDTH + offset
        if task.deep and (why := unfit(entry)):
            found.problems.append(
                Problem("entry_malformed", f"Entry {index} is malformed: {why}.", index, id_of(entry))
            )
        if ERASED in entry or b'"commitment":"' in entry:
            _understand(found, index, entry)


def _understand(found: Found, index: int, entry: bytes) -> None:
    try:
        value = json.loads(entry)
        subject = value["subject"] or value["actor"]["pseudonym"]
        if value["action"] == "audit.subject_erased":
            found.erased_keys.update(value["data"]["keys"])
            found.erased_subjects.add(subject)
        if "commitment" in value:
            found.committed.append((index, value["id"], value["commitment"], value.get("key", ""), subject))
    except UNREADABLE:
        found.problems.append(
            Problem("entry_malformed", f"Entry {index} cannot be read.", index, id_of(entry))
        )


def _packed(places: list[bytes], found: Found, task: Task) -> bytes:
    """The ids as they stand in the entries, `},"id":"` before each, in ascending order. Says which entries have none.

    All are checked at once: that the signs which are the same in every place are there, and that nothing but
    hexadecimal digits is left.
    """
    count = len(places)
    joined = b"".join(places)
    framed = len(joined) == ID_SPAN * count and joined.translate(None, HEX_DIGITS) == ID_REST * count
    if framed and all(joined[at::ID_SPAN] == bytes([sign]) * count for at, sign in ID_FRAME):
        ascending = all(map(operator.lt, places, itertools.islice(places, 1, None)))
        return joined if ascending else _sorted(places, found)
    return _sorted(_ids_one_by_one(found, task), found)


def _ids_one_by_one(found: Found, task: Task) -> list[bytes]:
    """The ids of a task's entries, where not all stand in their place: a brace may stand in somebody's name."""
    good = []
    for number in range(task.first, task.end):
        bundle = read(task.folder, tile_path("entries", number, min(WIDTH, task.size - number * WIDTH)))
        for offset, entry in enumerate(split(bundle or b"") or []):
            name = id_of(entry)
            if ENTRY_ID.fullmatch(name):
                good.append(ID_MARK + name.encode())
            else:
                index = number * WIDTH + offset
                found.problems.append(
                    Problem("entry_malformed", f"Entry {index} has no id in its place.", index)
                )
    return good


def _sorted(ids: list[bytes], found: Found) -> bytes:
    ids.sort()
    found.twice += sorted({one for one, two in itertools.pairwise(ids) if one == two})
    return b"".join(ids)


def _of_bundle(code: str, message: str, number: int, width: int) -> Problem:
    first = number * WIDTH
    return Problem(
        code, f"Entries {first} to {first + width - 1}: {message}", first=first, last=first + width - 1
    )


def _differences(
    number: int, leaves: list[bytes], stored: list[bytes], bundle: bytes | None
) -> list[Problem]:
    """Names the entries that are not the ones whose hashes are stored, and how they differ."""
    entries = split(bundle or b"")
    if not entries:
        return []  # the file is missing or damaged, and that is told
    start = number * WIDTH
    wrong = [n for n, (leaf, kept) in enumerate(zip(leaves, stored, strict=False)) if leaf != kept]
    if not wrong:
        return []
    at = wrong[0]
    if leaves[at + 1 :] == stored[at : len(leaves) - 1] and len(wrong) > 1:
        kind, what = "entry_inserted", "was inserted: what follows is shifted by one"
    elif leaves[at : len(stored) - 1] == stored[at + 1 : len(leaves) + 1] and len(wrong) > 1:
        kind, what = "entry_removed", "stands where another was removed: what follows is shifted by one"
    elif sorted(leaves) == sorted(stored):
        kind, what = "entries_reordered", "stands in another's place"
    else:
        kind, what = "entry_altered", "is not the one whose hash is stored"
    named = wrong[:1] if kind in {"entry_inserted", "entry_removed"} else wrong
    return [
        Problem(kind, f"Entry {start + n} ({id_of(entries[n])}) {what}.", start + n, id_of(entries[n]))
        for n in named
    ]


@dataclass(frozen=True)
class Lines:
    """Lines of checkpoints.jsonl, the first of them numbered `first`; the export has `size` entries."""

    policy: Policy
    size: int
    first: int
    lines: tuple[bytes, ...]


@dataclass
class Read:
    """What the lines told: of each checkpoint that could be read its size and root, the size of the one before it and
    its epoch, and what is wrong with it.
    """

    sizes: list[int] = field(default_factory=list)
    roots: list[bytes] = field(default_factory=list)
    previous: list[int | None] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    witnessed: int = 0
    problems: list[Problem] = field(default_factory=list)


def read_checkpoints(task: Lines) -> Read:
    told = Read()
    for number, line in enumerate(task.lines, task.first):
        try:
            note = json.loads(line)
            signed = Signed.parse(note)
            if (json.dumps(note, ensure_ascii=False) + "\n").encode() != line:
                raise ValueError("not in its one spelling")
        except UNREADABLE as error:
            told.problems.append(
                Problem("checkpoint_malformed", f"Line {number} of checkpoints.jsonl: {error}.")
            )
            continue
        last = signed.size == task.size
        for code, words in task.policy.objections(signed, last=last):
            message = f"The checkpoint of {signed.size} entries: {words}."
            told.problems.append(Problem(code, message, last=signed.size))
        told.sizes.append(signed.size)
        told.roots.append(signed.root)
        told.previous.append(signed.previous)
        told.epochs.append(signed.epoch)
        told.witnessed = max(told.witnessed, task.policy.witnessed(signed) if last else 0)
    return told


# --- The whole log ------------------------------------------------------------------------------------------------


@dataclass
class Report:
    """The outcome. `notes` are things worth knowing that are no problem."""

    origin: str = ""
    size: int = 0
    root: str = ""
    checkpoints: int = 0
    keys: list[str] = field(default_factory=list)
    epochs: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "whole": self.whole, "problems": [each.as_json() for each in self.problems]}

    def say(self, code: str, message: str, **where: Any) -> None:
        self.problems.append(Problem(code, message, **where))


class Log:
    """An export with what was found in it, joined task by task."""

    def __init__(self, folder: Path, policy: Policy | None, trusted: list[Path], report: Report) -> None:
        self.folder, self.report = folder, report
        manifest = self._manifest()
        self.size: int = manifest["size"]
        self.details: bool = manifest["details"]
        own = Policy.parse((read(folder, "policy.json") or b"").decode("utf-8", "replace"))
        if policy is None:
            report.notes.append(
                "The keys are the export's own word: compare them with those that you were given."
            )
        elif policy != own:
            report.say(
                "policy_differs", "The export's key policy is not the one that you gave; yours is used."
            )
        self.policy = policy or own
        self.epochs = Epochs(folder, manifest["epochs"], self.policy, report)
        self.trusted = [each for path in trusted if (each := self._trust(path))]
        # The checkpoints' sizes in ascending order and their roots, 32 bytes each behind one another.
        self.sizes: list[int] = []
        self.signed_roots = bytearray()
        self.kept = {each.size: each.root for each in self.trusted}
        self.differing = {each.size for each in self.trusted if each.root != self.kept[each.size]}
        self.frontier = Frontier()
        self.upper: dict[int, list[bytes]] = {}
        self.good = 0
        self.bad: list[int] = []
        report.origin, report.size = self.policy.origin, self.size
        report.keys = [key.vkey for key in (*self.policy.keys, *self.policy.witnesses)]

    def _manifest(self) -> dict[str, Any]:
        content = read(self.folder, "manifest.json")
        try:
            value = json.loads(content or b"")
            names = set(value["files"])
            if content != manifest_text(value["size"], value["files"]):
                raise ValueError(f"not a manifest of the form {FORMAT} or {FORMAT_WITH_EPOCHS}")
            if not {"policy.json", "checkpoints.jsonl"} <= names <= FILES:
                raise ValueError("it does not name the files that an export has")
        except UNREADABLE as error:
            raise Unusable(f"{self.folder} is no export of a log: manifest.json: {error!r}") from None
        for name, digest in value["files"].items():
            if digest_of(self.folder / name) != digest:
                self.report.say("file_altered", f"{name} is not the file that the export was made with.")
        expected = {"manifest.json"} | names | files_of(value["size"])
        top = f"{self.folder}{os.sep}"
        for path, _, found in os.walk(top):
            below = path.removeprefix(top).replace(os.sep, "/")
            for name in {f"{below}/{each}" if below else each for each in found} - expected:
                self.report.say("foreign_file", f"{name} is no part of the export.")
        self._compare(value["files"].get(VERIFIER))
        return {"size": value["size"], "details": "details.jsonl" in names, "epochs": EPOCHS in names}

    def _compare(self, digest: str | None) -> None:
        """Says when the export's verifier is another program than this one: then this one's word counts."""
        program = Path(__file__).resolve()
        if program.parent == self.folder.resolve():
            self.report.notes.append(
                "This program lies in the export: whoever made the export made it, too. Run a copy that you kept."
            )
        elif digest != (own := digest_of(program)):
            self.report.notes.append(
                f"The export's {VERIFIER} (SHA-256 {digest}) is another program than this one ({own}). Believe the one "
                "that you kept; a newer one comes from the project, not from an export."
            )

    def lines(self) -> Iterator[Lines]:
        """The file of checkpoints in portions."""
        numbered = enumerate(lines_of(self.folder / "checkpoints.jsonl"), 1)
        while portion := list(itertools.islice(numbered, PORTION)):
            yield Lines(self.policy, self.size, portion[0][0], tuple(line for _, line in portion))

    def learn(self, told: Read) -> None:
        """Adds a portion's checkpoints; says when they do not follow one another."""
        self.report.problems += told.problems
        for size, root, previous, epoch in zip(
            told.sizes, told.roots, told.previous, told.epochs, strict=True
        ):
            last = self.sizes[-1] if self.sizes else -1
            if size > last:
                if previous is not None and previous != max(last, 0):
                    words = f"The checkpoint of {size} entries follows one of {previous}, which is not here."
                    self.report.say("checkpoint_left_out", words, last=size)
                self.epochs.check_checkpoint(size, epoch)
                self.sizes.append(size)
                self.signed_roots += root
                continue
            place = bisect.bisect_left(self.sizes, size)
            forked = self.sizes[place] == size and self._signed_root(place) != root
            self.report.say(
                "checkpoint_forked" if forked else "checkpoint_replayed",
                f"A checkpoint of {size} entries comes after one of {last}"
                + (", and another was signed for this size." if forked else "."),
            )
        if told.witnessed:
            moment = datetime.datetime.fromtimestamp(told.witnessed, datetime.UTC)
            self.report.notes.append(
                f"A witness cosigned the last checkpoint at {moment:%Y-%m-%d %H:%M:%S} UTC."
            )

    def _signed_root(self, place: int) -> bytes:
        return bytes(self.signed_roots[place * HASH : (place + 1) * HASH])

    def learned(self) -> None:
        """After the last portion."""
        self.report.checkpoints = len(self.sizes)
        if not self.sizes or self.sizes[-1] != self.size:
            last = self.sizes[-1] if self.sizes else "none"
            self.report.say(
                "checkpoint_missing", f"The last checkpoint is of {last} entries, the export has {self.size}."
            )
        while self.sizes and self.sizes[-1] > self.size:
            self._say_beyond(self.sizes.pop(), "a checkpoint of the export")
        # Where epochs go on from, as far as no later restore took that.
        self.begun: dict[int, list[Epoch]] = {}
        for epoch in self.epochs.all:
            if epoch.restored <= self.epochs.kept(epoch, self.size):
                self.begun.setdefault(epoch.restored, []).append(epoch)
        kept = (size for size in self.kept if size <= self.size)
        self.asked = sorted({self.size, *self.sizes, *self.begun, *kept})
        if self.asked[0] == 0:
            self._hold({EMPTY_ROOT}, 0)

    def _trust(self, path: Path) -> Signed | None:
        """A checkpoint that somebody kept; None when a declared restore took what it is of."""
        try:
            signed = Signed.parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Unusable(f"{path} is no checkpoint: {error}") from None
        if signed.origin != self.policy.origin:
            self.report.say(
                "wrong_origin", f"{path.name} is of the log {signed.origin}, not {self.policy.origin}."
            )
        keys = self.epochs.keys.get(signed.epoch, self.policy.keys)
        signers = {(key.name, key.id): key for key in keys if key.signs(signed.size)}
        known = [(signers.get((name, key_id)), content) for name, key_id, content in signed.signatures]
        if not any(key and key.made(signed.text, content) for key, content in known):
            self.report.say(
                "wrong_key", f"None of the log's keys signed {path.name}: its keys were exchanged."
            )
        if epoch := self.epochs.losing(signed):
            self.report.notes.append(
                f"{path.name}, of {signed.size} entries, was signed before the restore of epoch {epoch.number}, in the "
                f"range that was lost: this log cannot continue it."
            )
            return None
        return signed

    # What the tasks found

    def tasks(self, scratch: Path, *, deep: bool) -> Iterator[Task]:
        sizes = self.asked
        bundles = -(-self.size // WIDTH)
        for first in range(0, bundles, CHUNK):
            end = min(first + CHUNK, bundles)
            low, high = bisect.bisect_right(sizes, first * WIDTH), bisect.bisect_left(sizes, end * WIDTH)
            cuts = tuple(size for size in sizes[low:high] if size % WIDTH)
            yield Task(self.folder, scratch, self.size, first, end, cuts, self.details, deep)

    def join(self, task: Task, found: Found) -> None:
        """Adds a task's bundles to the tree."""
        self.report.problems += found.problems
        bundles = iter(found.bundles)
        for size in sorted(task.cuts):
            while self.frontier.count < size // WIDTH:
                self._append(next(bundles), found)
            options = {found.cuts[size], found.stored_cuts.get(size, b"")} - {b""}
            self._hold({self.frontier.root(each) for each in options}, size)
        for bundle in bundles:
            self._append(bundle, found)

    def _append(self, bundle: bytes, found: Found) -> None:
        number = self.frontier.count
        stored = found.stored.get(number, b"")
        # Where entries and stored hashes differ, the level above tells which of them were there before.
        if not bundle or (stored and self._above(number) == stored):
            bundle = stored or self._above(number) or bytes(HASH)
        for level, current in self.frontier.append(bundle):
            if level % 8 == 0:
                tile = self.upper.setdefault(level // 8 + 1, [])
                tile.append(current)
                if len(tile) == WIDTH:
                    self._check_tile(level // 8 + 1, tile)
                    tile.clear()
        size = self.frontier.count * WIDTH
        if self.asked[bisect.bisect_left(self.asked, size) % len(self.asked)] == size:
            self._hold({self.frontier.root()}, size)

    def _above(self, number: int) -> bytes:
        """What the stored tile of the level above says of a bundle; empty where there is none."""
        index, offset = divmod(number, WIDTH)
        width = min(WIDTH, self.size // WIDTH - index * WIDTH)
        return (read(self.folder, tile_path("1", index, width)) or b"")[offset * HASH : (offset + 1) * HASH]

    def _check_tile(self, level: int, hashes: list[bytes]) -> None:
        span = WIDTH**level
        index = (self.frontier.count * WIDTH - 1) // (span * WIDTH)
        stored = read(self.folder, tile_path(str(level), index, len(hashes))) or b""
        if stored == b"".join(hashes):
            return
        same = next(
            (n for n, each in enumerate(hashes) if stored[n * HASH : (n + 1) * HASH] != each), len(hashes)
        )
        first = (index * WIDTH + same) * span
        last = min(first + span, self.size) - 1
        self.report.say(
            "tile_damaged",
            f"The stored hash over entries {first} to {last} (level {level}) is not that of these entries.",
            first=first,
            last=last,
        )

    def _hold(self, roots: set[bytes], size: int) -> None:
        """Holds the tree's root at a size against what was signed for it. Called in the order of the sizes.

        There are two roots where the last entries differ from their stored hashes, which is told apart.
        """
        if size == self.size:
            self.report.root = base64.b64encode(min(roots, default=b"")).decode()
        if self.kept.get(size) in roots:
            del self.kept[size]
        for epoch in self.begun.get(size, ()):
            if epoch.root not in roots:
                words = f"Epoch {epoch.number} goes on from {size} other entries than these."
                self.report.say("epoch_altered", words, last=size)
        place = bisect.bisect_left(self.sizes, size)
        if place == len(self.sizes) or self.sizes[place] != size:
            return
        if self._signed_root(place) not in roots:
            self.bad.append(size)
            return
        for each in self.bad:
            self.report.say(
                "checkpoint_altered",
                f"The checkpoint of {each} entries does not fit the log, though later ones do.",
                last=each,
            )
        self.bad.clear()
        self.good = size

    def conclude(self) -> None:
        """After the last task: the unfilled tiles, and the checkpoints that do not fit."""
        self.epochs.check_entries(self.size)
        for level, hashes in self.upper.items():
            if hashes:
                self._check_tile(level, hashes)
        if self.bad:
            self._say_rewritten("tree_rewritten", self.good, self.bad[0], "no checkpoint from then on fits")
        wrong = sorted(self.kept.keys() | self.differing)
        fitting = [each.size for each in self.trusted if each.size not in wrong]
        for signed in self.trusted:
            if signed.size > self.size:
                self._say_beyond(signed.size, "a checkpoint that you kept")
        if wrong and wrong[0] <= self.size:
            good = max((size for size in fitting if size < wrong[0]), default=0)
            words = f"it is not the log whose checkpoint of {wrong[0]} entries you kept"
            self._say_rewritten("log_forked", good, wrong[0], words)

    def _say_beyond(self, size: int, whose: str) -> None:
        self.report.say(
            "log_truncated",
            f"The log had {size} entries, says {whose}; here it ends after {self.size}.",
            first=self.size,
            last=size - 1,
        )

    def _say_rewritten(self, code: str, good: int, bad: int, why: str) -> None:
        self.report.say(
            code,
            f"Something was changed, added or taken away among entries {good} to {bad - 1}: {why}.",
            first=good,
            last=bad - 1,
        )


def twice_in(runs: list[Run]) -> Iterator[bytes]:
    """The ids that come more than once in several runs, in ascending order.

    Entries come nearly in the order of their ids, so that hardly any run reaches into another: only ids that do are
    read again, and merged. That holds a few ids of each run, also when they come in no order at all.
    """
    runs = sorted(runs, key=lambda run: run.lowest)
    contested: list[Iterator[bytes]] = []
    highest = b""
    for n, run in enumerate(runs):
        after = runs[n + 1].lowest if n + 1 < len(runs) else b"\xff"
        left, right = 0, run.count
        if run.lowest <= highest:
            left = bisect.bisect_right(range(run.count), highest, key=run.at)
        if run.highest >= after:
            right = bisect.bisect_left(range(run.count), after, key=run.at)
        contested += [run.ids(0, left), run.ids(max(left, right), run.count)]
        highest = max(highest, run.highest)
    last = b""
    for one, two in itertools.pairwise(heapq.merge(*contested)):
        if one == two != last:
            yield (last := one)


def lines_of(path: Path) -> Iterator[bytes]:
    if path.is_file():
        with path.open("rb") as file:
            yield from file


class Details:
    """Holds the exported details against what the entries committed to, in the order of the entries."""

    def __init__(self, log: Log) -> None:
        self.report = log.report
        self._lines = enumerate(lines_of(log.folder / "details.jsonl"), 1)
        self._next = self._line()
        self.missing: list[tuple[int, str, str, str, str]] = []
        self.present_keys: set[str] = set()
        self.present = 0

    def _line(self) -> dict[str, Any] | None:
        for number, line in self._lines:
            try:
                value = json.loads(line)
                if (canonical(value) + "\n").encode() != line or set(value) != {
                    "detail",
                    "entry",
                    "index",
                    "salt",
                }:
                    raise ValueError("not in its one spelling")
                bytes.fromhex(value["salt"])
                if not isinstance(value["index"], int) or not isinstance(value["detail"], str):
                    raise ValueError("not a detail")
                return dict(value)
            except UNREADABLE as error:
                self.report.say("detail_malformed", f"Line {number} of details.jsonl: {error}.")
        return None

    def check(self, committed: list[tuple[int, str, str, str, str]]) -> None:
        for each in committed:
            index, entry, commitment, key, _ = each
            self._pass(index)
            line = self._next
            if line is None or line["index"] != index:
                self.missing.append(each)
                continue
            self._next = self._line()
            made = hashlib.sha256(bytes.fromhex(line["salt"]) + line["detail"].encode()).hexdigest()
            if line["entry"] != entry or made != commitment:
                words = f"The detail of entry {index} ({entry}) is not what the entry committed to."
                self.report.say("detail_altered", words, index=index, entry=entry)
            else:
                self.present += 1
                self.present_keys.add(key)

    def _pass(self, index: int | float) -> None:
        while self._next is not None and self._next["index"] < index:
            line = self._next
            words = f"There is a detail for entry {line['index']}, which committed to none, or to another."
            self.report.say("detail_foreign", words, index=line["index"])
            self._next = self._line()

    def conclude(self, erased_keys: set[str], erased_subjects: set[str]) -> None:
        """Tells what was erased from what is missing without a word."""
        self._pass(float("inf"))
        erased = 0
        for index, entry, _, key, subject in self.missing:
            if key in erased_keys or (not key and subject in erased_subjects):
                erased += 1
            else:
                words = f"The detail of entry {index} ({entry}) is missing, and no erasure on the log explains it."
                self.report.say("detail_missing", words, index=index, entry=entry)
        for key in sorted((self.present_keys & erased_keys) - {""}):
            self.report.say(
                "erasure_undone", f"The log says that key {key} was destroyed, and a detail was read by it."
            )
        self.report.details = {"present": self.present, "erased": erased}


def verify(
    folder: Path,
    *,
    policy: Policy | None = None,
    trusted: list[Path] | None = None,
    deep: bool = False,
    processes: int = 1,
) -> Report:
    """The whole verification. Raises Unusable when the folder holds no export."""
    report = Report()
    log = Log(folder, policy, trusted or [], report)
    details = Details(log)
    runs: list[Run] = []
    twice: set[bytes] = set()
    erased_keys: set[str] = set()
    erased_subjects: set[str] = set()
    parallel = processes > 1 and log.size > CHUNK * WIDTH
    with (
        tempfile.TemporaryDirectory(prefix="verify_log-") as scratch,
        multiprocessing.Pool(processes) if parallel else _Alone() as pool,
    ):
        for told in pool.imap(read_checkpoints, log.lines()):
            log.learn(told)
        log.learned()
        tasks = list(log.tasks(Path(scratch), deep=deep))
        for task, found in zip(tasks, pool.imap(work, tasks), strict=True):
            log.join(task, found)
            runs += [found.run] if found.run else []
            twice.update(found.twice)
            erased_keys |= found.erased_keys
            erased_subjects |= found.erased_subjects
            if log.details:
                details.check(found.committed)
        twice.update(twice_in(runs))
    log.conclude()
    if log.details:
        details.conclude(erased_keys, erased_subjects)
    for index, entry in _places(folder, log.size, twice):
        report.say(
            "entry_twice", f"Entry {index} has the id {entry}, as another has.", index=index, entry=entry
        )
    if not deep:
        report.notes.append("The entries' form was not read in full; --deep does.")
    return report


class _Alone:
    """Does the tasks in this process."""

    imap = staticmethod(map)

    def __enter__(self) -> "_Alone":
        return self

    def __exit__(self, *error: object) -> None:
        return None


def _places(folder: Path, size: int, ids: set[bytes]) -> Iterator[tuple[int, str]]:
    """Where the entries of these ids stand. Reads the export once more, only when there are such."""
    wanted = {id_of(each) for each in ids}
    for number in range(-(-size // WIDTH) if wanted else 0):
        bundle = read(folder, tile_path("entries", number, min(WIDTH, size - number * WIDTH))) or b""
        for offset, entry in enumerate(split(bundle) or []):
            if (name := id_of(entry)) in wanted:
                yield number * WIDTH + offset, name


# --- Proofs of single entries (c2sp.org/tlog-proof) ---------------------------------------------------------------


def path_of(index: int, size: int) -> list[tuple[int, int, bool]]:
    """The subtrees [start, end) beside the way from leaf `index` to the root, lowest first; True when on the left."""
    low, high, sides = 0, size, []
    while high - low > 1:
        middle = low + (1 << ((high - low - 1).bit_length() - 1))
        if index < middle:
            sides.append((middle, high, False))
            high = middle
        else:
            sides.append((low, middle, True))
            low = middle
    return sides[::-1]


class Tiles:
    """The stored hashes of an export, as complete subtrees. They are believed: `verify` is what checks them."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size

    def hash_over(self, start: int, end: int) -> bytes:
        pieces = []
        while start < end:
            level = min((end - start).bit_length() - 1, (start & -start).bit_length() - 1 if start else 63)
            pieces.append(self._node(level, start >> level))
            start += 1 << level
        return fold(pieces)

    def _node(self, level: int, index: int) -> bytes:
        tile_level, height = divmod(level, 8)
        first, count = index << height, 1 << height
        number, offset = divmod(first, WIDTH)
        width = min(WIDTH, (self.size >> 8 * tile_level) - number * WIDTH)
        content = read(self.folder, tile_path(str(tile_level), number, width)) or b""
        hashes = [content[at * HASH : (at + 1) * HASH] for at in range(offset, offset + count)]
        if any(len(each) != HASH for each in hashes):
            raise Unusable(f"The stored hashes of level {tile_level} are missing or cut.")
        return levels_over(hashes)[-1][0]


def prove(folder: Path, wanted: str) -> str:
    """The tlog-proof of an entry, by its id or its index. The entry's own bytes are the `extra` data."""
    log = Log(folder, None, [], Report())
    *_, line = (None, *lines_of(folder / "checkpoints.jsonl"))
    try:
        note = json.loads(line or b"")
        if Signed.parse(note).size != log.size:
            raise ValueError("the last checkpoint is of another size than the export")
    except UNREADABLE as error:
        raise Unusable(f"The export has no checkpoint over all its entries: {error}.") from None
    for number in range(-(-log.size // WIDTH)):
        bundle = read(folder, tile_path("entries", number, min(WIDTH, log.size - number * WIDTH))) or b""
        if wanted.isdigit() and int(wanted) // WIDTH != number:
            continue
        for offset, entry in enumerate(split(bundle) or []):
            index = number * WIDTH + offset
            if wanted in {str(index), id_of(entry)}:
                tiles = Tiles(folder, log.size)
                hashes = [tiles.hash_over(start, end) for start, end, _ in path_of(index, log.size)]
                return _proof_text(index, hashes, note, entry)
    raise Unusable(f"The export has no entry {wanted}.")


def _proof_text(index: int, hashes: list[bytes], note: str, entry: bytes) -> str:
    lines = ["c2sp.org/tlog-proof@v1", f"extra {base64.b64encode(entry).decode()}", f"index {index}"]
    lines += [base64.b64encode(each).decode() for each in hashes]
    return "\n".join(lines) + "\n\n" + note


def verify_proof(text: str, policy: Policy) -> tuple[Report, bytes]:
    """Whether the entry that a proof carries is in the log, under a checkpoint that the policy accepts; and the entry.

    Raises Unusable for a text that is no proof.
    """
    report = Report(origin=policy.origin, keys=[key.vkey for key in (*policy.keys, *policy.witnesses)])
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    try:
        if not blank or len(lines) < 3 or lines[0] != "c2sp.org/tlog-proof@v1":
            raise ValueError("not a tlog-proof")
        if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
            raise ValueError("it carries no entry, or no index")
        entry, index = decode64(lines[1][6:]), decimal(lines[2][6:])
        hashes = list(map(decode64, lines[3:]))
        signed = Signed.parse(note)
    except ValueError as error:
        raise Unusable(f"The proof cannot be read: {error}.") from None
    report.size, report.checkpoints = signed.size, 1
    for code, words in policy.objections(signed, last=True):
        report.say(code, f"The checkpoint of {signed.size} entries: {words}.")
    sides = path_of(index, signed.size) if index < signed.size else []
    current = hashlib.sha256(b"\x00" + entry).digest()
    for each, (_, _, left) in zip(hashes, sides, strict=False):
        current = node_hash(each, current) if left else node_hash(current, each)
    if index >= signed.size or len(hashes) != len(sides) or current != signed.root:
        report.say(
            "not_included", f"The hashes do not lead from this entry to the checkpoint, at index {index}."
        )
    report.root = base64.b64encode(signed.root).decode()
    return report, entry


# --- Certificates of erasures ---------------------------------------------------------------------------------------


def verify_certificate(text: str, policy: Policy | None) -> tuple[Report, dict[str, Any]]:
    """Whether a certificate of erasure is the one whose digest its entry of the log holds; and what it certifies.

    Without a policy the keys are the certificate's own word. Raises Unusable for a text that is no certificate.
    """
    try:
        value = _STRICT.decode(text)
        certified, proof, own = value["document"], value["proof"], Policy.parse(value["policy"])
        if value["format"] != CERTIFICATE or not isinstance(certified, dict):
            raise ValueError(f"format {value['format']!r}, not {CERTIFICATE!r}")
        spelled = canonical(certified)
    except UNREADABLE as error:
        raise Unusable(f"The certificate cannot be read: {error!r}") from None
    report, entry = verify_proof(proof, policy or own)
    if policy is None:
        report.notes.append("The keys are the certificate's own word: compare them with those that you know.")
    elif policy != own:
        report.say(
            "policy_differs", "The certificate's key policy is not the one that you gave; yours is used."
        )
    try:
        told = _STRICT.decode(entry.decode())
        action, data = told["action"], told["data"]
        digest, erasure = data["certificate"], data["erasure"]
    except UNREADABLE:
        action, digest, erasure = "", "", ""
    if action != "erasure.certified":
        report.say("other_entry", "The entry that is proven certifies no erasure.")
    elif digest != hashlib.sha256(spelled.encode()).hexdigest() or erasure != certified.get("erasure"):
        report.say("certificate_altered", "The certificate is not the one that the log tells of.")
    if certified.get("verified") != "yes":
        report.notes.append(
            "The check after the erasure still found something: see what the certificate says."
        )
    return report, certified


def _tell_certificate(certified: dict[str, Any]) -> None:
    """What it says of each store, one a line."""
    _print(f"Erasure {certified.get('erasure')} of {certified.get('kind')} {certified.get('target')}:")
    stores = certified.get("stores")
    for each in stores if isinstance(stores, list) else []:
        if isinstance(each, dict):
            why = f" ({each['why']})" if each.get("why") else ""
            _print(f"  {each.get('title')}: {each.get('there')}, {each.get('outcome')}{why}")


# --- Command line -------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] not in {
        "verify",
        "prove",
        "verify-proof",
        "verify-certificate",
        "-h",
        "--help",
    }:
        arguments = ["verify", *arguments]
    parser = argparse.ArgumentParser(prog="verify_log.py", description=__doc__, formatter_class=_AsWritten)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("verify", help="the whole export")
    command.add_argument("export", type=Path)
    command.add_argument("--policy", type=Path, help="the key policy that you were given")
    command.add_argument(
        "--trusted", type=Path, action="append", default=[], help="a checkpoint kept from before"
    )
    command.add_argument("--deep", action="store_true", help="read every entry in full")
    command.add_argument("--json", action="store_true", help="the outcome as JSON")
    command.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    command = commands.add_parser("prove", help="prints a proof of one entry")
    command.add_argument("export", type=Path)
    command.add_argument("entry", help="its id or its index")
    command = commands.add_parser("verify-proof", help="checks such a proof")
    command.add_argument("proof", type=Path)
    command.add_argument("--policy", type=Path, required=True)
    command.add_argument("--json", action="store_true", help="the outcome as JSON")
    command = commands.add_parser("verify-certificate", help="checks a certificate of erasure")
    command.add_argument("certificate", type=Path)
    command.add_argument("--policy", type=Path, help="the key policy that you were given")
    command.add_argument("--json", action="store_true", help="the outcome as JSON")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except (Unusable, OSError) as error:
        _print(f"Cannot be used: {error}")
        return 2


class _AsWritten(argparse.RawDescriptionHelpFormatter):
    pass


def _run(options: argparse.Namespace) -> int:
    if options.command == "prove":
        _write(prove(options.export, options.entry))
        return 0
    policy = Policy.parse(_text(options.policy)) if options.policy else None
    particulars: Callable[[], None] | None = None
    if options.command == "verify-certificate":
        report, certified = verify_certificate(_text(options.certificate), policy)
        particulars = functools.partial(_tell_certificate, certified)
    elif options.command == "verify":
        report = verify(
            options.export,
            policy=policy,
            trusted=options.trusted,
            deep=options.deep,
            processes=options.processes,
        )
    else:
        report, entry = verify_proof(_text(options.proof), Policy.parse(_text(options.policy)))
        particulars = functools.partial(_print, f"The entry: {entry.decode('utf-8', 'replace')}")
    if options.json:
        _print(json.dumps(report.as_json(), indent=1))
    else:
        _tell(report)
        if report.whole and particulars:
            particulars()
    if not report.whole:
        return 1
    return DECLARED_LOSS if report.epochs else 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Unusable(f"{path} cannot be read: {error}") from None


def _tell(report: Report) -> None:
    if report.whole:
        but = ", but for what restores took as declared" if report.epochs else ""
        _print(f"Whole{but}: {report.origin}, {report.size} entries, {report.checkpoints} checkpoints.")
    else:
        _print(f"NOT WHOLE: {report.origin}, {report.size} entries: {len(report.problems)} problems.")
    _print(f"Root: {report.root}")
    for key in report.keys:
        _print(f"Key: {key}")
    if report.details:
        _print(
            f"Details: {report.details['present']} as committed, {report.details['erased']} erased on the log."
        )
    for note in report.notes:
        _print(f"Note: {note}")
    shown: dict[str, int] = {}
    for each in report.problems:
        shown[each.code] = shown.get(each.code, 0) + 1
        if shown[each.code] <= SHOWN:
            _print(f"{each.code}: {each.message}")
    for code, count in shown.items():
        if count > SHOWN:
            _print(f"{code}: {count - SHOWN} more; --json has them all.")


def _print(line: str) -> None:
    """What an export says about itself may hold anything: nothing that a terminal would obey is printed."""
    _write("".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in line) + "\n")


def _write(text: str) -> None:
    """Ends the program quietly when who reads the outcome has enough of it, as `| head` does."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still in the buffer goes nowhere, so that the interpreter does not try again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CLOSED_PIPE)


def _main() -> NoReturn:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        code = main(sys.argv[1:])
    finally:
        _write("")  # what argparse printed
    sys.exit(code)


if __name__ == "__main__":
    _main()
