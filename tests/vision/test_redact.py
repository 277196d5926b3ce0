"""The whole pass on generated clips."""

import json
import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from annotations.vision import residual
from annotations.vision.boxes import as_box, covered
from annotations.vision.errors import VideoError
from annotations.vision.faces import CenterFace, Face
from annotations.vision.job import Job
from annotations.vision.limits import Limits
from annotations.vision.obscure import Effect, hidden_mask
from annotations.vision.redact import redact
from annotations.vision.scoring import report_boxes, score
from annotations.vision.second_opinion import Opinion
from annotations.vision.video import probe
from tests.vision import clips


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return CenterFace()


def test_a_face_that_comes_walks_and_goes_is_hidden_on_every_frame(
    tmp_path: Path, detector: CenterFace
) -> None:
    made = clips.scene(
        tmp_path / "in.mp4",
        width=480,
        height=270,
        frames=75,
        people=[clips.walking(60, 110, 60, 5, first=10, last=62), clips.standing(400, 100, 40)],
    )
    target = str(tmp_path / "out.mp4")
    report = redact(Job(str(made.path), target, detector=detector))
    assert report["residual"]["exposed"] == []
    hidden = report_boxes(report)
    for frame, boxes in made.faces.items():
        mask = hidden_mask(hidden.get(frame, []), 480, 270)
        assert all(covered(box, mask) > 0.95 for box in boxes), frame
    facts = probe(target)
    assert (facts.frames, facts.width, facts.height, facts.has_audio) == (75, 480, 270, False)
    result = score(str(made.path), target, report, [])
    assert result["ssim_outside"] > 0.95


def test_a_scene_without_people_is_left_alone(tmp_path: Path, detector: CenterFace) -> None:
    made = clips.scene(tmp_path / "in.mp4", width=480, height=270, frames=45, seed=4)
    report = redact(Job(str(made.path), str(tmp_path / "out.mp4"), detector=detector))
    assert report["tracks"] == []
    assert report["findings"] == []


def test_a_cut_starts_new_tracks(tmp_path: Path, detector: CenterFace) -> None:
    first = clips.scene(tmp_path / "a.mp4", frames=20, people=[clips.standing(80, 110, 60)], seed=1)
    dark = [
        np.asarray(255 - picture, np.uint8)
        for picture in clips.scene(tmp_path / "b.mp4", frames=20, seed=9).pictures
    ]
    for picture in dark:
        clips.paste_head(picture, 230, 120, 50)
    clips.encode(tmp_path / "in.mp4", [*first.pictures, *dark])
    report = redact(Job(str(tmp_path / "in.mp4"), str(tmp_path / "out.mp4"), detector=detector))
    spans = sorted((min(map(int, t["boxes"])), max(map(int, t["boxes"]))) for t in report["tracks"])
    assert spans == [(0, 19), (20, 39)]


def test_variable_rate_becomes_constant_and_keeps_the_time_table(
    tmp_path: Path, detector: CenterFace
) -> None:
    made = clips.scene(tmp_path / "x.mp4", frames=24, people=[clips.walking(60, 110, 60, 6)])
    times = [n / 10 if n < 12 else 0.5 + n / 10 for n in range(24)]
    clips.encode(tmp_path / "in.mkv", made.pictures, times=times)
    report = redact(Job(str(tmp_path / "in.mkv"), str(tmp_path / "out.mp4"), detector=detector))
    assert not report["source"]["constant_rate"]
    assert report["presentation_times"] == pytest.approx(times, abs=0.002)
    frame_map = report["frame_map"]
    assert frame_map is not None
    assert len(frame_map) == report["rendition"]["frames"] == probe(str(tmp_path / "out.mp4")).frames
    assert set(frame_map) == set(range(24))
    assert probe(str(tmp_path / "out.mp4")).constant_rate


@pytest.mark.parametrize("degrees", [90, 180])
def test_faces_in_turned_clips_are_hidden_where_they_are_shown(
    tmp_path: Path, detector: CenterFace, degrees: int
) -> None:
    upright = clips.scene(
        tmp_path / "x.mp4", width=240, height=320, frames=10, people=[clips.standing(120, 150, 70)]
    )
    for turns in (1, 2, 3):
        clips.encode(
            tmp_path / "in.mp4",
            [np.ascontiguousarray(np.rot90(p, turns)) for p in upright.pictures],
            rotation=degrees,
        )
        facts = probe(str(tmp_path / "in.mp4"))
        if (turns * 90 + facts.rotation) % 360 == 0:
            break
    else:
        pytest.fail("no turn undoes the rotation")
    report = redact(Job(str(tmp_path / "in.mp4"), str(tmp_path / "out.mp4"), detector=detector))
    mask = hidden_mask(report_boxes(report)[5], 240, 320)
    assert covered(upright.faces[5][0], mask) > 0.95


def test_nothing_of_the_original_but_its_pictures_is_left(tmp_path: Path, detector: CenterFace) -> None:
    picture = clips.background(160, 120)
    clips.encode(
        tmp_path / "in.mp4",
        [picture] * 10,
        sound=True,
        metadata={
            "title": "Kitchen of Jane Doe",
            "location": "+48.1+011.5/",
            "creation_time": "2024-01-01T00:00:00",
        },
    )
    redact(Job(str(tmp_path / "in.mp4"), str(tmp_path / "out.mp4"), detector=detector))
    data = (tmp_path / "out.mp4").read_bytes()
    for trace in (b"Jane", b"+48.1", b"2024", b"Lavf", b"Lavc", b"x264"):
        assert trace not in data
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]


class Blind:
    """A detector that misses everything in the first half of the pass."""

    name, sha256, step = "blind", "0" * 64, 32

    def __init__(self, detector: CenterFace, blind_detections: int) -> None:
        self._detector = detector
        self._left = blind_detections

    def detect(self, picture: np.ndarray, threshold: float) -> list[Face]:
        if self._left > 0 and threshold < residual.THRESHOLD:
            self._left -= 1
            return []
        return self._detector.detect(picture, threshold) if threshold >= residual.THRESHOLD else []


def test_a_face_that_only_the_check_sees_is_hidden_in_the_next_attempt(
    tmp_path: Path, detector: CenterFace
) -> None:
    made = clips.scene(tmp_path / "in.mp4", frames=16, people=[clips.standing(160, 110, 60)])
    report = redact(Job(str(made.path), str(tmp_path / "out.mp4"), detector=Blind(detector, 10**6)))
    assert report["residual"]["exposed"] == []
    hidden = report_boxes(report)
    assert all(covered(made.faces[n][0], hidden_mask(hidden[n], 320, 240)) > 0.95 for n in range(16))


def test_a_rendition_that_stays_exposed_is_not_left_behind(
    tmp_path: Path, detector: CenterFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = clips.scene(tmp_path / "in.mp4", frames=16, people=[clips.standing(160, 110, 60)])
    monkeypatch.setattr("annotations.vision.redact.ATTEMPTS", 1)
    report = redact(Job(str(made.path), str(tmp_path / "out.mp4"), detector=Blind(detector, 10**6)))
    assert report["residual"]["exposed"]
    assert not (tmp_path / "out.mp4").exists()


class LeftOnly:
    """A detector that never finds a face right of a place in the picture that it is given."""

    name, sha256, step = "left-only", "0" * 64, 32

    def __init__(self, detector: CenterFace, end: float) -> None:
        self._detector = detector
        self._end = end

    def detect(self, picture: np.ndarray, threshold: float) -> list[Face]:
        return [face for face in self._detector.detect(picture, threshold) if face.box[0] < self._end]


def test_a_clip_of_which_the_pass_saw_nothing_and_the_second_opinion_did_is_held(
    tmp_path: Path, detector: CenterFace
) -> None:
    """What it sees about once a second is no guide to all the faces of which the pass saw none."""
    made = clips.scene(tmp_path / "in.mp4", frames=16, people=[clips.standing(160, 110, 60)])
    target = tmp_path / "out.mp4"
    nobody = LeftOnly(detector, 0)
    report = redact(Job(str(made.path), str(target), detector=nobody, opinions=[Opinion(detector, 0.6)]))
    assert report["tracks"] == []
    assert report["residual"]["exposed"] == []
    evidence = report["residual"].get("evidence", [])
    assert [(each["frame"], each["model"], each["kind"]) for each in evidence] == [(0, "centerface", "face")]
    box = as_box(evidence[0]["box"])
    assert covered(made.faces[0][0], hidden_mask([box], 320, 240)) > 0.95
    assert not target.exists()
    roles = {(model["role"], model["name"]) for model in report["models"]}
    assert {("face", "left-only"), ("opinion", "centerface")} <= roles


class LargeOnly:
    """A detector that never finds a face of less than 45 pixels."""

    name, sha256, step = "large-only", "0" * 64, 32

    def __init__(self, detector: CenterFace) -> None:
        self._detector = detector

    def detect(self, picture: np.ndarray, threshold: float) -> list[Face]:
        return [face for face in self._detector.detect(picture, threshold) if face.box[3] >= 45]


@pytest.mark.parametrize("effect", ["blur", "mosaic"])
def test_evidence_beside_three_times_as_many_hidden_faces_is_followed_and_hidden(
    tmp_path: Path, detector: CenterFace, effect: Effect
) -> None:
    seen = [clips.standing(x, 120, 64) for x in (70, 170, 270)]
    missed = clips.walking(360, 130, 30, 6)
    made = clips.scene(tmp_path / "in.mp4", width=512, frames=20, people=[*seen, missed])
    target = tmp_path / "out.mp4"
    job = Job(
        str(made.path),
        str(target),
        detector=LargeOnly(detector),
        opinions=[Opinion(detector, 0.6)],
        effect=effect,
    )
    report = redact(job)
    assert report["residual"].get("evidence") == []
    assert target.exists()
    hidden = report_boxes(report)
    for number in range(20):
        mask = hidden_mask(hidden[number], 512, 240)
        assert all(covered(box, mask) > 0.95 for box in made.faces[number]), number


def test_evidence_beside_fewer_hidden_faces_holds_the_clip_at_once(
    tmp_path: Path, detector: CenterFace
) -> None:
    people = [clips.standing(70, 120, 64), clips.standing(170, 120, 64), clips.standing(270, 130, 30)]
    made = clips.scene(tmp_path / "in.mp4", frames=16, people=people)
    target = tmp_path / "out.mp4"
    job = Job(str(made.path), str(target), detector=LargeOnly(detector), opinions=[Opinion(detector, 0.6)])
    report = redact(job)
    assert report["residual"].get("evidence")
    assert len(report["tracks"]) == 2, "no attempt was made to hide the third"
    assert not target.exists()


def test_bad_input_leaves_nothing_behind(tmp_path: Path, detector: CenterFace) -> None:
    (tmp_path / "in.mp4").write_bytes(b"no video")
    with pytest.raises(VideoError):
        redact(Job(str(tmp_path / "in.mp4"), str(tmp_path / "out.mp4"), detector=detector))
    assert not (tmp_path / "out.mp4").exists()


def test_the_command_line(tmp_path: Path) -> None:
    made = clips.scene(tmp_path / "in.mp4", frames=16, people=[clips.standing(160, 110, 60)])
    command = [sys.executable, "-m", "annotations.vision"]
    target, report = tmp_path / "out.mp4", tmp_path / "report.json"
    read, write = os.pipe()
    done = subprocess.run(
        [
            *command,
            "redact",
            str(made.path),
            str(target),
            "--report",
            str(report),
            "--effect",
            "fill",
            "--progress",
            str(write),
        ],
        pass_fds=[write],
        check=True,
        capture_output=True,
    )
    os.close(write)
    with os.fdopen(read) as lines:
        progress = [json.loads(line) for line in lines]
    assert done.stderr == b""
    assert progress[-1] == {"stage": "render", "done": 16, "total": 16}
    written = json.loads(report.read_text())
    assert written["effect"] == "fill"
    assert {model["role"] for model in written["models"]} == {"face", "person", "content", "opinion"}
    assert target.stat().st_size == written["rendition"]["bytes"]
    refused = subprocess.run([*command, "probe", str(report)], check=False, capture_output=True, text=True)
    assert refused.returncode == 2
    assert json.loads(refused.stdout)["code"] == "not_a_video"


def test_limits_hold_in_the_pass_too(tmp_path: Path, detector: CenterFace) -> None:
    made = clips.scene(tmp_path / "in.mp4", frames=30)
    with pytest.raises(VideoError) as caught:
        redact(
            Job(str(made.path), str(tmp_path / "out.mp4"), detector=detector, limits=Limits(max_seconds=1))
        )
    assert caught.value.code == "too_long"
