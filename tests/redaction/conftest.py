"""Clips with a face, and what the services need to work on them."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotations.clips.memory import memory_file
from annotations.clips.models import Clip
from annotations.clips.services import Reception, receive
from tests.factories import make_submitter, make_terms
from tests.vision.clips import scene
from tests.vision.warm_start import WarmStart

Submit = Callable[..., Clip]


@pytest.fixture(scope="session")
def passing_by(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds; somebody walks through in the third and fourth."""
    path = tmp_path_factory.mktemp("scene") / "passing-by.mp4"
    scene(path, frames=90, rate=15, people=[lambda n: (60 + 4 * (n - 30), 110, 50) if 30 <= n < 60 else None])
    return path


@pytest.fixture
def submit() -> Submit:
    def submitted(path: Path, *, training: bool = True) -> Clip:
        submitter = make_submitter()
        with memory_file("test") as file:
            size = file.write(path.read_bytes())
            reception = Reception(path.name, size, make_terms(training=training), owner="household")
            return receive(submitter, submitter.actor, file, reception)[0]

    return submitted


@pytest.fixture(scope="session")
def warm_start() -> Iterator[WarmStart]:
    started = WarmStart()
    yield started
    started.close()


@pytest.fixture
def warm(warm_start: WarmStart, monkeypatch: pytest.MonkeyPatch) -> WarmStart:
    """Children are confined as ever, and forked from a process that has loaded the libraries.

    For tests in which the start of the child is not what is tested.
    """
    monkeypatch.setattr(subprocess, "Popen", warm_start.popen)
    return warm_start
