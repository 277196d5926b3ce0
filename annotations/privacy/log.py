"""The entries that this context writes."""

from annotations.audit.registry import action, labels

from .enums import AlertKind

DOSSIER_OPENED = action("privacy.dossier_opened", "Opened the clip's dossier")
OWNER_LOOKED_UP = action(
    "privacy.looked_up", "Looked up clips at the privacy desk; found: {found}", ["found"]
)
WITHDRAWAL = action("privacy.withdrawal", "Withdrawal of consent asked for by the {source}", ["source"])
ERASURE_PREPARED = action(
    "privacy.erasure_prepared",
    "Looked up what an erasure of this subject would destroy; details: {details}",
    ["details"],
)
ERASURE_CERTIFIED = action("privacy.erasure_certified", "Certificate of an erasure shown: {entry}", ["entry"])
RECEIPT_SERVED = action("privacy.receipt_served", "Receipt shown")
RECEIPT_LINKED = action("privacy.receipt_linked", "Link to the owner's receipt made")

ENTRY_OPENED = action("audit.entry_opened", "Opened entry {entry} of the log", ["entry"])
PERSON_OPENED = action(
    "audit.person_opened",
    "Looked at what {person} saw, from {since} to {until}",
    ["person", "since", "until"],
)
# The words themselves stay off the log: they may name somebody.
WORDS_SEARCHED = action(
    "audit.words_searched",
    "Searched the words of {searched} entries; filters: {filters}; found: {found}",
    ["filters", "searched", "found"],
)
ENTRIES_EXPORTED = action(
    "audit.entries_exported", "Took entries out as {format}; filters: {filters}", ["filters", "format"]
)
VIEW_SAVED = action(
    "audit.view_saved", "Saved filters as view {view}; filters: {filters}", ["view", "filters", "shared"]
)
VIEW_RENAMED = action("audit.view_renamed", "View {view} renamed", ["view"])
VIEW_DELETED = action("audit.view_deleted", "View {view} deleted", ["view"])

_RULE = {"rule": labels(AlertKind.choices)}
_ALERT = ["alert", "rule", "person"]

ALERT_RAISED = action(
    "alert.raised",
    "Alert about {person}: {rule}; {measured}, allowed {allowed}",
    [*_ALERT, "version", "measured", "allowed"],
    _RULE,
)
ALERT_OPENED = action("alert.opened", "Alert about {person} opened: {rule}", _ALERT, _RULE)
ALERT_TAKEN = action("alert.taken", "Alert about {person} taken: {rule}", _ALERT, _RULE)
ALERT_GIVEN_BACK = action("alert.given_back", "Alert about {person} given back: {rule}", _ALERT, _RULE)
ALERT_EXPLAINED = action("alert.explained", "Alert about {person} explained: {rule}", _ALERT, _RULE)
ALERT_ESCALATED = action("alert.escalated", "Alert about {person} escalated: {rule}", _ALERT, _RULE)
ALERT_RULE_CHANGED = action(
    "alert.rule_changed",
    "Rule for alerts changed ({rule}), version {version}, on: {on}; values: {values}",
    ["rule", "version", "on", "values"],
    _RULE,
)
