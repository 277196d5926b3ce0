"""The life of an alert."""

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import Refusal, by, somebody_else_than
from annotations.oversight.enums import AlertState

NOT_ABOUT_THEM = by(
    Role.PRIVACY_OFFICER,
    only=somebody_else_than(
        "about",
        "whom it is about",
        Refusal("own_alert", "This alert is about you. Another privacy officer resolves it."),
    ),
)

ALERTS = TransitionTable(
    "alert",
    initial=[AlertState.OPEN],
    final=[AlertState.EXPLAINED, AlertState.ESCALATED],
    transitions=[
        Transition(AlertState.OPEN, "take", AlertState.TAKEN, NOT_ABOUT_THEM),
        Transition(AlertState.TAKEN, "give back", AlertState.OPEN, NOT_ABOUT_THEM),
        *(
            Transition(state, action, target, NOT_ABOUT_THEM)
            for state in (AlertState.OPEN, AlertState.TAKEN)
            for action, target in (("explain", AlertState.EXPLAINED), ("escalate", AlertState.ESCALATED))
        ),
        # What was escalated comes to an end, too.
        Transition(AlertState.ESCALATED, "explain", AlertState.EXPLAINED, NOT_ABOUT_THEM),
    ],
)
