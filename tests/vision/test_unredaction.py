"""Tracks that were unredacted in part, and repairs around them: what stays hidden stays hidden, to the last bit."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import av
import numpy as np
import pytest

from annotations.vision.boxes import Box, track_boxes
from annotations.vision.job import Job
from annotations.vision.limits import ANY_SIZE
from annotations.vision.mosaic import mosaic_of, tiles_of
from annotations.vision.obscure import Effect, Hiding, HidingPlan, hidden_mask
from annotations.vision.redact import redact
from annotations.vision.reencoding import Splice, changed_groups, reencode
from annotations.vision.report import MissedFace, Report
from annotations.vision.scoring import report_boxes
from annotations.vision.unredaction import still_hidden
from annotations.vision.video.decode import decode
from annotations.vision.video.ranges import Ranges
from annotations.vision.video.splice import groups_of
from tests.vision import clips
from tests.vision.following import Blind
from tests.vision.repairs import order_of, repaired
from tests.vision.test_mosaic import level_kept, shown_levels
from tests.vision.test_obscure import noise, replace_hidden

WIDTH, HEIGHT, FRAMES = 320, 180, 90
EFFECTS: tuple[Effect, ...] = ("blur", "fill", "mosaic")
Boxes = dict[int, Box]

# Three heads side by side: their hidden regions and the rings around these meet.
LONG: Boxes = {frame: (60.0 + frame / 2, 50.0, 40.0, 50.0) for frame in range(FRAMES)}
FALSE: Boxes = {frame: (62.0 + frame / 2, 51.0, 40.0, 50.0) for frame in range(40)}
BESIDE: Boxes = {frame: (118.0 + frame / 2, 56.0, 36.0, 44.0) for frame in range(10, 80)}


class Made(NamedTuple):
    """A clip without loss, its rendition in which the three tracks are hidden, and the report of that."""

    source: Path
    rendition: Path
    report: Report


@pytest.fixture(scope="module", params=EFFECTS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder, effect = tmp_path_factory.mktemp("unredaction"), cast(Effect, request.param)
    source = folder / "in.mp4"
    room = clips.background(WIDTH, HEIGHT).astype(np.int16)
    random = np.random.default_rng(4)
    grain = random.integers(-40, 40, room.shape)
    # It grows lighter: another frame's tiles are other tiles.
    pictures = [np.clip(room // 2 + grain + 2 * number, 0, 255).astype(np.uint8) for number in range(FRAMES)]
    clips.encode(source, pictures, options={"qp": "0", "preset": "ultrafast"})
    nothing = folder / "nothing hidden.mp4"
    report = redact(Job(str(source), str(nothing), detector=Blind()))
    tracks = [LONG, FALSE, BESIDE]
    report["effect"] = effect
    report["tracks"] = [
        {
            "id": number,
            "boxes": {str(n): list(box) for n, box in boxes.items()},
            "score": 0.5,
            "source": "detector",
        }
        for number, boxes in enumerate(tracks, 1)
    ]
    again(source, nothing, folder / "before.mp4", hiding(source, tracks, effect), {}, report)
    return Made(source, folder / "before.mp4", report)


def hiding(source: Path, tracks: Sequence[Boxes], effect: Effect) -> Hiding:
    return mosaic_of(Ranges(str(source), ANY_SIZE, FRAMES), tracks) if effect == "mosaic" else effect


def again(
    source: Path, earlier: Path, target: Path, how: Hiding, old: Mapping[int, Sequence[Box]], report: Report
) -> bytes:
    """The rendition with the groups encoded again in which the report hides something else than `old`; its bytes."""
    hidden = report_boxes(report)
    splice = Splice(
        earlier=str(earlier),
        target=str(target),
        original=Ranges(str(source), ANY_SIZE, FRAMES),
        shown=range(FRAMES),
        changed=changed_groups(range(FRAMES), old, hidden),
    )
    reencode(splice, HidingPlan(hidden, how), lambda *_: None, lambda *_: None)
    return target.read_bytes()


def tracks_of(report: Report) -> list[Boxes]:
    return [track_boxes(track["boxes"]) for track in report["tracks"]]


def unredacted(*tracks: Boxes) -> Any:
    return [{"boxes": {str(frame): list(box) for frame, box in boxes.items()}} for boxes in tracks]


def with_other_pixels(source: Path, target: Path, report: Report, seed: int) -> Path:
    """The clip with noise in all that the report hides; for a mosaic with the same levels where tiles are taken."""
    tracks, hidden = tracks_of(report), report_boxes(report)
    taken: dict[int, list[Box]] = {}
    for track in tracks if report["effect"] == "mosaic" else ():
        middle = sorted(track)[len(track) // 2]
        taken.setdefault(middle, []).append(track[middle])
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=15, options={"qp": "0", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1
        for decoded in decode(str(source), ANY_SIZE):
            picture, frame = decoded.picture(), decoded.index
            kept = [(box, level_kept(picture, box, seed)) for box in taken.get(frame, ())]
            replace_hidden(picture, hidden.get(frame, []), noise(WIDTH, HEIGHT, seed + frame))
            for box, same in kept:
                inside = hidden_mask([box], WIDTH, HEIGHT)
                picture.luma[inside] = same.luma[inside]
            container.mux(stream.encode(picture.frame))
        container.mux(stream.encode())
    return target


def assert_only_hidden_pixels_differ(source: Path, other: Path, report: Report) -> None:
    hidden = report_boxes(report)
    for one, two in zip(decode(str(source), ANY_SIZE), decode(str(other), ANY_SIZE), strict=True):
        mask = hidden_mask(hidden.get(one.index, []), WIDTH, HEIGHT)
        a, b = one.picture(), two.picture()
        differs = a.luma != b.luma
        assert not differs[~mask].any()
        assert np.array_equal(a.blue[~mask[::2, ::2]], b.blue[~mask[::2, ::2]])
        assert not mask.any() or differs.any()


def test_an_unredaction_of_a_part_of_a_track_depends_on_no_pixel_that_stays_hidden(
    made: Made, tmp_path: Path
) -> None:
    order = order_of(made.report, [], unredacted=unredacted(FALSE))
    after = tmp_path / "after.mp4"
    effect = cast(Effect, made.report["effect"])
    result = repaired(made.source, made.rendition, after, order, detector=Blind(), effect=effect)
    # The false track goes, and so does the long one where both were; what is beside them stays.
    assert [sorted(boxes) for boxes in tracks_of(result)] == [list(range(40, FRAMES)), list(range(10, 80))]
    other = with_other_pixels(made.source, tmp_path / "other.mp4", result, 11)
    assert_only_hidden_pixels_differ(made.source, other, result)
    repeated = repaired(other, made.rendition, tmp_path / "b.mp4", order, detector=Blind(), effect=effect)
    assert tracks_of(repeated) == tracks_of(result)
    assert (tmp_path / "b.mp4").read_bytes() == after.read_bytes()


def test_an_unredaction_and_a_missed_face_in_one_repair_depend_on_no_pixel_that_is_hidden(
    made: Made, tmp_path: Path
) -> None:
    drawn = MissedFace(frame=60, box=[210.0, 60.0, 40.0, 50.0])
    order = order_of(made.report, [drawn], unredacted=unredacted(FALSE))
    after = tmp_path / "after.mp4"
    effect = cast(Effect, made.report["effect"])
    result = repaired(made.source, made.rendition, after, order, detector=Blind(), effect=effect)
    assert [track["source"] for track in result["tracks"]] == ["detector", "detector", "person"]
    # Where a drawn face is followed to depends on the face; with the regions as they are, nothing else does.
    other = with_other_pixels(made.source, tmp_path / "other.mp4", result, 12)
    assert_only_hidden_pixels_differ(made.source, other, result)
    how = hiding(other, tracks_of(result), effect)
    old = report_boxes(made.report)
    assert groups_of(report_boxes(result)) == set(range(FRAMES // 15))
    bytes_again = again(other, made.rendition, tmp_path / "b.mp4", how, old, result)
    assert bytes_again == after.read_bytes()


@pytest.mark.parametrize("made", ["mosaic"], indirect=True)
def test_what_is_left_of_an_unredacted_track_has_one_set_of_tiles(made: Made, tmp_path: Path) -> None:
    """Also in the groups of pictures in which the same is hidden as before."""
    order = order_of(made.report, [], unredacted=unredacted(FALSE))
    after = tmp_path / "after.mp4"
    result = repaired(made.source, made.rendition, after, order, detector=Blind(), effect="mosaic")
    rest = tracks_of(result)[0]
    middle = sorted(rest)[len(rest) // 2]
    original = next(each for each in decode(str(made.source), ANY_SIZE) if each.index == middle).picture()
    tiles = tiles_of(original, rest[middle])
    assert not np.array_equal(
        tiles, mosaic_of(Ranges(str(made.source), ANY_SIZE, FRAMES), [LONG]).tiles[LONG[0]]
    )
    for frame in sorted(rest):
        if frame not in BESIDE:
            continue
        assert np.abs(np.asarray(shown_levels(after, rest[frame], frame)) - tiles[1:3].ravel()).max() < 16


def test_only_the_frames_that_two_people_saw_are_shown_again() -> None:
    boxes = {frame: (10.0 + frame, 10.0, 20.0, 20.0) for frame in range(20)}
    unredacted: Any = [{"boxes": {str(frame): list(box) for frame, box in boxes.items()}}]
    found_again = {frame: (12.0 + frame, 11.0, 20.0, 20.0) for frame in range(5, 200)}
    assert set(still_hidden(found_again, unredacted, drawn=False)) == set(range(20, 200))
    elsewhere = {frame: (40.0 + frame, 11.0, 20.0, 20.0) for frame in range(20)}
    assert still_hidden(elsewhere, unredacted, drawn=False) == elsewhere


def test_what_a_person_drew_stays_hidden_where_it_leads_into_an_unredacted_region() -> None:
    boxes = dict.fromkeys(range(100, 400), (10.0, 10.0, 20.0, 20.0))
    unredacted: Any = [{"boxes": {str(frame): list(box) for frame, box in boxes.items()}}]
    followed = dict.fromkeys(range(95, 400), (10.0, 10.0, 20.0, 20.0))
    assert still_hidden(followed, unredacted, drawn=True) == followed
    assert still_hidden(boxes, unredacted, drawn=True) == {}
