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


@pytest.fixture(scope="module")
def portrait() -> Path:
    return locate("portrait")


@pytest.fixture(scope="module")
def clips(portrait: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("samples")
    return {path.stem: path for path in make_samples(folder, portrait)}


def pictures(path: Path, every: int) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [frame.to_ndarray(format="rgb24") for frame in frames[::every]]


def test_there_are_four_clips_of_ten_to_twenty_seconds_and_one_is_not_for_training() -> None:
    assert len(SCENES) == 4
    assert all(10 <= scene.seconds <= 20 for scene in SCENES)
    assert [scene.training for scene in SCENES].count(False) == 1


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_clip_is_as_its_scene_says(scene: Scene, clips: dict[str, Path]) -> None:
    with av.open(str(clips[scene.name])) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (scene.width, scene.height)
        assert stream.average_rate == scene.frame_rate
        assert stream.frames == scene.count


def test_the_marker_is_found_in_one_clip_only(clips: dict[str, Path], tmp_path: Path) -> None:
    classifier = Classifier(make_marker(tmp_path))
    certain = {
        name
        for name, path in clips.items()
        if any(seen.score > 0.9 for picture in pictures(path, 15) for seen in classifier.screen(picture))
    }
    assert certain == {"hallway-marked"}


def test_clips_that_are_there_are_left_alone(clips: dict[str, Path], portrait: Path) -> None:
    path = next(iter(clips.values()))
    before = path.stat().st_mtime_ns
    make_samples(path.parent, portrait, SCENES[:1])
    assert path.stat().st_mtime_ns == before


def test_one_is_dark_and_upside_down_and_its_faces_are_hidden(clips: dict[str, Path], tmp_path: Path) -> None:
    (dark,) = (name for name, path in clips.items() if np.mean(pictures(path, 30)) < 20)
    report = redact(
        Job(
            str(clips[dark]),
            str(tmp_path / "out.mp4"),
            detector=CenterFace(),
            opinions=[Opinion(BlazeFace(), 0.8)],
        )
    )
    assert 4 in report["seen_turns"]
    assert report["tracks"]
    assert not objects(report["residual"])
