from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from annotations.vision.blaze_face import BlazeFace
from annotations.vision.content import Classifier
from annotations.vision.faces import CenterFace
from annotations.vision.job import Job
from annotations.vision.missed_faces import objects
from annotations.vision.models import locate
from annotations.vision.redact import redact
from annotations.vision.second_opinion import Opinion
from reviewapp.samples import SCENES, Scene, make_samples
from reviewapp.samples.marker import make_marker

pytestmark = pytest.mark.once

DARK, MARKED = "driveway-at-dusk", "hallway-marked"
USUAL_AND_LONG = [
    scene if scene.name in {DARK, MARKED} else pytest.param(scene, marks=pytest.mark.long) for scene in SCENES
]


def by_name(name: str) -> Scene:
    return next(scene for scene in SCENES if scene.name == name)


@pytest.fixture(scope="module")
def portrait() -> Path:
    return locate("portrait")


@pytest.fixture(scope="module")
def clip(portrait: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Scene], Path]:
    """The clip of a scene, made when it is asked for first."""
    folder = tmp_path_factory.mktemp("samples")
    return lambda scene: make_samples(folder, portrait, [scene])[0]


def pictures(path: Path, every: int) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [frame.to_ndarray(format="rgb24") for frame in frames[::every]]


def test_there_are_four_clips_of_ten_to_twenty_seconds_and_one_is_not_for_training() -> None:
    assert len(SCENES) == 4
    assert all(10 <= scene.seconds <= 20 for scene in SCENES)
    assert [scene.training for scene in SCENES].count(False) == 1


@pytest.mark.parametrize("scene", USUAL_AND_LONG, ids=lambda scene: scene.name)
def test_a_clip_is_as_its_scene_says(scene: Scene, clip: Callable[[Scene], Path]) -> None:
    with av.open(str(clip(scene))) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (scene.width, scene.height)
        assert stream.average_rate == scene.frame_rate
        assert stream.frames == scene.count


@pytest.mark.parametrize("scene", USUAL_AND_LONG, ids=lambda scene: scene.name)
def test_the_marker_is_found_in_one_clip_only(
    scene: Scene, clip: Callable[[Scene], Path], tmp_path: Path
) -> None:
    classifier = Classifier(make_marker(tmp_path))
    scores = [seen.score for picture in pictures(clip(scene), 15) for seen in classifier.screen(picture)]
    assert (max(scores, default=0) > 0.9) is (scene.name == MARKED)


def test_clips_that_are_there_are_left_alone(clip: Callable[[Scene], Path], portrait: Path) -> None:
    scene = by_name(DARK)
    path = clip(scene)
    before = path.stat().st_mtime_ns
    make_samples(path.parent, portrait, [scene])
    assert path.stat().st_mtime_ns == before


@pytest.mark.long
def test_one_is_dark(clip: Callable[[Scene], Path]) -> None:
    assert [scene.name for scene in SCENES if np.mean(pictures(clip(scene), 30)) < 20] == [DARK]


def test_one_is_dark_and_upside_down_and_its_faces_are_hidden(
    clip: Callable[[Scene], Path], tmp_path: Path
) -> None:
    path = clip(by_name(DARK))
    assert np.mean(pictures(path, 30)) < 20
    report = redact(
        Job(
            str(path),
            str(tmp_path / "out.mp4"),
            detector=CenterFace(),
            opinions=[Opinion(BlazeFace(), 0.8)],
        )
    )
    assert 4 in report["seen_turns"]
    assert report["tracks"]
    assert not objects(report["residual"])
