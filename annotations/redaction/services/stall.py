"""Runs whose attempts are used up although nobody reported a failure: their workers were killed."""

from annotations.core import runs
from annotations.redaction.models import RedactionRun
from annotations.redaction.services.redact import LEASE, park


def give_up() -> int:
    """Parks them as failed, with the last known reason; how many there were."""
    count = 0
    for run in runs.seize_spent(RedactionRun, LEASE):
        reason = run.failure_message or "The worker was stopped each time; the clip may be too much for it."
        try:
            park(run, run.failure_code or "worker_lost", reason)
        except runs.LostLease:
            continue
        count += 1
    return count
