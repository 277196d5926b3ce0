"""Somebody reveals a flagged clip and decides nothing."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotations.clips.enums import Purpose
from annotations.moderation import log as moderation
from annotations.redaction import log as redaction
from annotations.review import log as review

from .acts import Act, Hit, Known, Rule, Scope

DECISIONS = frozenset(
    {
        moderation.UPHELD.code,
        moderation.DISMISSED.code,
        review.ACCEPTED.code,
        review.RETURNED.code,
        review.SUBMITTED.code,
        review.FLAGGED.code,
        review.SET_ASIDE.code,
    }
)


@dataclass(frozen=True)
class Reveals(Rule):
    """A reveal after which the same person neither labels the clip nor decides on it within `minutes`.

    Who reveals it again has that long from then. One alert for a person, a clip and a day.
    """

    kind: ClassVar[str] = "reveals"
    waits: ClassVar[bool] = True
    minutes: int = 60

    @property
    def actions(self) -> frozenset[str]:
        return DECISIONS | {redaction.GRANTED.code}

    def scopes(self, act: Act) -> Iterable[Scope]:
        if _reveals(act):
            until = act.at + datetime.timedelta(minutes=self.minutes)
            key = f"{act.actor}:{act.clip}:{act.at:%Y-%m-%d}"
            yield Scope(key, act.actor, act.at, until, clip=act.clip)

    def judge(self, scope: Scope, acts: Sequence[Act], known: Known) -> Hit | None:
        later = [act for act in acts if act.at > scope.since]
        if any(act.action in DECISIONS or _reveals(act) for act in later):
            return None
        shown = tuple(act for act in acts if _reveals(act))
        return Hit(scope, len(shown), 0, shown) if shown else None


def _reveals(act: Act) -> bool:
    return act.action == redaction.GRANTED.code and act.purpose == Purpose.MODERATION
