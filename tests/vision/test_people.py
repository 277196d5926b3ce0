"""People, their points and their heads, as the published model finds them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from annotations.vision.boxes import Box, centre, covered
from annotations.vision.errors import ModelError
from annotations.vision.faces import RgbPicture
from annotations.vision.obscure import hidden_mask
from annotations.vision.people import (
    LEFT_EAR,
    LEFT_EYE,
    LEFT_SHOULDER,
    NOSE,
    RIGHT_EAR,
    RIGHT_EYE,
    RIGHT_SHOULDER,
    MoveNet,
    Person,
    Point,
    head_of,
)
from tests.vision import clips
from tests.vision.test_footage import FOLDER

TENSORFLOW_JS: dict[str, Any] = json.loads((Path(__file__).parent / "tensorflow_js_results.json").read_text())
"""What TensorFlow.js 4.22 itself (in Node, on the processor) made of the published files and these pictures.

For each person of at least 0.2: y, x and score of 17 points, then top, left, bottom, right and score; in shares of the
picture.
"""


@pytest.fixture(scope="module")
def model() -> MoveNet:
    return MoveNet()


def alone() -> RgbPicture:
    """The portrait at a size that nobody has to interpolate for: 256 x 256."""
    return np.ascontiguousarray(clips.portrait()[::2, ::2])


def pair() -> RgbPicture:
    """The portrait and its mirror image, 256 x 128."""
    small = clips.portrait()[::4, ::4]
    return np.concatenate([small, small[:, ::-1]], axis=1)


@pytest.mark.parametrize("make", [alone, pair])
def test_it_finds_what_the_published_graph_finds_in_tensorflow_js(make: Any, model: MoveNet) -> None:
    picture = make()
    height, width = picture.shape[:2]
    found = model.people(picture, 0.2)
    expected = TENSORFLOW_JS[f"people {make.__name__}"]
    assert len(found) == len(expected)
    for person, values in zip(found, expected, strict=True):
        x, y, across, down = person.box
        points = [value for p in person.points for value in (p.y / height, p.x / width, p.score)]
        edges = [y / height, x / width, (y + down) / height, (x + across) / width]
        assert [*points, *edges, person.score] == pytest.approx(values, abs=1e-3)


@pytest.mark.parametrize("size", [(96, 96), (512, 512), (700, 300), (1280, 720)])
def test_boxes_and_points_are_in_pixels_of_the_picture_whatever_its_size(
    size: tuple[int, int], model: MoveNet
) -> None:
    width, height = size
    side = min(size)
    picture = np.full((height, width, 3), 90, np.uint8)
    left, top = width - side, height - side
    picture[top:, left:] = cv2.resize(clips.portrait(), (side, side), interpolation=cv2.INTER_AREA)
    (person,) = model.people(picture)
    face = [value * side / 512 for value in clips.FACE]
    assert person.head is not None
    x, y = centre(person.head.box)
    assert left + face[0] <= x <= left + face[0] + face[2]
    assert top + face[1] <= y <= top + face[1] + face[3]
    assert person.head.box[2] == pytest.approx(face[2] * 1.5, rel=0.25)
    nose = person.points[NOSE]
    assert nose.score > 0.5
    assert abs(nose.x - x) < face[2] / 2


@pytest.mark.parametrize("angle", [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE])
def test_a_portrait_on_its_side_has_its_head_hidden_where_it_is_found(angle: int, model: MoveNet) -> None:
    picture = np.asarray(cv2.rotate(clips.portrait(), angle), np.uint8)
    x, y, width, height = clips.FACE
    face: Box = (512 - y - height, x, height, width)
    if angle == cv2.ROTATE_90_COUNTERCLOCKWISE:
        face = (y, 512 - x - width, height, width)
    heads = [person.head.box for person in model.people(picture) if person.head]
    assert covered(face, hidden_mask(heads, 512, 512)) >= 0.6


@pytest.mark.parametrize("kind", ["black", "white", "room", "noise", "a line", "a pixel"])
def test_there_is_nobody_where_there_is_nobody(kind: str, model: MoveNet) -> None:
    pictures = {
        "black": np.zeros((270, 480, 3), np.uint8),
        "white": np.full((480, 270, 3), 255, np.uint8),
        "room": clips.background(480, 270),
        "noise": np.random.default_rng(3).integers(0, 256, (270, 480, 3)).astype(np.uint8),
        "a line": np.full((1, 600, 3), 120, np.uint8),
        "a pixel": np.full((1, 1, 3), 120, np.uint8),
    }
    assert model.people(pictures[kind], 0.1) == []


def test_more_people_are_found_than_the_published_graph_takes(model: MoveNet) -> None:
    """It takes six; of these nine, each with grey beside it, eight are seen."""
    small = cv2.resize(clips.portrait(), (128, 128), interpolation=cv2.INTER_AREA)
    one = np.pad(np.asarray(small, np.uint8), ((0, 0), (0, 64), (0, 0)), constant_values=120)
    assert len([person for person in model.people(np.tile(one, (3, 3, 1))) if person.head]) > 6


def test_threads_get_the_same_answers(model: MoveNet) -> None:
    pictures = [clips.portrait()[: 512 - 16 * n, : 512 - 24 * n].copy() for n in range(6)]
    one_by_one = [model.people(picture) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(model.people, pictures * 2)) == one_by_one * 2


def test_a_weaker_threshold_finds_no_less(model: MoveNet) -> None:
    found = {threshold: model.people(pair(), threshold) for threshold in (0.05, 0.2, 0.44)}
    assert found[0.2] == found[0.05][: len(found[0.2])]
    assert [person.score for person in found[0.44]] == [person.score for person in found[0.2][:1]]


@pytest.mark.parametrize("missing", ["movenet-multipose.bin", "movenet-multipose.json"])
def test_a_file_that_is_not_installed_is_told(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models_dir: Path
) -> None:
    (tmp_path / "human-models").mkdir()
    for file in (models_dir / "human-models").iterdir():
        if file.name != missing:
            (tmp_path / "human-models" / file.name).symlink_to(file)
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    with pytest.raises(ModelError, match="is not installed") as caught:
        MoveNet()
    assert caught.value.code == "model_unavailable"
    (tmp_path / "human-models" / missing).write_text("another")
    with pytest.raises(ModelError) as changed:
        MoveNet()
    assert changed.value.code == "model_changed"


def points(**known: tuple[float, float, float]) -> list[Point]:
    """17 points, unsure but for those that are named."""
    places = {
        "nose": NOSE,
        "left_eye": LEFT_EYE,
        "right_eye": RIGHT_EYE,
        "left_ear": LEFT_EAR,
        "right_ear": RIGHT_EAR,
        "left_shoulder": LEFT_SHOULDER,
        "right_shoulder": RIGHT_SHOULDER,
    }
    made = [Point(0, 0, 0.29)] * 17
    for name, values in known.items():
        made[places[name]] = Point(*values)
    return made


@pytest.mark.parametrize(
    ("known", "box", "score"),
    [
        ({"left_ear": (140, 50, 0.5), "right_ear": (100, 50, 0.4)}, (94, 24, 52, 52), 0.5),
        ({"left_ear": (100, 90, 0.5), "right_ear": (100, 50, 0.3)}, (74, 44, 52, 52), 0.5),
        ({"nose": (100, 50, 0.9)}, (94, 44, 12, 12), 0.9),
        (
            {"nose": (100, 50, 0.6), "left_shoulder": (60, 90, 0.5), "right_shoulder": (140, 90, 0.5)},
            (78, 28, 44, 44),
            0.6,
        ),
        (
            {"nose": (100, 50, 0.6), "left_shoulder": (60, 90, 0.29), "right_shoulder": (140, 90, 0.9)},
            (94, 44, 12, 12),
            0.6,
        ),
    ],
)
def test_a_head_is_as_large_as_its_points_or_the_shoulders_say(
    known: dict[str, tuple[float, float, float]], box: Box, score: float
) -> None:
    head = head_of(points(**known))
    assert head is not None
    assert head.box == pytest.approx(box)
    assert head.score == score


def test_shoulders_alone_are_no_head() -> None:
    assert head_of(points(left_shoulder=(60, 90, 0.9), right_shoulder=(140, 90, 0.9))) is None
    assert head_of(points(nose=(60, 90, 0.299))) is None


def seen(people: list[Person], face: Box, width: int, height: int) -> bool:
    heads = [person.head.box for person in people if person.head]
    return covered(face, hidden_mask(heads, width, height)) >= 0.6


@pytest.mark.parametrize(
    ("clip", "least"),
    [
        ("asl-reel-a", 1.0),
        ("classroom", 1.0),
        ("face-demographics-walking", 1.0),
        ("head-pose-face-detection-female", 1.0),
        ("store-aisle-detection", 0.5),
    ],
)
def test_the_faces_of_real_footage_lie_in_heads(clip: str, least: float, model: MoveNet) -> None:
    """In twelve pictures of each clip; of pasted heads, without bodies, where there is no footage."""
    hidden, faces = 0, 0
    for picture, boxes in sampled(clip):
        people = model.people(picture)
        height, width = (side // 2 * 2 for side in picture.shape[:2])
        hidden += sum(seen(people, box, width, height) for box in boxes)
        faces += len(boxes)
    assert faces >= 6
    assert hidden / faces >= least


def sampled(clip: str) -> list[tuple[RgbPicture, list[Box]]]:
    """Pictures and the boxes of the faces in them."""
    if FOLDER is None:
        return [(clips.portrait(), [clips.FACE])] * 6
    tracks = json.loads((FOLDER / "faces" / f"{clip}.json").read_text())["tracks"]
    capture = cv2.VideoCapture(str(FOLDER / f"{clip}.mp4"))
    every = max(1, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) // 12)
    result = []
    number = 0
    while capture.grab():
        boxes: list[Box] = [tuple(track[str(number)]) for track in tracks if str(number) in track]
        if number % every == 0 and boxes:
            picture = capture.retrieve()[1]
            result.append((np.ascontiguousarray(picture[:, :, ::-1], np.uint8), boxes))
        number += 1
    return result
