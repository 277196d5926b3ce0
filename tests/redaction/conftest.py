"""Clips with a face, and what the services need to work on them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotations.clips.memory import memory_file
from annotations.clips.models import Clip
from annotations.clips.services import Reception, receive
from annotations.vision import confined
from tests.factories import make_submitter, make_terms
from tests.redaction.remembered import RememberedAnswers
from tests.vision.clips import scene
from tests.vision.warm_start import WarmStart

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


@pytest.fixture(scope="session")
def answers() -> RememberedAnswers:
    return RememberedAnswers()


@pytest.fixture
def remembered(answers: RememberedAnswers, warm: WarmStart, monkeypatch: pytest.MonkeyPatch) -> None:
    """No child makes again what one has made of the same files with the same options.

    For tests in which what is tested is not the child.
    """
    monkeypatch.setattr(confined, "redact", answers.redact)
    monkeypatch.setattr(confined, "repair", answers.repair)
