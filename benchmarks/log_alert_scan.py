"""Times the look through a log for alerts, in a process of its own with Django's settings; log_alerts.py starts it.

python -m benchmarks.log_alert_scan
"""

import json
import resource
import statistics
import sys
import time
from collections import Counter
from typing import Any

import django
from django.db import connection

django.setup()

from annotations.audit.sequencing.stored_tree import tree_size  # noqa: E402
from annotations.core import clock  # noqa: E402
from annotations.oversight import services  # noqa: E402
from annotations.oversight.models import Alert, AlertScanProgress  # noqa: E402

RECENT, SCANS = 500, 20


class Transactions:
    """How long each transaction took, from its first statement that writes to its end."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # The guard of the position is the first statement of the transaction that keeps a batch.
        if connection.in_atomic_block and sql.startswith('UPDATE "oversight_alertscanprogress"'):
            begun = time.perf_counter()
            connection.on_commit(lambda: self.seconds.append(time.perf_counter() - begun))
        return execute(sql, params, many, context)


def scan(position: int, kept: Transactions) -> float:
    """Seconds that it takes to look at everything from this place on."""
    AlertScanProgress.objects.update_or_create(
        id=1, defaults={"position": position, "looked_at": clock.now()}
    )
    begun = time.perf_counter()
    with connection.execute_wrapper(kept):
        services.scan_for_alerts(seconds=100_000)
    return time.perf_counter() - begun


def main() -> None:
    size, kept = tree_size(), Transactions()
    seconds = scan(0, kept)
    cuts = statistics.quantiles(kept.seconds, n=100, method="inclusive")
    kinds = Counter(Alert.objects.values_list("kind", flat=True))
    recent = [scan(size - RECENT, Transactions()) for _ in range(SCANS)]
    figures = {
        "looked_s": round(seconds, 1),
        "looked_at_per_s": round(size / seconds),
        "kept": {"p50_ms": round(1000 * cuts[49]), "longest_ms": round(1000 * max(kept.seconds))},
        f"last_{RECENT}": {"p50_ms": round(1000 * statistics.median(recent))},
        "alerts": dict(kinds),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
