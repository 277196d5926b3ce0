"""The second opinion on faces, as the published model gives it."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from annotations.vision.blaze_face import BlazeFace
from annotations.vision.boxes import Box, centre, overlap
from annotations.vision.errors import ModelError
from annotations.vision.faces import FaceDetector, RgbPicture
from tests.vision import clips
from tests.vision.test_people import alone, sampled

RESULTS = Path(__file__).parent / "tensorflow_js_results.json"


@pytest.fixture(scope="module")
def model() -> BlazeFace:
    return BlazeFace()


def published() -> tuple[Box, float]:
    """The strongest face by what TensorFlow.js made of the published files: number of the anchor, score, box.

    Of 896 anchors 512 are two in each of 16 x 16 cells, 384 six in each of 8 x 8.
    """
    anchor, score, x, y, width, height = json.loads(RESULTS.read_text())["faces alone"][0]
    first, across, each = (0, 16, 2) if anchor < 512 else (512, 8, 6)
    row, column = divmod((anchor - first) // each, across)
    left = (column + 0.5) * 256 / across + x - width / 2
    top = (row + 0.5) * 256 / across + y - height / 2
    return (left, top, width, height), float(1 / (1 + np.exp(-score)))


def test_it_finds_what_the_published_network_finds_in_tensorflow_js(model: BlazeFace) -> None:
    box, score = published()
    (face,) = model.detect(alone(), 0.5)
    assert face.box == pytest.approx(box, abs=0.01)
    assert face.score == pytest.approx(score, abs=1e-4)


def test_it_is_a_detector_of_faces(model: BlazeFace) -> None:
    detector: FaceDetector = model
    assert (detector.name, detector.step) == ("blazeface-back", 1)
    assert len(detector.sha256) == 64


@pytest.mark.parametrize("size", [(480, 270), (270, 480), (1280, 720), (120, 90)])
def test_boxes_are_in_pixels_of_the_picture_whatever_its_size(
    size: tuple[int, int], model: BlazeFace
) -> None:
    """The picture lies in the middle of a square: a face must not come out beside or above where it is."""
    width, height = size
    picture = clips.background(width, height)
    box = clips.paste_head(picture, width * 0.4, height * 0.55, min(size) * 0.4)
    (face,) = model.detect(picture, 0.6)
    (x, y), (expected_x, expected_y) = centre(face.box), centre(box)
    assert abs(x - expected_x) < box[2] / 4
    assert abs(y - expected_y) < box[3] / 4
    assert overlap(face.box, box) > 0.4


def test_two_faces_are_two_and_one_is_one(model: BlazeFace) -> None:
    picture = clips.background(480, 270)
    for x in (140, 340):
        clips.paste_head(picture, x, 140, 90)
    assert len(model.detect(picture, 0.6)) == 2
    scores = [face.score for face in model.detect(picture, 0.1)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("kind", ["black", "white", "room", "noise", "a line", "a pixel"])
def test_there_is_no_face_where_there_is_none(kind: str, model: BlazeFace) -> None:
    pictures: dict[str, RgbPicture] = {
        "black": np.zeros((270, 480, 3), np.uint8),
        "white": np.full((480, 270, 3), 255, np.uint8),
        "room": clips.background(480, 270),
        "noise": np.random.default_rng(3).integers(0, 256, (270, 480, 3)).astype(np.uint8),
        "a line": np.full((1, 600, 3), 120, np.uint8),
        "a pixel": np.full((1, 1, 3), 120, np.uint8),
    }
    assert model.detect(pictures[kind], 0.3) == []


def test_threads_get_the_same_answers(model: BlazeFace) -> None:
    pictures = [cv2.resize(clips.portrait(), (256 + 32 * n, 256)).astype(np.uint8) for n in range(6)]
    one_by_one = [model.detect(picture, 0.5) for picture in pictures]
    assert all(one_by_one)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda picture: model.detect(picture, 0.5), pictures * 2)) == one_by_one * 2


def test_a_file_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    with pytest.raises(ModelError, match="is not installed") as caught:
        BlazeFace()
    assert caught.value.code == "model_unavailable"


@pytest.mark.parametrize("clip", ["asl-reel-a", "head-pose-face-detection-female"])
def test_large_faces_of_real_footage_are_found(clip: str, model: BlazeFace) -> None:
    """Small ones are not: of 480 pixels across it sees every second. The portrait stands in without footage."""
    pairs = [(model.detect(picture, 0.6), box) for picture, boxes in sampled(clip) for box in boxes]
    assert len(pairs) >= 6
    assert all(any(overlap(face.box, box) > 0.3 for face in faces) for faces, box in pairs)
