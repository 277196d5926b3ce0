"""Compiling an answer in a worker: progress, attempts, kills, and erasures that begin meanwhile."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.audit.subject_keys import Unreachable
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.core import clock, runs
from annotations.core.models import Outbox, RunState
from annotations.rights import answer, selectors, services
from annotations.rights.models import AccessRequest, AnswerRun
from tests.factories import make_clip, make_compiled, make_ready_clip

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip() -> Clip:
    return make_ready_clip()


@pytest.fixture
def request_of_owner(clip: Clip, officer: User) -> AccessRequest:
    return services.open_request(clip.owner.pseudonym, clock.now(), "By letter.", officer.actor)


def compiled_entries() -> int:
    return LogEntry.objects.filter(action="access_request.compiled").count()


def test_asking_twice_gives_the_run_that_is_under_way(request_of_owner: AccessRequest, officer: User) -> None:
    first = services.compile_request(request_of_owner.pk, officer.actor)
    assert services.compile_request(request_of_owner.pk, officer.actor).pk == first.pk
    assert LogEntry.objects.filter(action="access_request.compilation_asked").count() == 1
    assert Outbox.objects.filter(type="rights.answer_requested").count() == 1
    services.compile_answer(first.pk)
    services.compile_answer(first.pk)  # a message that came twice
    assert compiled_entries() == 1
    assert services.compile_request(request_of_owner.pk, officer.actor).pk != first.pk


def test_the_officer_sees_how_far_it_is_and_then_the_whole_page(
    site: Client, request_of_owner: AccessRequest, officer: User
) -> None:
    run = services.compile_request(request_of_owner.pk, officer.actor)
    AnswerRun.objects.filter(pk=run.pk).update(progress=40, attempts=2)
    page = reverse("rights:access_request", args=[request_of_owner.pk])
    assert "A worker compiles the answer: 40 %." in site.get(page).content.decode()
    entries = LogEntry.objects.count()
    part = site.get(page, headers={"HX-Request": "true"})
    assert "40 %" in part.content.decode()
    assert "Attempt 2" in part.content.decode()
    assert "<html" not in part.content.decode()
    services.compile_answer(run.pk)
    assert site.get(page, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert LogEntry.objects.count() == entries + 1, "looking at the progress reads nothing of the request"


def test_progress_is_told_clip_by_clip(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer.document, "_AT_ONCE", 2)
    for _ in range(4):
        make_clip(owner=clip.owner, submitter=clip.submitter)
    told: list[tuple[int, int]] = []
    found = answer.compile_answer(
        clip.owner.pseudonym, clock.now(), lambda done, total: told.append((done, total))
    )
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert len(found["clips"]) == 5


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets the worker end at a place as if it had been killed there: nothing more of it runs, and no policy."""

    class Killed(BaseException):
        pass

    def at(module: Any, name: str) -> None:
        def killed(*arguments: Any, **named: Any) -> None:
            raise Killed

        monkeypatch.setattr(module, name, killed)

    return at, Killed


@pytest.mark.parametrize("place", ["gathering", "sealing", "finishing"])
def test_a_worker_killed_anywhere_leaves_nothing_and_the_next_one_compiles(
    request_of_owner: AccessRequest, officer: User, dies: Any, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    run = services.compile_request(request_of_owner.pk, officer.actor)
    at, killed = dies
    module = services.compile_answer.__globals__
    places = {
        "gathering": (module["answer"], "compile_answer"),
        "sealing": (module["details"], "seal"),
        "finishing": (module["runs"], "finish"),
    }
    at(*places[place])
    with pytest.raises(killed):
        services.compile_answer(run.pk)
    monkeypatch.undo()
    request_of_owner.refresh_from_db()
    assert (request_of_owner.sealed, request_of_owner.compiled_at, compiled_entries()) == (None, None, 0)
    services.compile_answer(run.pk)  # the lease still stands
    assert compiled_entries() == 0
    AnswerRun.objects.filter(pk=run.pk).update(lease_until=clock.now() - datetime.timedelta(seconds=1))
    assert list(runs.stalled(AnswerRun, datetime.timedelta())) == [run]
    services.compile_answer(run.pk)
    request_of_owner.refresh_from_db()
    assert selectors.answer_of(request_of_owner)["clips"]
    assert compiled_entries() == 1


def test_an_error_that_passes_is_tried_again_and_in_the_end_told(
    site: Client, request_of_owner: AccessRequest, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: Any) -> None:
        raise Unreachable

    monkeypatch.setattr(answer, "compile_answer", away)
    run = services.compile_request(request_of_owner.pk, officer.actor)
    for _ in range(3):
        services.compile_answer(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    failed = LogEntry.objects.get(action="access_request.compilation_failed")
    assert json.loads(bytes(failed.canonical))["data"]["code"] == run.failure_code
    page = site.get(reverse("rights:access_request", args=[request_of_owner.pk])).content.decode()
    assert "It could not be compiled" in page
    monkeypatch.undo()
    assert make_compiled(request_of_owner.pk, officer.actor).sealed


def test_a_clip_that_is_erased_while_its_words_are_gathered_is_not_sealed_with_them(
    clip: Clip, request_of_owner: AccessRequest, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather = answer.compile_answer

    def gathered_too_early(*arguments: Any) -> dict[str, Any]:
        found = gather(*arguments)
        if not clip.holds.exists():
            clips.place(clip, HoldReason.ERASED, WORKER)
        return found

    monkeypatch.setattr(answer, "compile_answer", gathered_too_early)
    run = services.compile_request(request_of_owner.pk, officer.actor)
    services.compile_answer(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure_code) == (RunState.QUEUED, "erased_meanwhile")
    services.compile_answer(run.pk)
    request_of_owner.refresh_from_db()
    (told,) = selectors.answer_of(request_of_owner)["clips"]
    assert "erased" in told["state"]


def test_a_request_that_is_refused_meanwhile_gets_no_answer(
    request_of_owner: AccessRequest, officer: User
) -> None:
    run = services.compile_request(request_of_owner.pk, officer.actor)
    services.refuse_request(request_of_owner.pk, "It is not theirs.", officer.actor)
    services.compile_answer(run.pk)
    run.refresh_from_db()
    request_of_owner.refresh_from_db()
    assert (run.state, run.failure_code) == (RunState.FAILED, "not_possible_now")
    assert request_of_owner.sealed is None
