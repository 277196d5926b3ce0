"""The entries that this context writes."""

from typing import Any

from annotations.audit.fields import CODE, COUNT, DIGEST, ID, NAME, list_of, one_of, pattern
from annotations.audit.registry import Repeats, action
from annotations.redaction.enums import HeldBecause, HidingEffect


def _bytes(sent: Any) -> str:
    """What `delivery` notes of a range: `first-last of size`, or none."""
    return "no bytes" if sent == "none" else f"bytes {sent}"


_RUN = {"run": ID}
# The field keeps the name that it has in older entries.
_UNREDACTION = {"lift": ID}
_EXAMPLE = _RUN | {"frames": COUNT}
ENDS = (
    ("take_back", "taken back"),
    ("hide_again", "hidden again by a lead"),
    ("report_something_to_hide", "a reviewer saw something to hide there"),
    ("report_a_missed_face", "a reviewer saw a face there"),
)
UNJUDGEABLE = (
    ("no", "no"),
    *((why, HeldBecause(why).label) for why in ("too_dark", "too_blurred", "too_small")),
)
EFFECTS = tuple((effect, effect) for effect in HidingEffect.values)
_MODELS = {"models": list_of(DIGEST, 100)}
SENT = pattern(r"\d{1,12}-\d{1,12} of \d{1,12}|none", "a range of bytes", 42).read_by(_bytes)

REQUESTED = action("redaction.requested", "Redaction requested ({run}, {effect})", _RUN | {"effect": CODE})
# Older entries have a field `sha256` besides, the digest of the rendition. It is in the detail now.
VERIFIED = action(
    "redaction.verified",
    "Faces hidden and verified; tracks: {tracks}",
    _RUN | _MODELS | {"tracks": COUNT, "method": CODE},
)
EXPOSED = action(
    "redaction.exposed",
    "Not verified; faces that may still be visible: {exposed}, other evidence: {evidence}, not judged: {unjudgeable}",
    _RUN
    | _MODELS
    | {
        "exposed": COUNT,
        "evidence": COUNT.added_later(reads="0"),
        "unjudgeable": one_of(UNJUDGEABLE).added_later(reads="no"),
    },
)
FAILED = action(
    "redaction.failed",
    "Redaction failed: {code}; attempts: {attempts}",
    _RUN | {"attempts": COUNT, "code": CODE},
)
ORDERED_STRICTLY = action(
    "redaction.ordered_strictly",
    "A pass that hides whole persons was ordered ({run}), as the one before was not verified ({after})",
    _RUN | {"after": ID},
)
DISCARDED = action("redaction.discarded", "Given up, as it could not be verified ({run})", _RUN)
FILE_LOST = action(
    "redaction.file_lost", "File of rendition {rendition} is not there; it is made again", {"rendition": ID}
)
RETRIED = action("redaction.retried", "Redaction started again ({run})", _RUN)
UNREDACTION_ASKED = action(
    "unredaction.asked",
    "Asked to show a hidden region of {frames} frames again ({lift})",
    _UNREDACTION | {"frames": COUNT},
    formerly=("lift.asked",),
)
UNREDACTION_APPROVED = action(
    "unredaction.approved",
    "A second person agreed to show the region ({lift})",
    _UNREDACTION,
    formerly=("lift.approved",),
)
UNREDACTION_REFUSED = action(
    "unredaction.refused",
    "A second person refused to show the region ({lift})",
    _UNREDACTION,
    formerly=("lift.refused",),
)
UNREDACTION_ENDED = action(
    "unredaction.ended",
    "Request to show the region ended: {because}",
    _UNREDACTION | {"because": one_of(ENDS)},
    formerly=("lift.ended",),
)
REGION_SHOWN = action(
    "region.shown",
    "Frame {frame} of the rendition shown, with a hidden region marked",
    {"frame": COUNT},
    repeats=Repeats(),
)
EXAMPLE_KEPT = action(
    "example.kept",
    "Missed faces kept as a training example of the face detector; frames: {frames}, faces: {faces}",
    _EXAMPLE | {"faces": COUNT},
)
EXAMPLE_READ = action(
    "example.read", "Training example decrypted for the face detector's training; frames: {frames}", _EXAMPLE
)
EXAMPLE_DESTROYED = action(
    "example.destroyed", "Training example and its key destroyed; frames: {frames}", _EXAMPLE
)
ERASED = action(
    "redaction.erased",
    "Renditions erased: {renditions}; passes with what they found: {runs}, hidden regions: {hidden_regions}, "
    "unredactions: {unredactions}, training examples: {training_examples}",
    dict.fromkeys(("renditions", "runs", "hidden_regions", "unredactions", "training_examples"), COUNT),
)
HIDING_CHOSEN = action(
    "hiding.chosen",
    "Faces are hidden by {effect} from now on, before by {before}; version {version}",
    {"effect": one_of(EFFECTS), "before": one_of(EFFECTS), "version": COUNT},
)
GRANTED = action(
    "rendition.granted",
    "View granted of rendition {rendition}",
    {"rendition": ID, "seconds": COUNT},
    repeats=Repeats(apart=("seconds",)),
)
SERVED = action(
    "rendition.served",
    "Rendition {rendition} delivered: {range}",
    {"rendition": ID, "range": SENT},
    repeats=Repeats(apart=("range",)),
)
MODEL_FETCHED = action(
    "model.fetched",
    "Model file {name} fetched: {bytes} bytes, SHA-256 {sha256}",
    {"name": NAME, "sha256": DIGEST, "bytes": COUNT},
)
MODEL_REFUSED = action("model.refused", "Model file {name} not fetched: {code}", {"name": NAME, "code": CODE})
