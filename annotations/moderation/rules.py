"""The life of a flag."""

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import by
from annotations.moderation.enums import FlagState

LEAD = by(Role.LEAD)

FLAGS = TransitionTable(
    "flag",
    initial=[FlagState.OPEN],
    final=[FlagState.UPHELD, FlagState.DISMISSED],
    transitions=[
        Transition(FlagState.OPEN, "uphold", FlagState.UPHELD, LEAD),
        Transition(FlagState.OPEN, "dismiss", FlagState.DISMISSED, LEAD),
        Transition(FlagState.UPHELD, "dismiss", FlagState.DISMISSED, LEAD),
    ],
)
