"""One decode: what is hidden while a clip streams is what its whole length asks for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from annotations.vision.boxes import Box, covered
from annotations.vision.detections import Detections
from annotations.vision.faces import CenterFace, Face, RgbPicture
from annotations.vision.job import Job
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import hidden_mask
from annotations.vision.redact import redact
from annotations.vision.scoring import detail_correlation, report_boxes
from annotations.vision.streaming import IncrementalTracks, fits, stream
from annotations.vision.tracking import TrackingRules, boxes_by_frame, link
from annotations.vision.video.decode import decode
from annotations.vision.video.probe import probe_and_plan
from tests.vision import clips

RATE = 10.0
RULES = TrackingRules()


@st.composite
def detected(draw: st.DrawFn) -> tuple[int, dict[int, list[Face]], dict[int, int]]:
    """A clip's length, certain faces that move about on the frames that were sampled, and cuts."""
    frames = draw(st.integers(20, 160))
    detections: dict[int, list[Face]] = {frame: [] for frame in range(0, frames, 3)}
    for _ in range(draw(st.integers(0, 4))):
        x, y, speed = draw(st.floats(0, 300)), draw(st.floats(0, 200)), draw(st.floats(-6, 6))
        first = draw(st.integers(0, frames - 1))
        last = draw(st.integers(first, frames))
        for frame in range(first, last):
            if frame in detections and draw(st.integers(0, 4)) != 0:
                box: Box = (x + speed * (frame - first), y, 40.0, 50.0)
                detections[frame].append(Face(box, draw(st.floats(RULES.strong, 1))))
    cuts: dict[int, int] = {}
    for cut in sorted(draw(st.sets(st.integers(1, frames - 1), max_size=3))):
        cuts[cut] = draw(st.sampled_from([cut, 0, *cuts.values()]))
    return frames, detections, cuts


@settings(max_examples=150, deadline=None)
@given(found=detected(), segment=st.integers(5, 40))
def test_what_is_final_on_the_way_is_what_the_whole_clip_gives(
    found: tuple[int, dict[int, list[Face]], dict[int, int]], segment: int
) -> None:
    frames, detections, cuts = found
    tracks = IncrementalTracks(RATE, RULES)
    known = Detections()
    hidden: dict[int, list[Box]] = {}
    written = 0
    for end in [*range(segment, frames, segment), frames]:
        known.faces = {frame: faces for frame, faces in detections.items() if frame < end}
        known.cuts = {cut: place for cut, place in cuts.items() if cut < end}
        tracks.update(known, end, ended=end == frames)
        for frame in range(written, tracks.final):
            if boxes := tracks.boxes(frame):
                hidden[frame] = sorted(boxes)
        written = tracks.final
    assert written == frames
    whole = boxes_by_frame(link(detections, rate=RATE, frames=frames, cuts=cuts, rules=RULES))
    assert hidden == {frame: sorted(boxes) for frame, boxes in whole.items()}


def test_a_clip_that_streams_hides_what_a_clip_that_is_decoded_twice_hides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [clips.walking(40, 110, 50, 3, first=20, last=90), clips.standing(260, 90, 40)]
    made = clips.scene(tmp_path / "in.mp4", width=320, height=180, frames=150, people=people)
    reports = []
    for name, bytes_allowed in (("once.mp4", 10**9), ("twice.mp4", 0)):
        monkeypatch.setattr("annotations.vision.streaming.MOST_WAITING_BYTES", bytes_allowed)
        reports.append(redact(Job(str(made.path), str(tmp_path / name), detector=CenterFace())))
    once, twice = reports
    assert ("stream" in once["seconds"], "stream" in twice["seconds"]) == (True, False)
    assert once["tracks"] == twice["tracks"]
    assert (tmp_path / "once.mp4").read_bytes() == (tmp_path / "twice.mp4").read_bytes()


class Doubtful:
    """Sees a face in one place all the time, and is sure of it only in bright pictures."""

    name, sha256, step = "doubtful", "0" * 64, 32
    box: Box = (100.0, 60.0, 40.0, 50.0)

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        score = 0.9 if picture.mean() > 80 else 0.3
        whole = picture.shape[1] > 200
        factor = picture.shape[1] / 320
        x, y, width, height = (value * factor for value in self.box)
        return [Face((x, y, width, height), score)] if whole and threshold < min(score, 0.5) else []


def test_a_doubt_that_is_resolved_late_is_repaired_back_to_its_beginning(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 100, (192, 320, 3))
    dark, bright = (np.asarray(noise + level, np.uint8) for level in (20, 40))
    clips.encode(tmp_path / "in.mp4", [*[dark] * 330, *[bright] * 20], rate=25)
    target = tmp_path / "out.mp4"
    report = redact(Job(str(tmp_path / "in.mp4"), str(target), detector=Doubtful()))
    assert "stream" in report["seconds"]
    hidden = report_boxes(report)
    shown = list(decode(str(target), ANY_SIZE))
    assert len(shown) == 350
    for old, new in zip(decode(str(tmp_path / "in.mp4"), ANY_SIZE), shown, strict=True):
        if old.index % 30 == 0:
            mask = hidden_mask(hidden[old.index], 320, 192)
            assert covered(Doubtful.box, mask) > 0.95
            assert detail_correlation(old.picture().luma, new.picture().luma, Doubtful.box, mask) < 0.5


@pytest.mark.parametrize("off_by", [-4, 4])
def test_packets_that_promise_another_number_of_frames_are_not_believed(tmp_path: Path, off_by: int) -> None:
    made = clips.scene(tmp_path / "in.mp4", frames=30)
    facts, schedule = probe_and_plan(str(made.path), ANY_SIZE)
    job = Job(str(made.path), str(tmp_path / "out.mp4"), CenterFace(), limits=ANY_SIZE)
    detections, rendered = stream(job, replace(facts, frames=facts.frames + off_by), schedule)
    assert rendered is None
    assert detections.frames == 30


def test_pictures_that_take_too_much_memory_do_not_wait(tmp_path: Path) -> None:
    facts, _ = probe_and_plan(str(clips.scene(tmp_path / "in.mp4", frames=30).path), ANY_SIZE)
    assert fits(facts, RULES)
    assert not fits(replace(facts, width=3840, height=2160, frames=600), RULES)
