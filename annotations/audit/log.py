"""The entries that this context writes."""

from annotations.audit.enums import KeysDestroyed
from annotations.audit.fields import (
    CODE,
    COUNT,
    DIGEST,
    FILTERS,
    ID,
    NAME,
    PSEUDONYM,
    TIME,
    YES_NO,
    list_of,
    one_of,
)
from annotations.audit.journal.lines import Kind
from annotations.audit.registry import Repeats, action

SEARCHED = action(
    "audit.searched",
    "Read the log; filters: {filters}; page: {page}",
    {"filters": FILTERS, "page": one_of([("first", "first"), ("next", "next")])},
    repeats=Repeats(),
)
REPEATED = action(
    "audit.repeated", "The same again as in entry {entry}; times: {times}", {"entry": ID, "times": COUNT}
)
KEY_ADDED = action(
    "audit.key_added",
    "Key of the log taken into use, from size {size} on: {key}",
    {"key": NAME, "size": COUNT},
)
KEY_RETIRED = action(
    "audit.key_retired",
    "Key of the log taken out of use, from size {size} on: {key}",
    {"key": NAME, "size": COUNT},
)
EPOCH_AGREED = action(
    "audit.epoch_agreed",
    "Wants the log to go on in a new epoch after a restore (agreed to by {agreed_by}); each gave their password",
    {"agreed_by": PSEUDONYM},
)
EPOCH_DECLARED = action(
    "audit.epoch_declared",
    "The log goes on after a restore, in epoch {epoch}: entries {first} to {last} that were signed are lost"
    " (agreed to by {agreed_by}, declaration {declaration})",
    {"epoch": COUNT, "first": COUNT, "last": COUNT, "agreed_by": PSEUDONYM, "declaration": DIGEST},
)
FILES_SWEPT = action(
    "files.swept",
    "Files of {storage} deleted that no row names, left by processes that died: {files}",
    {"storage": NAME, "files": COUNT},
)
FILES_LACKING = action(
    "files.lacking",
    "Files that {storage} lacks although rows name them: {files}",
    {"storage": NAME, "files": COUNT},
)
_RING = one_of(
    [
        ("vault", "the vault's files"),
        ("subjects", "the keys of subjects"),
        ("lookups", "what finds references"),
    ]
)
REWRAP_BEGUN = action(
    "keys.rewrap_begun", "Began to bring {ring} under another key: {key}", {"ring": _RING, "key": NAME}
)
REWRAPPED = action(
    "keys.rewrapped",
    "Brought some of {ring} under another key: {key} ({count} at once)",
    {"ring": _RING, "key": NAME, "count": COUNT},
)
REWRAP_FINISHED = action(
    "keys.rewrap_finished",
    "Brought {ring} under another key: {key} ({count} in all, {damaged} that no key opens)",
    {"ring": _RING, "key": NAME, "count": COUNT, "damaged": COUNT},
)
REQUEUED = action(
    "audit.requeued", "Entries queued for the tree that the queue had lost: {entries}", {"entries": COUNT}
)
VERIFIED = action(
    "audit.verified",
    "Verified the log; whole: {ok} ({size} entries, {problems} problems)",
    {"ok": YES_NO, "size": COUNT, "problems": COUNT},
)
ANCHORED = action(
    "audit.anchored",
    "A witness cosigned the log: {witness} ({size} entries)",
    {"witness": NAME, "size": COUNT},
)
ANCHOR_FAILED = action(
    "audit.anchor_failed",
    "A witness did not cosign the log: {witness} ({reason})",
    {"witness": NAME, "reason": CODE},
)
WITNESS_CONTRADICTS = action(
    "audit.witness_contradicts",
    "A witness has seen another past of this log: {witness} (it cosigned {known} entries, the log held {size})",
    {"witness": NAME, "known": COUNT, "size": COUNT},
)
WITNESS_BEHIND = action(
    "audit.witness_behind",
    "A witness has seen what a restore lost, and waits for its keeper to accept the declared epoch: {witness}"
    " (it cosigned {known} entries; epoch {epoch})",
    {"witness": NAME, "known": COUNT, "epoch": COUNT},
)
KEYS_RETURNED = action(
    "audit.keys_returned",
    "Keys that had been destroyed were in their store again, and were destroyed once more: {keys}",
    {"keys": COUNT},
)
REPLAYED = action(
    "journal.replayed",
    "Done again, or found done, as the journal tells in line {line}: {kind}, of {at}",
    {"line": COUNT, "kind": one_of((str(kind), str(kind).replace("_", " ")) for kind in Kind), "at": TIME},
)
PASSED_OVER = action(
    "journal.passed_over",
    "Left undone what the journal tells in line {line}, as it cannot be done again: {kind}, of {at}",
    {"line": COUNT, "kind": one_of((str(kind), str(kind).replace("_", " ")) for kind in Kind), "at": TIME},
)
JOURNAL_BEGUN = action(
    "journal.begun_anew",
    "The journal was lost or altered, and another one begun, with line {line}",
    {"line": COUNT},
)
BACKUP_BEGUN = action("backup.begun", "Backup {backup} begun", {"backup": ID})
BACKUP_MADE = action(
    "backup.made",
    "Backup {backup} made; files: {files}, SHA-256 of its manifest {manifest}",
    {"backup": ID, "files": COUNT, "manifest": DIGEST},
)
KEYS_COPIED = action(
    "backup.keys_copied",
    "Store of subjects' keys copied, apart from backup {backup}: {keys}",
    {"backup": ID, "keys": COUNT},
)
RESTORED = action(
    "backup.restored",
    "Site restored from a backup of {made_at}; SHA-256 of its manifest {manifest}; sessions ended: {sessions}",
    {"made_at": TIME, "manifest": DIGEST, "sessions": COUNT},
)
EXPORTED = action(
    "audit.exported",
    "Exported the whole log, to be verified elsewhere; with details: {details}",
    {"details": YES_NO},
)
PROVEN = action(
    "audit.proven", "Made a proof that an entry is on the log: {entry}", {"entry": ID}, repeats=Repeats()
)
SUBJECT_ERASED = action(
    "audit.subject_erased",
    "Erased for ever what entries told of this subject in somebody's words, and what was sealed for it ({cause});"
    " details: {details}, keys: {keys}",
    {
        "details": COUNT,
        "keys": list_of(ID, 1000),
        "cause": one_of(KeysDestroyed.choices).added_later(reads="an officer decided so"),
    },
)
