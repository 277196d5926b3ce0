"""The entries that this context writes."""

from annotations.audit.fields import (
    CODE,
    COUNT,
    DIGEST,
    FILTERS,
    ID,
    PSEUDONYM,
    TIME,
    TRUE_FALSE,
    YES_NO,
    list_of,
    one_of,
    pattern,
)
from annotations.audit.registry import Repeats, action
from annotations.oversight.enums import AlertKind, LogWork

DOSSIER_OPENED = action("privacy.dossier_opened", "Opened the clip's dossier", repeats=Repeats())
ENTRY_OPENED = action(
    "audit.entry_opened", "Opened entry {entry} of the log", {"entry": ID}, repeats=Repeats()
)
PERSON_OPENED = action(
    "audit.person_opened",
    "Looked at what {person} saw, from {since} to {until}",
    {"person": PSEUDONYM, "since": TIME, "until": TIME},
    repeats=Repeats(
        apart=(
            "since",
            "until",
        )
    ),
)
# The words themselves stay off the log: they may name somebody.
WORDS_SEARCHED = action(
    "audit.words_searched",
    "Searched the words of {searched} entries; filters: {filters}; found: {found}",
    {"filters": FILTERS, "searched": COUNT, "found": COUNT},
    repeats=Repeats(
        apart=(
            "searched",
            "found",
        )
    ),
)
ENTRIES_EXPORTED = action(
    "audit.entries_exported",
    "Took entries out as {format}; filters: {filters}",
    {"filters": FILTERS, "format": one_of([("csv", "CSV"), ("jsonl", "JSON lines")])},
    repeats=Repeats(),
)
SEARCH_SAVED = action(
    "audit.search_saved",
    "Saved search {view}; filters: {filters}",
    {"view": ID, "filters": FILTERS, "shared": TRUE_FALSE},
    formerly=("audit.view_saved",),
)
SEARCH_RENAMED = action(
    "audit.search_renamed", "Saved search {view} renamed", {"view": ID}, formerly=("audit.view_renamed",)
)
SEARCH_DELETED = action(
    "audit.search_deleted", "Saved search {view} deleted", {"view": ID}, formerly=("audit.view_deleted",)
)

_RULE = {"rule": one_of(AlertKind.choices)}
_ALERT = _RULE | {"alert": ID, "person": PSEUDONYM}
_VALUE = pattern(r"[a-z_]{1,32}=[A-Za-z0-9_:;,+./ -]*", "`name=value` of a rule", 120)

ALERT_RAISED = action(
    "alert.raised",
    "Alert about {person}: {rule}; {measured}, allowed {allowed}",
    _ALERT | {"version": COUNT, "measured": COUNT, "allowed": COUNT},
)
ALERT_OPENED = action("alert.opened", "Alert about {person} opened: {rule}", _ALERT, repeats=Repeats())
ALERT_TAKEN = action("alert.taken", "Alert about {person} taken: {rule}", _ALERT)
ALERT_GIVEN_BACK = action("alert.given_back", "Alert about {person} given back: {rule}", _ALERT)
ALERT_EXPLAINED = action("alert.explained", "Alert about {person} explained: {rule}", _ALERT)
ALERT_ESCALATED = action("alert.escalated", "Alert about {person} escalated: {rule}", _ALERT)
ALERT_RULE_CHANGED = action(
    "alert.rule_changed",
    "Rule for alerts changed ({rule}), version {version}, on: {on}; values: {values}",
    _RULE | {"version": COUNT, "on": YES_NO, "values": list_of(_VALUE, 220)},
)

_WORK = {"work": one_of(LogWork.choices)}

LOG_WORK_REQUESTED = action("audit.work_requested", "Asked for: {work}", _WORK | {"run": ID})
LOG_WORK_FAILED = action(
    "audit.work_failed", "Could not be done: {work} ({code})", _WORK | {"run": ID, "code": CODE}
)
LOG_EXPORT_SERVED = action(
    "audit.export_served",
    "Took out the export of the whole log; SHA-256 {sha256}",
    {"run": ID, "sha256": DIGEST},
    repeats=Repeats(),
)
