"""The life of a subject access request, and its time limits."""

import calendar
import datetime

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import by
from annotations.rights.enums import RequestState

OFFICER = by(Role.PRIVACY_OFFICER)

# What an officer does with a request by the data subject; the answer goes out as it was reviewed.
REQUESTS = TransitionTable(
    "request",
    initial=[RequestState.OPEN],
    final=[RequestState.ANSWERED, RequestState.REFUSED],
    transitions=[
        *(
            Transition(state, "compile", RequestState.COMPILED, OFFICER)
            for state in (RequestState.OPEN, RequestState.COMPILED, RequestState.REVIEWED)
        ),
        Transition(RequestState.COMPILED, "review", RequestState.REVIEWED, OFFICER),
        Transition(RequestState.REVIEWED, "answer", RequestState.ANSWERED, OFFICER),
        *(
            Transition(state, "refuse", RequestState.REFUSED, OFFICER)
            for state in (RequestState.OPEN, RequestState.COMPILED, RequestState.REVIEWED)
        ),
    ],
)

# GDPR, Art. 12(3): one month, and two more where that is necessary and the subject is told within the first.
MONTHS, MORE_MONTHS = 1, 2


def months_after(moment: datetime.datetime, months: int) -> datetime.datetime:
    """The same day so many months later, or the last day of that month where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
