"""The one rule for words that people give with an act: a reason that is needed, a note that is not.

Both are on the log as they are, so they are refused rather than cut.
"""

from annotations.core.errors import Invalid

SHORTEST = 5
LONGEST = 2000
BOUNDS = f"in {SHORTEST} to {LONGEST:,} characters"


def checked_reason(text: str) -> str:
    """The reason trimmed, with one kind of line end: a browser sends two characters for each and counts one.

    Raises Invalid `reason_too_short` (also when there is none) or `reason_too_long`.
    """
    reason = _trimmed(text)
    if len(reason) < SHORTEST:
        raise Invalid("reason_too_short", f"Write down the reason, {BOUNDS}.")
    if len(reason) > LONGEST:
        raise Invalid("reason_too_long", f"Shorten the reason: it is written down {BOUNDS}.")
    return reason


def optional_reason(text: str) -> str:
    """As `checked_reason`, but nothing at all is a good answer, too: then an empty string."""
    return checked_reason(text) if text.strip() else ""


def checked_note(text: str) -> str:
    """Words that may go with a choice whose meaning is clear without them. Raises Invalid `note_too_long`."""
    note = _trimmed(text)
    if len(note) > LONGEST:
        raise Invalid("note_too_long", f"Shorten the note: it has at most {LONGEST:,} characters.")
    return note


def _trimmed(text: str) -> str:
    return text.strip().replace("\r\n", "\n")
