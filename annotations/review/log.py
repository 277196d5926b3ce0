"""The entries that this context writes. Ids of assignments and tasks are the random ones that people see."""

from typing import Any

from annotations.audit.fields import CODE, COUNT, DIGEST, ID, RANGES, labels, one_of, record
from annotations.audit.registry import Repeats, action
from annotations.moderation.enums import FlagCategory
from annotations.redaction.enums import HiddenKind


def _seconds(ranges: Any) -> str:
    """Ranges of milliseconds."""
    return ", ".join(f"{start / 1000:.1f}–{end / 1000:.1f} s" for start, end in ranges) or "nothing"


def _counts(kinds: Any) -> str:
    """How many of each kind."""
    if not isinstance(kinds, dict):
        return str(kinds)
    named = labels(HiddenKind.choices)
    return ", ".join(f"{named(kind)} ({count})" for kind, count in kinds.items())


_KINDS = record(**dict.fromkeys(HiddenKind.values, COUNT)).read_by(_counts).added_later(reads="face")
_TASK = {"task": ID}
_ASSIGNMENT = {"assignment": ID}
_SLOTS = _TASK | {"slots": COUNT}
_LABELS = _TASK | {"annotation": ID}

PROJECT_CREATED = action("project.created", "Project {project} created", {"project": ID})
SCHEMA_PUBLISHED = action(
    "project.schema_published",
    "Label schema {version} of project {project} published",
    {"project": ID, "version": COUNT},
)
QUEUED = action("review.queued", "Queued; reviewers wanted: {reviewers}", _TASK | {"reviewers": COUNT})
PARKED = action("review.parked", "Left the queue; slots parked: {slots}", _SLOTS)
UNPARKED = action("review.unparked", "Back in the queue; slots: {slots}", _SLOTS)
CLAIMED = action("review.claimed", "Claimed for labeling", _ASSIGNMENT)
RESUMED = action("review.resumed", "Labeling taken up again", _ASSIGNMENT)
EXTENDED = action("review.extended", "More time taken for labeling", _ASSIGNMENT, repeats=Repeats())
EXPIRED = action("review.expired", "Not submitted in time; open to other reviewers again", _ASSIGNMENT)
TAKEN_AWAY = action(
    "review.taken_away",
    "Its reviewer's account was closed, or has another role; open to other reviewers again",
    _ASSIGNMENT,
)
SKIPPED = action("review.skipped", "Skipped: {reason}", _ASSIGNMENT | {"reason": CODE})
FLAGGED = action(
    "review.flagged",
    "Left the reviewer, who flagged it: {category}",
    _ASSIGNMENT | {"category": one_of(FlagCategory.choices)},
)
# `faces` counts boxes of every kind; the field keeps the name that it has in older entries.
MISSED_REGIONS = action(
    "review.missed_regions",
    "Left the reviewer, who saw something to hide: {kinds}; boxes: {faces}",
    _ASSIGNMENT | {"faces": COUNT, "kinds": _KINDS},
    formerly=("review.missed_face",),
)
WATCHED = action(
    "review.watched",
    "Watched {ranges} (claimed by the {claimed_by})",
    _ASSIGNMENT | {"ranges": RANGES.read_by(_seconds), "claimed_by": one_of([("browser", "browser")])},
    repeats=Repeats(joined="ranges"),
)
# `sha256` commits to the labels with a salt that is stored with them; in older entries it is their digest.
SUBMITTED = action(
    "review.submitted",
    "Labels submitted: {verdict}; events: {events}, tracks: {tracks}, SHA-256 {sha256}",
    _ASSIGNMENT
    | {
        "annotation": ID,
        "schema": COUNT,
        "verdict": CODE,
        "events": COUNT,
        "tracks": COUNT,
        "sha256": DIGEST,
    },
)
ERASED = action(
    "review.erased",
    "Labels erased: {labels}; drafts: {drafts}, assignments: {assignments}, decisions: {decisions}",
    dict.fromkeys(("labels", "drafts", "assignments", "decisions"), COUNT),
)
SET_ASIDE = action("review.set_aside", "Set aside without labels", _TASK)
REOPENED = action("review.reopened", "Back in the queue after it was set aside", _TASK)
ACCEPTED = action("review.accepted", "Labels accepted: annotation {annotation}", _LABELS)
RETURNED = action("review.returned", "Labels returned to their reviewer: {annotation}", _LABELS)
