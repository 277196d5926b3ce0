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


def peak(clip: Path, folder: Path) -> float:
    """Megabytes that the command line used at most on a clip."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "annotations.vision", "redact"]
    subprocess.run([*command, str(clip), str(folder / "out.mp4"), "--report", str(report)], check=True)
    return float(json.loads(report.read_text())["peak_memory_mb"])


@pytest.mark.slow
@pytest.mark.parametrize("minutes", [2, pytest.param(10, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_many_minutes_take_no_more_memory_than_one(minutes: int, tmp_path: Path) -> None:
    people = [clips.walking(40, 110, 50, 4, first=5, last=45), clips.standing(250, 90, 40)]
    made = clips.scene(tmp_path / "scene.mp4", width=320, height=240, frames=60, rate=10, people=people)
    peaks = []
    for length in (1, minutes):
        clips.encode(tmp_path / "in.mp4", made.pictures * (10 * length), rate=10)
        peaks.append(peak(tmp_path / "in.mp4", tmp_path))
    one, many = peaks
    assert many < MOST_MB
    assert many < one + GROWTH_MB * (minutes - 1)
