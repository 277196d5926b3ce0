"""A worker that is killed in the middle of compiling an answer, for real, again and again."""

import datetime
from functools import partial

import pytest

from annotations.accounts.enums import Role
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.core.models import RunState
from annotations.rights import selectors, services
from annotations.rights.models import AccessRequest, AnswerRun
from tests.engines.programs import Programs, wait_until
from tests.factories import make_ready_clip, make_user

pytestmark = [pytest.mark.engines, pytest.mark.long, pytest.mark.timeout(1800)]
CLIPS, KILLS = 600, 2


def comes_past(percent: int) -> bool:
    """Whether the run that there is has come so far."""
    found = AnswerRun.objects.filter(state=RunState.RUNNING, progress__gt=percent)
    return found.exists() or AnswerRun.objects.filter(state=RunState.DONE).exists()


def test_a_killed_worker_leaves_nothing_and_another_compiles_the_answer(programs: Programs) -> None:
    first = make_ready_clip()
    for _ in range(CLIPS - 1):
        make_ready_clip(owner=first.owner, submitter=first.submitter)
    officer = make_user(Role.PRIVACY_OFFICER).actor
    request = services.open_request(first.owner.pseudonym, clock.now(), "By letter.", officer)
    run = services.compile_request(request.pk, officer)
    programs.beat()
    for kill in range(KILLS):
        worker = programs.worker(name=f"killed-{kill}")
        wait_until(partial(comes_past, 0), 300, "some clips")
        programs.kill(worker)
        assert AnswerRun.objects.get().state == RunState.RUNNING, "killed before it had ended"
        assert AccessRequest.objects.get().sealed is None
        assert not LogEntry.objects.filter(action="access_request.compiled").exists()
        past = clock.now() - datetime.timedelta(minutes=10)
        AnswerRun.objects.filter(pk=run.pk).update(lease_until=past, woken_at=past, progress=0)
    programs.worker(name="last")
    wait_until(lambda: AnswerRun.objects.filter(state=RunState.DONE).exists(), 300, "the answer")
    request.refresh_from_db()
    assert len(selectors.answer_of(request)["clips"]) == CLIPS
    assert LogEntry.objects.filter(action="access_request.compiled").count() == 1
