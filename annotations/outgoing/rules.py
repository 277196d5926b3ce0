"""The life of a message: when it is tried again, when it is given up, and who may send it again."""

import datetime

from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import THE_SITE, by
from annotations.outgoing.enums import MessageState

OUTGOING_MESSAGES = TransitionTable(
    "outgoing message",
    initial=[MessageState.WAITING],
    final=[MessageState.SENT, MessageState.DEAD],
    transitions=[
        Transition(MessageState.WAITING, "send", MessageState.SENT, THE_SITE),
        Transition(MessageState.WAITING, "give up", MessageState.DEAD, THE_SITE),
        Transition(MessageState.DEAD, "send again", MessageState.WAITING, by("operator")),
    ],
)

ATTEMPTS = 12
_FIRST_PAUSE = datetime.timedelta(minutes=1)
_LONGEST_PAUSE = datetime.timedelta(hours=6)

LEASE = datetime.timedelta(minutes=3)
"""Longer than any attempt may take."""

KEEP_ENDED = datetime.timedelta(days=30)
KEEP_ADDRESS = datetime.timedelta(days=7)
"""For how long the address in a message that was given up is kept, so that it can be tried again."""


def pause_after(attempts: int) -> datetime.timedelta | None:
    """How long to wait after so many attempts, twice as long each time; None: it is given up, after about 26 hours."""
    if attempts >= ATTEMPTS:
        return None
    doubled: int = 2 ** (attempts - 1)
    return min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)
