"""Running a stage: one protocol for all of them, and one policy of retries that is data.

A stage says what its work is, which errors its work is known to raise, and what its failure means for the thing it
works on. `perform` acquires the run, lets the work renew the lease, and does what `POLICY` names for the outcome.
A worker may be killed at any statement: the row then keeps its lease until it is over, the sweep of
`reviewapp.pipeline` wakes another worker, and the same table decides about that worker's attempt.
"""

import datetime
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from django.conf import settings
from django.db import transaction

from annotations.core import runs
from annotations.core.models import RunState, StageRun

R = TypeVar("R", bound=StageRun)

RENEWED_EVERY = 2.0
"""Seconds between two renewals of a lease: a few dozen statements a minute, however often the work calls."""


class Outcome(StrEnum):
    """How an attempt ended."""

    FINISHED = "the work ended the run"
    LOST = "another worker has taken the run over"
    FINAL = "an error that no other attempt cures"
    PASSING = "a known error that another attempt may cure"
    UNFORESEEN = "an error that the stage does not know"
    KILLED = "the worker was stopped: the lease is over and nothing was reported"


class Action(StrEnum):
    """What follows."""

    NOTHING = "nothing"
    RETRY = "another attempt; this one stays counted"
    GIVE_UP = "ended as failed, with a code"


@dataclass(frozen=True)
class Rule:
    """A row of the policy: what follows an outcome while attempts are left, and when none is."""

    outcome: Outcome
    left: Action
    exhausted: Action


POLICY = (
    Rule(Outcome.FINISHED, Action.NOTHING, Action.NOTHING),
    Rule(Outcome.LOST, Action.NOTHING, Action.NOTHING),
    Rule(Outcome.FINAL, Action.GIVE_UP, Action.GIVE_UP),
    Rule(Outcome.PASSING, Action.RETRY, Action.GIVE_UP),
    Rule(Outcome.UNFORESEEN, Action.RETRY, Action.GIVE_UP),
    Rule(Outcome.KILLED, Action.RETRY, Action.GIVE_UP),
)
_RULES = {rule.outcome: rule for rule in POLICY}


def action_after(outcome: Outcome, attempts: int) -> Action:
    """What the policy says after so many attempts."""
    rule = _RULES[outcome]
    return rule.left if attempts < settings.RUN_ATTEMPTS else rule.exhausted


@dataclass(frozen=True)
class Failure:
    """Why an attempt failed: a stable code, and a sentence for operators."""

    code: str
    message: str


WORKER_LOST = Failure("worker_lost", "The worker was stopped each time; this may be too much for it.")
UNFORESEEN = Failure(
    "internal_failure", "The program failed in a way that it does not foresee; its log says how."
)


@dataclass(frozen=True)
class KnownError:
    """A row of a stage's errors. `code` names all errors of the type; without it they have a code of their own.

    `final` holds the codes that no other attempt cures, or is True for all of them.
    """

    error: type[Exception]
    code: str = ""
    final: Collection[str] | bool = False

    def failure(self, error: Exception) -> Failure:
        """What is told of the error."""
        code = self.code or getattr(error, "code", UNFORESEEN.code)
        return Failure(code, getattr(error, "message", str(error)))

    def outcome(self, failure: Failure) -> Outcome:
        """Whether another attempt may cure it."""
        final = self.final if isinstance(self.final, bool) else failure.code in self.final
        return Outcome.FINAL if final else Outcome.PASSING


class Heartbeat:
    """Renews the lease of a run while its work goes on, and records how far it is.

    The work calls it, from the thread that works: work that hangs loses its run to another worker.
    """

    def __init__(self, run: StageRun, lease: datetime.timedelta) -> None:
        self._run, self._lease = run, lease
        self._due, self._step, self._percent = 0.0, "", 0

    def at(self, step: str, done: int, total: int) -> None:
        """Says where the work is; it is recorded with the next renewal."""
        self._step = step
        self._percent = min(99, 100 * done // total) if total else 0

    def beat(self) -> None:
        """Renews the lease if that was a while ago. Raises LostLease when another worker has the run."""
        if time.monotonic() >= self._due:
            self.renew()

    def renew(self, extra: datetime.timedelta = datetime.timedelta()) -> None:
        """Renews the lease now, by `extra` longer than usual: for a step that cannot call. Raises LostLease."""
        self._due = time.monotonic() + RENEWED_EVERY
        runs.renew(self._run, self._lease + extra, stage=self._step, progress=self._percent)


@dataclass(frozen=True)
class Stage(Generic[R]):
    """One kind of work on runs of one model.

    `work` does it and ends with `runs.finish` in the transaction of what it leaves, so that a worker that has lost its
    lease leaves nothing. `failed` writes what it means for the thing that its run has failed, in the transaction that
    says so. The lease outlasts whatever the work does between two calls of its heartbeat. `errors` are looked through
    in order.
    """

    model: type[R]
    lease: datetime.timedelta
    work: Callable[[R, Heartbeat], None]
    failed: Callable[[R, Failure], None]
    errors: tuple[KnownError, ...] = ()


def perform(stage: Stage[R], run_id: uuid.UUID | str) -> None:
    """Does one attempt of the run, unless another worker is at it or it has ended.

    An error that the stage does not know is raised again once the run is released or given up.
    """
    with transaction.atomic():
        run = runs.acquire(stage.model, run_id, stage.lease)
        if run is None:
            return
        # Every earlier attempt is over and did not end the run. What is left of it is what a killed worker has left.
        before = action_after(Outcome.KILLED, run.attempts)
        if before is Action.RETRY:
            runs.count_attempt(run)
    if before is Action.GIVE_UP:
        _give_up(
            stage, run, Failure(run.failure_code, run.failure_message) if run.failure_code else WORKER_LOST
        )
        return
    try:
        stage.work(run, Heartbeat(run, stage.lease))
    except runs.LostLease:
        _follow(stage, run, Outcome.LOST)
    except Exception as error:
        known = next((each for each in stage.errors if isinstance(error, each.error)), None)
        if known is None:
            _follow(stage, run, Outcome.UNFORESEEN, UNFORESEEN)
            raise
        failure = known.failure(error)
        _follow(stage, run, known.outcome(failure), failure)
    else:
        _follow(stage, run, Outcome.FINISHED)


def _follow(stage: Stage[R], run: R, outcome: Outcome, failure: Failure = WORKER_LOST) -> None:
    """Does what the policy says."""
    match action_after(outcome, run.attempts):
        case Action.RETRY:
            runs.release(run, code=failure.code, message=failure.message)
        case Action.GIVE_UP:
            _give_up(stage, run, failure)
        case Action.NOTHING:
            pass


def _give_up(stage: Stage[R], run: R, failure: Failure) -> None:
    try:
        with transaction.atomic():
            runs.finish(run, RunState.FAILED, code=failure.code, message=failure.message)
            stage.failed(run, failure)
    except runs.LostLease:
        return  # another worker has taken the run over meanwhile
