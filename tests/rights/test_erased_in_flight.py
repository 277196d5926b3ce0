"""A clip that is erased while a pass or an export works on it: nothing is left, and nothing comes back afterwards."""

import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connections

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER
from annotations.clips.models import Clip, Original
from annotations.core.models import RunState
from annotations.datasets import selectors, services as datasets
from annotations.datasets.models import Dataset, ExportFile, Release
from annotations.datasets.services import contents, files as export_files
from annotations.redaction import services as redaction
from annotations.redaction.models import HiddenTrack, RedactionRun, Rendition
from annotations.rights import services
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.scopes import Scope
from annotations.rights.services.certify import check_again
from tests.clips.test_receive import submit
from tests.factories import make_accepted, make_submitter, make_user, small_video
from tests.rights.erased_clips import ENGINEER, REASON
from tests.vision.warm_start import WarmStart

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]
SECONDS = 300
redact = import_module("annotations.redaction.services.redact")
Erase = Callable[[], None]


def erase(clip: Clip) -> None:
    """All of it, certified, by other connections than the worker's whose work is in flight."""
    officer = make_user(Role.PRIVACY_OFFICER).actor
    scope = Scope(ScopeKind.CLIP, str(clip.public_id))
    erasure = services.request_erasure(scope, officer, ErasureCause.OFFICER, REASON)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erasure.failure_message, erasure.findings) == (RunState.DONE, "", [])


def before(module: Any, name: str, act: Erase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does the act once, before the step of this name is taken."""
    step, done = getattr(module, name), threading.Event()

    def taken(*arguments: Any, **options: Any) -> Any:
        if not done.is_set():
            done.set()
            act()
        return step(*arguments, **options)

    monkeypatch.setattr(module, name, taken)


def stored(storage: str) -> list[str]:
    found: list[str] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        if storages[storage].exists(folder):
            inner, names = storages[storage].listdir(folder)
            found += [f"{folder}{name}" for name in names]
            folders += [f"{folder}{each}/" for each in inner]
    return found


def nothing_is_left(clip: Clip) -> None:
    for model, path in (
        (Original, "clip"),
        (Rendition, "clip"),
        (RedactionRun, "clip"),
        (HiddenTrack, "run__clip"),
    ):
        assert not model._default_manager.filter(**{path: clip}).exists(), model.__name__
    assert stored("vault") == stored("renditions") == []
    again = check_again(Erasure.objects.get().pk, WORKER)
    assert again.findings == []
    assert again.verified


@pytest.fixture
def received(fresh_database: str, warm: WarmStart) -> Clip:
    return submit(make_submitter(), small_video(), device="porch")[0]


@pytest.mark.parametrize("step", ["_log_opening", "make", "_keep_verified", "_publish"])
def test_a_pass_that_is_under_way_leaves_nothing(
    received: Clip, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    run = redaction.request(received, WORKER)
    assert run is not None
    if step == "_publish":
        before(redact.storages["renditions"], "save", lambda: erase(received), monkeypatch)
    else:
        before(redact, step, lambda: erase(received), monkeypatch)
    redaction.redact(run.pk)
    nothing_is_left(received)


def beside(act: Erase) -> tuple[threading.Thread, list[BaseException]]:
    """Begins the act on connections of its own; what it raised."""
    raised: list[BaseException] = []

    def guarded() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001
            raised.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=guarded)
    thread.start()
    return thread, raised


def test_a_pass_that_is_just_being_kept_leaves_nothing(
    received: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure begins while the transaction that publishes the rendition is open."""
    run = redaction.request(received, WORKER)
    assert run is not None
    begun: list[tuple[threading.Thread, list[BaseException]]] = []

    def begin() -> None:
        begun.append(beside(lambda: erase(received)))
        begun[0][0].join(1)

    before(redact, "_presentation_times", begin, monkeypatch)
    redaction.redact(run.pk)
    thread, raised = begun[0]
    thread.join(SECONDS)
    assert not thread.is_alive()
    assert raised == []
    nothing_is_left(received)


@pytest.fixture
def release(fresh_database: str, warm: WarmStart) -> Release:
    accepted = make_accepted()
    dataset = Dataset.objects.create(
        name="Porch", project=accepted.assignment.project, created_by="p-engineer"
    )
    make_accepted(accepted.assignment.project)
    return datasets.request(dataset, ENGINEER)


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (contents, "_write"),
        (export_files, "make"),
        (export_files, "_write"),
        (export_files, "_store"),
        (export_files, "_finish"),
    ],
)
def test_an_export_that_is_under_way_leaves_nothing(
    release: Release, monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:
    clip = Clip.objects.order_by("public_id")[0]
    before(module, step, lambda: erase(clip), monkeypatch)
    datasets.freeze(release.pk)
    release.refresh_from_db()
    whole = ExportFile.objects.filter(release=release, destroyed_at=None)
    assert sorted(stored("exports")) == sorted(whole.values_list("name", flat=True))
    if whole:
        assert not release.items.filter(clip=clip).exists(), "it was frozen without the clip"
    else:
        assert release.failure_code == "release_withdrawn"
    assert clip.public_id.hex not in "".join(stored("exports"))
    assert check_again(Erasure.objects.get().pk, WORKER).findings == []


def test_an_export_that_is_just_being_kept_leaves_nothing(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = Clip.objects.order_by("public_id")[0]
    begun: list[tuple[threading.Thread, list[BaseException]]] = []

    def begin() -> None:
        begun.append(beside(lambda: erase(clip)))
        begun[0][0].join(1)

    unusable = selectors.unusable
    asked = 0

    def asked_for(given: Release) -> Any:
        """Of the questions for what may not be used any more the last is asked where the files are kept."""
        nonlocal asked
        asked += 1
        found = unusable(given)
        if asked == release.items.count() + 1:
            found = found.filter(pk__in=list(found.values_list("pk", flat=True)))
            begin()
        return found

    monkeypatch.setattr(selectors, "unusable", asked_for)
    datasets.freeze(release.pk)
    thread, raised = begun[0]
    thread.join(SECONDS)
    assert not thread.is_alive()
    assert raised == []
    assert not ExportFile.objects.filter(release=release, destroyed_at=None).exists()
    assert stored("exports") == []
    assert check_again(Erasure.objects.get().pk, WORKER).findings == []
