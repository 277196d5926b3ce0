"""Showing the log's checkpoints to its witnesses and keeping their cosignatures.

A witness is another organisation. Once it has cosigned a checkpoint nobody can show the world another past, not even
with the log's own keys.
"""

import datetime
import logging
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.db import transaction

from annotations.audit import log
from annotations.audit.actors import Actor
from annotations.audit.integrity.declared_epochs import declared_epochs
from annotations.audit.integrity.status import last_checkpoint
from annotations.audit.models import Checkpoint, Cosignature, LogEntry, TreeLeaf
from annotations.audit.sequencing.stored_tree import StoredTree
from annotations.audit.services import append
from annotations.audit.tree.proofs import consistency_proof
from annotations.audit.tree.signed_notes import PublicKey, Signature
from annotations.audit.tree.witness import Refused
from annotations.audit.tree.witness_client import Unreachable, cosign
from annotations.core import clock

logger = logging.getLogger(__name__)

# An unchanged log is shown again after this long: a fresh cosignature tells that the witness still looks.
REFRESH = datetime.timedelta(hours=1)
_TIMEOUT_SECONDS = 10.0
_OWN = (log.ANCHORED.code, log.ANCHOR_FAILED.code, log.WITNESS_CONTRADICTS.code, log.WITNESS_BEHIND.code)

NO_ANSWER, NOT_WATCHED, KEY_UNKNOWN, CONTRADICTS, BEHIND = (
    "no_answer",
    "not_watched",
    "key_unknown",
    "witness_contradicts",
    "behind_epoch",
)
_REASONS: dict[int, str] = {HTTPStatus.NOT_FOUND: NOT_WATCHED, HTTPStatus.FORBIDDEN: KEY_UNKNOWN}


@dataclass(frozen=True)
class Outcome:
    """What one witness did: `reason` is empty when it cosigned, or had nothing new to cosign. `size` is how much of the
    log it is known to have seen.
    """

    witness: str
    size: int
    reason: str


def anchor(actor: Actor) -> list[Outcome]:
    """Shows the last checkpoint to every witness of the settings; what each did. Each is on the log."""
    checkpoint = last_checkpoint()
    if checkpoint is None:
        return []
    keys = [(address, PublicKey.parse(vkey)) for address, vkey in settings.AUDIT_WITNESSES]
    return [_show(checkpoint, address, key, actor) for address, key in keys]


def _show(checkpoint: Checkpoint, address: str, key: PublicKey, actor: Actor) -> Outcome:
    latest = Cosignature.objects.filter(witness=key.name).order_by("-size", "-witnessed_at").first()
    known = min(latest.size, checkpoint.size) if latest else 0
    if latest and not _worth_showing(checkpoint, latest):
        return Outcome(key.name, known, "")
    try:
        signatures = cosign(
            address,
            checkpoint.note,
            lambda size: consistency_proof(size, checkpoint.size, StoredTree(checkpoint.size).node),
            [key],
            known_size=known,
            timeout=_TIMEOUT_SECONDS,
        )
    except Unreachable as error:
        logger.warning("The witness %s gave no answer: %s", key.name, error)
        return _failed(key.name, known, NO_ANSWER, actor)
    except Refused as refused:
        logger.warning("The witness %s did not cosign: %s", key.name, refused)
        return _refused(checkpoint, key.name, known, refused, actor)
    _keep(checkpoint, key, signatures, actor)
    return Outcome(key.name, checkpoint.size, "")


@transaction.atomic
def _refused(checkpoint: Checkpoint, witness: str, known: int, refused: Refused, actor: Actor) -> Outcome:
    """Tells a witness that has seen another past of this log from one that has seen what a declared restore lost, and
    from one that does not know the log, or its key.

    A witness that knows more than was shown may have been shown more meanwhile, by another process.
    """
    seen = refused.known_size if refused.known_size is not None else known
    held = last_checkpoint() or checkpoint
    if refused.status == HTTPStatus.CONFLICT and checkpoint.size < seen <= held.size:
        return Outcome(witness, seen, "")
    if refused.status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
        if epoch := _lost_with(witness, seen):
            data = {"witness": witness, "known": seen, "epoch": epoch}
            append(log.WITNESS_BEHIND, actor, data=data)
            return Outcome(witness, known, BEHIND)
        append(
            log.WITNESS_CONTRADICTS, actor, data={"witness": witness, "known": seen, "size": checkpoint.size}
        )
        return Outcome(witness, known, CONTRADICTS)
    return _failed(witness, known, _REASONS.get(refused.status, f"status_{refused.status}"), actor)


def _lost_with(witness: str, seen: int) -> int | None:
    """The epoch that explains why a witness refuses: it cosigned, so many entries, what a restore took. None when no
    epoch does, or when the witness follows it already.
    """
    last = (
        Cosignature.objects.filter(witness=witness).order_by("-size").values_list("size", flat=True).first()
    )
    for declared, _ in reversed(declared_epochs()):
        if last is not None and last > declared.entry:
            return None
        if declared.covers(seen, declared.last.epoch):
            return declared.number
    return None


@transaction.atomic
def _failed(witness: str, known: int, reason: str, actor: Actor) -> Outcome:
    append(log.ANCHOR_FAILED, actor, data={"witness": witness, "reason": reason})
    return Outcome(witness, known, reason)


def _worth_showing(checkpoint: Checkpoint, latest: Cosignature) -> bool:
    """Whether the log holds more than its own notes about anchoring since then, or the witness saw it long ago.

    Else an idle log would grow for ever: each anchoring is on the log, and so makes a new checkpoint.
    """
    if clock.now() - latest.witnessed_at > REFRESH:
        return True
    since = TreeLeaf.objects.filter(index__gte=latest.size, index__lt=checkpoint.size)
    return LogEntry.objects.filter(pk__in=since.values("entry")).exclude(action__in=_OWN).exists()


@transaction.atomic
def _keep(checkpoint: Checkpoint, key: PublicKey, signatures: list[Signature], actor: Actor) -> None:
    for each in signatures:
        Cosignature.objects.create(
            size=checkpoint.size,
            witness=key.name,
            line=each.line,
            witnessed_at=datetime.datetime.fromtimestamp(each.timestamp, datetime.UTC),
        )
    append(log.ANCHORED, actor, data={"witness": key.name, "size": checkpoint.size})
