"""Writing to the journal, and telling the database which of its lines it knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import connection

from annotations.audit.actors import Actor
from annotations.audit.journal.file import JournalFile, Known
from annotations.audit.journal.lines import Kind, Line, Said
from annotations.audit.models import JournalLine
from annotations.core import clock, named_locks

UNDER_WAY = "audit.journal"
"""Held, with others, by every transaction that has written a line and not ended yet."""

_replaying: ContextVar[bool] = ContextVar("replaying", default=False)


def own_file() -> JournalFile:
    """The journal of this site, where JOURNAL_FILE says."""
    return JournalFile(settings.JOURNAL_FILE, settings.JOURNAL_KEYS)


def record(kind: Kind, actor: Actor, data: dict[str, Any]) -> None:
    """Tells the journal of an act, inside its transaction and as its last step: afterwards it only has to commit.

    When it does not, the line stays and is replayed: what stands in the journal is done. Nothing happens while the
    journal is replayed. Raises RuntimeError outside a transaction; JournalUnreachable, JournalBehind, JournalAltered.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A line of the journal is written in the transaction of the act that it tells of.")
    if _replaying.get():
        return
    named_locks.hold(UNDER_WAY, alone=False)
    know(own_file().append(Said(kind, actor, data, clock.now()), last_known()))


def know(line: Line) -> None:
    """From this transaction on the database knows the line."""
    JournalLine.objects.create(number=line.number, digest=line.digest)


def last_known() -> Known:
    """The last line that the database knows."""
    row = JournalLine.objects.order_by("-number").first()
    return Known(row.number, row.digest) if row else Known()


@contextmanager
def replaying() -> Iterator[None]:
    """Acts in this block are told in the journal already."""
    token = _replaying.set(True)
    try:
        yield
    finally:
        _replaying.reset(token)


def write_ahead(kind: Kind, actor: Actor, data: dict[str, Any], known: Known) -> Line:
    """Adds a line that no database knows yet: whoever replays the journal does what it tells. Raises as `record`."""
    return own_file().append(Said(kind, actor, data, clock.now()), known)


def begin_anew(actor: Actor, known: Known) -> Line:
    """Puts the journal aside, and begins another that follows what the database knows. Raises JournalUnreachable."""
    return own_file().begin_anew(Said(Kind.BEGUN, actor, {}, clock.now()), known)
