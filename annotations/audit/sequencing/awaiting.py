"""Waiting until an entry is sealed: until a signed checkpoint covers it."""

import time
import uuid

from django.conf import settings
from django.db import transaction

from annotations.audit.models import Checkpoint, Hurry, TreeLeaf
from annotations.audit.sequencing.configured import own_sequencer
from annotations.core.errors import Unavailable

_POLL_SECONDS = 0.02


def await_checkpoint(entry: uuid.UUID, timeout: float | None = None) -> Checkpoint:
    """The first checkpoint that covers the entry, waiting at most so many seconds (`AUDIT_WAIT_SECONDS`).

    For acts after which somebody sees what cannot be unseen: nothing is served before this returns. Raises
    RuntimeError inside a transaction (what is not committed is never sealed), Unavailable `log_not_sealed`.
    """
    until = time.monotonic() + (settings.AUDIT_WAIT_SECONDS if timeout is None else timeout)
    with transaction.atomic(durable=True):
        Hurry.objects.bulk_create([Hurry(entry=entry)], ignore_conflicts=True)
    while (checkpoint := _covering(entry)) is None:
        if time.monotonic() > until:
            raise Unavailable(
                "log_not_sealed",
                "The log could not confirm this in time, so nothing was shown. Try again; if it happens again, "
                "tell an operator that the sequencer does not seal the log.",
            )
        if settings.AUDIT_SEQUENCE_INLINE:
            own_sequencer().once()
        else:
            time.sleep(_POLL_SECONDS)
    return checkpoint


def _covering(entry: uuid.UUID) -> Checkpoint | None:
    index = TreeLeaf.objects.filter(entry=entry).values_list("index", flat=True).first()
    if index is None:
        return None
    return Checkpoint.objects.filter(size__gt=index).order_by("size").first()
