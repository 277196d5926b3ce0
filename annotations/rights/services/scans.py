"""Entries for a probe that is taken out, and for a search of the stores."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.rights import log
from annotations.rights.enums import ScopeKind
from annotations.rights.rules import OFFICER
from annotations.rights.scopes import Reach, Scope


@dataclass(frozen=True)
class ScanCounts:
    """How many values were searched for in how many stores, and what came of it; never what, and never where."""

    values: int
    stores: int
    findings: int
    kept: int
    unsearched: int


@transaction.atomic
def record_probe(scope: Scope, covered: Reach, probe: uuid.UUID, values: int, actor: Actor) -> None:
    """Before the probe is written: it holds what was sealed. Raises NotAllowed."""
    OFFICER.check(actor)
    audit.append(
        log.PROBE_MADE,
        actor,
        clip=covered.clips[0].public_id if scope.kind == ScopeKind.CLIP else None,
        subject=covered.owner.pseudonym,
        data={"probe": str(probe), "kind": str(scope.kind), "values": values},
    )


@transaction.atomic
def record_scan(probe: uuid.UUID, counts: ScanCounts, actor: Actor) -> None:
    """Before the findings are shown. Raises NotAllowed."""
    OFFICER.check(actor)
    audit.append(log.SCANNED, actor, data={"probe": str(probe), **vars(counts)})
