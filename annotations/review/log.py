"""The entries that this context writes. Ids of assignments and tasks are the random ones that people see."""

from typing import Any

from annotations.audit.registry import action, labels
from annotations.moderation.enums import FlagCategory


def _seconds(ranges: Any) -> str:
    """Ranges of milliseconds."""
    return ", ".join(f"{start / 1000:.1f}–{end / 1000:.1f} s" for start, end in ranges) or "nothing"


PROJECT_CREATED = action("project.created", "Project {project} created", ["project"])
SCHEMA_PUBLISHED = action(
    "project.schema_published",
    "Label schema {version} of project {project} published",
    ["project", "version"],
)
QUEUED = action("review.queued", "Queued; reviewers wanted: {reviewers}", ["task", "reviewers"])
PARKED = action("review.parked", "Left the queue; slots parked: {slots}", ["task", "slots"])
UNPARKED = action("review.unparked", "Back in the queue; slots: {slots}", ["task", "slots"])
CLAIMED = action("review.claimed", "Claimed for labeling", ["assignment"])
RESUMED = action("review.resumed", "Labeling taken up again", ["assignment"])
EXTENDED = action("review.extended", "More time taken for labeling", ["assignment"])
EXPIRED = action("review.expired", "Not submitted in time; open to other reviewers again", ["assignment"])
SKIPPED = action("review.skipped", "Skipped: {reason}", ["assignment", "reason"])
FLAGGED = action(
    "review.flagged",
    "Left the reviewer, who flagged it: {category}",
    ["assignment", "category"],
    {"category": labels(FlagCategory.choices)},
)
MISSED_FACE = action(
    "review.missed_face",
    "Left the reviewer, who reported visible faces: {faces}",
    ["assignment", "faces"],
)
WATCHED = action(
    "review.watched",
    "Watched {ranges} (claimed by the {claimed_by})",
    ["assignment", "ranges", "claimed_by"],
    {"ranges": _seconds},
)
SUBMITTED = action(
    "review.submitted",
    "Labels submitted: {verdict}; events: {events}, tracks: {tracks}, SHA-256 {sha256}",
    ["assignment", "annotation", "schema", "verdict", "events", "tracks", "sha256"],
)
SET_ASIDE = action("review.set_aside", "Set aside without labels", ["task"])
REOPENED = action("review.reopened", "Back in the queue after it was set aside", ["task"])
ACCEPTED = action("review.accepted", "Labels accepted: annotation {annotation}", ["task", "annotation"])
RETURNED = action(
    "review.returned", "Labels returned to their reviewer: {annotation}", ["task", "annotation"]
)
