"""The entries that this context writes."""

from annotations.audit.fields import CODE, COUNT, ID, RANGES, TIME, list_of, one_of
from annotations.audit.registry import Repeats, action
from annotations.break_glass.enums import BreakGlassPurpose
from annotations.clips.enums import HoldReason
from annotations.redaction.log import SENT

_ACCESS = {"request": ID}
ENDS = (
    ("lapse", "nobody decided in time"),
    ("expire", "its time is over"),
    ("close", "closed by a person"),
    ("stop", "the clip may not be seen any more"),
    ("revoke", "the account of who asked was closed, or has another role"),
)

ASKED = action(
    "break_glass.asked",
    "Asked to see the original without redaction ({request}): {why}",
    _ACCESS | {"why": one_of(BreakGlassPurpose.choices)},
)
APPROVED = action(
    "break_glass.approved",
    "A second person approved to see the original without redaction ({request}), until {until}; holds passed: {passes}",
    _ACCESS | {"until": TIME, "passes": list_of(one_of(HoldReason.choices), len(HoldReason.choices))},
)
REFUSED = action(
    "break_glass.refused",
    "A second person refused to show the original without redaction ({request})",
    _ACCESS,
)
OPENED = action("break_glass.opened", "Original decrypted to make its unredacted copy ({request})", _ACCESS)
READY = action(
    "break_glass.ready",
    "Unredacted copy made and encrypted ({request}); bytes: {bytes}",
    _ACCESS | {"bytes": COUNT},
)
FAILED = action(
    "break_glass.failed", "Unredacted copy could not be made ({request}): {code}", _ACCESS | {"code": CODE}
)
GRANTED = action(
    "break_glass.granted",
    "View granted of the original without redaction ({request})",
    _ACCESS | {"seconds": COUNT},
    repeats=Repeats(apart=("seconds",)),
)
SERVED = action(
    "break_glass.served",
    "Original delivered without redaction ({request}): {range}",
    _ACCESS | {"range": SENT},
    repeats=Repeats(apart=("range",)),
)
WATCHED = action(
    "break_glass.watched",
    "Watched without redaction ({request}): {ranges} ms (claimed by the {claimed_by})",
    _ACCESS | {"ranges": RANGES, "claimed_by": one_of([("browser", "browser")])},
    repeats=Repeats(joined="ranges"),
)
ENDED = action(
    "break_glass.ended",
    "Access without redaction ended ({request}): {because}",
    _ACCESS | {"because": one_of(ENDS)},
)
ERASED = action(
    "break_glass.erased",
    "Accesses without redaction ended, as the clip is erased: {ended}; copies destroyed: {copies}",
    {"ended": COUNT, "copies": COUNT},
)
