"""The entries that this context writes."""

from annotations.audit.fields import (
    CODE,
    COUNT,
    DAY,
    DIGEST,
    FILTERS,
    ID,
    PSEUDONYM,
    RANGES,
    TIME,
    TRUE_FALSE,
    YES_NO,
    list_of,
    one_of,
    pattern,
)
from annotations.audit.registry import action
from annotations.clips.enums import HoldReason
from annotations.privacy.enums import AlertKind, GlassPurpose, LogWork
from annotations.redaction.log import SENT

_SOURCE = one_of((who, who) for who in ("owner", "privacy officer"))

DOSSIER_OPENED = action("privacy.dossier_opened", "Opened the clip's dossier")
OWNER_LOOKED_UP = action(
    "privacy.looked_up", "Looked up clips at the privacy desk; found: {found}", {"found": COUNT}
)
WITHDRAWAL = action(
    "privacy.withdrawal",
    "Withdrawal of consent asked for by the {source}",
    {"source": _SOURCE},
)
ERASURE_PREPARED = action(
    "privacy.erasure_prepared",
    "Looked up what an erasure of this subject would destroy; details: {details}",
    {"details": COUNT},
)
ERASURE_CERTIFIED = action(
    "privacy.erasure_certified", "Certificate of an erasure shown: {entry}", {"entry": ID}
)
RECEIPT_SERVED = action("privacy.receipt_served", "Receipt shown")
RECEIPT_LINKED = action("privacy.receipt_linked", "Link to the owner's receipt made")

ENTRY_OPENED = action("audit.entry_opened", "Opened entry {entry} of the log", {"entry": ID})
PERSON_OPENED = action(
    "audit.person_opened",
    "Looked at what {person} saw, from {since} to {until}",
    {"person": PSEUDONYM, "since": TIME, "until": TIME},
)
# The words themselves stay off the log: they may name somebody.
WORDS_SEARCHED = action(
    "audit.words_searched",
    "Searched the words of {searched} entries; filters: {filters}; found: {found}",
    {"filters": FILTERS, "searched": COUNT, "found": COUNT},
)
ENTRIES_EXPORTED = action(
    "audit.entries_exported",
    "Took entries out as {format}; filters: {filters}",
    {"filters": FILTERS, "format": one_of([("csv", "CSV"), ("jsonl", "JSON lines")])},
)
VIEW_SAVED = action(
    "audit.view_saved",
    "Saved filters as view {view}; filters: {filters}",
    {"view": ID, "filters": FILTERS, "shared": TRUE_FALSE},
)
VIEW_RENAMED = action("audit.view_renamed", "View {view} renamed", {"view": ID})
VIEW_DELETED = action("audit.view_deleted", "View {view} deleted", {"view": ID})

_RULE = {"rule": one_of(AlertKind.choices)}
_ALERT = _RULE | {"alert": ID, "person": PSEUDONYM}
_VALUE = pattern(r"[a-z_]{1,32}=[A-Za-z0-9_:;,+./ -]*", "`name=value` of a rule", 120)

ALERT_RAISED = action(
    "alert.raised",
    "Alert about {person}: {rule}; {measured}, allowed {allowed}",
    _ALERT | {"version": COUNT, "measured": COUNT, "allowed": COUNT},
)
ALERT_OPENED = action("alert.opened", "Alert about {person} opened: {rule}", _ALERT)
ALERT_TAKEN = action("alert.taken", "Alert about {person} taken: {rule}", _ALERT)
ALERT_GIVEN_BACK = action("alert.given_back", "Alert about {person} given back: {rule}", _ALERT)
ALERT_EXPLAINED = action("alert.explained", "Alert about {person} explained: {rule}", _ALERT)
ALERT_ESCALATED = action("alert.escalated", "Alert about {person} escalated: {rule}", _ALERT)
ALERT_RULE_CHANGED = action(
    "alert.rule_changed",
    "Rule for alerts changed ({rule}), version {version}, on: {on}; values: {values}",
    _RULE | {"version": COUNT, "on": YES_NO, "values": list_of(_VALUE, 220)},
)

_REQUEST = {"request": ID}

REQUEST_OPENED = action(
    "access_request.opened", "Access request {request} opened; due {due}", _REQUEST | {"due": DAY}
)
REQUEST_READ = action("access_request.read", "Access request {request} looked at", _REQUEST)
REQUEST_COMPILED = action(
    "access_request.compiled",
    "Answer to access request {request} compiled; clips: {clips}, SHA-256 {sha256}",
    _REQUEST | {"clips": COUNT, "sha256": DIGEST},
)
REQUEST_REVIEWED = action(
    "access_request.reviewed",
    "Answer to access request {request} reviewed; SHA-256 {sha256}",
    _REQUEST | {"sha256": DIGEST},
)
REQUEST_EXTENDED = action(
    "access_request.extended", "Access request {request} extended to {due}", _REQUEST | {"due": DAY}
)
REQUEST_ANSWERED = action(
    "access_request.answered",
    "Access request {request} answered; SHA-256 {sha256}",
    _REQUEST | {"sha256": DIGEST},
)
REQUEST_REFUSED = action("access_request.refused", "Access request {request} refused", _REQUEST)
ANSWER_SERVED = action(
    "access_request.answer_served",
    "Answer to access request {request} taken out as {format}; SHA-256 {sha256}",
    _REQUEST | {"format": one_of([("html", "page"), ("json", "JSON")]), "sha256": DIGEST},
)
ANSWER_FORGOTTEN = action(
    "access_request.answer_forgotten", "Answer to access request {request} destroyed", _REQUEST
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
)

_GLASS = {"request": ID}
GLASS_ENDS = (
    ("lapse", "nobody decided in time"),
    ("expire", "its time is over"),
    ("close", "closed by a person"),
    ("stop", "the clip may not be seen any more"),
)

GLASS_ASKED = action(
    "break_glass.asked",
    "Asked to see the original without redaction ({request}): {why}",
    _GLASS | {"why": one_of(GlassPurpose.choices)},
)
GLASS_APPROVED = action(
    "break_glass.approved",
    "A second person approved to see the original without redaction ({request}), until {until}; holds passed: {passes}",
    _GLASS | {"until": TIME, "passes": list_of(one_of(HoldReason.choices), len(HoldReason.choices))},
)
GLASS_REFUSED = action(
    "break_glass.refused",
    "A second person refused to show the original without redaction ({request})",
    _GLASS,
)
GLASS_OPENED = action(
    "break_glass.opened", "Original decrypted to make its unredacted copy ({request})", _GLASS
)
GLASS_READY = action(
    "break_glass.ready",
    "Unredacted copy made and encrypted ({request}); bytes: {bytes}",
    _GLASS | {"bytes": COUNT},
)
GLASS_FAILED = action(
    "break_glass.failed", "Unredacted copy could not be made ({request}): {code}", _GLASS | {"code": CODE}
)
GLASS_GRANTED = action(
    "break_glass.granted",
    "View granted of the original without redaction ({request})",
    _GLASS | {"seconds": COUNT},
)
GLASS_SERVED = action(
    "break_glass.served",
    "Original delivered without redaction ({request}): {range}",
    _GLASS | {"range": SENT},
)
GLASS_WATCHED = action(
    "break_glass.watched",
    "Watched without redaction ({request}): {ranges} ms (claimed by the {claimed_by})",
    _GLASS | {"ranges": RANGES, "claimed_by": one_of([("browser", "browser")])},
)
GLASS_ENDED = action(
    "break_glass.ended",
    "Access without redaction ended ({request}): {because}",
    _GLASS | {"because": one_of(GLASS_ENDS)},
)
