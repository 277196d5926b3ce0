import datetime
import uuid

import pytest

from annotations.core import clock, ids, runs
from annotations.core.models import RunState
from annotations.redaction.models import RedactionRun
from tests.factories import make_clip

pytestmark = pytest.mark.django_db
LEASE = datetime.timedelta(seconds=60)


@pytest.fixture
def run() -> RedactionRun:
    return RedactionRun.objects.create(clip=make_clip(held=True), effect="blur")


def let_lease_end(run: RedactionRun) -> None:
    RedactionRun.objects.filter(pk=run.pk).update(lease_until=clock.now() - LEASE)


def acquired(run: RedactionRun) -> RedactionRun:
    found = runs.acquire(RedactionRun, run.pk, LEASE)
    assert found is not None
    return found


def test_only_one_worker_gets_a_run(run: RedactionRun) -> None:
    acquired(run)
    assert runs.acquire(RedactionRun, run.pk, LEASE) is None
    assert runs.acquire(RedactionRun, ids.uuid7(), LEASE) is None


def test_a_run_whose_worker_died_can_be_taken_over_and_the_first_worker_is_fenced_off(
    run: RedactionRun,
) -> None:
    first = acquired(run)
    let_lease_end(run)
    second = acquired(run)
    with pytest.raises(runs.LostLease):
        runs.renew(first, LEASE)
    with pytest.raises(runs.LostLease):
        runs.finish(first)
    runs.release(first, code="late")
    runs.finish(second)
    run.refresh_from_db()
    assert (run.state, run.token, run.progress, run.failure_code) == (RunState.DONE, None, 100, "")


def test_an_attempt_is_counted_and_begins_at_nothing(run: RedactionRun) -> None:
    first = acquired(run)
    runs.count_attempt(first)
    runs.renew(first, LEASE, stage="render", progress=40)
    runs.release(first, code="storage_failed", message="Full.")
    run.refresh_from_db()
    assert (run.state, run.attempts, run.failure_code, run.failure_message) == (
        RunState.QUEUED, 1, "storage_failed", "Full.",
    )  # fmt: skip
    runs.count_attempt(acquired(run))
    run.refresh_from_db()
    assert (run.attempts, run.stage, run.progress) == (2, "", 0)


def test_renewing_records_stage_and_progress(run: RedactionRun) -> None:
    held = acquired(run)
    runs.renew(held, LEASE, stage="render", progress=40)
    run.refresh_from_db()
    assert (run.stage, run.progress) == ("render", 40)


def test_a_finished_run_is_never_acquired_again(run: RedactionRun) -> None:
    held = acquired(run)
    runs.finish(held)
    assert runs.acquire(RedactionRun, run.pk, LEASE) is None


def test_only_what_nobody_works_on_is_stalled(run: RedactionRun) -> None:
    age = datetime.timedelta(minutes=2)
    assert not runs.stalled(RedactionRun, age).exists()
    RedactionRun.objects.filter(pk=run.pk).update(woken_at=clock.now() - 2 * age)
    assert runs.stalled(RedactionRun, age).get() == run
    runs.acquire(RedactionRun, run.pk, LEASE)
    assert not runs.stalled(RedactionRun, age).exists()
    let_lease_end(run)
    assert runs.stalled(RedactionRun, age).get() == run


def test_time_ordered_ids_are_version_7_and_sort_by_time() -> None:
    made = [ids.uuid7() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert {value.variant for value in made} == {uuid.RFC_4122}
    assert {value.version for value in made} == {7}
    assert abs((made[0].int >> 80) - clock.now().timestamp() * 1000) < 5000
