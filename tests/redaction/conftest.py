"""Clips with a face, and what the services need to work on them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotations.clips.memory import memory_file
from annotations.clips.models import Clip
from annotations.clips.services import Reception, receive
from tests.factories import make_submitter, make_terms
from tests.vision.clips import scene

Submit = Callable[..., Clip]


@pytest.fixture(scope="session")
def passing_by(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds; somebody walks through in the second and third."""
    path = tmp_path_factory.mktemp("scene") / "passing-by.mp4"
    scene(path, frames=60, rate=15, people=[lambda n: (60 + 4 * (n - 15), 110, 50) if 15 <= n < 45 else None])
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
