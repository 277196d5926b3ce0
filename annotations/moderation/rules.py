"""The life of a flag."""

from annotations.accounts.enums import Role
from annotations.core.transitions import Transition, TransitionTable
from annotations.moderation.enums import FlagState

FLAGS = TransitionTable(
    "flag",
    initial=[FlagState.OPEN],
    final=[FlagState.UPHELD, FlagState.DISMISSED],
    transitions=[
        Transition(FlagState.OPEN, "uphold", FlagState.UPHELD, Role.LEAD),
        Transition(FlagState.OPEN, "dismiss", FlagState.DISMISSED, Role.LEAD),
        Transition(FlagState.UPHELD, "dismiss", FlagState.DISMISSED, Role.LEAD),
    ],
)
