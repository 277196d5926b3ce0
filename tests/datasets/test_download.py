"""A download that is under way while a clip of the release is erased: refused, or the one who fetched it is asked."""

import importlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connections
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.core.errors import Conflict
from annotations.datasets import services
from annotations.datasets.models import DeletionRequest, Download, Release
from tests.factories import make_accepted, make_project, make_user
from tests.rights.erased_clips import release_with

ROUNDS = 6


def erase(clip: Clip) -> None:
    """As the worker does it, from the hold on."""
    clips.place(clip, HoldReason.ERASED, WORKER)
    services.erase_clip(clip, WORKER)


def fetch(release: Release, engineer: User) -> str:
    """What the engineer gets: nothing, or a refusal's code."""
    try:
        services.deliver(release, "coco", engineer.actor)
    except Conflict as error:
        return error.code
    return ""


@pytest.mark.engines
@pytest.mark.usefixtures("fresh_database")
def test_whoever_gets_a_file_beside_an_erasure_is_asked_to_delete_it() -> None:
    """Two connections: either the erasure came first, or it sees the download."""
    outcomes, project = set(), make_project()
    for _ in range(ROUNDS):
        clip, engineer = make_accepted(project).assignment.clip, make_user(Role.ML_ENGINEER)
        release = release_with(clip)
        barrier = threading.Barrier(2)

        def at_once(act: Any, *arguments: Any, barrier: threading.Barrier = barrier) -> Any:
            try:
                barrier.wait()
                return act(*arguments)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            fetched = pool.submit(at_once, fetch, release, engineer)
            pool.submit(at_once, erase, clip).result()
            outcomes.add(fetched.result())
        got = Download.objects.filter(by=engineer.pseudonym).exists()
        asked = DeletionRequest.objects.filter(person=engineer.pseudonym, item__clip=clip).count()
        assert (got, asked) == ((True, 1) if fetched.result() == "" else (False, 0))
        assert not storages["exports"].exists(release.files.get(format="coco").name)
    assert outcomes <= {"", "release_withdrawn"}


@pytest.mark.django_db
def test_a_file_that_goes_before_its_first_byte_is_refused(
    client: Client, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry waits for its checkpoint, and the erasure does not wait for it."""
    clip, engineer = make_accepted().assignment.clip, make_user(Role.ML_ENGINEER)
    release = release_with(clip)
    client.force_login(engineer)

    def meanwhile(entry: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            erase(clip)

    delivering = importlib.import_module("annotations.datasets.services.deliver")
    monkeypatch.setattr(delivering, "await_checkpoint", meanwhile)
    answer = client.get(reverse("datasets:download", args=[release.pk, "coco"]))
    assert answer.status_code == 409
    told = (
        LogEntry.objects.filter(actor=engineer.pseudonym)
        .order_by("occurred_at")
        .values_list("action", flat=True)
    )
    assert list(told)[-2:] == ["dataset.exported", "dataset.export_refused"]
    assert DeletionRequest.objects.filter(person=engineer.pseudonym).count() == 1, (
        "they may have had the beginning"
    )


@pytest.mark.django_db
def test_a_stream_that_has_begun_comes_to_its_end_and_is_asked_for(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    """What is open stays readable after it was deleted; who read it is asked to delete it."""
    clip, engineer = make_accepted().assignment.clip, make_user(Role.ML_ENGINEER)
    release = release_with(clip)
    client.force_login(engineer)
    answer = client.get(reverse("datasets:download", args=[release.pk, "coco"]))
    content: Any = answer.streaming_content  # type: ignore[attr-defined]
    first = next(iter(content))
    with django_capture_on_commit_callbacks(execute=True):
        erase(clip)
    assert len(first + b"".join(content)) == int(answer["Content-Length"])
    assert DeletionRequest.objects.get(person=engineer.pseudonym).item.clip_id == clip.pk
    assert client.get(reverse("datasets:download", args=[release.pk, "coco"])).status_code == 409
