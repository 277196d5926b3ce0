"""Memory is bounded, whatever the length of a clip."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vision import clips

MOST_MB = 600
GROWTH_MB = 8
"""For each minute more. Boxes are kept, about 3 MB a minute of them; pictures, 69 MB a minute here, are not."""
FRAMES_OF_A_MINUTE = 600
DIFFERENCE_MB = 12
"""Two passes over the same clip differ by up to 8 MB."""


def peak(clip: Path, folder: Path) -> float:
    """Megabytes that the command line used at most on a clip."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "annotations.vision", "redact"]
    subprocess.run([*command, str(clip), str(folder / "out.mp4"), "--report", str(report)], check=True)
    return float(json.loads(report.read_text())["peak_memory_mb"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("short", "minutes"),
    [(0.25, 1), pytest.param(1, 10, marks=[pytest.mark.long, pytest.mark.timeout(600)])],
)
def test_a_longer_clip_takes_no_more_memory_than_a_short_one(
    short: float, minutes: float, tmp_path: Path
) -> None:
    people = [clips.walking(40, 110, 50, 4, first=5, last=45), clips.standing(250, 90, 40)]
    made = clips.scene(tmp_path / "scene.mp4", width=320, height=240, frames=60, rate=10, people=people)
    peaks = []
    for length in (short, minutes):
        times = round(length * FRAMES_OF_A_MINUTE / len(made.pictures))
        clips.encode(tmp_path / "in.mp4", made.pictures * times, rate=10)
        peaks.append(peak(tmp_path / "in.mp4", tmp_path))
    little, much = peaks
    assert much < MOST_MB
    assert much < little + GROWTH_MB * (minutes - short) + DIFFERENCE_MB
