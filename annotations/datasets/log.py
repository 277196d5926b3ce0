"""The entries that this context writes."""

from annotations.audit.registry import action, labels

from .enums import REASONS, ExportFormat

_REASON = {"reason": labels(REASONS.items())}

CREATED = action("dataset.created", "Dataset {dataset} created", ["dataset", "filters"])
CHANGED = action("dataset.changed", "Dataset {dataset} changed", ["dataset", "filters"])
REQUESTED = action(
    "dataset.release_requested",
    "Release {number} of dataset {dataset} requested",
    ["dataset", "release", "number"],
)
FROZEN = action(
    "dataset.release_frozen",
    "Release {number} of dataset {dataset} frozen; clips: {clips}, left out: {left_out}, manifest SHA-256 {manifest}",
    ["dataset", "release", "number", "clips", "left_out", "manifest"],
)
INCLUDED = action(
    "dataset.clip_frozen",
    "Frozen into release {release} with labels {labels}",
    ["release", "rendition", "labels"],
)
BUILT = action(
    "dataset.files_made", "Files of release {release} made: {files}", ["release", "files", "sha256"]
)
FAILED = action("dataset.release_failed", "Release {release} failed: {code}", ["release", "code", "attempts"])
RETRIED = action("dataset.release_retried", "Release {release} started again", ["release"])
EXPORTED = action(
    "dataset.exported",
    "Release {release} downloaded; {format}, clips: {clips}, SHA-256 {sha256}",
    ["release", "format", "clips", "sha256"],
    {"format": labels(ExportFormat.choices)},
)
REFUSED = action(
    "dataset.export_refused",
    "Download of release {release} refused; clips that may not be used: {clips}",
    ["release", "format", "clips"],
)
MARKED = action(
    "dataset.clip_marked",
    "May not be used any more in release {release}: {reason}",
    ["release", "reason"],
    _REASON,
)
CLEARED = action(
    "dataset.clip_cleared",
    "May be used again in release {release}; ended: {reason}",
    ["release", "reason"],
    _REASON,
)
DESTROYED = action(
    "dataset.files_destroyed", "Files of release {release} destroyed: {files}", ["release", "files"]
)
