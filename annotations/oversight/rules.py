"""The life of an alert."""

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.oversight.enums import AlertState

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
