"""The life of a request to show a hidden region again: no face is there, two people say."""

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.redaction.enums import UnredactionState as L

SECOND_PERSON = "another lead or a privacy officer"

UNREDACTIONS = TransitionTable(
    "unredaction",
    initial=[L.ASKED],
    final=[L.REFUSED, L.TAKEN_BACK, L.ENDED],
    transitions=[
        Transition(L.ASKED, "approve", L.APPROVED, SECOND_PERSON),
        Transition(L.ASKED, "refuse", L.REFUSED, SECOND_PERSON),
        Transition(L.ASKED, "take back", L.TAKEN_BACK, Role.LEAD),
        Transition(L.APPROVED, "hide again", L.ENDED, Role.LEAD),
        Transition(L.APPROVED, "report a missed face", L.ENDED, Role.CONTRACTOR),
    ],
)
