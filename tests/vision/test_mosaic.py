"""A mosaic shows a few quantised means of one frame of a track, and nothing else of what it hides."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings, strategies as st

from annotations.vision.boxes import Box, track_boxes
from annotations.vision.faces import CenterFace
from annotations.vision.job import Job
from annotations.vision.limits import ANY_SIZE
from annotations.vision.mosaic import LEVELS, NOTHING, TILES, Mosaic, mosaic_of, tiles_of
from annotations.vision.obscure import hidden_mask, obscure, region
from annotations.vision.redact import redact
from annotations.vision.report import MissedFace
from annotations.vision.scoring import detail_correlation, report_boxes
from annotations.vision.video import Picture
from annotations.vision.video.decode import decode
from annotations.vision.video.ranges import Ranges
from tests.vision import clips
from tests.vision.following import Blind
from tests.vision.repairs import order_of, repaired
from tests.vision.test_obscure import SIDES, boxes_in, copy, noise, replace_hidden

STEP = 256 // LEVELS


def level_kept(original: Picture, box: Box, seed: int) -> Picture:
    """Other pixels whose means, over each tile of the region, are of the same levels; colours are any."""
    random = np.random.default_rng(seed)
    other = noise(original.width, original.height, seed)
    mask = hidden_mask([box], original.width, original.height)
    left, top, width, height = region(box)
    # A block of 2 x 2 pixels belongs to the tile in which its middle lies.
    middles = [np.arange(side) // 2 * 2 + 1.0 for side in original.luma.shape]
    down = np.clip((middles[0] - top) / height * TILES, 0, TILES - 1).astype(int)
    across = np.clip((middles[1] - left) / width * TILES, 0, TILES - 1).astype(int)
    for row in range(TILES):
        for column in range(TILES):
            tile = mask & (down == row)[:, np.newaxis] & (across == column)
            if tile.any():
                level = int(original.luma[tile].mean()) // STEP * STEP
                other.luma[tile] = random.integers(level, level + STEP, int(tile.sum()))
    return other


@settings(max_examples=150, deadline=None)
@given(data=st.data(), width=SIDES, height=SIDES, seed=st.integers(0, 2**32 - 1))
def test_pixels_with_the_same_quantised_means_change_no_bit_of_the_result(
    data: st.DataObject, width: int, height: int, seed: int
) -> None:
    (box, *_) = data.draw(boxes_in(width, height))
    original = noise(width, height, seed)
    original.luma[:] = original.luma // 2 + data.draw(st.integers(0, 127))
    results = []
    for content in (original, level_kept(original, box, seed + 1), level_kept(original, box, seed + 2)):
        picture = copy(original)
        replace_hidden(picture, [box], content)
        obscure(picture, [box], Mosaic({box: tiles_of(picture, box)}))
        results.append(picture)
    for other in results[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(results[0].planes, other.planes, strict=True))


@settings(max_examples=80, deadline=None)
@given(data=st.data(), width=SIDES, height=SIDES)
def test_other_frames_show_nothing_of_what_they_hide(data: st.DataObject, width: int, height: int) -> None:
    """The values come from elsewhere: whatever is hidden here, no bit changes, and what is not hidden stays."""
    boxes = data.draw(boxes_in(width, height))
    mosaic = Mosaic({box: tiles_of(noise(width, height, 7), box) for box in boxes[:-1]})
    original, other = noise(width, height, 1), noise(width, height, 1)
    replace_hidden(other, boxes, noise(width, height, 2))
    before = copy(original)
    for picture in (original, other):
        obscure(picture, boxes, mosaic)
    assert all(np.array_equal(a, b) for a, b in zip(original.planes, other.planes, strict=True))
    mask = hidden_mask(boxes, width, height)
    for was, now, hidden in zip(
        before.planes, original.planes, (mask, mask[::2, ::2], mask[::2, ::2]), strict=True
    ):
        assert np.array_equal(was[~hidden], now[~hidden])


def test_a_head_shows_few_tiles_of_few_greys() -> None:
    assert TILES <= 4
    picture, box = noise(200, 200, 3), (70.0, 60.0, 60.0, 70.0)
    picture.luma[:] = np.linspace(0, 255, 200).astype(np.uint8)
    tiles = tiles_of(picture, box)
    obscure(picture, [box], Mosaic({box: tiles}))
    mask = hidden_mask([box], 200, 200)
    shown = set(np.unique(picture.luma[mask]).tolist())
    assert 1 < len(shown) <= LEVELS
    assert shown == set(np.unique(tiles).tolist())
    assert {int(value) for value in np.unique(picture.blue[mask[::2, ::2]])} == {NOTHING}


def test_a_part_outside_the_picture_has_no_value_to_show_later() -> None:
    tiles = tiles_of(Picture.blank(100, 100), (-40.0, 20.0, 40.0, 50.0))
    assert (tiles[:, 0] == NOTHING).all()


def test_values_are_those_of_the_middle_frame_for_the_whole_track(tmp_path: Path) -> None:
    """Frames differ in brightness: an average over them, or the best of them, would show."""
    frames = [np.full((120, 160, 3), 20 + 5 * number, np.uint8) for number in range(41)]
    clips.encode(tmp_path / "in.mp4", frames)
    track: dict[int, Box] = {number: (40.0 + number, 30.0, 30.0, 40.0) for number in range(41)}
    mosaic = mosaic_of(Ranges(str(tmp_path / "in.mp4"), ANY_SIZE, 41), [track])
    middle = next(each for each in decode(str(tmp_path / "in.mp4"), ANY_SIZE) if each.index == 20).picture()
    values = [mosaic.tiles[box].tolist() for box in track.values()]
    assert values == [tiles_of(middle, track[20]).tolist()] * 41


def shown_levels(path: Path, box: Box, frame: int) -> list[float]:
    """Mean luma in the middle of each tile of the two inner rows, as the rendition shows them."""
    picture = next(each for each in decode(str(path), ANY_SIZE) if each.index == frame).picture()
    left, top, width, height = region(box)
    levels = []
    for row in (1, 2):
        for column in range(TILES):
            y = int(top + (row + 0.5) / TILES * height)
            x = int(left + (column + 0.5) / TILES * width)
            levels.append(float(picture.luma[y - 2 : y + 3, x - 2 : x + 3].mean()))
    return levels


def test_the_pass_hides_faces_and_a_repair_leaves_their_values_as_they_are(tmp_path: Path) -> None:
    made = clips.scene(
        tmp_path / "in.mp4", width=320, height=180, frames=60, people=[clips.walking(60, 100, 60, 1, 0, 59)]
    )
    before, after = tmp_path / "before.mp4", tmp_path / "after.mp4"
    report = redact(Job(str(made.path), str(before), detector=CenterFace(), effect="mosaic"))
    assert report["effect"] == "mosaic"
    assert report["residual"]["exposed"] == []
    assert "stream" not in report["seconds"]
    (track,) = report["tracks"]
    boxes = track_boxes(track["boxes"])
    mosaic = mosaic_of(Ranges(str(made.path), ANY_SIZE, 60), [boxes])
    hidden = report_boxes(report)
    originals = decode(str(made.path), ANY_SIZE)
    for old, new in zip(originals, decode(str(before), ANY_SIZE), strict=True):
        mask = hidden_mask(hidden[old.index], 320, 180)
        face = made.faces[old.index][0]
        assert detail_correlation(old.picture().luma, new.picture().luma, face, mask) < 0.5
        expected = mosaic.tiles[boxes[old.index]][1:3].ravel()
        assert np.abs(np.asarray(shown_levels(before, boxes[old.index], old.index)) - expected).max() < 12

    drawn = MissedFace(frame=5, box=[240.0, 40.0, 40.0, 50.0])
    again = repaired(made.path, before, after, order_of(report, [drawn]), detector=Blind(), effect="mosaic")
    assert again["tracks"][0] == track
    assert len(again["tracks"]) == 2
    for frame in (2, 8, 50):
        then, now = (shown_levels(path, boxes[frame], frame) for path in (before, after))
        assert np.abs(np.asarray(then) - now).max() < 12
