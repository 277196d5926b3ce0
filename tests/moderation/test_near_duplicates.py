"""Telling copies of a clip from other moments of the same camera: on hashes made up, and on real footage."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from annotations.moderation.near_duplicates import (
    LEAST_KNOWN,
    LEAST_RARE,
    NEAR,
    SAME_MOMENT,
    Hashes,
    align,
    candidates,
    distances,
    hits,
    hits_either_way,
    is_known,
    mirrored,
    packed,
    recognise,
    unpacked,
)
from annotations.vision.pdq import pdq
from tests.moderation.copies import CHANGES, copy, hashes
from tests.vision import clips
from tests.vision.test_footage import FOLDER

random = np.random.default_rng(5)


def strangers(count: int) -> Hashes:
    return random.integers(0, 2**64, (count, 4), dtype=np.uint64)


def flipped(some: Hashes, bits: int) -> Hashes:
    """Each hash with this many of its bits turned."""
    values = np.unpackbits(some.view(np.uint8), axis=1)
    for row in values:
        row[random.choice(256, bits, replace=False)] ^= 1
    return np.packbits(values, axis=1).view(np.uint64)


def test_distances_count_bits() -> None:
    some = strangers(5)
    assert distances(some, some).diagonal().tolist() == [0] * 5
    assert distances(some, flipped(some, 17)).diagonal().tolist() == [17] * 5
    assert distances(some, ~some).diagonal().tolist() == [256] * 5


def test_hashes_survive_being_packed() -> None:
    some = strangers(3)
    assert np.array_equal(unpacked(packed([row.tobytes().hex() for row in some])), some)


def test_a_copy_is_the_same_moment_wherever_it_was_cut() -> None:
    clip = strangers(60)
    for piece, offset in ((clip, 0), (clip[12:], 12), (clip[10:40], 10)):
        best = align(flipped(piece, 20), clip)
        assert best.same_moment
        assert abs(best.offset - offset) <= 1
        assert align(clip, flipped(piece, 20)).same_moment


def test_strangers_and_pieces_that_hardly_overlap_are_not() -> None:
    clip = strangers(60)
    assert align(strangers(60), clip).share == 0
    assert not align(np.concatenate([clip[40:], strangers(40)]), clip).same_moment


def test_a_camera_on_which_nothing_happens_shows_no_moment() -> None:
    view = np.repeat(strangers(1), 60, axis=0)
    assert align(flipped(view, 5), flipped(view, 5)).share == 0


def test_the_same_view_with_other_things_happening_is_another_moment() -> None:
    view = np.repeat(strangers(1), 60, axis=0)
    one, other = flipped(view, 4), flipped(view, 4)
    one[20:40], other[20:40] = strangers(20), strangers(20)
    assert (distances(one, other) <= NEAR).any(1).mean() > 0.6
    assert not align(one, other).same_moment
    assert align(flipped(one, 10), one).same_moment


def test_clips_of_less_than_two_seconds_of_happening_are_not_told() -> None:
    clip = strangers(LEAST_RARE - 1)
    assert align(clip, clip).share == 0


def test_the_quick_look_misses_nothing() -> None:
    clip = strangers(40)
    others = [strangers(30), flipped(clip[5:35], 25), strangers(8), flipped(clip, 10)]
    assert candidates(clip, others) == [1, 3]


def test_a_mirrored_picture_s_hash_follows_from_its_hash() -> None:
    """But for a few bits: the pictures' hashes are taken from rows and columns that do not lie evenly."""
    for seed in range(10):
        luma = clips.background(320, 180, seed)[..., 1]
        one, other = (unpacked(pdq(np.ascontiguousarray(view))[0]) for view in (luma, luma[:, ::-1]))
        assert distances(one, other)[0, 0] > 3 * NEAR
        assert distances(mirrored(one), other)[0, 0] <= NEAR
        assert np.array_equal(mirrored(mirrored(one)), one)


def test_a_mirrored_copy_is_the_same_moment_and_on_the_list() -> None:
    clip = strangers(40)
    copied = flipped(mirrored(clip), 20)[8:]
    assert align(copied, clip).share == 0
    assert recognise(copied, clip).same_moment
    assert candidates(copied, [strangers(30), clip]) == [1]
    assert not hits(copied, [clip]).any()
    assert hits_either_way(copied, [strangers(100), clip]).all()


def test_pictures_that_match_one_way_and_others_the_other_way_are_not_added_up() -> None:
    clip = strangers(10)
    found = hits_either_way(clip, [np.concatenate([clip[:4], mirrored(clip[4:7])])])
    assert np.nonzero(found)[0].tolist() == [0, 1, 2, 3]


def test_hits_are_found_in_any_block_of_a_list() -> None:
    clip = strangers(10)
    bank = [
        strangers(1000),
        np.concatenate([strangers(500), flipped(clip[3:5], NEAR)]),
        flipped(clip[7:8], 0),
    ]
    assert np.nonzero(hits(clip, bank))[0].tolist() == [3, 4, 7]
    assert not hits(flipped(clip, NEAR + 60), bank).any()


@pytest.mark.parametrize(
    ("found", "of", "known"), [(4, 4, True), (3, 3, False), (4, 9, False), (5, 10, True), (40, 100, False)]
)
def test_a_share_of_a_clip_makes_it_known_and_never_single_pictures(found: int, of: int, known: bool) -> None:
    assert is_known(np.arange(of) < found) is known
    assert LEAST_KNOWN == 4


def test_a_generated_copy_is_recognised_and_another_walk_is_not(tmp_path: Path) -> None:
    def walk(name: str, x: float, speed: float) -> Path:
        people = [clips.walking(x, 150, 200, speed)]
        return clips.scene(tmp_path / name, width=480, height=270, frames=90, rate=15, people=people).path

    first, second = walk("a.mp4", 20, 5), walk("b.mp4", 460, -4)
    known = hashes(first)
    for name in ("half the size", "coded badly", "trimmed", "letter-boxed", "mirrored"):
        assert recognise(hashes(copy(first, tmp_path / "copy.mp4", CHANGES[name])), known).same_moment, name
    assert not recognise(hashes(second), known).same_moment


BUSY = ("asl-reel-a", "car-detection")
"""Clips of the reference footage that are long enough to be cut and in which things happen."""
LONGEST = "one-by-one-person-detection"
"""More than half of all its pictures."""

HARDEST = ("trimmed, small and bad",)
OTHERS = (
    *("letter-boxed", "mirrored"),
    *("coded badly", "half the size", "three quarters of the size", "brighter"),
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (BUSY[1], HARDEST),
        *[
            pytest.param(name, kinds, marks=pytest.mark.long)
            for name, kinds in ((BUSY[0], HARDEST), (BUSY[0], OTHERS), (BUSY[1], OTHERS))
        ],
    ]
    if FOLDER
    else (),
)
def test_every_copy_of_real_footage_is_recognised(name: str, kinds: tuple[str, ...], tmp_path: Path) -> None:
    assert FOLDER is not None
    source = FOLDER / f"{name}.mp4"
    known = hashes(source)
    for kind in kinds:
        best = recognise(hashes(copy(source, tmp_path / "copy.mp4", CHANGES[kind])), known)
        assert best.share >= 0.85, kind


@pytest.mark.slow
@pytest.mark.parametrize("without", [LONGEST, pytest.param("", marks=pytest.mark.long)])
def test_other_moments_of_a_camera_and_other_clips_are_not(without: str) -> None:
    """All pairs of disjoint parts of each clip, of three lengths, and all clips against each other."""
    paths = [path for path in sorted(FOLDER.glob("*.mp4")) if path.stem != without] if FOLDER else []
    whole = [hashes(path) for path in paths] if FOLDER else [strangers(200), strangers(100)]
    pairs = list(itertools.combinations(whole, 2))
    for clip, seconds in itertools.product(whole, (5, 10, 20)):
        length = 4 * seconds
        starts = range(0, len(clip) - length + 1, length)
        pairs += itertools.permutations([clip[start : start + length] for start in starts], 2)
    assert max(recognise(one, other).share for one, other in pairs) < 0.9 * SAME_MOMENT
