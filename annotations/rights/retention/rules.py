"""How long clips are kept: pure rules over the facts of a clip."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from annotations.core.errors import Invalid
from annotations.rights.retention.enums import KeptState, Part

LONGEST_DAYS = 365
"""No rule is longer, whoever agrees: what is kept for years is not kept for labeling (EDPB 3/2019, 121)."""

NOTICE = datetime.timedelta(days=7)
"""Clips that came before there were any rules end no earlier than this after the first ones."""


@dataclass(frozen=True)
class Days:
    """After how many days the original ends, and everything else: the original never later."""

    original: int
    rest: int

    def of(self, part: str) -> int:
        return self.original if part == Part.ORIGINAL else self.rest

    def within(self, bound: "Days") -> bool:
        """Whether nothing is kept longer than by `bound`."""
        return self.original <= bound.original and self.rest <= bound.rest


Rules = Mapping[str, Days]

# What holds where nobody has decided. `reasons.py` says why in words.
DEFAULTS: Rules = {
    KeptState.NEVER_LABELED: Days(30, 30),
    KeptState.LABELED: Days(14, 90),
    KeptState.UPHELD: Days(7, 7),
    KeptState.WITHDRAWN: Days(1, 1),
    KeptState.EXPIRED: Days(3, 3),
    KeptState.HELD: Days(14, 14),
}


@dataclass(frozen=True)
class Facts:
    """When the clocks of a clip began; None where one does not run. Times are aware.

    `expires` is the end of the consent, past or to come. `held` is since when a pass could not make it fit to be seen.
    """

    received: datetime.datetime
    expires: datetime.datetime
    labeled: datetime.datetime | None = None
    upheld: datetime.datetime | None = None
    withdrawn: datetime.datetime | None = None
    held: datetime.datetime | None = None

    def clocks(self) -> Iterator[tuple[KeptState, datetime.datetime]]:
        """The states whose clocks run, with their beginnings."""
        yield (
            (KeptState.LABELED, self.labeled) if self.labeled else (KeptState.NEVER_LABELED, self.received)
        )
        yield KeptState.EXPIRED, self.expires
        for state, since in (
            (KeptState.UPHELD, self.upheld),
            (KeptState.WITHDRAWN, self.withdrawn),
            (KeptState.HELD, self.held),
        ):
            if since:
                yield state, since


@dataclass(frozen=True)
class Later:
    """A rule that was decided on and holds from `since` on."""

    days: Days
    since: datetime.datetime


@dataclass(frozen=True)
class End:
    """When a part of a clip ends, in which state it is then, and after how many days of that state."""

    on: datetime.datetime
    because: KeptState
    days: int


@dataclass(frozen=True)
class Ends:
    """When the original of a clip ends, and when everything does."""

    original: End
    rest: End


def ends(facts: Facts, rules: Rules, begun: datetime.datetime, later: Mapping[str, Later]) -> Ends:
    """The earliest end of each part by any clock that runs, the rules that hold `later` included.

    `begun` is when the first rules came into force (`NOTICE`).
    """
    original, rest = (_end(facts, rules, later, part, begun) for part in (Part.ORIGINAL, Part.REST))
    return Ends(original, rest)


def _end(facts: Facts, rules: Rules, later: Mapping[str, Later], part: str, begun: datetime.datetime) -> End:
    on, because = earliest(facts, rules, part)
    found = [End(on, because, rules[because].of(part))]
    for state, since in facts.clocks():
        if state in later:
            days = later[state].days.of(part)
            found.append(End(max(_over(since, days), later[state].since), state, days))
    first = min(found, key=lambda end: end.on)
    return replace(first, on=noticed(first.on, facts.received, begun))


def noticed(
    end: datetime.datetime, received: datetime.datetime, begun: datetime.datetime
) -> datetime.datetime:
    """The end of a clip that may have come before there were rules."""
    return max(end, begun + NOTICE) if received < begun else end


def earliest(facts: Facts, rules: Rules, part: str) -> tuple[datetime.datetime, KeptState]:
    """When the part ends by the clocks alone, and by which of them."""
    return min((_over(since, rules[state].of(part)), state) for state, since in facts.clocks())


def _over(since: datetime.datetime, days: int) -> datetime.datetime:
    """A day is 24 hours, in whatever zone a clock began: an hour that summer gives or takes, or a leap day, makes none
    of them longer or shorter."""
    return since.astimezone(datetime.UTC) + datetime.timedelta(days=days)


def takes_effect(
    now: Days, new: Days, decided: datetime.datetime, after: datetime.timedelta
) -> datetime.datetime | None:
    """When a rule that was decided on holds; None: at once, as it keeps nothing shorter than the one that holds now.

    Times are counted, not days of a calendar: a day is 24 hours, in whatever zone the clocks are changed meanwhile.
    """
    return None if now.within(new) else decided.astimezone(datetime.UTC) + after


def check_days(state: str, days: Days, rules: Rules) -> None:
    """What a rule may say beside the others.

    Raises Invalid `days_out_of_bounds`, `original_outlives`, `withdrawn_outlives`.
    """
    if not (0 <= days.original <= LONGEST_DAYS and 0 <= days.rest <= LONGEST_DAYS):
        raise Invalid("days_out_of_bounds", f"Choose 0 to {LONGEST_DAYS} days.")
    if days.original > days.rest:
        raise Invalid("original_outlives", "An original is not kept longer than what was made of it.")
    others = {**rules, state: days}
    withdrawn = others[KeptState.WITHDRAWN]
    if not all(withdrawn.within(other) for other in others.values()):
        raise Invalid(
            "withdrawn_outlives",
            "A clip whose consent was withdrawn is not kept longer than one in another state.",
        )
