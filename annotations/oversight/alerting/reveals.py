"""Somebody reveals a flagged clip and decides nothing."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotations.clips.enums import Purpose
from annotations.moderation import log as moderation
from annotations.oversight.alerting.acts import Act, Expecting, Hit, Scope, Series
from annotations.redaction import log as redaction
from annotations.review import log as review

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
class Reveals(Expecting):
    """A reveal after which the same person neither labels the clip nor decides on it within `minutes`.

    Who reveals it again has that long from then.
    """

    kind: ClassVar[str] = "reveals"
    minutes: int = 60

    @property
    def actions(self) -> frozenset[str]:
        return DECISIONS | {redaction.GRANTED.code}

    def series(self, act: Act) -> Iterable[Series]:
        if _reveals(act):
            window = datetime.timedelta(minutes=self.minutes)
            yield Series(f"{act.actor}:{act.clip}", window, act.actor, clip=act.clip)

    def judge(self, scope: Scope, acts: Sequence[Act]) -> Hit | None:
        later = [act for act in acts if act.at > scope.since]
        if any(act.action in DECISIONS or _reveals(act) for act in later):
            return None
        shown = tuple(act for act in acts if _reveals(act))
        return Hit(scope, len(shown), 0, shown) if shown else None


def _reveals(act: Act) -> bool:
    return act.action == redaction.GRANTED.code and act.purpose == Purpose.MODERATION
