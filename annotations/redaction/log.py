"""The entries that this context writes."""

from typing import Any

from annotations.audit.registry import action


def _bytes(sent: Any) -> str:
    """What `delivery` notes of a range: `first-last of size`, or none."""
    return "no bytes" if sent == "none" else f"bytes {sent}"


REQUESTED = action("redaction.requested", "Redaction requested ({run}, {effect})", ["run", "effect"])
VERIFIED = action(
    "redaction.verified",
    "Faces hidden and verified; tracks: {tracks}, rendition SHA-256 {sha256}",
    ["run", "tracks", "sha256", "models"],
)
EXPOSED = action(
    "redaction.exposed",
    "Not published; faces that may still be visible: {exposed}",
    ["run", "exposed", "models"],
)
FAILED = action(
    "redaction.failed", "Redaction failed: {code}; attempts: {attempts}", ["run", "attempts", "code"]
)
RETRIED = action("redaction.retried", "Redaction started again ({run})", ["run"])
GRANTED = action("rendition.granted", "View granted of rendition {rendition}", ["rendition", "seconds"])
SERVED = action(
    "rendition.served", "Rendition {rendition} delivered: {range}", ["rendition", "range"], {"range": _bytes}
)
