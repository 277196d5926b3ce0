"""Whether the database knows what the journal tells: asked before every request, so it costs next to nothing.

What was read of the file is kept in the process, and only what was added since is read. The database is asked for its
last line once a second, or when the file has changed.
"""

import threading
import time
from dataclasses import dataclass, field

from django.db import connection, transaction

from annotations.audit.journal.file import Known, Stamp
from annotations.audit.journal.lines import JournalAltered, JournalBehind, Line
from annotations.audit.journal.recording import UNDER_WAY, last_known, own_file
from annotations.audit.models import JournalLine
from annotations.core import named_locks
from annotations.core.errors import DomainError

ASK_AGAIN_AFTER = 1.0
"""Seconds after which the database is asked again, though the file is as it was: it might have been exchanged."""

AHEAD = "journal_ahead"
_AHEAD = (
    "The site was set back to an earlier state. What was withdrawn or erased since then is done again first; "
    "until that is done nothing is shown. Should it last: manage.py restore --replay says why."
)


@dataclass(frozen=True)
class Standing:
    """`code` is empty while the database knows every line, and else says what stands between them; `unknown` are the
    lines that it does not know."""

    code: str = ""
    message: str = ""
    unknown: tuple[Line, ...] = ()


@dataclass
class _Read:
    """What this process has read of one journal, and how it stood against one database."""

    lines: list[Line] = field(default_factory=list)
    end: int = 0
    stamp: Stamp | None = None
    known: Known | None = None
    asked_at: float = 0.0
    standing: Standing | None = None


_lock = threading.Lock()
_read: dict[tuple[str, str], _Read] = {}


def standing() -> Standing:
    """How the database stands against the journal now. Acts that are under way are waited for."""
    with _lock:
        place = (str(own_file().path), str(connection.settings_dict["NAME"]))
        read = _read.setdefault(place, _Read())
        try:
            found = _standing(read)
        except DomainError as error:
            _read.pop(place, None)
            return Standing(error.code, error.message)
        if found.code:
            _read.pop(place, None)  # nothing is taken for granted while something is wrong
        return found


def forget_standing() -> None:
    """Reads everything again when it is asked next."""
    with _lock:
        _read.clear()


def _standing(read: _Read) -> Standing:
    stamp, now = own_file().stamp(), time.monotonic()
    if read.standing and stamp == read.stamp:
        if now - read.asked_at < ASK_AGAIN_AFTER:
            return read.standing
        if last_known() == read.known:
            read.asked_at = now
            return read.standing
    # In this order: a line is in the file before its row is committed.
    read.known, rows = last_known(), _rows()
    _read_on(read, stamp)
    _check(read.lines, rows)
    if unknown := _lacking(read.lines, rows):
        with transaction.atomic():
            named_locks.hold(UNDER_WAY, alone=True)
        unknown = _lacking(read.lines, _rows())
    read.stamp, read.asked_at = stamp, now
    read.standing = Standing(AHEAD, _AHEAD, unknown) if unknown else Standing()
    return read.standing


def _read_on(read: _Read, stamp: Stamp | None) -> None:
    """Reads what was added; everything, when the file is another one or did not grow."""
    before = read.stamp
    if not (before and stamp and before.inode == stamp.inode and before.size < stamp.size):
        read.lines, read.end = [], 0
    if stamp is None:
        return
    for line, end in own_file().after(read.lines[-1] if read.lines else None, read.end):
        read.lines.append(line)
        read.end = end


def _rows() -> dict[int, str]:
    """The digests of the lines that the database knows, by their numbers."""
    return dict(JournalLine.objects.values_list("number", "digest"))


def _check(lines: list[Line], known: dict[int, str]) -> None:
    """Raises JournalBehind, and JournalAltered when both have a line and it is not the same."""
    first, last = (lines[0].number, lines[-1].number) if lines else (1, 0)
    if known and max(known) > last:
        raise JournalBehind(max(known), last)
    for line in lines:
        if known.get(line.number, line.digest) != line.digest:
            raise JournalAltered(f"line {line.number} is another one than the database knows.")
    if first > 1 and known.get(first - 1) != lines[0].previous:
        raise JournalAltered(f"it begins with line {first}, which follows none that the database knows.")


def _lacking(lines: list[Line], known: dict[int, str]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.number not in known)
