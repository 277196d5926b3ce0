"""A clip is the pictures that its edit list shows: no more, no fewer, each as often as it is shown."""

import struct
from pathlib import Path

import pytest

from annotations.vision.errors import VideoError
from annotations.vision.limits import ANY_SIZE
from annotations.vision.video import probe
from annotations.vision.video.ranges import Ranges
from tests.vision import drawn
from tests.vision.malformed import boxes

FRAME = 512
"""Units of the media's time that a picture lasts, at 30 a second."""
EDITS: dict[str, tuple[list[tuple[int, int]], list[int]]] = {
    "all": ([(2000, 0)], [*range(60)]),
    "after a pause": ([(500, -1), (2000, 0)], [*range(60)]),
    "without the start": ([(1333, 20)], [*range(20, 60)]),
    "without the end": ([(1000, 0)], [*range(30)]),
    "without the middle": ([(500, 0), (1000, 30)], [*range(15), *range(30, 60)]),
    "nine of one group": ([(300, 26)], [*range(26, 35)]),
    "twice": ([(1000, 10), (1000, 10)], [*range(10, 40), *range(10, 40)]),
    "the end first": ([(500, 30), (500, 0)], [*range(30, 45), *range(15)]),
}


@pytest.mark.parametrize("options", [{"bf": "0", "g": "12"}, {"bf": "2", "g": "12"}, {"bf": "2", "g": "250"}])
def test_exactly_what_the_list_shows_is_the_clip(options: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    drawn.draw(path, 60, rate=30, options=options)
    whole = path.read_bytes()
    # Pictures of a file with reordering start a little late: its own list says by how much, and hides none.
    (place,) = (offset for offset, _, kind in boxes(whole) if kind == b"edts")
    (delay,) = struct.unpack_from(">i", whole, place + 28)
    assert (delay > 0) == (options["bf"] != "0")
    for name, (edits, expected) in EDITS.items():
        shown = [(length, start if start < 0 else delay + start * FRAME) for length, start in edits]
        path.write_bytes(drawn.edited(whole, shown))
        facts = probe(str(path), ANY_SIZE)
        assert drawn.numbers(path) == expected, name
        assert (facts.frames, facts.constant_rate, facts.partial) == (len(expected), True, False), name
        ranges = Ranges(str(path), ANY_SIZE, len(expected))
        for first in (0, len(expected) // 2, len(expected) - 3):
            found = [drawn.number_of(decoded.rgb()) for decoded in ranges.between(first, first + 2)]
            assert found == expected[first : first + 3], name


def test_pictures_that_are_missing_are_not_taken_for_hidden_ones(tmp_path: Path) -> None:
    """The index has fewer pictures than it announces, and an edit list that shows all does not explain that."""
    path = tmp_path / "a.mp4"
    drawn.draw(path, 60, rate=30, options={"bf": "0", "g": "12"})
    data = bytearray(drawn.edited(path.read_bytes(), [(2000, 0)]))
    (sizes,) = (offset for offset, _, kind in boxes(bytes(data)) if kind == b"stsz")
    for entry in range(30, 60):
        struct.pack_into(">I", data, sizes + 20 + 4 * entry, 0)
    path.write_bytes(bytes(data))
    with pytest.raises(VideoError, match="truncated"):
        probe(str(path), ANY_SIZE)
