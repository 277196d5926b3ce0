"""What is known of a camera, through the whole pass: nothing that lies in a privacy zone reaches anything behind it."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from annotations.vision.__main__ import main
from annotations.vision.boxes import by_frame, covered, track_boxes
from annotations.vision.camera import Camera, Polygon, turned
from annotations.vision.examples import read as read_examples
from annotations.vision.faces import CenterFace, Face, RgbPicture
from annotations.vision.job import Job, Revision
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import Effect, hidden_mask
from annotations.vision.redact import redact
from annotations.vision.repair import repair
from annotations.vision.report import MissedFace, Report
from annotations.vision.video import decode, probe
from annotations.vision.video.ranges import Ranges
from annotations.vision.video.zones import FILL_LEVELS, hidden_blocks
from tests.vision import clips
from tests.vision.following import Blind
from tests.vision.repairs import order_of

WIDTH, HEIGHT, FRAMES = 320, 240, 16
WINDOW: Polygon = ((0.55, 0.1), (0.95, 0.15), (0.9, 0.8), (0.6, 0.75))
"""In the right half of the picture."""
LOSSLESS = {"qp": "0", "preset": "ultrafast"}


def pictures_with(neighbour: int) -> list[clips.Rgb]:
    """Somebody walks in the left half; the window shows another person, or noise, by the number of the neighbour."""
    room, mask = clips.background(WIDTH, HEIGHT), np.zeros((HEIGHT, WIDTH), np.uint8)
    corners = [(x * (WIDTH - 1), y * (HEIGHT - 1)) for x, y in WINDOW]
    cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
    inside, random = mask.astype(bool), np.random.default_rng(neighbour)
    made = []
    for number in range(FRAMES):
        picture = room.copy()
        clips.paste_head(picture, 60 + number, 120, 60)
        if neighbour:
            seen = random.integers(0, 256, picture.shape).astype(np.uint8)
        else:
            seen = np.full_like(picture, 200)
            clips.paste_head(seen, 240, 110, 80)
        picture[inside] = seen[inside]
        made.append(picture)
    return made


def passed(folder: Path, neighbour: int, camera: Camera, encoding: dict[str, Any], **job: Any) -> Any:
    """The bytes of the rendition, and what the report tells of the pictures."""
    source, target = folder / f"{neighbour}.mp4", folder / f"{neighbour} out.mp4"
    clips.encode(source, pictures_with(neighbour), options=LOSSLESS, **encoding)
    report = redact(Job(str(source), str(target), camera=camera, **{"detector": Blind(), **job}))
    told = [
        report["tracks"],
        report["findings"],
        report["residual"],
        report["fingerprint"],
        report["rendition"],
    ]
    return target.read_bytes(), told


TURNED_FILE = {"rotation": 90}


@pytest.mark.parametrize(
    ("camera", "encoding", "job"),
    [
        (Camera(zones=(WINDOW,)), {}, {"detector": CenterFace}),
        (
            Camera(zones=(WINDOW,)),
            {},
            {"effect": "mosaic", "missed_faces": [{"frame": 3, "box": [150, 60, 60, 70]}]},
        ),
        (Camera(zones=(turned(WINDOW, 2),), quarter_turns=2), {}, {}),
        (Camera(zones=(turned(WINDOW, 3),), quarter_turns=2), TURNED_FILE, {}),
        (Camera(zones=(WINDOW,), aspect=Fraction(16, 9)), {}, {}),
        (Camera(zones=(WINDOW,)), {"pixel_format": "yuv444p"}, {}),
    ],
    ids=["streamed", "decoded twice", "upside down", "turned by the file, too", "squeezed", "other colours"],
)
def test_pixels_in_a_zone_change_no_byte_of_the_rendition(
    tmp_path: Path, camera: Camera, encoding: dict[str, Any], job: dict[str, Any]
) -> None:
    made = {name: value() if isinstance(value, type) else value for name, value in job.items()}
    one = passed(tmp_path, 0, camera, encoding, **made)
    other = passed(tmp_path, 1, camera, encoding, **made)
    assert one == other
    plain = passed(tmp_path, 1, Camera(), encoding, **made)
    assert plain[0] != one[0]  # the two differ where nothing is filled


def test_the_face_in_a_zone_is_neither_found_nor_shown_and_the_other_is_hidden(tmp_path: Path) -> None:
    source, target = tmp_path / "in.mp4", tmp_path / "out.mp4"
    clips.encode(source, pictures_with(0))
    report = redact(
        Job(str(source), str(target), detector=CenterFace(), camera=Camera(zones=(WINDOW,), version=3))
    )
    assert report["camera"]["version"] == 3
    assert len(report["tracks"]) == 1
    hidden = by_frame([track_boxes(track["boxes"]) for track in report["tracks"]])
    assert covered((45, 90, 45, 60), hidden_mask(hidden[10], WIDTH, HEIGHT)) > 0.9
    filled = hidden_blocks((WINDOW,), WIDTH, HEIGHT)
    for decoded in decode(str(target), ANY_SIZE):
        picture = decoded.picture()
        for plane, level in zip((picture.blue, picture.red), FILL_LEVELS[1:], strict=True):
            assert np.abs(plane[filled].astype(int) - level).max() < 12  # as the encoder rounds it


@pytest.mark.parametrize("effect", ["blur", "mosaic"])
def test_a_repair_and_its_training_examples_keep_the_zone(tmp_path: Path, effect: Effect) -> None:
    source, earlier = tmp_path / "in.mp4", tmp_path / "earlier.mp4"
    clips.encode(source, pictures_with(0), options=LOSSLESS)
    camera = Camera(zones=(WINDOW,))
    report: Report = redact(Job(str(source), str(earlier), detector=Blind(), camera=camera, effect=effect))
    drawn = [MissedFace(frame=5, box=[40.0, 90.0, 50.0, 60.0])]
    repairs: list[tuple[bytes, bytes]] = []
    for neighbour in (0, 1):
        clips.encode(source, pictures_with(neighbour), options=LOSSLESS)
        target, examples = tmp_path / f"{neighbour}.mp4", tmp_path / f"{neighbour}.zip"
        job = Job(str(source), str(target), detector=Blind(), camera=camera, effect=effect)
        again = repair(job, Revision(str(earlier), order_of(report, drawn), str(examples)))
        assert again["camera"] == report["camera"]
        with examples.open("rb") as archive:
            (example,) = read_examples(archive)
        repairs.append((target.read_bytes(), example.picture.tobytes()))
    assert repairs[0] == repairs[1]


def test_a_camera_that_hangs_upside_down_gives_an_upright_rendition(tmp_path: Path) -> None:
    source, target = tmp_path / "in.mp4", tmp_path / "out.mp4"
    upright = clips.background(WIDTH, HEIGHT, seed=3)
    clips.encode(source, [np.ascontiguousarray(upright[::-1, ::-1])] * 8, options=LOSSLESS)
    redact(Job(str(source), str(target), detector=Blind(), camera=Camera(quarter_turns=2)))
    shown = next(decode(str(target), ANY_SIZE)).rgb()
    assert np.abs(shown.astype(int) - upright).mean() < 4


@pytest.mark.parametrize(
    ("aspect", "turns", "size"),
    [
        (Fraction(16, 9), 0, (320, 180)),
        (Fraction(1, 1), 0, (240, 240)),
        (Fraction(16, 9), 1, (180, 320)),
        (Fraction(4, 3), 0, (320, 240)),
    ],
)
def test_the_shape_that_the_recorder_means(
    tmp_path: Path, aspect: Fraction, turns: int, size: tuple[int, int]
) -> None:
    path = tmp_path / "in.mp4"
    clips.encode(path, [clips.background(WIDTH, HEIGHT)] * 4)
    camera = Camera(quarter_turns=turns, aspect=aspect)
    facts = probe(str(path), camera=camera)
    assert (facts.width, facts.height) == size
    for decoded in (
        next(decode(str(path), ANY_SIZE, camera=camera)),
        next(Ranges(str(path), ANY_SIZE, 4, camera).between(2, 2)),
    ):
        assert (decoded.picture().width, decoded.picture().height) == size


def test_the_command_line_takes_what_is_known_of_the_camera(tmp_path: Path) -> None:
    source, target, report = tmp_path / "in.mp4", tmp_path / "out.mp4", tmp_path / "report.json"
    clips.encode(source, [clips.background(WIDTH, HEIGHT)] * 8)
    camera = Camera(quarter_turns=1, zones=(WINDOW,), seen_turns=(2,), version=7)
    (tmp_path / "camera.json").write_text(json.dumps(camera.as_dict()))
    arguments = [str(source), str(target), "--report", str(report), "--camera", str(tmp_path / "camera.json")]
    assert main(["redact", *arguments, "--no-screening"]) == 0
    told = json.loads(report.read_text())
    assert Camera.from_dict(told["camera"]) == camera
    assert (told["rendition"]["width"], told["rendition"]["height"]) == (HEIGHT, WIDTH)


shares = st.integers(0, 10**6).map(lambda number: number / 10**6)
polygons = st.lists(st.tuples(shares, shares), min_size=3, max_size=32).map(tuple)
cameras = st.builds(
    Camera,
    quarter_turns=st.integers(0, 3),
    aspect=st.none() | st.fractions(Fraction(1, 4), 4),
    zones=st.lists(polygons, max_size=4).map(tuple),
    seen_turns=st.lists(st.integers(0, 7), max_size=4).map(tuple),
    version=st.integers(0, 1000),
)


@given(camera=cameras)
def test_a_camera_survives_json(camera: Camera) -> None:
    assert Camera.from_dict(json.loads(json.dumps(camera.as_dict()))) == camera


@given(camera=cameras, other=cameras)
def test_zones_stay_on_the_same_things_whichever_way_the_pictures_are_turned(
    camera: Camera, other: Camera
) -> None:
    assert camera.shown_as(other).shown_as(camera) == camera
    assert not camera.hides_more_than(camera.shown_as(other))
    assert not camera.shown_as(other).hides_more_than(camera)


@settings(max_examples=20)
@given(zone=polygons, turns=st.integers(0, 3))
def test_a_turned_polygon_lies_on_the_turned_picture(zone: Polygon, turns: int) -> None:
    side = 64  # where both sides are the same, pixels fall upon pixels
    as_it_was = hidden_blocks((zone,), side, side)
    apart = np.rot90(as_it_was, turns) ^ hidden_blocks((turned(zone, turns),), side, side)
    assert not cv2.erode(apart.astype(np.uint8), np.ones((3, 3))).any()  # but for rounding to whole pixels


def test_only_what_was_not_hidden_before_is_more() -> None:
    door: Polygon = ((0.0, 0.0), (0.2, 0.0), (0.2, 0.9))
    both = Camera(zones=(WINDOW, door))
    assert both.hides_more_than(Camera(zones=(WINDOW,)))
    assert not Camera(zones=(WINDOW,)).hides_more_than(both)
    assert not Camera(quarter_turns=2).hides_more_than(Camera())


class Sure(CenterFace):
    """A detector to which faces that stand on their heads are none."""

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        return super().detect(picture, max(threshold, 0.7))


def test_an_orientation_in_which_somebody_was_found_is_told_and_taken_as_a_hint(tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    made = clips.scene(tmp_path / "upright.mp4", frames=24, people=[clips.walking(90, 120, 70, 4)])
    clips.encode(source, [np.ascontiguousarray(picture[::-1, ::-1]) for picture in made.pictures])
    reports = [
        redact(Job(str(source), str(tmp_path / "out.mp4"), detector=Sure(), camera=camera))
        for camera in (Camera(), Camera(seen_turns=(4,)), Camera(quarter_turns=2, seen_turns=(4,)))
    ]
    assert [report["seen_turns"] for report in reports] == [[4], [4], [0]]
    assert all(len(report["tracks"]) == 1 for report in reports)
