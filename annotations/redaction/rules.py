"""The lives of a request to show a hidden region again and of a run that was not verified, and when one is held."""

from collections.abc import Mapping
from typing import Any

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import Refusal, by, nobody_but, somebody_else_than
from annotations.redaction.enums import HeldBecause, UnredactionState as L, UnverifiedState as U

LEAD, CONTRACTOR, OPERATOR = by(Role.LEAD), by(Role.CONTRACTOR), by(Role.OPERATOR)
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

UNVERIFIED = TransitionTable(
    "run that was not verified",
    initial=[U.WAITING],
    final=[U.TRIED_STRICTLY, U.STARTED_AGAIN, U.DISCARDED],
    transitions=[
        Transition(U.WAITING, "try strictly", U.TRIED_STRICTLY, LEAD),
        Transition(U.WAITING, "discard", U.DISCARDED, LEAD),
        Transition(U.WAITING, "start again", U.STARTED_AGAIN, OPERATOR),
        # Discarded by mistake: its flag is dismissed, and the clip is still held until a pass has been verified.
        Transition(U.DISCARDED, "try strictly", U.TRIED_STRICTLY, LEAD),
        Transition(U.DISCARDED, "start again", U.STARTED_AGAIN, OPERATOR),
    ],
)


def why_held(residual: Mapping[str, Any]) -> str:
    """Why a rendition with this residual (`vision.report.ResidualReport`) is not verified: one of `HeldBecause`, or
    nothing. A pass that could not be judged is never verified by silence."""
    if residual["exposed"]:
        return HeldBecause.FACE_VISIBLE
    if residual.get("evidence"):
        return HeldBecause.EVIDENCE
    return str(residual.get("unjudgeable", ""))


def holds(residual: Mapping[str, Any]) -> bool:
    """Whether a rendition with this residual is not shown to anybody."""
    return bool(why_held(residual))
