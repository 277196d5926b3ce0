"""Faces of real footage, where it is there: a folder `shared/footage` beside the checkout, or FOOTAGE_DIR."""

import json
import os
from pathlib import Path

import pytest

from annotations.vision.content import NudeNet
from annotations.vision.faces import CenterFace
from annotations.vision.job import Job
from annotations.vision.redact import redact
from annotations.vision.scoring import score
from tests.vision import clips


def footage() -> Path | None:
    if "FOOTAGE_DIR" in os.environ:
        return Path(os.environ["FOOTAGE_DIR"])
    places = (parent / "shared" / "footage" for parent in Path(__file__).resolve().parents)
    return next((place for place in places if place.is_dir()), None)


FOLDER = footage()
CLIPS = sorted(path.stem for path in (FOLDER / "faces").glob("*.json")) if FOLDER else ["generated"]
LONGEST = "asl-reel-a"
BY_LENGTH = [pytest.param(name, marks=pytest.mark.long) if name == LONGEST else name for name in CLIPS]
"""For a test's parameter: the longest clip, which costs more than all the others, is left to the long lane."""


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_LENGTH)
def test_every_reference_face_is_hidden_on_every_frame(name: str, tmp_path: Path) -> None:
    """On generated people when there is no footage: the test always runs, and its name says on what."""
    if FOLDER is None:
        made = clips.scene(
            tmp_path / "in.mp4", width=480, height=270, frames=60, people=[clips.walking(80, 120, 60, 4)]
        )
        source = made.path
        references = [{str(frame): list(boxes[0]) for frame, boxes in made.faces.items()}]
    else:
        source = FOLDER / f"{name}.mp4"
        references = json.loads((FOLDER / "faces" / f"{name}.json").read_text())["tracks"]
    target = str(tmp_path / "out.mp4")
    report = redact(Job(str(source), target, detector=CenterFace(), screeners=[NudeNet()]))
    assert report["residual"]["exposed"] == []
    result = score(str(source), target, report, references)
    assert result["exposed"] == []
    assert result["leaking"] == []
    assert result["ssim_outside"] >= 0.95
    assert result["excess_percent"] < (1.5 if references else 0.2)
