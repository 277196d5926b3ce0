"""The one protocol of stages, and its table of what follows what."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from annotations.core import clock, runs
from annotations.core.models import RunState
from annotations.core.stages import (
    POLICY,
    UNFORESEEN,
    WORKER_LOST,
    Action,
    Failure,
    Heartbeat,
    KnownError,
    Outcome,
    Stage,
    action_after,
    perform,
)
from annotations.redaction.models import RedactionRun
from tests.factories import make_clip

pytestmark = pytest.mark.django_db
LEASE = datetime.timedelta(seconds=60)
MOST = settings.RUN_ATTEMPTS
Work = Callable[[RedactionRun, Heartbeat], None]


class Broken(Exception):
    """An error of the test's own stage."""

    def __init__(self, code: str) -> None:
        super().__init__(f"told as {code}")
        self.code = code


class Killed(BaseException):
    """Ends an attempt as a killed process does: nothing is caught, nothing is reported."""


@pytest.fixture
def run() -> RedactionRun:
    return RedactionRun.objects.create(clip=make_clip(held=True), effect="blur")


@pytest.fixture
def failures() -> list[Failure]:
    return []


def stage(work: Work, failures: list[Failure]) -> Stage[RedactionRun]:
    def failed(run: RedactionRun, failure: Failure) -> None:
        failures.append(failure)

    errors = (KnownError(Broken, final={"hopeless"}), KnownError(OSError, code="storage_failed"))
    return Stage(model=RedactionRun, lease=LEASE, work=work, failed=failed, errors=errors)


def raising(error: BaseException) -> Work:
    def work(run: RedactionRun, heartbeat: Heartbeat) -> None:
        raise error

    return work


def finishing(run: RedactionRun, heartbeat: Heartbeat) -> None:
    with transaction.atomic():
        runs.finish(run)


def taken_over(run: RedactionRun, heartbeat: Heartbeat) -> None:
    RedactionRun.objects.filter(pk=run.pk).update(token=run.clip_id)
    heartbeat.renew()


WORK: dict[Outcome, Work] = {
    Outcome.FINISHED: finishing,
    Outcome.LOST: taken_over,
    Outcome.FINAL: raising(Broken("hopeless")),
    Outcome.PASSING: raising(OSError("The disk is full.")),
    Outcome.UNFORESEEN: raising(ZeroDivisionError()),
    Outcome.KILLED: raising(Killed()),
}
RAISES = {Outcome.UNFORESEEN: ZeroDivisionError, Outcome.KILLED: Killed}
TOLD = {
    Outcome.FINAL: Failure("hopeless", "told as hopeless"),
    Outcome.PASSING: Failure("storage_failed", "The disk is full."),
    Outcome.UNFORESEEN: UNFORESEEN,
    Outcome.KILLED: WORKER_LOST,
}
RUNNING_STILL = {Outcome.LOST, Outcome.KILLED}


def attempt(run: RedactionRun, outcome: Outcome, failures: list[Failure]) -> None:
    """One attempt that ends so, and the end of a lease that nobody gave back."""
    made = stage(WORK[outcome], failures)
    if outcome in RAISES:
        with pytest.raises(RAISES[outcome]):
            perform(made, run.pk)
    else:
        perform(made, run.pk)
    run.refresh_from_db()


def let_lease_end(run: RedactionRun) -> None:
    RedactionRun.objects.filter(pk=run.pk).update(lease_until=clock.now() - LEASE)


def test_the_policy_has_a_row_for_each_outcome() -> None:
    assert [rule.outcome for rule in POLICY] == list(Outcome)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("made", range(MOST))
def test_what_follows_an_attempt_is_what_the_policy_says(
    run: RedactionRun, failures: list[Failure], outcome: Outcome, made: int
) -> None:
    RedactionRun.objects.filter(pk=run.pk).update(attempts=made)
    attempt(run, outcome, failures)
    assert run.attempts == made + 1
    if outcome in RUNNING_STILL:
        assert (run.state, failures) == (RunState.RUNNING, [])
        return
    match action_after(outcome, made + 1):
        case Action.NOTHING:
            assert (run.state, failures) == (RunState.DONE, [])
        case Action.RETRY:
            assert (run.state, run.token, failures) == (RunState.QUEUED, None, [])
            assert Failure(run.failure_code, run.failure_message) == TOLD[outcome]
        case Action.GIVE_UP:
            assert (run.state, failures) == (RunState.FAILED, [TOLD[outcome]])
            assert Failure(run.failure_code, run.failure_message) == TOLD[outcome]


@pytest.mark.parametrize("outcome", [Outcome.PASSING, Outcome.UNFORESEEN, Outcome.KILLED])
def test_a_run_is_given_up_once_when_its_attempts_are_used_up(
    run: RedactionRun, failures: list[Failure], outcome: Outcome
) -> None:
    for _ in range(MOST):
        assert failures == []
        attempt(run, outcome, failures)
        if outcome in RUNNING_STILL:
            let_lease_end(run)
    for _ in range(2):
        perform(stage(WORK[Outcome.FINISHED], failures), run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, failures) == (RunState.FAILED, MOST, [TOLD[outcome]])


def test_killed_workers_tell_the_last_failure_that_was_reported(
    run: RedactionRun, failures: list[Failure]
) -> None:
    attempt(run, Outcome.PASSING, failures)
    for _ in range(MOST - 1):
        attempt(run, Outcome.KILLED, failures)
        let_lease_end(run)
    perform(stage(finishing, failures), run.pk)
    assert failures == [TOLD[Outcome.PASSING]]


def test_nobody_else_begins_while_the_lease_stands(run: RedactionRun, failures: list[Failure]) -> None:
    attempt(run, Outcome.KILLED, failures)
    perform(stage(finishing, failures), run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.RUNNING, 1)
    let_lease_end(run)
    perform(stage(finishing, failures), run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.failure_code) == (RunState.DONE, 2, "")


def test_a_worker_that_fails_after_it_lost_its_lease_changes_nothing(
    run: RedactionRun, failures: list[Failure]
) -> None:
    def late(held: RedactionRun, heartbeat: Heartbeat) -> None:
        RedactionRun.objects.filter(pk=held.pk).update(token=held.clip_id)
        raise Broken("hopeless")

    perform(stage(late, failures), run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure_code, failures) == (RunState.RUNNING, "", [])


def test_a_failure_that_cannot_be_written_leaves_the_run_to_the_next_worker(
    run: RedactionRun, failures: list[Failure]
) -> None:
    def unwritten(run: RedactionRun, failure: Failure) -> None:
        raise Killed

    made = stage(raising(Broken("hopeless")), failures)
    with pytest.raises(Killed):
        perform(Stage(RedactionRun, LEASE, made.work, unwritten, made.errors), run.pk)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    let_lease_end(run)
    attempt(run, Outcome.FINAL, failures)
    assert (run.state, failures) == (RunState.FAILED, [TOLD[Outcome.FINAL]])


@pytest.mark.parametrize(
    ("error", "failure"),
    [(Broken("late"), Failure("late", "told as late")), (ZeroDivisionError(), UNFORESEEN)],
)
def test_an_error_has_its_own_code_or_that_of_the_program(error: Exception, failure: Failure) -> None:
    known: Any = KnownError(type(error))
    told = known.failure(error)
    assert told.code == failure.code
    assert known.outcome(told) == Outcome.PASSING


def test_a_heartbeat_renews_by_the_lease_and_what_is_asked_for_beyond(run: RedactionRun) -> None:
    held = runs.acquire(RedactionRun, run.pk, LEASE)
    assert held is not None
    heartbeat = Heartbeat(held, LEASE)
    heartbeat.at("render", 100, 100)
    heartbeat.renew(extra=LEASE)
    run.refresh_from_db()
    assert run.lease_until is not None
    assert clock.now() + LEASE < run.lease_until <= clock.now() + 2 * LEASE
    assert (run.stage, run.progress) == ("render", 99), "a run is at 100 when it is done"
