"""The life of a request to show a hidden region again: no face is there, two people say."""

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import Refusal, by, nobody_but, somebody_else_than
from annotations.redaction.enums import UnredactionState as L

LEAD, CONTRACTOR = by(Role.LEAD), by(Role.CONTRACTOR)
WHO_ASKED = by(
    Role.LEAD,
    only=nobody_but("asked_by", "who asked", Refusal("not_yours", "Only who asked can take it back.")),
)
SECOND_PERSON = by(
    Role.LEAD,
    Role.PRIVACY_OFFICER,
    only=somebody_else_than(
        "asked_by",
        "who asked",
        Refusal("second_person_needed", "Somebody else has to decide on what you asked for."),
    ),
)

# Who chooses how faces are hidden (`services.hiding`).
CHOOSES_HIDING = by(
    Role.PRIVACY_OFFICER,
    refusal=Refusal("privacy_officer_only", "A privacy officer chooses how faces are hidden."),
)

UNREDACTIONS = TransitionTable(
    "unredaction",
    initial=[L.ASKED],
    final=[L.REFUSED, L.TAKEN_BACK, L.ENDED],
    transitions=[
        Transition(L.ASKED, "approve", L.APPROVED, SECOND_PERSON),
        Transition(L.ASKED, "refuse", L.REFUSED, SECOND_PERSON),
        Transition(L.ASKED, "take back", L.TAKEN_BACK, WHO_ASKED),
        Transition(L.APPROVED, "hide again", L.ENDED, LEAD),
        Transition(L.APPROVED, "report something to hide", L.ENDED, CONTRACTOR),
    ],
)
