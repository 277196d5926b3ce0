"""The entries that this context writes."""

from annotations.audit.registry import action

REQUESTED = action("redaction.requested", "Redaction requested ({run}, {effect})", ["run", "effect"])
VERIFIED = action(
    "redaction.verified",
    "Faces hidden and verified: {tracks} tracks, rendition SHA-256 {sha256}",
    ["run", "tracks", "sha256", "models"],
)
EXPOSED = action(
    "redaction.exposed", "Not published: {exposed} faces may still be visible", ["run", "exposed", "models"]
)
FAILED = action(
    "redaction.failed", "Redaction failed after {attempts} attempts: {code}", ["run", "attempts", "code"]
)
RETRIED = action("redaction.retried", "Redaction started again ({run})", ["run"])
GRANTED = action("rendition.granted", "View granted of rendition {rendition}", ["rendition", "seconds"])
SERVED = action("rendition.served", "Rendition {rendition} delivered, bytes {range}", ["rendition", "range"])
