"""What rules are made of."""

import datetime
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from annotations.datasets import log as datasets
from annotations.moderation import log as moderation
from annotations.redaction import log as redaction

from .. import log as privacy

# Somebody is given something to see, or to take away.
VIEWS = frozenset(
    {
        redaction.GRANTED.code,
        redaction.REGION_SHOWN.code,
        moderation.POSTER_SERVED.code,
        privacy.GLASS_GRANTED.code,
    }
)
DOWNLOADS = frozenset({datasets.EXPORTED.code, privacy.ENTRIES_EXPORTED.code})


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
class Scope:
    """Acts that are judged together: those of `actor` (of the clip, of the household, where one is named) from `since`
    to, not with, `until`. `key` names the scope for ever: it gives at most one alert.
    """

    key: str
    actor: str
    since: datetime.datetime
    until: datetime.datetime
    clip: uuid.UUID | None = None
    subject: str = ""


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
    """One rule with its values, which are the fields of its dataclass.

    The same two functions judge new entries and look back: `scopes` says where an act counts, `judge` looks at all
    acts of one scope. So the order in which entries come makes no difference.
    """

    kind: ClassVar[str]
    reads_data: ClassVar[bool] = False
    # Whether a scope is judged only once its time is over.
    waits: ClassVar[bool] = False

    @property
    @abstractmethod
    def actions(self) -> frozenset[str]:
        """The kinds of entries that count."""

    @abstractmethod
    def scopes(self, act: Act) -> Iterable[Scope]:
        """The scopes in which the act counts; those that must be judged when it comes."""

    @abstractmethod
    def judge(self, scope: Scope, acts: Sequence[Act], known: Known) -> Hit | None:
        """What is wrong in the scope, if anything. `acts` are those that count in it, in order of time."""


def hour_of(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(datetime.UTC).replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime.datetime) -> datetime.datetime:
    """The beginning of the day, in UTC."""
    return hour_of(moment).replace(hour=0)


HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
