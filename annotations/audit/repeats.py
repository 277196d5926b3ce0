"""Telling what somebody does over and over without changing anything: one by one, then by doubling.

Reading, failing and being refused leave entries that can never be removed, so no script may make as many as it likes.
A kind that declares `repeats` is told in *series*: the same act of the same person on the same thing within an hour.
The first five are entries, each written before anything is served. Then one entry is written each time that the count
has doubled, and says for how many it stands; when the hour is over, another one tells the rest. So every act is told or
counted on the log, and n of them make about 5 + log2(n / 5) entries an hour.

The counts are rows, written in the act's own transaction: an act that fails is not counted, and several processes count
together.
"""

import datetime
import hashlib
import json
import uuid
from typing import Any

from django.db import transaction

from annotations.audit import log, services
from annotations.audit.actors import Actor
from annotations.audit.canonical import canonical
from annotations.audit.models import LogEntry, Series
from annotations.audit.registry import Action, lookup
from annotations.core import clock
from annotations.core.intervals import merged

SINGLY = 5
WINDOW = datetime.timedelta(hours=1)
# More ranges than these are told with the shortest gaps between them closed.
MOST_RANGES = 500


def due(count: int) -> bool:
    """Whether an entry is due at the count-th of the same: at each of the first five, and at each doubling of five."""
    if count <= SINGLY:
        return True
    times, rest = divmod(count, SINGLY)
    return rest == 0 and times & (times - 1) == 0


def tell(
    action: Action,
    actor: Actor,
    *,
    clip: uuid.UUID | None = None,
    subject: str = "",
    purpose: str = "",
    data: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
    detail_of: str = "",
) -> uuid.UUID:
    """As `services.append`, inside the transaction of the act; the id of the entry that tells of it.

    Of a kind that declares no `repeats` each is an entry. Of another, one that is only counted is told by the last
    entry of its series, whose id is given then. Raises as `services.append` does.
    """
    about: dict[str, Any] = {"clip": clip, "subject": subject, "purpose": purpose}
    words: dict[str, Any] = {"detail": detail, "detail_of": detail_of}
    data = data or {}
    repeats = action.repeats
    if repeats is None:
        return services.append(action, actor, data=data, **words, **about).pk
    action.check(data)
    same = {name: value for name, value in data.items() if name not in {*repeats.apart, repeats.joined}}
    series = _begun(_key(action, actor, about | {"data": same}))
    series.count += 1
    if repeats.joined:
        series.ranges = _joined(series.ranges, data[repeats.joined])
        data = data | {repeats.joined: series.ranges}
    if series.entry is None or due(series.count):
        if series.entry is None or series.count <= SINGLY or repeats.joined:
            series.entry = services.append(action, actor, data=data, **words, **about).pk
        else:
            _tell_counted(series, actor, about)
        series.told, series.ranges = series.count, []
    series.save()
    return series.entry


def end_series(limit: int = 500) -> int:
    """Tells what was counted in series whose hour is over, and forgets them; how many there were."""
    over = Series.objects.filter(began_at__lte=clock.now() - WINDOW).values_list("pk", flat=True)
    return sum(_end(key) for key in list(over[:limit]))


@transaction.atomic
def _end(key: str) -> bool:
    series = Series.objects.select_for_update().filter(pk=key).first()
    if series is None or not _over(series):
        return False
    _tell_rest(series)
    series.delete()
    return True


def _begun(key: str) -> Series:
    """The series, locked: a new one, or one whose hour is not over."""
    Series.objects.bulk_create([Series(key=key, began_at=clock.now())], ignore_conflicts=True)
    series = Series.objects.select_for_update().get(key=key)
    if _over(series):
        _tell_rest(series)
        series = Series(key=key, began_at=clock.now())
    return series


def _over(series: Series) -> bool:
    return series.began_at <= clock.now() - WINDOW


def _tell_rest(series: Series) -> None:
    if series.entry is None or series.count == series.told:
        return
    entry = LogEntry.objects.get(pk=series.entry)
    actor = Actor(entry.actor, entry.actor_role)
    about: dict[str, Any] = {"clip": entry.clip, "subject": entry.subject, "purpose": entry.purpose}
    action = lookup(entry.action)
    if action.repeats and action.repeats.joined:
        data = json.loads(bytes(entry.canonical))["data"] | {action.repeats.joined: series.ranges}
        services.append(action, actor, data=data, **about)
    else:
        _tell_counted(series, actor, about)


def _tell_counted(series: Series, actor: Actor, about: dict[str, Any]) -> None:
    """The same again, so many times since the entry before. It names the last entry that tells what was done."""
    data = {"entry": str(series.entry), "times": series.count - series.told}
    services.append(log.REPEATED, actor, data=data, **about)


def _key(action: Action, actor: Actor, about: dict[str, Any]) -> str:
    same = about | {
        "clip": str(about["clip"]),
        "action": action.code,
        "actor": actor.pseudonym,
        "role": actor.role,
    }
    return hashlib.sha256(canonical(same)).hexdigest()


def _joined(ranges: list[list[int]], more: list[list[int]]) -> list[list[int]]:
    """Both, merged. While there are too many of them, gaps that are shorter than a bound that doubles are closed."""
    found, gap = merged((start, end) for start, end in (*ranges, *more)), 1
    while len(found) > MOST_RANGES:
        gap *= 2
        found = [(start, end - gap) for start, end in merged((start, end + gap) for start, end in found)]
    return [[start, end] for start, end in found]
