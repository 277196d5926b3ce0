"""From one drawn box to a face's whole way through the clip."""

import json
from pathlib import Path

import numpy as np
import pytest

from annotations.vision.boxes import Box, by_frame, covered, track_boxes
from annotations.vision.faces import CenterFace
from annotations.vision.follow import follow
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import Rectangle, hidden_mask
from annotations.vision.report import MissedFace
from annotations.vision.timeline import Timeline
from annotations.vision.tracking import boxes_by_frame
from annotations.vision.video.decode import decode
from annotations.vision.video.ranges import Ranges
from tests.vision import clips, panels
from tests.vision.following import Blind, followed, share_covered
from tests.vision.test_footage import BY_LENGTH, FOLDER

WIDTH, HEIGHT = 320, 240


MOVEMENTS: dict[str, clips.Path2D] = {
    "standing": clips.standing(150, 120, 50),
    "walking": clips.walking(50, 120, 50, 3),
    "running": clips.walking(40, 120, 50, 6, 0, 38),
    "nearing": lambda n: (160, 120, 30 + 1.2 * n),
    "leaving": lambda n: (160 - n, 110, 90 - 1.2 * n),
    "swaying": lambda n: (160 + 40 * np.sin(n / 4), 120 + 8 * np.sin(n / 3), 48),
}


@pytest.mark.parametrize("movement", MOVEMENTS)
@pytest.mark.parametrize("frame", [0, 20, 38])
def test_the_face_is_hidden_all_along_without_any_help(movement: str, frame: int, tmp_path: Path) -> None:
    made = clips.scene(tmp_path / "a.mp4", frames=40, people=[MOVEMENTS[movement]])
    truth = {number: boxes[0] for number, boxes in made.faces.items()}
    tracks = followed(made.path, {frame: truth[frame]})
    assert len(tracks) == 1
    assert share_covered(tracks, truth, WIDTH, HEIGHT) == 1.0


def test_a_face_that_is_covered_for_a_moment_is_found_again(tmp_path: Path) -> None:
    pictures, visible = [], {}
    room = clips.background(WIDTH, HEIGHT)
    for number in range(60):
        picture = room.copy()
        x, y, width, height = clips.paste_head(picture, 60 + 3 * number, 120, 50)
        picture[40:220, 140:165] = 90  # a post, behind which the face passes
        pictures.append(picture)
        if x < 138:
            visible[number] = (x, y, min(width, 140 - x), height)
        elif x + width > 167:
            visible[number] = (max(x, 165.0), y, min(width, x + width - 165), height)
    clips.encode(tmp_path / "a.mp4", pictures)
    for frame in (5, 50):
        drawn = visible[frame]
        tracks = followed(tmp_path / "a.mp4", {frame: drawn}, CenterFace())
        # While less than half of the face shows beside the post, slivers of it may be left out.
        assert share_covered(tracks, visible, WIDTH, HEIGHT) >= 0.95
        beside = {number: box for number, box in visible.items() if box[2] > 18}
        assert share_covered(tracks, beside, WIDTH, HEIGHT) == 1.0


def test_a_cut_ends_it_and_a_face_that_leaves_is_let_go(tmp_path: Path) -> None:
    one, other = clips.background(WIDTH, HEIGHT, 1), 255 - clips.background(WIDTH, HEIGHT, 9) // 2
    pictures = []
    for number in range(60):
        picture = (one if number < 30 else other).copy()
        if number < 30:
            clips.paste_head(picture, 150, 120, 50)
        pictures.append(picture)
    clips.encode(tmp_path / "cut.mp4", pictures)
    (track,) = followed(tmp_path / "cut.mp4", {10: (130, 95, 40, 50)})
    assert (min(track), max(track)) == (0, 29)
    made = clips.scene(tmp_path / "out.mp4", frames=90, people=[clips.walking(200, 120, 50, 6)])
    (track,) = followed(made.path, {0: made.faces[0][0]})
    assert max(track) < 60


def test_boxes_of_the_same_face_become_one_track_and_stay_as_they_were_drawn(tmp_path: Path) -> None:
    made = clips.scene(tmp_path / "a.mp4", frames=60, people=[clips.walking(60, 120, 50, 3)])
    drawn = {5: made.faces[5][0], 30: made.faces[30][0], 50: made.faces[50][0]}
    tracks = followed(made.path, drawn)
    assert len(tracks) == 1
    for frame, box in drawn.items():
        assert covered(box, hidden_mask([tracks[0][frame]], WIDTH, HEIGHT)) == 1.0


def test_two_faces_are_two_tracks(tmp_path: Path) -> None:
    people = [clips.standing(80, 120, 50), clips.walking(180, 130, 50, 1)]
    made = clips.scene(tmp_path / "a.mp4", frames=40, people=people)
    pictured = made.faces[20]
    ranges = Ranges(str(made.path), ANY_SIZE, 40)
    faces = [MissedFace(frame=20, box=list(box)) for box in pictured]
    tracks = follow(ranges, Timeline(40, 15.0, None), faces, Blind(), {})
    assert len(tracks) == 2
    assert len(boxes_by_frame(tracks)) == 40


def test_it_stops_where_the_face_is_hidden_already(tmp_path: Path) -> None:
    made = clips.scene(tmp_path / "a.mp4", frames=90, people=[clips.walking(40, 120, 50, 2)])
    hidden = {frame: boxes for frame, boxes in made.faces.items() if frame > 20}
    (track,) = followed(made.path, {5: made.faces[5][0]}, hidden=hidden)
    assert 20 < max(track) < 50


def test_a_frame_of_the_rendition_is_led_back_to_the_original(tmp_path: Path) -> None:
    made = clips.scene(tmp_path / "a.mp4", frames=40, people=[clips.walking(40, 120, 50, 4)])
    ranges = Ranges(str(made.path), ANY_SIZE, 40)
    twice = [frame // 2 for frame in range(80)]
    faces = [MissedFace(frame=60, box=list(made.faces[30][0]))]
    (track,) = follow(ranges, Timeline(40, 15.0, twice), faces, Blind(), {})
    truth = {number: boxes[0] for number, boxes in made.faces.items()}
    assert share_covered([track.boxes], truth, WIDTH, HEIGHT) == 1.0


PANELS: dict[str, panels.PoseByFrame] = {
    "standing": lambda _: (320, 200, 80, 0),
    "passing": lambda n: (60 + 8 * n, 200, 80, 0),
    "nearing": lambda n: (320 + n, 150 + n, 40 + 2 * n, 0),
    "panned over": lambda n: (320 + 230 * np.sin(n / 6), 180 + 25 * np.sin(n / 5), 120, 0),
    "held by hand": lambda n: (
        320 + 6 * np.sin(2.1 * n), 180 + 5 * np.sin(1.7 * n), 160 + 8 * np.sin(n / 9), 5 * np.sin(n / 7)
    ),
    "tilted": lambda n: (320, 180, 140, 0.4 * n),
}  # fmt: skip


def rectangles(path: Path, frames: int, drawn: dict[int, Box]) -> list[dict[int, Box]]:
    """The tracks of boxes of something else than faces, as they are hidden."""
    ranges = Ranges(str(path), ANY_SIZE, frames)
    regions = [MissedFace(frame=frame, box=list(box), kind="other") for frame, box in drawn.items()]
    tracks = follow(ranges, Timeline(frames, 15.0, None), regions, None, {})
    return [{frame: Rectangle(*box) for frame, box in track.boxes.items()} for track in tracks]


@pytest.mark.parametrize("frame", [0, 20])
@pytest.mark.parametrize("movement", PANELS)
def test_a_plate_and_a_screen_are_followed_by_what_they_look_like(
    movement: str, frame: int, tmp_path: Path
) -> None:
    panel = panels.plate() if movement in {"standing", "passing", "nearing"} else panels.screen()
    truth = panels.scene(tmp_path / "a.mp4", panel, [PANELS[movement](number) for number in range(40)])
    tracks = rectangles(tmp_path / "a.mp4", 40, {frame: truth[frame]})
    assert len(tracks) == 1
    assert share_covered(tracks, truth, 640, 360) == 1.0
    hidden = by_frame(tracks)
    sizes = [hidden_mask(hidden[number], 640, 360).sum() / (box[2] * box[3]) for number, box in truth.items()]
    assert np.mean(sizes) < 3, "little more is hidden than what was drawn"


def test_a_plate_that_was_behind_something_is_found_again(tmp_path: Path) -> None:
    poses = [(60.0 + 5 * number, 200.0, 80.0, 0.0) for number in range(90)]
    truth = panels.scene(tmp_path / "a.mp4", panels.plate(), poses, post=(300, 330))
    tracks = rectangles(tmp_path / "a.mp4", 90, {0: truth[0]})
    assert share_covered(tracks, truth, 640, 360) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_LENGTH)
def test_one_box_on_a_reference_track_hides_the_rest_of_it(name: str, tmp_path: Path) -> None:
    """At least nine tenths of a track's boxes from a box in its middle, the detector seeing as little as it does."""
    if FOLDER is None:
        made = clips.scene(tmp_path / "in.mp4", frames=60, people=[clips.walking(80, 120, 40, 2)])
        source, size = made.path, (WIDTH, HEIGHT)
        references = [{str(frame): list(boxes[0]) for frame, boxes in made.faces.items()}]
    else:
        source = FOLDER / f"{name}.mp4"
        references = json.loads((FOLDER / "faces" / f"{name}.json").read_text())["tracks"]
        first = next(decode(str(source), ANY_SIZE)).geometry
        size = first.width, first.height
    for reference in references:
        truth = track_boxes(reference)
        middle = sorted(truth)[len(truth) // 2]
        tracks = followed(source, {middle: truth[middle]}, CenterFace())
        assert share_covered(tracks, truth, *size) >= 0.9
