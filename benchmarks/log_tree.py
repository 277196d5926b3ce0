"""Times what is done with a log that has its tree, in a process of its own with Django's settings.

python -m benchmarks.log_tree
"""

import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import django
from django.db import connection, transaction

django.setup()

from annotations.audit import services  # noqa: E402
from annotations.audit.actors import COMMAND_LINE  # noqa: E402
from annotations.audit.integrity.status import integrity  # noqa: E402
from annotations.audit.integrity.verification import verify  # noqa: E402
from annotations.audit.models import Checkpoint, TreeLeaf  # noqa: E402
from annotations.audit.registry import lookup  # noqa: E402
from annotations.audit.sequencing import configured  # noqa: E402
from annotations.audit.sequencing.stored_tree import StoredTree, tree_size  # noqa: E402
from annotations.audit.tree.proofs import (  # noqa: E402
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)

APPENDS, PROOFS, SEALS = 2000, 500, 50


def milliseconds(act: Callable[[], object], times: int) -> dict[str, float]:
    """Percentiles of doing it again and again."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return {name: round(1000 * cuts[n], 2) for name, n in (("p50_ms", 49), ("p99_ms", 98))}


def append() -> uuid.UUID:
    with transaction.atomic():
        return services.append(lookup("account.signed_in"), COMMAND_LINE).pk


def main() -> None:
    chance, size = random.Random(1), tree_size()  # noqa: S311
    root = StoredTree(size).root_at(size)

    def prove_inclusion() -> None:
        index = chance.randrange(size)
        proof = inclusion_proof(index, size, StoredTree(size).node)
        verify_inclusion(bytes(TreeLeaf.objects.get(index=index).hash), index, size, proof, root)

    def prove_consistency() -> None:
        checkpoint = Checkpoint.objects.filter(size__gte=chance.randrange(size)).order_by("size")[0]
        proof = consistency_proof(checkpoint.size, size, StoredTree(size).node)
        verify_consistency(checkpoint.size, size, bytes(checkpoint.root), root, proof)

    sequencer = configured.own_sequencer()

    def seal_one() -> None:
        append()
        sequencer.once()

    figures: dict[str, Any] = {
        "append": milliseconds(append, APPENDS),
        "append_and_seal": milliseconds(seal_one, SEALS),
        "inclusion_proof": milliseconds(prove_inclusion, PROOFS),
        "consistency_proof": milliseconds(prove_consistency, PROOFS),
        "badge": milliseconds(integrity, 20),
    }
    print(json.dumps(figures), file=sys.stderr, flush=True)
    found = verify(COMMAND_LINE)
    seconds = (found.finished_at - found.started_at).total_seconds()
    if not found.ok:
        raise SystemExit(f"The log is not whole: {found.problems[:3]}")
    figures["verify_s"] = round(seconds, 1)
    figures["verified_per_s"] = round(found.size / seconds)
    if connection.vendor == "postgresql":
        figures["megabytes"] = sizes()
    sys.stdout.write(json.dumps(figures))


def sizes() -> dict[str, int]:
    """What each table takes on the disk, with its indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) / 1000000 FROM pg_class WHERE relname IN"
            " ('audit_logentry', 'audit_treeleaf', 'audit_hashtile', 'audit_checkpoint', 'audit_pending')"
        )
        return dict(cursor.fetchall())


if __name__ == "__main__":
    main()
