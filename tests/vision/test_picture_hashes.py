import json
import os
from pathlib import Path
from typing import IO

import cv2
import numpy as np
import pytest

from annotations.vision import confined, picture_hashes as module
from annotations.vision.__main__ import main
from annotations.vision.child import CompletedRun
from annotations.vision.confined import PROBE_OPTIONS
from annotations.vision.errors import VideoError
from annotations.vision.limits import Limits
from annotations.vision.pdq import pdq
from annotations.vision.picture_hashes import picture_hashes
from tests.rights.scan import drawn
from tests.vision.warm_start import WarmStart


def near(first: str, second: bytes) -> bool:
    """Within the distance at which pictures count as the same."""
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(first), np.uint8) ^ np.frombuffer(second, np.uint8))
    return int(bits.sum()) <= 31


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp"])
def test_a_picture_has_the_hash_that_it_shows(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "no-suffix"
    path.write_bytes(cv2.imencode(suffix, drawn.picture(1))[1].tobytes())
    (found,) = picture_hashes(str(path))
    assert near(found, pdq(drawn.picture(1))[0])
    assert not near(found, pdq(drawn.picture(2))[0])


def test_a_video_has_those_of_its_key_frames(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(drawn.clip(1, seconds=3))
    assert len(picture_hashes(str(tmp_path / "clip.mp4"))) == 3


def test_what_shows_nothing_has_none(tmp_path: Path) -> None:
    """Fog, night, a wall: such a hash would be found everywhere."""
    (tmp_path / "grey.png").write_bytes(cv2.imencode(".png", np.full((90, 160), 90, np.uint8))[1].tobytes())
    assert picture_hashes(str(tmp_path / "grey.png")) == []


def test_another_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text").write_text("no picture")
    with pytest.raises(VideoError, match="not_a_video"):
        picture_hashes(str(tmp_path / "text"))
    (tmp_path / "clip.mp4").write_bytes(drawn.clip(1, seconds=3))
    monkeypatch.setattr(module, "MOST_HASHES", 1)
    with pytest.raises(VideoError, match="too_many_frames"):
        picture_hashes(str(tmp_path / "clip.mp4"))
    for bound, code in (
        (Limits(max_pixels=100), "too_many_pixels"),
        (Limits(max_bytes=100), "too_large"),
        (Limits(max_seconds=1), "too_long"),
        (Limits(max_frames=0), "too_many_frames"),
    ):
        with pytest.raises(VideoError, match=code):
            picture_hashes(str(tmp_path / "clip.mp4"), bound)


def test_of_a_damaged_picture_nothing_is_told_or_what_decodes(tmp_path: Path) -> None:
    whole = cv2.imencode(".png", drawn.picture(1))[1].tobytes()
    (tmp_path / "cut.png").write_bytes(whole[:200])
    with pytest.raises(VideoError, match="decoder_failed"):
        picture_hashes(str(tmp_path / "cut.png"))
    assert picture_hashes(str(tmp_path / "cut.png"), Limits(accept_partial=True)) == []


def test_the_command_tells_of_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text").write_text("no picture")
    (tmp_path / "clip.mp4").write_bytes(drawn.clip(1))
    assert main(["pictures", str(tmp_path / "clip.mp4"), str(tmp_path / "text")]) == 0
    first, second = json.loads(capsys.readouterr().out)["files"]
    assert (len(first["hashes"]), first["code"]) == (2, "")
    assert second == {"hashes": [], "code": "not_a_video"}


def in_memory(content: bytes) -> IO[bytes]:
    file = os.fdopen(os.memfd_create("picture"), "w+b")
    file.write(content)
    file.flush()
    return file


def test_several_files_are_hashed_by_one_confined_child(warm: WarmStart) -> None:
    with in_memory(drawn.clip(1)) as clip, in_memory(b"no picture") as text:
        first, second = confined.pictures([clip.fileno(), text.fileno()], PROBE_OPTIONS)
    assert (len(first["hashes"]), second["code"]) == (2, "not_a_video")


@pytest.mark.parametrize(
    "told", [[], [{"hashes": ["ab"], "code": ""}], [{"hashes": ["zz" * 32], "code": ""}]]
)
def test_what_a_child_makes_up_is_not_believed(told: object, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = json.dumps({"ok": True, "files": told})
    monkeypatch.setattr(confined, "run", lambda *_: CompletedRun(0, answer, ""))
    with in_memory(b"") as file, pytest.raises(VideoError, match="decoder_crashed"):
        confined.pictures([file.fileno()], PROBE_OPTIONS)
