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


def test_only_one_worker_gets_a_run(run: RedactionRun) -> None:
    assert runs.claim(RedactionRun, run.pk, LEASE) is not None
    assert runs.claim(RedactionRun, run.pk, LEASE) is None


def test_a_run_whose_worker_died_can_be_taken_over_and_the_first_worker_is_fenced_off(
    run: RedactionRun,
) -> None:
    first = runs.claim(RedactionRun, run.pk, LEASE)
    assert first is not None
    let_lease_end(run)
    second = runs.claim(RedactionRun, run.pk, LEASE)
    assert second is not None
    assert second.attempts == 2
    with pytest.raises(runs.LostLease):
        runs.renew(first, LEASE)
    with pytest.raises(runs.LostLease):
        runs.finish(first)
    runs.finish(second)
    run.refresh_from_db()
    assert (run.state, run.token, run.progress) == (RunState.DONE, None, 100)


def test_attempts_are_limited(run: RedactionRun) -> None:
    for _ in range(3):
        assert runs.claim(RedactionRun, run.pk, LEASE) is not None
        let_lease_end(run)
    assert runs.claim(RedactionRun, run.pk, LEASE) is None


def test_spent_runs_are_taken_over_once_with_a_token_of_their_own(run: RedactionRun) -> None:
    for _ in range(3):
        last = runs.claim(RedactionRun, run.pk, LEASE)
        assert not list(runs.seize_spent(RedactionRun, LEASE))
        let_lease_end(run)
    assert last is not None
    assert not list(runs.seize_spent(RedactionRun, LEASE, pk=ids.uuid7()))
    (seized,) = runs.seize_spent(RedactionRun, LEASE)
    assert not list(runs.seize_spent(RedactionRun, LEASE))
    with pytest.raises(runs.LostLease):
        runs.finish(last)
    runs.finish(seized, RunState.FAILED, code="worker_lost")


def test_a_run_that_can_be_tried_again_is_not_taken_over(run: RedactionRun) -> None:
    runs.claim(RedactionRun, run.pk, LEASE)
    let_lease_end(run)
    assert not list(runs.seize_spent(RedactionRun, LEASE))


def test_renewing_notes_stage_and_progress(run: RedactionRun) -> None:
    claimed = runs.claim(RedactionRun, run.pk, LEASE)
    assert claimed is not None
    runs.renew(claimed, LEASE, stage="render", progress=40)
    run.refresh_from_db()
    assert (run.stage, run.progress) == ("render", 40)


def test_a_finished_run_is_never_claimed_again(run: RedactionRun) -> None:
    claimed = runs.claim(RedactionRun, run.pk, LEASE)
    assert claimed is not None
    runs.finish(claimed)
    assert runs.claim(RedactionRun, run.pk, LEASE) is None


def test_only_what_nobody_works_on_stands_still(run: RedactionRun) -> None:
    age = datetime.timedelta(minutes=2)
    assert not runs.standing_still(RedactionRun, age).exists()
    RedactionRun.objects.filter(pk=run.pk).update(woken_at=clock.now() - 2 * age)
    assert runs.standing_still(RedactionRun, age).get() == run
    runs.claim(RedactionRun, run.pk, LEASE)
    assert not runs.standing_still(RedactionRun, age).exists()
    let_lease_end(run)
    assert runs.standing_still(RedactionRun, age).get() == run


def test_time_ordered_ids_are_version_7_and_sort_by_time() -> None:
    made = [ids.uuid7() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert {value.variant for value in made} == {uuid.RFC_4122}
    assert {value.version for value in made} == {7}
    assert abs((made[0].int >> 80) - clock.now().timestamp() * 1000) < 5000
