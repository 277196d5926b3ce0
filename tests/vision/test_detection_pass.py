"""Which frames are searched, where, and in which orientations: by marks that a simple detector finds, and by faces."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from annotations.vision.analysis import analyse
from annotations.vision.boxes import Box, centre
from annotations.vision.detection_pass import DetectionPass
from annotations.vision.faces import CenterFace, Face, RgbPicture
from annotations.vision.heads import PeopleDetector
from annotations.vision.job import Job
from annotations.vision.linking import Stretch, link_all
from annotations.vision.obscure import hidden_mask
from annotations.vision.orientation import WARPS, Orientations
from annotations.vision.people import Person
from annotations.vision.segments import Segment, SegmentFaces
from annotations.vision.tracking import boxes_by_frame
from annotations.vision.video.probe import probe_and_plan
from tests.vision import clips

WIDTH, HEIGHT = 320, 224
SIDE = 20
ROOM = clips.background(WIDTH, HEIGHT, seed=3) // 4 + 90
RED, BLUE = (230, 20, 20), (20, 20, 230)

Place = tuple[int, int]


def mark(place: Place | None, upside_down: bool = False) -> RgbPicture:
    """A room with a mark at a place, if there is one: a red square over a blue one, as a face has hair over a chin."""
    picture = ROOM.copy()
    if place is not None:
        x, y = place
        upper, lower = (BLUE, RED) if upside_down else (RED, BLUE)
        picture[max(0, y - SIDE) : y, max(0, x - SIDE // 2) : x + SIDE // 2] = upper
        picture[y : y + SIDE, max(0, x - SIDE // 2) : x + SIDE // 2] = lower
    return picture


class Marks:
    """Finds marks that are upright, and nothing else. `pictures` are those that it was given."""

    name, sha256, step = "marks", "0" * 64, 32

    def __init__(self) -> None:
        self.pictures: list[RgbPicture] = []

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        self.pictures.append(picture)
        values = picture.astype(np.int16)
        red = np.asarray(values[:, :, 0] > values[:, :, 2] + 100, np.uint8)
        _, _, _, middles = cv2.connectedComponentsWithStats(red)
        faces = []
        for x, y in middles[1:]:
            below = min(picture.shape[0] - 1, int(y) + SIDE)
            pixel = values[below, int(x)]
            if pixel[2] > pixel[0] + 100:
                faces.append(Face((x - SIDE / 2, y - SIDE / 2, SIDE, 2 * SIDE), 0.9))
        return faces


@dataclass
class Passed:
    """What a pass found in pictures, and its detector."""

    found: SegmentFaces
    detector: Marks

    @property
    def searches(self) -> int:
        """How many pictures the detector was given."""
        return len(self.detector.pictures)

    def found_at(self, frame: int, place: Place | None) -> bool:
        """Whether the mark that is drawn there was found on this frame."""
        middles = [centre(face.box) for face in self.found.faces.get(frame, [])]
        return place is not None and any(np.hypot(x - place[0], y - place[1]) < SIDE for x, y in middles)


def passed(pictures: Sequence[RgbPicture], stride: int = 1, people: PeopleDetector | None = None) -> Passed:
    """Run the pass over pictures, in segments of nine, and end it."""
    detector = Marks()
    detection = DetectionPass(Job("", "", detector=detector, people=people), stride)
    everything = SegmentFaces()
    for first in range(0, len(pictures), 9):
        frames = [
            VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            for picture in pictures[first : first + 9]
        ]
        _take(everything, detection.run(Segment(first, frames)))
    _take(everything, detection.end())
    return Passed(everything, detector)


def _take(everything: SegmentFaces, more: SegmentFaces) -> None:
    everything.faces |= more.faces
    everything.heads |= more.heads
    everything.cuts.update(more.cuts)


def walk(frames: int) -> list[Place | None]:
    """A mark that walks through the room."""
    return [(60 + 4 * frame % 200, 100 + frame % 7) for frame in range(frames)]


@pytest.mark.parametrize("upside_down", [False, True])
def test_a_mark_is_found_on_every_sample_whatever_is_up(upside_down: bool) -> None:
    places = walk(27)
    result = passed([mark(place, upside_down) for place in places])
    assert set(result.found.faces) == set(range(27))
    assert [n for n in range(27) if not result.found_at(n, places[n])] == []


def test_who_comes_between_two_searches_in_all_orientations_is_found_on_earlier_samples_too() -> None:
    """All orientations are tried on the first sample, on which nobody is there, and then on the 17th."""
    places: list[Place | None] = [None, None, *walk(18)]
    result = passed([mark(place, upside_down=True) for place in places])
    assert [n for n in range(2, 20) if not result.found_at(n, places[n])] == []


def test_who_comes_at_the_end_is_found_when_the_clip_ends() -> None:
    places: list[Place | None] = [None, None, None, None, *walk(2)]
    result = passed([mark(place, upside_down=True) for place in places])
    assert [n for n in (4, 5) if not result.found_at(n, places[n])] == []


def test_who_comes_at_the_end_of_a_scene_is_found_when_it_is_cut() -> None:
    places: list[Place | None] = [None, None, None, None, *walk(2)]
    scene = [mark(place, upside_down=True) for place in places]
    result = passed([*scene, *[np.full_like(ROOM, 240)] * 3])
    assert result.found.cuts == {6: 6}
    assert result.found_at(5, places[5])
    assert result.found.faces[8] == []


def test_where_nothing_moves_nothing_is_searched_again() -> None:
    once = passed([mark((100, 100))] * 3).searches
    assert passed([mark((100, 100))] * 24).searches == once


def test_an_orientation_in_which_nobody_is_found_any_more_is_let_go() -> None:
    """The camera hangs upside down for a while; long afterwards a sample costs what it costs without that."""
    upright = [mark(place) for place in walk(60)]
    turned_before = [mark(place, upside_down=True) for place in walk(9)] + upright
    costs = [
        passed(pictures).searches - passed(pictures[:-10]).searches for pictures in (upright, turned_before)
    ]
    assert costs[0] == costs[1]


@pytest.mark.parametrize("stride", [3, 9])
def test_who_dashes_by_between_two_samples_is_found_there(stride: int) -> None:
    places: list[Place | None] = [None] * 27
    # Between the samples 8 and 17 of every ninth frame, and 11 and 14 of every third.
    places[12], places[13] = (100, 100), (180, 110)
    result = passed([mark(place) for place in places], stride)
    assert [n for n in (12, 13) if not result.found_at(n, places[n])] == []
    assert all(result.found.faces[n] == [] for n in (8, 17, 26))


def test_two_samples_that_disagree_are_bisected_down_to_the_frame() -> None:
    places: list[Place | None] = [None] * 13 + [(140, 100)] * 14
    result = passed([mark(place) for place in places], stride=9)
    assert {12, 13} <= set(result.found.faces)
    assert result.found.faces[12] == []
    assert result.found_at(13, (140, 100))


def test_pictures_in_the_dark_are_searched_enhanced_until_the_light_goes_on() -> None:
    dark = np.asarray(ROOM * 0.08, np.uint8)
    result = passed([dark] * 18 + [ROOM] * 9)
    brightness = [float(picture.mean()) for picture in result.detector.pictures]
    assert dark.mean() < 12
    assert min(brightness) > 50
    assert result.found.faces[17] == []


class Heads:
    """Finds the same person everywhere, and counts how often it is asked."""

    name, sha256 = "heads", "0" * 64
    head = Face((200.0, 60.0, 30.0, 30.0), 0.8)

    def __init__(self, finds: bool = True) -> None:
        self.finds = finds
        self.asked = 0

    def people(self, picture: RgbPicture, threshold: float = 0.2) -> list[Person]:
        self.asked += 1
        return [Person((180.0, 50.0, 70.0, 150.0), 0.7, (), self.head)] if self.finds else []


def test_people_are_sought_on_every_other_sample_while_something_moves() -> None:
    people = Heads(finds=False)
    result = passed([mark(place) for place in walk(18)], people=people)
    assert result.found.heads == {frame: [] for frame in range(0, 18, 2)}
    assert people.asked == 9


def test_people_are_sought_on_every_sample_while_a_head_is_known_that_has_no_face() -> None:
    people = Heads()
    result = passed([mark(place) for place in walk(18)], people=people)
    assert result.found.heads == {frame: [Heads.head] for frame in range(18)}
    assert people.asked == 18


def test_where_nothing_moves_the_people_found_before_stay() -> None:
    people = Heads()
    result = passed([mark((100, 100))] * 18, people=people)
    assert result.found.heads == {frame: [Heads.head] for frame in range(18)}
    assert people.asked == 1


def test_without_a_detector_of_people_no_heads_are_found() -> None:
    assert passed([ROOM] * 9).found.heads == {}


def test_a_person_without_a_face_calls_for_all_orientations_sooner() -> None:
    """An upright face explains what changes; a head elsewhere has none."""
    pictures = [mark(place) for place in walk(Orientations.EVERY + 2)]
    explained, unexplained = passed(pictures), passed(pictures, people=Heads())
    assert unexplained.searches == explained.searches + len(WARPS) - 1


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return CenterFace()


@dataclass(frozen=True)
class Drawn:
    """Pictures, and by frame the pixels that show a face."""

    pictures: list[RgbPicture]
    faces: dict[int, NDArray[np.bool_]]

    def changed(self, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> "Drawn":
        """The same with every picture turned."""
        return Drawn(
            [np.ascontiguousarray(change(picture)) for picture in self.pictures],
            {n: change(face.astype(np.uint8)).astype(bool) for n, face in self.faces.items()},
        )


def drawn(folder: Path, frames: int, person: clips.Path2D, size: tuple[int, int] = (320, 240)) -> Drawn:
    """A portrait that moves; its face is the ellipse in its box."""
    scene = clips.scene(folder / "drawn.mp4", width=size[0], height=size[1], frames=frames, people=[person])
    return Drawn(scene.pictures, {n: _ellipse(boxes[0], size) for n, boxes in scene.faces.items()})


def _ellipse(box: Box, size: tuple[int, int]) -> NDArray[np.bool_]:
    x, y = centre(box)
    face = np.zeros(size[::-1], np.uint8)
    cv2.ellipse(face, (round(x), round(y)), (round(box[2] / 2), round(box[3] / 2)), 0, 0, 360, 1, -1)
    return face.astype(bool)


def visible(folder: Path, clip: Drawn, detector: CenterFace, rate: int = 15) -> list[int]:
    """The frames of which more than a tenth of the face would not be hidden after the first attempt."""
    clips.encode(folder / "in.mp4", clip.pictures, rate=rate)
    job = Job(str(folder / "in.mp4"), str(folder / "out.mp4"), detector=detector)
    facts, _ = probe_and_plan(job.source, job.limits)
    detections = analyse(job, facts)
    assert detections.frames == len(clip.pictures)
    hidden = boxes_by_frame(
        link_all(detections, Stretch(0, detections.frames, detections.frame_rate), job.rules)
    )
    height, width = clip.pictures[0].shape[:2]
    return [
        n
        for n, face in clip.faces.items()
        if hidden_mask(hidden.get(n, []), width, height)[face].mean() < 0.9
    ]


def soft(clip: Drawn) -> Drawn:
    """With so little contrast that a face which is not upright is hardly found."""
    random = np.random.default_rng(1)
    return Drawn([clips.softened(picture, random) for picture in clip.pictures], clip.faces)


def sliding(frames: int, speed: int) -> Drawn:
    """The whole portrait, as high as the picture, that moves to the right."""
    pictures, faces = [], {}
    for number in range(frames):
        picture = clips.background(320, 240)
        faces[number] = _ellipse(clips.paste_portrait(picture, 20 + speed * number, 0, 240), (320, 240))
        pictures.append(picture)
    return Drawn(pictures, faces)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_faces_are_hidden_whichever_way_the_camera_hangs(
    tmp_path: Path, detector: CenterFace, quarters: int
) -> None:
    clip = soft(sliding(18, 3).changed(lambda plane: np.rot90(plane, quarters)))
    assert visible(tmp_path, clip, detector) == []


def rolled(degrees: float) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    def change(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = plane.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        border = cv2.BORDER_REFLECT if plane.ndim == 3 else cv2.BORDER_CONSTANT
        return np.asarray(cv2.warpAffine(plane, matrix, (width, height), borderMode=border), np.uint8)

    return change


@pytest.mark.parametrize("degrees", [75, -75])
def test_people_who_lie_are_hidden(tmp_path: Path, detector: CenterFace, degrees: float) -> None:
    assert visible(tmp_path, soft(sliding(18, 3).changed(rolled(degrees))), detector) == []


def test_people_who_lie_still_from_the_first_frame_to_the_last_are_hidden(
    tmp_path: Path, detector: CenterFace
) -> None:
    assert visible(tmp_path, soft(sliding(12, 0).changed(rolled(60))), detector) == []


def darkened(clip: Drawn, factor: float) -> Drawn:
    """With little light, and the noise of a camera."""
    random = np.random.default_rng(3)
    return Drawn(
        [
            np.clip(np.round(picture * factor + random.normal(0, 2, picture.shape)), 0, 255).astype(np.uint8)
            for picture in clip.pictures
        ],
        clip.faces,
    )


@pytest.mark.parametrize(("factor", "luma"), [(0.05, 6), (0.03, 4)])
def test_in_the_dark_people_are_hidden(
    tmp_path: Path, detector: CenterFace, factor: float, luma: float
) -> None:
    clip = darkened(drawn(tmp_path, 18, clips.walking(90, 110, 60, 6)), factor)
    assert clip.pictures[0].mean() == pytest.approx(luma, abs=1)
    assert visible(tmp_path, clip, detector) == []


def test_in_the_dark_on_the_ceiling_people_are_hidden(tmp_path: Path, detector: CenterFace) -> None:
    clip = darkened(drawn(tmp_path, 18, clips.walking(90, 110, 60, 6)), 0.1)
    assert visible(tmp_path, clip.changed(lambda plane: np.rot90(plane, 2)), detector) == []


def test_who_crosses_the_picture_in_a_sixth_of_a_second_is_hidden(
    tmp_path: Path, detector: CenterFace
) -> None:
    """On every frame of which at least half of the face is inside, wherever the samples fall: nine dashes, 20 frames
    from one to the next, meet the samples on every ninth frame in nine ways."""
    size, speed, last = (320, 192), 72, 5

    def dashing(frame: int) -> tuple[float, float, float] | None:
        place = -12 + speed * ((frame - 4) % 20)
        return (place, 95, 48) if (frame - 4) % 20 <= last else None

    clip = drawn(tmp_path, 184, dashing, size)
    half = 0.5 * max(int(face.sum()) for face in clip.faces.values())
    inside = {n: face for n, face in clip.faces.items() if face.sum() >= half}
    assert len(inside) >= 4 * 9
    assert visible(tmp_path, Drawn(clip.pictures, inside), detector, rate=30) == []


def test_heads_that_bob_are_hidden(tmp_path: Path, detector: CenterFace) -> None:
    """Two times a second, by half the face's height both ways."""
    clip = drawn(tmp_path, 30, lambda frame: (160, 110 + 25 * np.sin(2 * np.pi * 2 * frame / 15), 50))
    assert visible(tmp_path, clip, detector) == []
