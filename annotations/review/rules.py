"""Pure rules of the queue: the lives of tasks and of the reviewers' slots, and their limits."""

import datetime
from collections.abc import Iterable, Sequence

from annotations.accounts.enums import Role
from annotations.core.errors import Invalid
from annotations.core.intervals import merged
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import THE_SITE, Refusal, by, somebody_else_than
from annotations.review.enums import AssignmentState as A, TaskState as T

CONTRACTOR, LEAD = by(Role.CONTRACTOR), by(Role.LEAD)
SECOND_PERSON = by(
    Role.LEAD,
    only=somebody_else_than(
        "reviewer", "the reviewer", Refusal("own_labels", "Somebody else decides on your own labels.")
    ),
)

TASKS = TransitionTable(
    "task",
    initial=[T.OPEN],
    final=[T.ACCEPTED, T.SET_ASIDE],
    transitions=[
        Transition(T.OPEN, "settle", T.SETTLING, THE_SITE),
        Transition(T.SETTLING, "accept", T.ACCEPTED, LEAD),
        Transition(T.SETTLING, "return", T.OPEN, LEAD),
        Transition(T.OPEN, "set aside", T.SET_ASIDE, LEAD),
        Transition(T.SET_ASIDE, "reopen", T.OPEN, LEAD),
    ],
)

ASSIGNMENTS = TransitionTable(
    "assignment",
    initial=[A.OPEN, A.PARKED],
    final=[A.ACCEPTED, A.SUPERSEDED, A.SKIPPED, A.FLAGGED, A.EXPIRED],
    transitions=[
        Transition(A.OPEN, "claim", A.LEASED, CONTRACTOR),
        Transition(A.OPEN, "park", A.PARKED, THE_SITE),
        Transition(A.LEASED, "extend", A.LEASED, CONTRACTOR),
        Transition(A.LEASED, "submit", A.SUBMITTED, CONTRACTOR),
        Transition(A.LEASED, "skip", A.SKIPPED, CONTRACTOR),
        Transition(A.LEASED, "flag", A.FLAGGED, CONTRACTOR),
        Transition(A.LEASED, "report something to hide", A.PARKED, CONTRACTOR),
        Transition(A.LEASED, "report one more thing to hide", A.EXPIRED, CONTRACTOR),
        Transition(A.LEASED, "park", A.PARKED, THE_SITE),
        Transition(A.LEASED, "expire", A.EXPIRED, THE_SITE),
        Transition(A.LEASED, "take away", A.EXPIRED, THE_SITE),
        Transition(A.PARKED, "reopen", A.OPEN, THE_SITE),
        Transition(A.PARKED, "give back", A.RETURNED, THE_SITE),
        Transition(A.PARKED, "take away", A.EXPIRED, THE_SITE),
        Transition(A.RETURNED, "resume", A.LEASED, CONTRACTOR),
        Transition(A.RETURNED, "park", A.PARKED, THE_SITE),
        Transition(A.RETURNED, "expire", A.EXPIRED, THE_SITE),
        Transition(A.RETURNED, "take away", A.EXPIRED, THE_SITE),
        Transition(A.EXPIRED, "resume", A.LEASED, CONTRACTOR),
        Transition(A.SUBMITTED, "accept", A.ACCEPTED, SECOND_PERSON),
        Transition(A.SUBMITTED, "supersede", A.SUPERSEDED, LEAD),
        Transition(A.SUBMITTED, "return", A.RETURNED, SECOND_PERSON),
    ],
)

# A slot in one of these states has been left for good, and another slot with its number took its place.
LEFT = (A.SKIPPED, A.FLAGGED, A.EXPIRED)
# Nobody has taken these yet.
FREE = (A.OPEN, A.PARKED)
# These wait for their reviewer, until `lease_until`.
TIMED = (A.LEASED, A.RETURNED)
# Their reviewer has handed in labels.
HANDED_IN = (A.SUBMITTED, A.ACCEPTED, A.SUPERSEDED)
# Their reviewer may still be labeling in an open page, whatever the queue did meanwhile: drafts are kept.
KEEPS_DRAFT = (A.LEASED, A.RETURNED, A.PARKED, A.EXPIRED)

# How long labels that came back (from a lead, or after a hold) wait for their reviewer before another gets the clip.
BACK_WITH_REVIEWER = datetime.timedelta(hours=24)
# What one person may have in hand: the clip on screen and the one that is fetched ahead.
MOST_HELD = 2
# A lease may be extended up to this many times its length, counted from when the clip was taken.
LONGEST_LEASE = 4
# Clips that wait for one person (held, or back with them): with more than these, a clip in which they report a face
# goes back to the common queue. The report itself is always taken.
MOST_RESERVED = 5
# How long after a clip left somebody's hands their page may still tell what was on screen.
LAST_REPORT = datetime.timedelta(minutes=2)
# The same for a lead, from when they were last given the clip to look at.
LEADS_REPORT = datetime.timedelta(hours=4)
MAX_REVIEWERS = 20
MAX_RANGES = 500


def settled(states: Iterable[str]) -> bool:
    """Whether every slot of a task that still counts has its labels."""
    counting = [state for state in states if state not in LEFT]
    return bool(counting) and all(state in HANDED_IN for state in counting)


def watched_milliseconds(ranges: Sequence[Sequence[float]], duration: float) -> list[list[int]]:
    """Ranges of seconds that a browser says were on screen, as merged, ascending ranges of whole milliseconds.

    Half a second past the clip's end is forgiven (and cut off); Invalid `invalid_ranges` for anything else that
    cannot have been watched.
    """
    end = round(duration * 1000)
    wrong = Invalid("invalid_ranges", "Watched ranges are pairs of seconds inside the clip.")
    if len(ranges) > MAX_RANGES:
        raise wrong
    found = []
    for pair in ranges:
        if len(pair) != 2 or not 0 <= pair[0] <= pair[1] <= duration + 0.5:
            raise wrong
        found.append((round(pair[0] * 1000), min(round(pair[1] * 1000), end)))
    return [[start, stop] for start, stop in merged(pair for pair in found if pair[0] < pair[1])]
