"""The entries that this context writes."""

from annotations.audit.registry import action, labels

from .enums import HoldReason

_REASON = {"reason": labels(HoldReason.choices)}

RECEIVED = action(
    "clip.received",
    "Clip received: {bytes} bytes, SHA-256 {sha256}; consent to {purposes} under notice {notice}",
    ["bytes", "sha256", "purposes", "notice", "consent_until"],
)
REFUSED = action("clip.refused", "Submission refused: {code}", ["code", "bytes", "sha256"])
HELD = action("clip.held", "Held: {reason}", ["reason"], _REASON)
LIFTED = action("clip.hold_lifted", "Hold lifted: {reason}", ["reason"], _REASON)
ORIGINAL_OPENED = action("clip.original_opened", "Original decrypted for the machine pass ({run})", ["run"])
CONSENT_WITHDRAWN = action("consent.withdrawn", "Consent {consent} withdrawn", ["consent"])
CONSENT_EXPIRED = action("consent.expired", "Consent {consent} expired", ["consent"])
