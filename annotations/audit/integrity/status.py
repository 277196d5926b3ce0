"""How the log stands: how much of it is sealed, by which checkpoint, who witnessed it, when it was last verified."""

import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from annotations.audit import log
from annotations.audit.models import (
    Checkpoint,
    Cosignature,
    Epoch,
    LogEntry,
    Pending,
    TreeLeaf,
    Verification,
)
from annotations.audit.tree.checkpoints import FIRST_EPOCH
from annotations.core import clock

# A sequencer that works seals an entry within a second or two.
STALLED_AFTER = datetime.timedelta(seconds=30)
MOST_COUNTED = 10_000
"""Waiting entries that are counted: a page must not take longer the more of them there are."""
_REFUSALS = (log.WITNESS_CONTRADICTS.code, log.WITNESS_BEHIND.code)
Refusals = dict[str, tuple[datetime.datetime, dict[str, Any]]]
# Of the entries that tell of a witness's refusal, the last so many.
_LOOKED_AT = 50


@dataclass(frozen=True)
class Witness:
    """The largest size of the log that a witness has cosigned, and when."""

    name: str
    size: int
    witnessed_at: datetime.datetime

    @property
    def age(self) -> datetime.timedelta:
        return clock.now() - self.witnessed_at


@dataclass(frozen=True)
class Integrity:
    """`size` counts the entries in the tree, `unsequenced` those that wait for their place in it, up to one more than
    MOST_COUNTED.

    `oldest` is when the first of those was written that no checkpoint covers yet. `checkpoint` and `verification` are
    the last ones, None where there is none. `contradicting` names the witnesses that have seen another past of the log,
    and have not cosigned it since; `behind` those that have seen what a restore lost, and whose keepers have not
    accepted the declared epoch. `epochs` are all that were declared, the last one first.
    """

    size: int
    unsequenced: int
    oldest: datetime.datetime | None
    checkpoint: Checkpoint | None
    witnesses: tuple[Witness, ...]
    verification: Verification | None
    contradicting: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    epochs: tuple[Epoch, ...] = ()

    @property
    def waiting(self) -> str:
        """How many entries wait for their place, for people."""
        return f"{self.unsequenced:,}" if self.unsequenced <= MOST_COUNTED else f"> {MOST_COUNTED:,}"

    @property
    def checkpoint_age(self) -> datetime.timedelta | None:
        return clock.now() - self.checkpoint.signed_at if self.checkpoint else None

    @property
    def verification_age(self) -> datetime.timedelta | None:
        return clock.now() - self.verification.finished_at if self.verification else None

    @property
    def stalled(self) -> bool:
        """Whether entries wait for so long that no sequencer can be at work."""
        return self.oldest is not None and clock.now() - self.oldest > STALLED_AFTER


def integrity() -> Integrity:
    """How the log stands now, in a few short queries."""
    last = TreeLeaf.objects.order_by("-index").values_list("index", flat=True).first()
    checkpoint, refusals = last_checkpoint(), _refusals()
    return Integrity(
        size=0 if last is None else last + 1,
        unsequenced=Pending.objects.all()[: MOST_COUNTED + 1].count(),
        oldest=_oldest_uncovered(checkpoint.size if checkpoint else 0),
        checkpoint=checkpoint,
        witnesses=_witnesses(),
        verification=Verification.objects.order_by("-finished_at").first(),
        contradicting=_contradicting(refusals),
        behind=_behind(refusals),
        epochs=tuple(Epoch.objects.order_by("-number")),
    )


def last_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-size").first()


def current_epoch() -> int:
    """The number of the epoch that the log is in: 1, until one was declared."""
    return Epoch.objects.aggregate(last=Max("number"))["last"] or FIRST_EPOCH


def _oldest_uncovered(size: int) -> datetime.datetime | None:
    """When the first entry was written that is not among the first `size` of the tree; None when there is none."""
    waiting = Pending.objects.order_by("entry").values_list("entry", flat=True).first()
    unsealed = TreeLeaf.objects.filter(index=size).values_list("entry", flat=True).first()
    entries = LogEntry.objects.filter(pk__in=[each for each in (waiting, unsealed) if each])
    return entries.order_by("occurred_at").values_list("occurred_at", flat=True).first()


def _refusals() -> Refusals:
    """By witness, when it refused last, and what the log tells of that."""
    entries = LogEntry.objects.filter(action__in=_REFUSALS).order_by("-occurred_at", "-id")
    last: Refusals = {}
    for moment, canonical in entries.values_list("occurred_at", "canonical")[:_LOOKED_AT]:
        told = json.loads(bytes(canonical))
        last.setdefault(told["data"]["witness"], (moment, told))
    return last


def _contradicting(refusals: Refusals) -> tuple[str, ...]:
    last = {
        name: moment
        for name, (moment, told) in refusals.items()
        if told["action"] == log.WITNESS_CONTRADICTS.code
    }
    cosigned = Cosignature.objects.filter(witness__in=last).values("witness").annotate(at=Max("witnessed_at"))
    since = {each["witness"]: each["at"] for each in cosigned}
    # A witness tells whole seconds.
    return tuple(
        name
        for name, moment in last.items()
        if name not in since or since[name] < moment.replace(microsecond=0)
    )


def _behind(refusals: Refusals) -> tuple[str, ...]:
    """Those that have cosigned nothing beyond where the epoch went on from."""
    restored = dict(Epoch.objects.values_list("number", "restored"))
    last = {
        name: restored.get(told["data"]["epoch"], 0)
        for name, (_, told) in refusals.items()
        if told["action"] == log.WITNESS_BEHIND.code
    }
    return tuple(
        name
        for name, size in last.items()
        if not Cosignature.objects.filter(witness=name, size__gt=size).exists()
    )


def _witnesses() -> tuple[Witness, ...]:
    sizes = Cosignature.objects.order_by("witness").values("witness").annotate(largest=Max("size"))
    found = []
    for each in sizes:
        last = Cosignature.objects.filter(witness=each["witness"], size=each["largest"])
        moment = last.order_by("-witnessed_at").values_list("witnessed_at", flat=True)[0]
        found.append(Witness(each["witness"], each["largest"], moment))
    return tuple(found)
