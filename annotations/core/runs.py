"""Claiming, renewing and finishing stage runs. Every statement is one UPDATE, right on both databases."""

import datetime
import uuid
from collections.abc import Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import F, Q, QuerySet

from annotations.core import clock, ids
from annotations.core.models import RunState, StageRun

R = TypeVar("R", bound=StageRun)


class LostLease(Exception):
    """Another worker has taken the run over; what this one did must be thrown away."""


def claim(model: type[R], run_id: uuid.UUID | str, lease: datetime.timedelta) -> R | None:
    """Takes the run for this worker, or returns None: somebody else has it, or it is finished.

    A run whose lease has run out may be taken again until its attempts are used up; then see `seize_spent`.
    """
    token = ids.random_id()
    taken = model._default_manager.filter(_idle(), pk=run_id, attempts__lt=settings.RUN_ATTEMPTS).update(
        state=RunState.RUNNING,
        token=token,
        lease_until=clock.now() + lease,
        attempts=F("attempts") + 1,
        stage="",
        progress=0,
    )
    return model._default_manager.get(pk=run_id, token=token) if taken else None


def renew(run: StageRun, lease: datetime.timedelta, *, stage: str = "", progress: int = 0) -> None:
    """Extends the lease and notes how far the work is; raises LostLease when the token no longer stands."""
    updated = (
        type(run)
        ._default_manager.filter(pk=run.pk, token=run.token, state=RunState.RUNNING)
        .update(lease_until=clock.now() + lease, stage=stage, progress=progress)
    )
    if not updated:
        raise LostLease(str(run.pk))


def finish(run: StageRun, state: str = RunState.DONE, *, code: str = "", message: str = "") -> None:
    """Ends the run inside the caller's transaction; raises LostLease when the token no longer stands."""
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


def release(run: StageRun) -> None:
    """Puts the run back at once after a failure that a further attempt may cure; the attempt stays counted."""
    type(run)._default_manager.filter(pk=run.pk, token=run.token, state=RunState.RUNNING).update(
        state=RunState.QUEUED, token=None, lease_until=None
    )


def seize_spent(model: type[R], lease: datetime.timedelta, **filters: Any) -> Iterator[R]:
    """Takes over, each with a fresh token, the runs whose attempts are used up although nobody reported a failure:
    their workers were killed. The caller finishes them as failed.
    """
    spent = model._default_manager.filter(_idle(), attempts__gte=settings.RUN_ATTEMPTS, **filters)
    for run in spent.order_by("woken_at"):
        token = ids.random_id()
        if spent.filter(pk=run.pk, token=run.token).update(
            state=RunState.RUNNING, token=token, lease_until=clock.now() + lease
        ):
            run.token = token
            yield run


def before(age: datetime.timedelta) -> datetime.datetime:
    """The instant that lies `age` back."""
    return clock.now() - age


def standing_still(model: type[R], older_than: datetime.timedelta) -> QuerySet[R]:
    """Runs that nobody works on and whose last wake-up is long enough ago to send another."""
    return model._default_manager.filter(_idle(), woken_at__lt=before(older_than)).order_by("woken_at")


def _idle() -> Q:
    """Runs that nobody works on now."""
    return Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, lease_until__lt=clock.now())
