"""The life of subject access requests with their time limits, of retention rules and of legal holds."""

import calendar
import datetime

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import THE_SITE, Refusal, by, somebody_else_than
from annotations.rights.enums import RequestState
from annotations.rights.retention.enums import LegalHoldState, RuleState

OFFICER = by(Role.PRIVACY_OFFICER)
SECOND_OFFICER = by(
    Role.PRIVACY_OFFICER,
    only=somebody_else_than(
        "asked_by",
        "who asked",
        Refusal("second_person_needed", "Another privacy officer has to decide on what you asked for."),
    ),
)

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

# How long a compiled answer is kept after its request is closed: long enough to send it once more.
KEEP_ANSWER = datetime.timedelta(days=90)


def months_after(moment: datetime.datetime, months: int) -> datetime.datetime:
    """The same day so many months later, or the last day of that month where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


# A version of a rule that keeps something longer than the default; any other is decided by one officer. One that keeps
# something shorter than the one before takes effect later, and is taken back by anybody who could have decided on it.
RETENTION_RULES = TransitionTable(
    "retention rule",
    initial=[RuleState.PROPOSED, RuleState.ANNOUNCED, RuleState.IN_FORCE],
    final=[RuleState.IN_FORCE, RuleState.REFUSED, RuleState.TAKEN_BACK],
    transitions=[
        Transition(RuleState.PROPOSED, "agree", RuleState.IN_FORCE, SECOND_OFFICER),
        Transition(RuleState.PROPOSED, "agree for later", RuleState.ANNOUNCED, SECOND_OFFICER),
        Transition(RuleState.PROPOSED, "refuse", RuleState.REFUSED, OFFICER),
        Transition(RuleState.ANNOUNCED, "take back", RuleState.TAKEN_BACK, OFFICER),
        Transition(RuleState.ANNOUNCED, "bring into force", RuleState.IN_FORCE, THE_SITE),
    ],
)

STANDING = (LegalHoldState.STANDING, LegalHoldState.EXTENSION_ASKED, LegalHoldState.RELEASE_ASKED)

# Whatever changes a legal hold is asked for by one officer, and another one agrees. It ends by itself.
LEGAL_HOLDS = TransitionTable(
    "legal hold",
    initial=[LegalHoldState.ASKED],
    final=[LegalHoldState.RELEASED, LegalHoldState.EXPIRED, LegalHoldState.REFUSED],
    transitions=[
        Transition(LegalHoldState.ASKED, "agree", LegalHoldState.STANDING, SECOND_OFFICER),
        Transition(LegalHoldState.ASKED, "refuse", LegalHoldState.REFUSED, OFFICER),
        Transition(LegalHoldState.STANDING, "ask to extend", LegalHoldState.EXTENSION_ASKED, OFFICER),
        Transition(LegalHoldState.STANDING, "ask to release", LegalHoldState.RELEASE_ASKED, OFFICER),
        Transition(LegalHoldState.EXTENSION_ASKED, "agree", LegalHoldState.STANDING, SECOND_OFFICER),
        Transition(LegalHoldState.RELEASE_ASKED, "agree", LegalHoldState.RELEASED, SECOND_OFFICER),
        Transition(LegalHoldState.EXTENSION_ASKED, "refuse", LegalHoldState.STANDING, OFFICER),
        Transition(LegalHoldState.RELEASE_ASKED, "refuse", LegalHoldState.STANDING, OFFICER),
        *(
            Transition(state, "expire", LegalHoldState.EXPIRED, THE_SITE)
            for state in (LegalHoldState.ASKED, *STANDING)
        ),
    ],
)
