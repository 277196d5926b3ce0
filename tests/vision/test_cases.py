"""Files as cameras and phones write them go through the pass as they should: every picture that is meant to be seen, at
its time, the right way up."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from annotations.vision.errors import VideoError
from annotations.vision.faces import CenterFace
from annotations.vision.job import Job
from annotations.vision.limits import ANY_SIZE, Limits
from annotations.vision.redact import redact
from annotations.vision.report import Report
from annotations.vision.video import decode, probe, schedule
from annotations.vision.video.decode import read_frames
from annotations.vision.video.timing import clean_times
from tests.vision import drawn
from tests.vision.cases import case, hdr

DETECTOR = CenterFace()
DRAWINGS = {
    "edit-list-shows-120-of-150.mp4",
    "gap-and-doubled-stamp.mkv",
    "one-fps-drift.mp4",
    "one-fps-one-drop.mp4",
}


@pytest.fixture
def passed(tmp_path: Path) -> Callable[..., tuple[Report, str]]:
    """Puts a file through the pass: the report, and where the rendition lies. Holds what is true of any file."""

    def through(source: Path, limits: Limits | None = None) -> tuple[Report, str]:
        target = str(tmp_path / "out.mp4")
        limits = limits or Limits()
        facts = probe(str(source), limits)
        report = redact(Job(str(source), target, DETECTOR, limits=limits))
        told, made = report["source"], report["rendition"]
        assert report["residual"]["exposed"] == []
        assert (
            (told["width"], told["height"]) == (made["width"], made["height"]) == (facts.width, facts.height)
        )
        assert (told["frames"], told["constant_rate"]) == (facts.frames, facts.constant_rate)
        assert told.get("undecodable") == facts.undecodable
        times, shown = report["presentation_times"], report["frame_map"]
        assert len(times) == facts.frames
        assert made["frames"] == probe(target, ANY_SIZE).frames == len(shown or times)
        assert set(shown or range(facts.frames)) == set(range(facts.frames))
        assert probe(target, ANY_SIZE).constant_rate
        return report, target

    return through


def times_off(report: Report) -> float:
    """By how many seconds a picture of the original is shown too early or too late, at most."""
    times, rate = report["presentation_times"], report["rendition"]["frame_rate"]
    shown = report["frame_map"] or list(range(len(times)))
    return max(abs(shown.index(number) / rate - time) for number, time in enumerate(times))


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_a_drawn_case_shows_each_of_its_pictures_and_no_other(
    name: str, tmp_path: Path, passed: Callable[..., tuple[Report, str]]
) -> None:
    source = case(name, tmp_path)
    expected = list(range(10, 130)) if "edit-list" in name else drawn.numbers(source)
    report, target = passed(source)
    assert drawn.numbers(source) == expected
    assert drawn.numbers(target) == [expected[n] for n in report["frame_map"] or range(len(expected))]
    assert times_off(report) < 0.02


def test_a_pause_stays_and_a_doubled_stamp_is_corrected_alone(tmp_path: Path) -> None:
    source = str(case("gap-and-doubled-stamp.mkv", tmp_path))
    times = clean_times([decoded.time for decoded in decode(source, Limits())], 30)
    assert times[-1] == pytest.approx(8.967, abs=0.002)
    assert times[60] - times[59] == pytest.approx(5.033, abs=0.002)
    assert times[11] == pytest.approx(11 / 30, abs=0.002)
    assert probe(source).duration == pytest.approx(9, abs=0.1)
    assert len(schedule(times, None).original_frames(120)) <= 271


def test_a_trimmed_clip_shows_what_its_edit_list_shows(
    tmp_path: Path, passed: Callable[..., tuple[Report, str]]
) -> None:
    report, _ = passed(case("trimmed-without-recoding.mp4", tmp_path))
    assert report["source"]["frames"] == report["rendition"]["frames"] == 39
    assert report["tracks"]


def test_a_front_camera_s_picture_is_mirrored_and_its_face_hidden(
    tmp_path: Path, passed: Callable[..., tuple[Report, str]]
) -> None:
    source = case("mirrored-matrix.mp4", tmp_path)
    report, target = passed(source)
    assert (report["source"]["rotation"], report["source"].get("mirrored")) == (0, True)
    with av.open(str(source)) as container:
        stored = next(container.decode(video=0)).to_ndarray(format="bgr24").astype(int)
    shown = read_frames(target, [0])[0].astype(int)
    assert np.abs(shown - stored[:, ::-1]).mean() < np.abs(shown - stored).mean() / 3
    assert len(report["tracks"][0]["boxes"]) > 30


@pytest.mark.parametrize("kind", ["given", "drawn as HLG"])
def test_hdr_becomes_sdr_for_the_detector_and_the_viewer(
    kind: str, tmp_path: Path, passed: Callable[..., tuple[Report, str]]
) -> None:
    source = case("hdr-pq.mp4", tmp_path)
    if kind != "given":
        source = tmp_path / "hlg.mp4"
        hdr(source, "arib-std-b67")
    report, target = passed(source)
    assert report["source"].get("tone_mapped_from") == ("pq" if kind == "given" else "hlg")
    with av.open(target) as container:
        context = container.streams.video[0].codec_context
        assert (context.color_trc, context.color_primaries, context.colorspace, context.pix_fmt) == (
            1,
            1,
            1,
            "yuv420p",
        )
    with av.open(str(source)) as container:
        signal = next(container.decode(video=0)).to_ndarray(format="gray").astype(int)
    shown = read_frames(target, [0])[0].astype(int)
    assert np.ptp(np.percentile(shown, [2, 98])) > np.ptp(np.percentile(signal, [2, 98]))
    assert report["tracks"]


def test_a_time_lapse_is_taken_where_it_is_short_enough_and_else_told_to_play_faster(
    tmp_path: Path, passed: Callable[..., tuple[Report, str]]
) -> None:
    source = case("one-picture-a-minute.mp4", tmp_path)
    with pytest.raises(VideoError, match=r"^too_long: .* 2\d{3} s, .* 60 s .*faster"):
        probe(str(source), Limits())
    report, _ = passed(source, Limits(max_seconds=3000))
    assert report["rendition"]["frames"] == 40
    assert report["rendition"]["frame_rate"] == pytest.approx(1 / 60, rel=0.01)


def test_what_decodes_of_a_cut_file_is_taken_where_that_is_allowed(
    tmp_path: Path, passed: Callable[..., tuple[Report, str]]
) -> None:
    source = case("cut-fragmented.mp4", tmp_path)
    with pytest.raises(VideoError, match=r"^truncated: .*accept_partial"):
        probe(str(source), Limits())
    report, _ = passed(source, Limits(accept_partial=True))
    assert report["source"].get("partial")
    assert 30 <= report["source"]["frames"] < 60
    assert report["source"].get("undecodable", 0) <= 2
    assert report["tracks"]


def test_a_bare_stream_needs_its_rate(tmp_path: Path, passed: Callable[..., tuple[Report, str]]) -> None:
    source = case("bare-stream.h264", tmp_path)
    with pytest.raises(VideoError, match=r"^rate_unknown: .*frame_rate"):
        probe(str(source), Limits())
    report, _ = passed(source, Limits(frame_rate=20))
    assert (report["source"]["frames"], report["rendition"]["frame_rate"]) == (60, 20)
    assert report["presentation_times"][-1] == pytest.approx(59 / 20)
