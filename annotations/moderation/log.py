"""The entries that this context writes."""

from annotations.audit.fields import CODE, COUNT, DIGEST, ID, TIME, YES_NO, one_of
from annotations.audit.registry import Repeats, action
from annotations.moderation.enums import FlagCategory, FlagSource

_FLAG = {"flag": ID, "category": one_of(FlagCategory.choices)}

SCREENED = action(
    "content.screened",
    "Content checked; findings: {findings}, quarantined: {quarantined}",
    {"findings": COUNT, "quarantined": YES_NO},
)
FLAGGED = action(
    "content.flagged",
    "Flagged by a {source}: {category}",
    _FLAG | {"source": one_of(FlagSource.choices)},
)
UPHELD = action("content.flag_upheld", "Flag upheld: {category}", _FLAG)
DISMISSED = action("content.flag_dismissed", "Flag dismissed: {category}", _FLAG)
POSTER_SERVED = action("content.poster_served", "Blurred poster shown", {"flag": ID}, repeats=Repeats())
LIST_ADDED = action(
    "content.list_added",
    "List of known content added: {count} hashes",
    {
        "list": ID,
        "count": COUNT,
        "left_out": COUNT,
        "sha256": DIGEST,
        "category": one_of(FlagCategory.choices),
        "kept_until": TIME,
    },
)
LIST_REMOVED = action(
    "content.list_removed",
    "List of known content removed ({why})",
    {"list": ID, "why": one_of([("by_hand", "by hand"), ("expired", "expired")])},
)
FINGERPRINTS_FORGOTTEN = action(
    "content.fingerprints_forgotten", "Fingerprints of clips forgotten: {count}", {"count": COUNT}
)
ERASED = action(
    "content.erased",
    "Checks erased: {screenings}; findings: {findings}, flags: {flags}, fingerprints: {fingerprints}; "
    "kept of a discarded clip: flags {flags_kept}, fingerprints {fingerprints_kept}",
    dict.fromkeys(
        ("screenings", "findings", "flags", "fingerprints", "flags_kept", "fingerprints_kept"), COUNT
    ),
)
RECHECKED = action(
    "content.rechecked",
    "Clips from before held against what became known; clips: {checked}, flagged: {matched}",
    {"recheck": ID, "known": ID, "checked": COUNT, "matched": COUNT},
)
RECHECK_FAILED = action(
    "content.recheck_failed",
    "Clips from before could not all be held against what became known: {code}",
    {"recheck": ID, "known": ID, "checked": COUNT, "matched": COUNT, "code": CODE},
)
RECHECK_RETRIED = action(
    "content.recheck_retried", "Holding clips from before against what became known goes on", {"recheck": ID}
)
