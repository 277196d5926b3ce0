"""Telling crops of a clip from other moments of the same camera: on hashes made up, on a drawn clip and on footage."""

from pathlib import Path

import numpy as np
import pytest

from annotations.moderation.cropped import (
    NEAR_UNCROPPED,
    crop_candidates,
    crop_hits,
    crops_of,
    recognise_crop,
)
from annotations.moderation.near_duplicates import (
    NEAR,
    Hashes,
    hits_either_way,
    is_known,
    mirrored,
    recognise,
    unpacked,
)
from tests.moderation.copies import CROPS, Change, copy, seen
from tests.moderation.test_near_duplicates import BUSY, flipped, strangers
from tests.vision import clips
from tests.vision.test_footage import FOLDER

DIFFERENT = NEAR_UNCROPPED - 5


def crop_of(known: Hashes, crop: int = 3, of: int = 6) -> tuple[Hashes, list[Hashes]]:
    """The hashes of a crop of a clip, and those that it would have by each of some crops."""
    crops = [strangers(len(known)) for _ in range(of)]
    crops[crop] = flipped(known, DIFFERENT)
    return strangers(len(known)), crops


def test_cuts_are_told_apart_and_a_fingerprint_of_before_has_none() -> None:
    some = strangers(12)
    first, second, third = crops_of(some.tobytes(), 4)
    assert np.array_equal(np.stack([first, second, third], axis=1).reshape(-1, 4), some)
    assert crops_of(b"", 4) == []
    assert crops_of(b"", 0) == []


@pytest.mark.parametrize("turned", [False, True])
def test_a_crop_is_recognised_by_one_of_its_cuts_mirrored_or_not(turned: bool) -> None:
    known = strangers(40)
    clip, crops = crop_of(mirrored(known) if turned else known)
    assert not recognise(clip, known).same_moment
    assert crop_candidates(crops, [strangers(30), known]) == [1]
    assert recognise_crop(clip, crops, known).same_moment
    assert not recognise_crop(clip, crops, strangers(40)).same_moment
    assert is_known(crop_hits(clip, crops, [strangers(500), known]))
    assert not crop_hits(clip, crops, [strangers(500)]).any()


def test_pictures_that_are_crops_by_different_cuts_are_not_added_up() -> None:
    known = strangers(40)
    clip, crops = strangers(40), [strangers(40) for _ in range(4)]
    for number, crop in enumerate(crops):
        crop[number::4] = flipped(known[number::4], 20)
    assert not recognise_crop(clip, crops, known).same_moment
    assert not crop_hits(clip, crops, [known]).any()


def test_what_agrees_better_as_it_is_is_no_crop() -> None:
    """Another moment of a camera: its view is the known one, uncropped, but not near enough to be a copy."""
    known = strangers(40)
    clip, crops = flipped(known, NEAR + 2), [flipped(known, NEAR + 5)]
    assert not recognise(clip, known).same_moment
    assert recognise(clip, known, NEAR_UNCROPPED).same_moment
    assert not recognise_crop(clip, crops, known).same_moment
    assert not crop_hits(clip, crops, [known]).any()


def test_without_samples_nothing_is_a_crop() -> None:
    assert not len(crop_hits(unpacked(b""), [unpacked(b"")], [strangers(10)]))
    assert recognise_crop(strangers(9), [], strangers(9)).share == 0


def test_a_drawn_crop_is_recognised_and_another_walk_is_not(tmp_path: Path) -> None:
    def walk(name: str, x: float, speed: float) -> Path:
        people = [clips.walking(x, 150, 200, speed)]
        return clips.scene(tmp_path / name, width=480, height=270, frames=90, rate=15, people=people).path

    first, second = walk("a.mp4", 20, 5), walk("b.mp4", 460, -4)
    known = seen(first)
    for name in ("cropped by 5 %", "10 % cut off the bottom"):
        cropped = seen(copy(first, tmp_path / "copy.mp4", CROPS[name]))
        assert cropped.recognised_as(known).same_moment, name
        assert not recognise(cropped.hashes, known.hashes).same_moment, name
        assert not is_known(hits_either_way(cropped.hashes, [known.hashes])), name
        assert is_known(crop_hits(cropped.hashes, cropped.crops, [known.hashes])), name
    other = seen(copy(second, tmp_path / "copy.mp4", Change(crop=(0.03, 0.03, 0.03, 0.03))))
    assert not other.recognised_as(known).same_moment


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", BUSY if FOLDER else ())
def test_most_crops_of_real_footage_are_recognised(name: str, tmp_path: Path) -> None:
    assert FOLDER is not None
    source = FOLDER / f"{name}.mp4"
    known = seen(source)
    found = [
        seen(copy(source, tmp_path / "copy.mp4", change)).recognised_as(known) for change in CROPS.values()
    ]
    assert np.mean([one.same_moment for one in found]) >= 0.6


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_other_moment_of_real_footage_passes_for_a_crop() -> None:
    assert FOLDER is None or any(FOLDER.glob("*.mp4"))
    for path in sorted(FOLDER.glob("*.mp4")) if FOLDER else []:
        whole = seen(path)
        for seconds in (5, 10, 20):
            length = 4 * seconds
            starts = range(0, len(whole.hashes) - length + 1, length)
            for one in starts:
                crops = [crop[one : one + length] for crop in whole.crops]
                for other in starts:
                    if one != other:
                        clip, known = (whole.hashes[start : start + length] for start in (one, other))
                        assert not recognise_crop(clip, crops, known).same_moment, path.name
