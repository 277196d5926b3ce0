"""What the fields of records are called in the letter."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotations.rights.answer.values import Record

TITLES: dict[str, Promise] = {
    "clip": _("Clip"),
    "number": _("Number"),
    "called": _("Called"),
    "by": _("By"),
    "what": _("What"),
    "when": _("When"),
    "made": _("Made"),
    "asked": _("Asked"),
    "begun": _("Begun"),
    "handed_in": _("Handed in"),
    "decided": _("Decided"),
    "ended": _("Ended"),
    "due": _("Due"),
    "until": _("Until"),
    "state": _("State"),
    "act": _("Act"),
    "text": _("Text"),
    "purpose": _("Purpose"),
    "decision": _("Decision"),
    "training_set": _("Training set"),
    "format": _("Format"),
    "reasons": _("Reasons"),
    "reminders": _("Reminders"),
    "answered": _("Answered"),
    "answer": _("Answer"),
    "verdict": _("Verdict"),
    "events": _("Events"),
    "boxes": _("Seen"),
    "note": _("Note"),
    "program": _("Program"),
    "programs": _("Programs"),
    "found": _("Found"),
    "found_by": _("Found by"),
    "percent": _("Score in %"),
    "frame": _("Picture"),
    "first_frame": _("First picture"),
    "last_frame": _("Last picture"),
    "pictures": _("Pictures"),
    "faces": _("Faces"),
    "picture": _("Size"),
    "bytes": _("Bytes"),
    "sha256": _("SHA-256"),
    "current": _("In use"),
    "outcome": _("Outcome"),
    "effect": _("Effect"),
    "destroyed": _("Destroyed"),
    "because": _("Because"),
    "certificate": _("Entry of the certificate"),
    "quarter_turns": _("Quarter turns"),
    "aspect": _("Shape"),
    "zones": _("Areas always hidden"),
}


def columns(records: Iterable[Record]) -> list[str]:
    """The fields that any of the records has, in the order of `TITLES`."""
    there = {name for record in records for name in record}
    return [name for name in TITLES if name in there]
