"""The lives of what the privacy desk works on."""

import calendar
import datetime

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.privacy.enums import AlertState, GlassState as G, RequestState

ALERTS = TransitionTable(
    "alert",
    initial=[AlertState.OPEN],
    final=[AlertState.EXPLAINED, AlertState.ESCALATED],
    transitions=[
        Transition(AlertState.OPEN, "take", AlertState.TAKEN, Role.PRIVACY_OFFICER),
        Transition(AlertState.TAKEN, "give back", AlertState.OPEN, Role.PRIVACY_OFFICER),
        *(
            Transition(state, action, target, Role.PRIVACY_OFFICER)
            for state in (AlertState.OPEN, AlertState.TAKEN)
            for action, target in (("explain", AlertState.EXPLAINED), ("escalate", AlertState.ESCALATED))
        ),
        # What was escalated comes to an end, too.
        Transition(AlertState.ESCALATED, "explain", AlertState.EXPLAINED, Role.PRIVACY_OFFICER),
    ],
)

# What an officer does with a request by the data subject; the answer goes out as it was reviewed.
REQUESTS = TransitionTable(
    "request",
    initial=[RequestState.OPEN],
    final=[RequestState.ANSWERED, RequestState.REFUSED],
    transitions=[
        *(
            Transition(state, "compile", RequestState.COMPILED, Role.PRIVACY_OFFICER)
            for state in (RequestState.OPEN, RequestState.COMPILED, RequestState.REVIEWED)
        ),
        Transition(RequestState.COMPILED, "review", RequestState.REVIEWED, Role.PRIVACY_OFFICER),
        Transition(RequestState.REVIEWED, "answer", RequestState.ANSWERED, Role.PRIVACY_OFFICER),
        *(
            Transition(state, "refuse", RequestState.REFUSED, Role.PRIVACY_OFFICER)
            for state in (RequestState.OPEN, RequestState.COMPILED, RequestState.REVIEWED)
        ),
    ],
)

BREAK_GLASS = TransitionTable(
    "break-glass request",
    initial=[G.ASKED],
    final=[G.REFUSED, G.LAPSED, G.EXPIRED, G.CLOSED],
    transitions=[
        Transition(G.ASKED, "approve", G.APPROVED, "another privacy officer"),
        Transition(G.ASKED, "refuse", G.REFUSED, "another privacy officer"),
        Transition(G.ASKED, "lapse", G.LAPSED, "worker"),
        Transition(G.APPROVED, "expire", G.EXPIRED, "worker"),
        Transition(G.APPROVED, "close", G.CLOSED, "who asked or a privacy officer"),
        # A new hold, a withdrawal, an erasure; or the copy cannot be made.
        Transition(G.APPROVED, "stop", G.CLOSED, "worker"),
    ],
)

# GDPR, Art. 12(3): one month, and two more where that is necessary and the subject is told within the first.
MONTHS, MORE_MONTHS = 1, 2


def months_after(moment: datetime.datetime, months: int) -> datetime.datetime:
    """The same day so many months later, or the last day of that month where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
