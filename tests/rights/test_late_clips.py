"""Nothing is taken of an owner or a camera that is being erased; a later clip is of a new household."""

import datetime
import threading

import pytest
from django.db import connections, transaction

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Owner
from annotations.core import runs
from annotations.core.errors import Conflict
from annotations.core.models import RunState
from annotations.rights import services
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.scopes import Scope
from tests.clips.test_receive import stored_files, submit
from tests.factories import make_legal_hold, make_submitter, make_user, small_video
from tests.rights.erased_clips import REASON

SECONDS = 60


@pytest.fixture
def officer(db: None) -> User:
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def clip(db: None) -> Clip:
    return submit(make_submitter(), small_video(), device="porch")[0]


def again(clip: Clip, seed: bytes = b"", device: str = "porch") -> Clip:
    """Another clip of the same household."""
    return submit(clip.submitter, small_video() + seed, device=device)[0]


def begin(scope: Scope, officer: User) -> Erasure:
    return services.request_erasure(scope, officer.actor, ErasureCause.OFFICER, REASON)


def owner_of(clip: Clip) -> Scope:
    return Scope(ScopeKind.OWNER, clip.owner.pseudonym)


def refused(clip: Clip) -> None:
    before = stored_files()
    with pytest.raises(Conflict) as why:
        again(clip, b"later")
    assert why.value.code == "being_erased"
    assert stored_files() == before
    entry = LogEntry.objects.filter(action="clip.refused").latest("occurred_at")
    assert b'"code":"being_erased"' in bytes(entry.canonical)


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.FAILED])
def test_nothing_is_taken_while_an_owner_is_being_erased(clip: Clip, officer: User, state: RunState) -> None:
    erasure = begin(owner_of(clip), officer)
    if state == RunState.RUNNING:
        assert runs.acquire(Erasure, erasure.pk, datetime.timedelta(minutes=5))
    else:
        Erasure.objects.filter(pk=erasure.pk).update(state=state, failure_code="worker_lost")
    refused(clip)
    assert Clip.objects.count() == 1


def test_afterwards_a_clip_with_a_consent_of_its_own_is_of_a_new_household(clip: Clip, officer: User) -> None:
    erasure = begin(owner_of(clip), officer)
    refused(clip)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erasure.findings) == (RunState.DONE, [])
    assert erasure.certificate is not None
    assert erasure.certificate["refused_meanwhile"] == 1
    assert len(erasure.clips) == 1
    late = again(clip, b"later")
    assert late.owner.pseudonym != clip.owner.pseudonym
    assert HoldReason.ERASED not in gate.reasons(late.pk)


def test_of_a_camera_that_is_being_erased_nothing_is_taken_and_of_others_it_is(
    clip: Clip, officer: User
) -> None:
    assert clip.device is not None
    begin(Scope(ScopeKind.DEVICE, clip.device.pseudonym), officer)
    refused(clip)
    assert again(clip, b"garden", device="garden").owner == clip.owner


def test_one_clip_that_is_being_erased_closes_nothing(clip: Clip, officer: User) -> None:
    begin(Scope(ScopeKind.CLIP, str(clip.public_id)), officer)
    assert again(clip, b"later").owner == clip.owner


def test_what_was_answered_before_is_answered_again(clip: Clip, officer: User) -> None:
    """A submitter that repeats a request learns what became of it, and not that somebody is being erased."""
    known, _ = submit(clip.submitter, small_video() + b"k", device="porch", idempotency_key="k-1")
    begin(owner_of(clip), officer)
    assert submit(clip.submitter, small_video() + b"k", device="porch", idempotency_key="k-1") == (
        known,
        False,
    )


def test_an_erasure_that_a_legal_hold_stopped_still_takes_nothing(clip: Clip, officer: User) -> None:
    erasure = begin(owner_of(clip), officer)
    make_legal_hold(owner_of(clip))
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert erasure.failure_code == "legal_hold"
    refused(clip)


@pytest.fixture
def stored(fresh_database: str) -> Clip:
    return submit(make_submitter(), small_video(), device="porch")[0]


@pytest.mark.engines
def test_a_clip_that_comes_as_the_erasure_begins_is_covered_or_refused(stored: Clip) -> None:
    """Whoever is first locks the owner: there is no clip that neither the erasure nor the refusal knows."""
    officer, told = make_user(Role.PRIVACY_OFFICER), []

    def upload() -> None:
        try:
            again(stored, b"late")
            told.append("taken")
        except Conflict as error:
            told.append(error.code)
        finally:
            connections.close_all()

    with transaction.atomic():
        begin(owner_of(stored), officer)
        other = threading.Thread(target=upload)
        other.start()
        other.join(1)
        assert told == [], "it waits, or the database is taken"
    other.join(SECONDS)
    assert told == ["being_erased"]
    assert Owner.objects.count() == 1
    assert Clip.objects.count() == 1
