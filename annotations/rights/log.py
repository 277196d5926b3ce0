"""The entries that this context writes."""

from annotations.audit.fields import CODE, COUNT, DAY, DIGEST, ID, TIME, YES_NO, one_of
from annotations.audit.registry import Repeats, action
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.retention.enums import KeptState, Part

_SOURCE = one_of((who, who) for who in ("owner", "privacy officer"))

OWNER_LOOKED_UP = action(
    "privacy.looked_up",
    "Looked up clips at the privacy desk; found: {found}",
    {"found": COUNT},
    repeats=Repeats(apart=("found",)),
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
    repeats=Repeats(apart=("details",)),
)
ERASURE_CERTIFIED = action(
    "privacy.erasure_certified", "Certificate of an erasure shown: {entry}", {"entry": ID}, repeats=Repeats()
)
PROBE_MADE = action(
    "privacy.probe_made",
    "Probe {probe} taken out ({kind}), for finding what an erasure leaves; values: {values}",
    {"probe": ID, "kind": one_of(ScopeKind.choices), "values": COUNT},
)
SCANNED = action(
    "privacy.scanned",
    "Stores searched by probe {probe}; values: {values}, stores: {stores}, findings: {findings}, kept: {kept}, "
    "not searched: {unsearched}",
    {"probe": ID, "values": COUNT, "stores": COUNT, "findings": COUNT, "kept": COUNT, "unsearched": COUNT},
)
_ERASURE = {"erasure": ID}
_KIND = {"kind": one_of(ScopeKind.choices)}

ERASURE_PLANNED = action(
    "erasure.planned",
    "Looked up what an erasure would take ({kind}); clips: {clips}",
    _KIND | {"clips": COUNT},
    repeats=Repeats(apart=("clips",)),
)
ERASURE_REQUESTED = action(
    "erasure.requested",
    "Erasure {erasure} begun ({kind}): {cause}; clips: {clips}",
    _ERASURE | _KIND | {"cause": one_of(ErasureCause.choices), "clips": COUNT},
)
ERASURE_RESUMED = action("erasure.resumed", "Erasure {erasure} started again after it had failed", _ERASURE)
ERASURE_FAILED = action("erasure.failed", "Erasure {erasure} failed: {code}", _ERASURE | {"code": CODE})
ANSWERS_ERASED = action(
    "erasure.answers",
    "Compiled answers destroyed, as they told of an erased clip: {answers}",
    {"answers": COUNT},
)
CERTIFIED = action(
    "erasure.certified",
    "Erasure {erasure} checked and certified; verified: {verified}, left over: {findings}; SHA-256 {certificate}",
    _ERASURE | {"certificate": DIGEST, "verified": YES_NO, "findings": COUNT},
)
CERTIFICATE_SERVED = action(
    "erasure.certificate_served",
    "Certificate of erasure {erasure} shown as {format}",
    _ERASURE | {"format": one_of([("page", "a page"), ("json", "JSON")])},
    repeats=Repeats(),
)
RECEIPT_SERVED = action("privacy.receipt_served", "Receipt shown", repeats=Repeats())
RECEIPT_FETCHED_BY_PROGRAM = action(
    "privacy.receipt_fetched_by_program",
    "Receipt fetched by a program that looks at links; nobody read it",
    repeats=Repeats(),
)
RECEIPT_RENEWED = action(
    "privacy.receipt_renewed",
    "All links to the owner's receipt ended, and a new one made",
    repeats=Repeats(),
)
RECEIPT_LINKED = action("privacy.receipt_linked", "Link to the owner's receipt made", repeats=Repeats())

_REQUEST = {"request": ID}

REQUEST_OPENED = action(
    "access_request.opened", "Access request {request} opened; due {due}", _REQUEST | {"due": DAY}
)
REQUEST_READ = action(
    "access_request.read", "Access request {request} looked at", _REQUEST, repeats=Repeats()
)
COMPILATION_ASKED = action(
    "access_request.compilation_asked", "Compiling the answer to access request {request} asked for", _REQUEST
)
COMPILATION_FAILED = action(
    "access_request.compilation_failed",
    "The answer to access request {request} could not be compiled: {code}",
    _REQUEST | {"code": CODE},
)
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
    _REQUEST
    | {
        "format": one_of([("html", "page"), ("json", "JSON"), ("zip", "archive with the clips")]),
        "sha256": DIGEST,
    },
    repeats=Repeats(),
)
ANSWER_FORGOTTEN = action(
    "access_request.answer_forgotten", "Answer to access request {request} destroyed", _REQUEST
)

_RULE = {
    "state": one_of(KeptState.choices),
    "version": COUNT,
    "original_days": COUNT,
    "rest_days": COUNT,
}
_DAYS = "{state}: original {original_days} days, everything {rest_days} days (version {version})"

RULE_SHORTENED = action(
    "retention.rule_shortened",
    f"Shorter retention decided on, from {{effective}} on, {_DAYS}",
    _RULE | {"effective": TIME},
)
RULE_TAKEN_BACK = action("retention.rule_taken_back", f"Shorter retention taken back, {_DAYS}", _RULE)
RULE_SET = action("retention.rule_set", f"Retention rule in force, {_DAYS}", _RULE)
RULE_PROPOSED = action("retention.rule_proposed", f"Longer retention asked for, {_DAYS}", _RULE)
RULE_AGREED = action("retention.rule_agreed", f"Longer retention agreed to, {_DAYS}", _RULE)
RULE_REFUSED = action("retention.rule_refused", f"Longer retention refused, {_DAYS}", _RULE)
ENDED = action(
    "retention.ended",
    "The time for which it is kept is over ({state}, {days} days): {part}",
    {"part": one_of(Part.choices), "state": one_of(KeptState.choices), "days": COUNT},
)

_LEGAL_HOLD = {"hold": ID}
_ACT = {"act": one_of([("place", "placing it"), ("extend", "extending it"), ("release", "releasing it")])}

LEGAL_HOLD_ASKED = action(
    "legal_hold.asked",
    "Asked for legal hold {hold} ({kind}): {act}, until {until}",
    _LEGAL_HOLD | _KIND | _ACT | {"until": DAY},
)
LEGAL_HOLD_AGREED = action(
    "legal_hold.agreed",
    "Agreed to legal hold {hold} ({kind}): {act}, until {until}; clips: {clips}",
    _LEGAL_HOLD | _KIND | _ACT | {"until": DAY, "clips": COUNT},
)
LEGAL_HOLD_REFUSED = action("legal_hold.refused", "Refused legal hold {hold}: {act}", _LEGAL_HOLD | _ACT)
LEGAL_HOLD_EXPIRED = action(
    "legal_hold.expired",
    "Legal hold {hold} is over and released itself; clips: {clips}",
    _LEGAL_HOLD | {"clips": COUNT},
)
LEGAL_HOLD_READ = action("legal_hold.read", "Legal hold {hold} read", _LEGAL_HOLD, repeats=Repeats())
