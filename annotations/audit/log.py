"""The entries that this context writes."""

from .registry import action

SEARCHED = action("audit.searched", "Read the log; filters: {filters}; page: {page}", ["filters", "page"])
KEY_ADDED = action(
    "audit.key_added", "Key of the log taken into use, from size {size} on: {key}", ["key", "size"]
)
KEY_RETIRED = action(
    "audit.key_retired", "Key of the log taken out of use, from size {size} on: {key}", ["key", "size"]
)
REQUEUED = action(
    "audit.requeued", "Entries queued for the tree that the queue had lost: {entries}", ["entries"]
)
VERIFIED = action(
    "audit.verified",
    "Verified the log; whole: {ok} ({size} entries, {problems} problems)",
    ["ok", "size", "problems"],
)
ANCHORED = action(
    "audit.anchored", "A witness cosigned the log: {witness} ({size} entries)", ["witness", "size"]
)
ANCHOR_FAILED = action(
    "audit.anchor_failed", "A witness did not cosign the log: {witness} ({reason})", ["witness", "reason"]
)
EXPORTED = action(
    "audit.exported", "Exported the whole log, to be verified elsewhere; with details: {details}", ["details"]
)
PROVEN = action("audit.proven", "Made a proof that an entry is on the log: {entry}", ["entry"])
SUBJECT_ERASED = action(
    "audit.subject_erased",
    "Erased for ever what entries told of this subject in somebody's words; details: {details}, keys: {keys}",
    ["details", "keys"],
)
