"""The entries that this context writes."""

from annotations.audit.fields import CODE, COUNT, DIGEST, ID, PSEUDONYM, TIME, list_of, one_of, pattern
from annotations.audit.registry import Repeats, action
from annotations.clips.enums import HoldReason
from annotations.clips.rules import CONSENT_PURPOSES, NOTICE_VERSION

_REASON = {"reason": one_of(HoldReason.choices)}
_CONSENT = {"consent": ID}

# Older entries of these two kinds have a field `sha256` besides, the digest itself. It is in the detail now.
RECEIVED = action(
    "clip.received",
    "Clip received: {bytes} bytes; consent to {purposes} under notice {notice}",
    {
        "bytes": COUNT,
        "purposes": list_of(one_of((purpose, purpose) for purpose in CONSENT_PURPOSES), 2),
        "notice": pattern(NOTICE_VERSION.pattern, "the version of a notice", 64),
        "consent_until": TIME,
    },
)
REFUSED = action(
    "clip.refused",
    "Submission refused: {code}",
    {"code": CODE, "bytes": COUNT},
    repeats=Repeats(apart=("bytes",)),
)
PART_ACCEPTED = action(
    "clip.part_accepted",
    "Taken in part, as its submitter allows: {pictures} pictures decode, {undecodable} do not",
    {"pictures": COUNT, "undecodable": COUNT},
)
RATE_STATED = action(
    "clip.rate_stated", "Frame rate stated by the submitter: {millihertz} mHz", {"millihertz": COUNT}
)
HELD = action("clip.held", "Held: {reason}", _REASON)
HOLD_RELEASED = action(
    "clip.hold_released", "Hold released: {reason}", _REASON, formerly=("clip.hold_lifted",)
)
# Entries of before legal holds were asked for by one officer and agreed to by another in a session of their own.
LEGAL_HOLD = action(
    "clip.legal_hold",
    "Legal hold: {act}; {agreed_by} agrees",
    {"act": one_of([("place", "placed"), ("release", "released")]), "agreed_by": PSEUDONYM},
)
ERASED = action(
    "clip.erased",
    "Original, its key and what was known of the file erased; files in the vault: {originals}",
    {"originals": COUNT},
)
ORIGINAL_ERASED = action("clip.original_erased", "Original and its key erased; what was made of it stays")
HOLDER_ERASED = action(
    "clip.holder_erased",
    "Erased how a {kind} is called; cameras: {cameras}, statements about them: {statements}",
    {"kind": one_of([("owner", "household"), ("device", "camera")]), "cameras": COUNT, "statements": COUNT},
)
ORIGINAL_OPENED = action(
    "clip.original_opened", "Original decrypted for the machine pass ({run})", {"run": ID}
)
CAMERA_SET = action(
    "camera.set",
    "Said of camera {device}, version {version}; privacy zones: {zones}, quarter turns to the left: {quarter_turns},"
    " shape: {aspect}, clips taken back: {clips}",
    {
        "device": ID,
        "version": COUNT,
        "quarter_turns": COUNT,
        "aspect": pattern(r"(\d{1,4}:\d{1,4})?", "a shape like 16:9, or nothing", 9).read_by(
            lambda aspect: aspect or "as in the file"
        ),
        "zones": COUNT,
        "sha256": DIGEST,
        "clips": COUNT,
    },
)
CONSENT_WITHDRAWN = action("consent.withdrawn", "Consent {consent} withdrawn", _CONSENT)
CONSENT_EXPIRED = action("consent.expired", "Consent {consent} expired", _CONSENT)
