"""The default policy on real footage, where it is there: nobody in it is undressed, and nothing may be kept out."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from av.video.reformatter import VideoReformatter

from annotations.moderation.policy import concerns
from annotations.vision.content import NudeNet
from annotations.vision.faces import working_size
from annotations.vision.limits import ANY_SIZE
from annotations.vision.screening import Screening
from annotations.vision.video.decode import decode
from annotations.vision.video.probe import probe
from tests.vision import clips

SHORT_BYTES = 1_000_000
"""Of clips of some seconds, which have less than a tenth of all pictures."""


@pytest.mark.slow
@pytest.mark.parametrize("most_bytes", [SHORT_BYTES, pytest.param(10**9, marks=pytest.mark.long)])
def test_no_clip_is_quarantined(most_bytes: int, footage: Path | None, tmp_path: Path) -> None:
    """On a generated person when there is no footage."""
    if footage is None:
        clips.scene(tmp_path / "walk.mp4", frames=30, rate=15, people=[clips.walking(40, 120, 80, 6)])
    files = [path for path in sorted((footage or tmp_path).glob("*.mp4")) if path.stat().st_size < most_bytes]
    assert files
    model = NudeNet()
    for file in files:
        rate, times = probe(str(file), ANY_SIZE).frame_rate, []
        scaler = VideoReformatter()
        with ThreadPoolExecutor(2) as pool:
            screening = Screening([model], pool, rate)
            for decoded in decode(str(file), ANY_SIZE):
                facts = decoded.geometry
                small = decoded.scaled(*working_size(facts.width, facts.height, 32), scaler)
                scale = facts.width / small.width, facts.height / small.height
                screening.add(decoded.index, small, scale)
                times.append(decoded.index / rate)
            findings = screening.findings(times)
        assert concerns([dict(finding) for finding in findings]) == [], file.name
