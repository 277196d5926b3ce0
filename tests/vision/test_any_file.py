"""Whatever file comes: it is accepted, or rejected with its code, in bounded time and memory, and nothing is left."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from annotations.vision import confined
from annotations.vision.errors import VIDEO_ERRORS, VideoError
from tests.vision.malformed import corpus

ROOT = Path(__file__).resolve().parents[2]
# So that the processes of a run share the work.
PARTS = 18
USUAL_PART = 0
"""The corpus is sorted by name: every part has files of all kinds. The others are for the long lane."""
SECONDS = 30
"""Of processor time that a file may take; noise, of which every frame is a scene, takes most."""
EXPECTED = {
    **{f"whole.{kind}": "accepted" for kind in ("mp4", "mkv", "avi", "ts", "webm", "mov")},
    "empty.mp4": "empty_file",
    "text.mp4": "not_a_video",
    "playlist.m3u8": "not_a_video",
    "concat.txt": "not_a_video",
    "sound-only.mp4": "no_video_stream",
    "slow.mkv": "accepted",
    "too-long.mkv": "too_long",
    "lossless.mkv": "unknown_codec",
    "10-bit.mkv": "accepted",
    "odd-size.mkv": "accepted",
    "turned.mp4": "accepted",
    "interlaced.ts": "accepted",
    "variable.mkv": "accepted",
    "one-frame.mp4": "accepted",
    "late-start.mkv": "accepted",
}


def work_through(folder: Path) -> dict[str, dict[str, Any]]:
    """Outcome by file name. A process that dies is noted, and a new one goes on with the next file."""
    outcomes: dict[str, dict[str, Any]] = {}
    total = len(list((folder / "in").iterdir()))
    while len(outcomes) < total:
        command = [
            sys.executable,
            "-m",
            "tests.vision.worker_on_corpus",
            str(folder / "in"),
            str(len(outcomes)),
        ]
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=500)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        for named, outcome in zip(lines[::2], lines[1::2], strict=False):
            outcomes[named["name"]] = outcome
        if len(lines) % 2:
            assert done.returncode < 0, f"{lines[-1]['name']}: {done.stderr[-2000:]}"
            outcomes[lines[-1]["name"]] = {
                "outcome": "decoder_crashed",
                "seconds": 0,
                "left": False,
                "memory_mb": 0,
            }
        else:
            assert len(outcomes) == total, done.stderr[-2000:]
    return outcomes


def names_of(part: int) -> list[str]:
    """Every eighteenth file; the usual part has those of which the end is known beside them."""
    known = EXPECTED.keys() if part == USUAL_PART else set()
    return sorted({*sorted(corpus())[part::PARTS], *known})


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "part",
    [part if part == USUAL_PART else pytest.param(part, marks=pytest.mark.long) for part in range(PARTS)],
)
def test_every_file_of_the_corpus_ends_well(part: int, tmp_path: Path) -> None:
    assert len(corpus()) >= 500
    assert corpus().keys() >= EXPECTED.keys()
    names = names_of(part)
    (tmp_path / "in").mkdir()
    for name in names:
        (tmp_path / "in" / name).write_bytes(corpus()[name])
    outcomes = work_through(tmp_path)
    assert sorted(outcomes) == names
    for name, outcome in outcomes.items():
        accepted = outcome["outcome"] == "accepted"
        assert accepted or outcome["outcome"] in VIDEO_ERRORS, (name, outcome)
        assert outcome["left"] == accepted, (name, outcome)
        assert outcome["seconds"] < SECONDS, (name, outcome)
        assert outcome["memory_mb"] < 600, (name, outcome)
    known = EXPECTED.keys() & outcomes.keys()
    assert {name: outcomes[name]["outcome"] for name in known} == {name: EXPECTED[name] for name in known}


@pytest.mark.parametrize(
    "name", ["flipped-3.mp4", "field-stsz-4-4294967295.mp4", "zeros-inside.mkv", "thin.mkv"]
)
def test_the_real_child_gives_the_same_answers(name: str) -> None:
    content = corpus()[name]
    source, target = os.memfd_create("in"), os.memfd_create("out")
    os.write(source, content)
    try:
        _, status = confined.redact(source, target, confined.RedactOptions(timeout_s=60))
        outcome = {0: "accepted", 3: "held"}[status]
    except VideoError as error:
        outcome = error.code
    assert outcome in {"accepted", *VIDEO_ERRORS}
    if outcome == "accepted":
        assert confined.probe(target)["frames"] > 0
    else:
        assert os.fstat(target).st_size == 0
    os.close(source)
    os.close(target)
