"""What rules are made of."""

import datetime
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from annotations.break_glass import log as break_glass
from annotations.datasets import log as datasets
from annotations.moderation import log as moderation
from annotations.oversight import log as oversight
from annotations.redaction import log as redaction

# Somebody is given something to see, or to take away.
VIEWS = frozenset(
    {
        redaction.GRANTED.code,
        redaction.REGION_SHOWN.code,
        moderation.POSTER_SERVED.code,
        break_glass.GRANTED.code,
    }
)
DOWNLOADS = frozenset({datasets.EXPORTED.code, oversight.ENTRIES_EXPORTED.code})


@dataclass(frozen=True)
class Act:
    """An entry of the log as rules see it. `data` is there for the rules that read it, else empty."""

    entry: uuid.UUID
    at: datetime.datetime
    action: str
    actor: str
    role: str
    clip: uuid.UUID | None = None
    subject: str = ""
    purpose: str = ""
    data: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True)
class Series:
    """Acts that are counted together, those of `actor` (of the clip, of the household, where one is named): however
    they lie, what matters is how many come within `window`. `name` names the series for ever.
    """

    name: str
    window: datetime.timedelta
    actor: str
    clip: uuid.UUID | None = None
    subject: str = ""


@dataclass(frozen=True)
class Scope:
    """A time of a series, from `since` to, not with, `until`. It gives at most one alert, under its key."""

    series: Series
    since: datetime.datetime

    @property
    def until(self) -> datetime.datetime:
        return self.since + self.series.window

    @property
    def key(self) -> str:
        return f"{self.series.name}@{self.since.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%f}"


@dataclass(frozen=True)
class Hit:
    """Something to look at: `measured` is more than, or as much as, `allowed`. `acts` show it, in order of time."""

    scope: Scope
    measured: int
    allowed: int
    acts: tuple[Act, ...]


class Known(Protocol):
    """What rules know beside the acts of a scope."""

    def usual(self, actor: str, day: datetime.date) -> float | None:
        """How many views a person has on a day of theirs, before this one; None when too few days tell."""

    def clips_of(self, subject: str) -> int:
        """How many clips a household sent."""


class Rule(ABC):
    """One rule with its values, which are the fields of its dataclass."""

    kind: ClassVar[str]
    reads_data: ClassVar[bool] = False

    @property
    @abstractmethod
    def actions(self) -> frozenset[str]:
        """The kinds of entries that the rule looks at."""

    @abstractmethod
    def series(self, act: Act) -> Iterable[Series]:
        """The series to which the act belongs."""


class Counting(Rule):
    """Finds every moment at which more acts than allowed lie in the window that ends with it."""

    def unit(self, act: Act) -> object:
        """What is counted, each once."""
        return act.entry

    @abstractmethod
    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        """How many there may be at this moment; `measured` is how many there are."""


class Expecting(Rule):
    """Looks at what comes within the window that begins with an act, once it is over."""

    @abstractmethod
    def judge(self, scope: Scope, acts: Sequence[Act]) -> Hit | None:
        """What is wrong, if anything. `acts` are those of the scope that the rule looks at, in order of time."""


HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


def day_of(moment: datetime.datetime) -> datetime.date:
    """The day, in UTC."""
    return moment.astimezone(datetime.UTC).date()
