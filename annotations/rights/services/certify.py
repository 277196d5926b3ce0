"""Checking what is left after an erasure, and certifying what was done and what was found."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.core import clock, freed_space, runs
from annotations.core.errors import Conflict
from annotations.core.models import RunState
from annotations.core.stages import Heartbeat
from annotations.rights import certificates, erasure_check, inventory, log
from annotations.rights.models import Erasure


def certify(run: Erasure, heartbeat: Heartbeat) -> None:
    """Ends the run with its certificate; what the check finds is told in it, and on the log."""
    heartbeat.at("check", 1, 1)
    heartbeat.renew()
    findings = _check(run, heartbeat.beat)
    with transaction.atomic():
        _certify(run, findings, WORKER)
        runs.finish(run)


def check_again(erasure_id: uuid.UUID, actor: Actor) -> Erasure:
    """Looks again at one that is done, and certifies what is found now. Conflict `erasure_not_done`."""
    erasure = Erasure.objects.get(pk=erasure_id)
    if erasure.state != RunState.DONE:
        raise Conflict("erasure_not_done", "This erasure is not done yet.")
    findings = _check(erasure)
    with transaction.atomic():
        _certify(erasure, findings, actor)
    return erasure


def _check(erasure: Erasure, on_progress: Callable[[], None] = lambda: None) -> list[dict[str, Any]]:
    return erasure_check.findings(
        erasure_check.Erased(
            kind=erasure.kind,
            target=erasure.target,
            owner=erasure.owner,
            clips=tuple(erasure.clips),
            subjects=tuple(erasure.subjects),
            files=tuple((storage, name) for storage, name in erasure.files),
            before=erasure.created_at,
        ),
        on_progress,
    )


def _certify(erasure: Erasure, findings: list[dict[str, Any]], actor: Actor) -> None:
    erasure.checked_at, erasure.findings = clock.now(), findings
    erasure.done |= {"files": erasure.files_deleted}
    if erasure.verified:
        # They are gone, and so is what they were called.
        erasure.files, erasure.planned_files = [], []
        freed_space.clear(inventory.emptied_tables())
    erasure.certificate = certificates.document(erasure)
    entry = audit.append(
        log.CERTIFIED,
        actor,
        clip=uuid.UUID(erasure.clips[0]) if len(erasure.clips) == 1 else None,
        subject=erasure.owner,
        data={
            "erasure": str(erasure.pk),
            "certificate": certificates.digest(erasure.certificate),
            "verified": "yes" if erasure.verified else "no",
            "findings": len(findings),
        },
    )
    erasure.certified_by = entry.pk
    erasure.save(
        update_fields=[
            "checked_at",
            "findings",
            "done",
            "files",
            "planned_files",
            "certificate",
            "certified_by",
        ]
    )
