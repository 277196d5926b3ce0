"""Acquiring, renewing and ending stage runs. Every statement is one UPDATE, right on both databases.

These are the steps; `core.stages` says which of them follows what.
"""

import datetime
import uuid
from typing import TypeVar

from django.db.models import F, Q, QuerySet

from annotations.core import clock, ids
from annotations.core.models import RunState, StageRun

R = TypeVar("R", bound=StageRun)


class LostLease(Exception):
    """Another worker has taken the run over; what this one did must be thrown away."""


def acquire(model: type[R], run_id: uuid.UUID | str, lease: datetime.timedelta) -> R | None:
    """Takes the run for this worker, or returns None: another worker has it, or it has ended.

    What to do with it depends on the attempts that were made: see `count_attempt` and `core.stages`.
    """
    token = ids.random_id()
    taken = model._default_manager.filter(_idle(), pk=run_id).update(
        state=RunState.RUNNING, token=token, lease_until=clock.now() + lease
    )
    return model._default_manager.get(pk=run_id, token=token) if taken else None


def count_attempt(run: StageRun) -> None:
    """One more attempt begins, in the transaction in which the run was acquired."""
    run.attempts, run.stage, run.progress = run.attempts + 1, "", 0
    run.save(update_fields=["attempts", "stage", "progress"])


def renew(run: StageRun, lease: datetime.timedelta, *, stage: str = "", progress: int = 0) -> None:
    """Extends the lease and records how far the work is. Raises LostLease when the token no longer stands."""
    updated = (
        type(run)
        ._default_manager.filter(pk=run.pk, token=run.token, state=RunState.RUNNING)
        .update(lease_until=clock.now() + lease, stage=stage, progress=progress)
    )
    if not updated:
        raise LostLease(str(run.pk))


def finish(run: StageRun, state: str = RunState.DONE, *, code: str = "", message: str = "") -> None:
    """Ends the run inside the caller's transaction. Raises LostLease when the token no longer stands."""
    updated = (
        type(run)
        ._default_manager.filter(pk=run.pk, token=run.token, state=RunState.RUNNING)
        .update(
            state=state,
            token=None,
            lease_until=None,
            finished_at=clock.now(),
            progress=100 if state == RunState.DONE else F("progress"),
            failure_code=code,
            failure_message=message,
        )
    )
    if not updated:
        raise LostLease(str(run.pk))


def release(run: StageRun, *, code: str = "", message: str = "") -> None:
    """Puts the run back at once after a failure that a further attempt may cure; the attempt stays counted.

    The failure is kept for whoever looks meanwhile, and for the end, should later attempts leave none.
    """
    type(run)._default_manager.filter(pk=run.pk, token=run.token, state=RunState.RUNNING).update(
        state=RunState.QUEUED, token=None, lease_until=None, failure_code=code, failure_message=message
    )


def before(age: datetime.timedelta) -> datetime.datetime:
    """The instant that lies `age` back."""
    return clock.now() - age


def stalled(model: type[R], older_than: datetime.timedelta) -> QuerySet[R]:
    """Runs that nobody works on and whose last wake-up is long enough ago to send another."""
    return model._default_manager.filter(_idle(), woken_at__lt=before(older_than)).order_by("woken_at")


def _idle() -> Q:
    """Runs that nobody works on now."""
    return Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, lease_until__lt=clock.now())
