"""The entries that this context writes."""

from typing import Any

from annotations.audit.fields import CODE, COUNT, DIGEST, ID, list_of, pattern
from annotations.audit.registry import action


def _bytes(sent: Any) -> str:
    """What `delivery` notes of a range: `first-last of size`, or none."""
    return "no bytes" if sent == "none" else f"bytes {sent}"


_RUN = {"run": ID}
_MODELS = {"models": list_of(DIGEST, 100)}
_RANGE = pattern(r"\d{1,12}-\d{1,12} of \d{1,12}|none", "a range of bytes", 42).read_by(_bytes)

REQUESTED = action("redaction.requested", "Redaction requested ({run}, {effect})", _RUN | {"effect": CODE})
VERIFIED = action(
    "redaction.verified",
    "Faces hidden and verified; tracks: {tracks}, rendition SHA-256 {sha256}",
    _RUN | _MODELS | {"tracks": COUNT, "sha256": DIGEST},
)
EXPOSED = action(
    "redaction.exposed",
    "Not published; faces that may still be visible: {exposed}",
    _RUN | _MODELS | {"exposed": COUNT},
)
FAILED = action(
    "redaction.failed",
    "Redaction failed: {code}; attempts: {attempts}",
    _RUN | {"attempts": COUNT, "code": CODE},
)
RETRIED = action("redaction.retried", "Redaction started again ({run})", _RUN)
GRANTED = action(
    "rendition.granted", "View granted of rendition {rendition}", {"rendition": ID, "seconds": COUNT}
)
SERVED = action(
    "rendition.served", "Rendition {rendition} delivered: {range}", {"rendition": ID, "range": _RANGE}
)
