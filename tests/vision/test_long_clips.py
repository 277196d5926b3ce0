"""Memory is bounded, whatever the length of a clip."""

import json
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.vision import clips

MOST_MB = 600
GROWTH_MB = 8
"""For each minute more. Boxes are kept, about 3 MB a minute of them; pictures, 87 MB a minute here, are not."""
RATE = 10
DIFFERENCE_MB = 45
"""Passes over the same clip differ by up to 35 MB: their threads share malloc's arenas in another way each time."""


def peak(clip: Path, folder: Path) -> float:
    """Megabytes that the command line used at most on a clip."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "annotations.vision", "redact"]
    subprocess.run([*command, str(clip), str(folder / "out.mp4"), "--report", str(report)], check=True)
    return float(json.loads(report.read_text())["peak_memory_mb"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("short", "minutes", "empty_seconds"),
    [(0.25, 1.5, 54), pytest.param(1, 10, 0, marks=[pytest.mark.long, pytest.mark.timeout(600)])],
)
def test_a_longer_clip_takes_no_more_memory_than_a_short_one(
    short: float, minutes: float, empty_seconds: int, tmp_path: Path
) -> None:
    """Two people come for six seconds, then nobody is there for so many, and so on."""
    people = [clips.walking(40, 110, 50, 4, first=5, last=45), clips.standing(250, 90, 40)]
    made = clips.scene(tmp_path / "scene.mp4", frames=6 * RATE, rate=RATE, people=people)
    pictures = [*made.pictures, *[clips.background(320, 240)] * (empty_seconds * RATE)]
    peaks = []
    for length in (short, minutes):
        frames = round(length * 60 * RATE)
        clips.encode(tmp_path / "in.mp4", list(islice(cycle(pictures), frames)), rate=RATE)
        peaks.append(peak(tmp_path / "in.mp4", tmp_path))
    little, much = peaks
    assert much < MOST_MB
    assert much < little + GROWTH_MB * (minutes - short) + DIFFERENCE_MB
