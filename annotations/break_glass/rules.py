"""The life of a break-glass access."""

from annotations.accounts.enums import Role
from annotations.break_glass.enums import BreakGlassState
from annotations.core.errors import Missing
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import THE_SITE, Refusal, by, either, nobody_but, somebody_else_than

_ANOTHER_DECIDES = Refusal(
    "second_person_needed", "Another privacy officer has to decide on what you asked for."
)
SECOND_OFFICER = by(
    Role.PRIVACY_OFFICER,
    only=somebody_else_than("asked_by", "who asked", _ANOTHER_DECIDES),
    refusal=_ANOTHER_DECIDES,
)
# To others the request looks as if it did not exist.
NO_SUCH_REQUEST = Refusal("no_such_request", "There is no such request.", Missing)
WHO_ASKED_OR_OFFICER = either(
    by(Role.LEAD, only=nobody_but("asked_by", "who asked", NO_SUCH_REQUEST), refusal=NO_SUCH_REQUEST),
    by(Role.PRIVACY_OFFICER),
)

BREAK_GLASS = TransitionTable(
    "break-glass access",
    initial=[BreakGlassState.ASKED],
    final=[BreakGlassState.REFUSED, BreakGlassState.LAPSED, BreakGlassState.EXPIRED, BreakGlassState.CLOSED],
    transitions=[
        Transition(BreakGlassState.ASKED, "approve", BreakGlassState.APPROVED, SECOND_OFFICER),
        Transition(BreakGlassState.ASKED, "refuse", BreakGlassState.REFUSED, SECOND_OFFICER),
        Transition(BreakGlassState.ASKED, "lapse", BreakGlassState.LAPSED, THE_SITE),
        Transition(BreakGlassState.APPROVED, "expire", BreakGlassState.EXPIRED, THE_SITE),
        Transition(BreakGlassState.APPROVED, "close", BreakGlassState.CLOSED, WHO_ASKED_OR_OFFICER),
        # The account of who asked was closed, or has another role.
        Transition(BreakGlassState.ASKED, "revoke", BreakGlassState.CLOSED, THE_SITE),
        Transition(BreakGlassState.APPROVED, "revoke", BreakGlassState.CLOSED, THE_SITE),
        # A new hold, a withdrawal, an erasure; or the copy cannot be made.
        Transition(BreakGlassState.APPROVED, "stop", BreakGlassState.CLOSED, THE_SITE),
    ],
)
