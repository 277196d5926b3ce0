"""A worker that is killed in the middle of an erasure, for real, again and again."""

import datetime
from functools import partial

import pytest
from django.core.files.storage import storages

from annotations.accounts.enums import Role
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.core.models import RunState
from annotations.redaction.models import Rendition
from annotations.rights import services
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.scopes import Scope
from tests.engines.programs import Programs, wait_until
from tests.factories import make_ready_clip, make_user
from tests.rights.erased_clips import REASON

pytestmark = [pytest.mark.engines, pytest.mark.long, pytest.mark.timeout(1800)]
CLIPS, KILLS = 24, 3


def comes_past(erasure: Erasure, clips: int) -> bool:
    """Whether more clips than that are through."""
    done: dict[str, int] = Erasure.objects.values_list("done", flat=True).get(pk=erasure.pk)
    return done.get("clips", 0) > clips


def test_a_killed_worker_leaves_nothing_unlogged_and_another_ends_it(programs: Programs) -> None:
    first = make_ready_clip()
    clips = [
        first,
        *(make_ready_clip(owner=first.owner, submitter=first.submitter) for _ in range(CLIPS - 1)),
    ]
    scope = Scope(ScopeKind.OWNER, first.owner.pseudonym)
    officer = make_user(Role.PRIVACY_OFFICER).actor
    names = list(Rendition.objects.values_list("name", flat=True))
    erasure = services.request_erasure(scope, officer, ErasureCause.OFFICER, REASON)
    programs.beat()
    for kill in range(KILLS):
        worker = programs.worker(name=f"killed-{kill}")
        wait_until(partial(comes_past, erasure, kill * CLIPS // (KILLS + 1)), 300, "some clips")
        programs.kill(worker)
        erased = LogEntry.objects.filter(action="clip.erased").values_list("clip", flat=True)
        gone = [clip.public_id for clip in clips if not Rendition.objects.filter(clip=clip).exists()]
        assert set(erased) <= set(gone)
        assert LogEntry.objects.filter(action="redaction.erased").count() == len(gone)
        past = clock.now() - datetime.timedelta(minutes=10)
        Erasure.objects.filter(pk=erasure.pk, state=RunState.RUNNING).update(lease_until=past, woken_at=past)
    programs.worker(name="last")
    services.erase(erasure.pk)
    wait_until(lambda: Erasure.objects.filter(state=RunState.DONE).exists(), 300, "the certificate")
    erasure.refresh_from_db()
    assert (erasure.findings, len(erasure.clips)) == ([], CLIPS)
    assert [name for name in names if storages["renditions"].exists(name)] == []
    for kind in ("clip.erased", "redaction.erased"):
        assert LogEntry.objects.filter(action=kind).count() == CLIPS
