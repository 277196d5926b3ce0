"""The life of a break-glass access."""

from annotations.break_glass.enums import BreakGlassState
from annotations.core.transitions import Transition, TransitionTable

BREAK_GLASS = TransitionTable(
    "break-glass access",
    initial=[BreakGlassState.ASKED],
    final=[BreakGlassState.REFUSED, BreakGlassState.LAPSED, BreakGlassState.EXPIRED, BreakGlassState.CLOSED],
    transitions=[
        Transition(BreakGlassState.ASKED, "approve", BreakGlassState.APPROVED, "another privacy officer"),
        Transition(BreakGlassState.ASKED, "refuse", BreakGlassState.REFUSED, "another privacy officer"),
        Transition(BreakGlassState.ASKED, "lapse", BreakGlassState.LAPSED, "worker"),
        Transition(BreakGlassState.APPROVED, "expire", BreakGlassState.EXPIRED, "worker"),
        Transition(
            BreakGlassState.APPROVED, "close", BreakGlassState.CLOSED, "who asked or a privacy officer"
        ),
        # A new hold, a withdrawal, an erasure; or the copy cannot be made.
        Transition(BreakGlassState.APPROVED, "stop", BreakGlassState.CLOSED, "worker"),
    ],
)
