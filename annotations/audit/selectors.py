"""Reading the log."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from annotations.audit import details
from annotations.audit.enums import DetailState
from annotations.audit.models import LogEntry
from annotations.audit.registry import Action, lookup


@dataclass(frozen=True)
class Line:
    """An entry as a person reads it. `detail` is what it tells in somebody's words, if `detail_state` is READABLE."""

    entry: LogEntry
    sentence: str
    data: dict[str, Any]
    detail: dict[str, Any] | None
    detail_state: DetailState = DetailState.NONE

    @property
    def lost_detail(self) -> str:
        """Why the detail cannot be shown, in words; empty when it is shown or when there never was one."""
        shown = self.detail_state in {DetailState.NONE, DetailState.READABLE}
        return "" if shown else str(self.detail_state.label)


@dataclass(frozen=True)
class Words:
    """What somebody wrote with an act; `lost` says why it cannot be read any more, when it cannot."""

    text: str = ""
    lost: str = ""

    def __str__(self) -> str:
        return self.text or self.lost


def names(pseudonym: str) -> bool:
    """Whether any entry tells of this pseudonym, as the one who acted or as the owner concerned."""
    return (
        LogEntry.objects.filter(actor=pseudonym).exists()
        or LogEntry.objects.filter(subject=pseudonym).exists()
    )


def of_clip(clip: uuid.UUID, actions: Iterable[str] = ()) -> list[Line]:
    """Everything that the log tells of one clip (by its public id), oldest first; of these kinds only, if any."""
    entries = LogEntry.objects.filter(clip=clip).order_by("occurred_at", "id")
    if actions:
        entries = entries.filter(action__in=actions)
    return present(list(entries))


def words(
    actions: Iterable[Action], clips: Iterable[uuid.UUID], key: str, field: str = "reason"
) -> dict[str, Words]:
    """What people wrote as `field` of the details of these acts on these clips (by their public ids).

    By the id that `key` names in the entries' data; of several acts with one id the last counts. The number of
    queries does not depend on how many clips there are.
    """
    codes = [code for action in actions for code in action.codes]
    entries = LogEntry.objects.filter(clip__in=set(clips), action__in=codes).order_by("occurred_at", "id")
    return {
        line.data[key]: Words(str((line.detail or {}).get(field, "")), line.lost_detail)
        for line in present(list(entries))
    }


def present(entries: list[LogEntry]) -> list[Line]:
    """The entries with their sentences and their details, or what became of these."""
    bodies = {entry.id: json.loads(bytes(entry.canonical)) for entry in entries}
    told = details.of(bodies)
    lines = []
    for entry in entries:
        data = bodies[entry.id]["data"]
        detail = told.get(entry.id, details.Detail(DetailState.NONE))
        lines.append(Line(entry, lookup(entry.action).present(data), data, detail.content, detail.state))
    return lines
