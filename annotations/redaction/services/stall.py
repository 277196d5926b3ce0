"""Runs whose attempts are used up although nobody reported a failure: their workers were killed."""

from django.conf import settings
from django.db.models import Q

from annotations.core import clock, ids, runs
from annotations.core.models import RunState

from ..models import RedactionRun
from .redact import LEASE, park


def give_up() -> int:
    """Parks them as failed, with the last known reason; how many there were."""
    now = clock.now()
    idle = Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, lease_until__lt=now)
    spent = RedactionRun.objects.filter(idle, attempts__gte=settings.RUN_ATTEMPTS)
    count = 0
    for run in spent.select_related("clip__owner"):
        token = ids.random_id()
        taken = RedactionRun.objects.filter(idle, pk=run.pk, token=run.token).update(
            state=RunState.RUNNING, token=token, lease_until=now + LEASE
        )
        if taken:
            run.token = token
            reason = (
                run.failure_message or "The worker was stopped each time; the clip may be too much for it."
            )
            try:
                park(run, run.failure_code or "worker_lost", reason)
            except runs.LostLease:
                continue
            count += 1
    return count
