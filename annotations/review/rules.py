"""Pure rules of the queue: the lives of tasks and of the reviewers' slots, and their limits."""

import datetime
from collections.abc import Iterable, Sequence

from annotations.accounts.enums import Role
from annotations.core.errors import Invalid
from annotations.core.intervals import merged
from annotations.core.transitions import Transition, TransitionTable
from annotations.review.enums import AssignmentState as A, TaskState as T

WORKER = "worker"

TASKS = TransitionTable(
    "task",
    initial=[T.OPEN],
    final=[T.ACCEPTED, T.SET_ASIDE],
    transitions=[
        Transition(T.OPEN, "settle", T.SETTLING, WORKER),
        Transition(T.SETTLING, "accept", T.ACCEPTED, Role.LEAD),
        Transition(T.SETTLING, "return", T.OPEN, Role.LEAD),
        Transition(T.OPEN, "set aside", T.SET_ASIDE, Role.LEAD),
        Transition(T.SET_ASIDE, "reopen", T.OPEN, Role.LEAD),
    ],
)

ASSIGNMENTS = TransitionTable(
    "assignment",
    initial=[A.OPEN, A.PARKED],
    final=[A.ACCEPTED, A.SUPERSEDED, A.SKIPPED, A.FLAGGED, A.EXPIRED],
    transitions=[
        Transition(A.OPEN, "claim", A.LEASED, Role.CONTRACTOR),
        Transition(A.OPEN, "park", A.PARKED, WORKER),
        Transition(A.LEASED, "extend", A.LEASED, Role.CONTRACTOR),
        Transition(A.LEASED, "submit", A.SUBMITTED, Role.CONTRACTOR),
        Transition(A.LEASED, "skip", A.SKIPPED, Role.CONTRACTOR),
        Transition(A.LEASED, "flag", A.FLAGGED, Role.CONTRACTOR),
        Transition(A.LEASED, "report a missed face", A.PARKED, Role.CONTRACTOR),
        Transition(A.LEASED, "report one more missed face", A.EXPIRED, Role.CONTRACTOR),
        Transition(A.LEASED, "park", A.PARKED, WORKER),
        Transition(A.LEASED, "expire", A.EXPIRED, WORKER),
        Transition(A.PARKED, "reopen", A.OPEN, WORKER),
        Transition(A.PARKED, "give back", A.RETURNED, WORKER),
        Transition(A.RETURNED, "resume", A.LEASED, Role.CONTRACTOR),
        Transition(A.RETURNED, "park", A.PARKED, WORKER),
        Transition(A.RETURNED, "expire", A.EXPIRED, WORKER),
        Transition(A.EXPIRED, "resume", A.LEASED, Role.CONTRACTOR),
        Transition(A.SUBMITTED, "accept", A.ACCEPTED, Role.LEAD),
        Transition(A.SUBMITTED, "supersede", A.SUPERSEDED, Role.LEAD),
        Transition(A.SUBMITTED, "return", A.RETURNED, Role.LEAD),
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
MAX_REASON = 2000
MAX_RANGES = 500


def check_reason(reason: str, *, least: int = 5) -> str:
    """The reason without surrounding blanks; Invalid `reason_missing` or `reason_too_long`."""
    reason = reason.strip()
    if len(reason) < least:
        raise Invalid("reason_missing", "Write down the reason, in a few words.")
    if len(reason) > MAX_REASON:
        raise Invalid("reason_too_long", f"The reason has at most {MAX_REASON:,} characters.")
    return reason


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
