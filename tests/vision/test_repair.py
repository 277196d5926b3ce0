"""A rendition is made again where it hides something else, and only there."""

from pathlib import Path

import av
import pytest

from annotations.vision.boxes import covered
from annotations.vision.errors import VisionError
from annotations.vision.faces import CenterFace, Face, RgbPicture
from annotations.vision.job import Job, Revision
from annotations.vision.obscure import hidden_mask
from annotations.vision.redact import redact
from annotations.vision.repair import repair
from annotations.vision.report import MissedFace, Report
from annotations.vision.scoring import report_boxes
from annotations.vision.video.splice import groups_of
from tests.vision import clips, panels
from tests.vision.following import Blind
from tests.vision.repairs import order_of, repaired


class Seldom(CenterFace):
    """Sees faces only in small pictures: neither the detection pass nor the check finds any."""

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        return super().detect(picture, threshold) if threshold < 0.13 else []


def coded(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@pytest.fixture(scope="module")
def missed(tmp_path_factory: pytest.TempPathFactory) -> tuple[clips.Scene, Path, Report]:
    """A clip of 150 frames with a face on frames 60 to 89, and its rendition, in which nobody is hidden."""
    folder = tmp_path_factory.mktemp("repair")
    made = clips.scene(
        folder / "in.mp4", frames=150, people=[clips.walking(60, 120, 50, 4, 60, 89)], options={"g": "30"}
    )
    report = redact(Job(str(made.path), str(folder / "before.mp4"), detector=Blind()))
    assert report["tracks"] == []
    return made, folder / "before.mp4", report


def test_only_the_groups_around_the_face_are_coded_again(
    missed: tuple[clips.Scene, Path, Report], tmp_path: Path
) -> None:
    made, before, report = missed
    face = MissedFace(frame=70, box=list(made.faces[70][0]))
    after = tmp_path / "after.mp4"
    result = repaired(made.path, before, after, order_of(report, [face]), detector=CenterFace())
    assert result["residual"]["exposed"] == []
    assert [track["source"] for track in result["tracks"]] == ["person"]
    hidden = report_boxes(result)
    for frame, boxes in made.faces.items():
        assert covered(boxes[0], hidden_mask(hidden[frame], 320, 240)) >= 0.95
    changed = groups_of(hidden)
    assert changed < set(range(10))
    old, new = coded(before), coded(after)
    assert len(new) == 150
    for frame, (was, now) in enumerate(zip(old, new, strict=True)):
        assert (was == now) == (frame // 15 not in changed)
    assert result["rendition"]["bytes"] == after.stat().st_size
    assert result["findings"] == report["findings"]


def test_a_second_report_builds_on_the_first(
    missed: tuple[clips.Scene, Path, Report], tmp_path: Path
) -> None:
    made, before, report = missed
    first, second = tmp_path / "first.mp4", tmp_path / "second.mp4"
    face = MissedFace(frame=70, box=list(made.faces[70][0]))
    result = repaired(made.path, before, first, order_of(report, [face]), detector=CenterFace())
    other = MissedFace(frame=10, box=[200.0, 60.0, 40.0, 50.0])
    again = repaired(made.path, first, second, order_of(result, [other]), detector=CenterFace())
    assert [track["id"] for track in again["tracks"]] == [1, 2]
    assert again["tracks"][0] == result["tracks"][0]
    assert set(report_boxes(result)[70]) < set(report_boxes(again)[70])


def test_a_plate_is_hidden_as_a_rectangle_and_teaches_the_face_detector_nothing(tmp_path: Path) -> None:
    poses = [(60.0 + 2 * number, 200.0, 80.0, 0.0) for number in range(60)]
    truth = panels.scene(tmp_path / "in.mp4", panels.plate(), poses)
    report = redact(Job(str(tmp_path / "in.mp4"), str(tmp_path / "before.mp4"), detector=Blind()))
    drawn = MissedFace(frame=30, box=list(truth[30]), kind="licence_plate")
    revision = Revision(str(tmp_path / "before.mp4"), order_of(report, [drawn]), str(tmp_path / "out.zip"))
    result = repair(Job(str(tmp_path / "in.mp4"), str(tmp_path / "after.mp4"), detector=Blind()), revision)
    (track,) = result["tracks"]
    assert (track["kind"], track["source"]) == ("licence_plate", "person")
    for frame, boxes in report_boxes(result).items():
        mask = hidden_mask(boxes, 640, 360)
        assert covered(truth[frame], mask) == 1.0
        assert mask.sum() < 3 * truth[frame][2] * truth[frame][3]
    assert not (tmp_path / "out.zip").exists()
    again = order_of(result, [MissedFace(frame=30, box=[400.0, 40.0, 40.0, 50.0])])
    second = repaired(
        tmp_path / "in.mp4", tmp_path / "after.mp4", tmp_path / "b.mp4", again, detector=Blind()
    )
    assert [each["kind"] for each in second["tracks"]] == ["licence_plate", "face"]
    assert second["tracks"][0] == track


def test_what_the_check_finds_is_hidden_in_a_further_attempt(
    missed: tuple[clips.Scene, Path, Report], tmp_path: Path
) -> None:
    made, before, report = missed
    elsewhere = MissedFace(frame=75, box=[4.0, 4.0, 20.0, 24.0])
    result = repaired(
        made.path, before, tmp_path / "a.mp4", order_of(report, [elsewhere]), detector=CenterFace()
    )
    assert result["residual"]["exposed"] == []
    assert {track["source"] for track in result["tracks"]} == {"person", "detector"}
    hidden = report_boxes(result)
    for frame, boxes in made.faces.items():
        assert covered(boxes[0], hidden_mask(hidden[frame], 320, 240)) >= 0.95


def test_an_unredacted_track_is_shown_again_and_the_check_lets_it_be(tmp_path: Path) -> None:
    made = clips.scene(tmp_path / "in.mp4", frames=90, people=[clips.walking(60, 120, 50, 4, 30, 59)])
    report = redact(Job(str(made.path), str(tmp_path / "before.mp4"), detector=CenterFace()))
    (track,) = report["tracks"]
    order = order_of(report, [], unredacted=[{"boxes": track["boxes"]}])
    result = repaired(
        made.path, tmp_path / "before.mp4", tmp_path / "after.mp4", order, detector=CenterFace()
    )
    assert result["tracks"] == []
    assert result["residual"]["exposed"] == []
    assert result["residual"]["checked_frames"] > 0
    back = order_of(result, [])
    back["earlier"]["tracks"] = []
    with pytest.raises(VisionError, match="unchanged"):
        repaired(made.path, tmp_path / "after.mp4", tmp_path / "b.mp4", back, detector=CenterFace())
    assert not (tmp_path / "b.mp4").exists()


@pytest.mark.parametrize("change", ["schema", "effect", "frames", "file"])
def test_an_earlier_rendition_that_does_not_serve_is_refused(
    change: str, missed: tuple[clips.Scene, Path, Report], tmp_path: Path
) -> None:
    made, before, report = missed
    order = order_of(report, [MissedFace(frame=70, box=list(made.faces[70][0]))])
    if change == "schema":
        order["earlier"]["schema"] = 0
    if change == "effect":
        order["earlier"]["effect"] = "fill"
    if change == "frames":
        order["earlier"]["presentation_times"] = order["earlier"]["presentation_times"][:-1]
    if change == "file":
        before = tmp_path / "nothing.mp4"
        before.write_bytes(b"nothing")
    with pytest.raises(VisionError) as refusal:
        repaired(made.path, before, tmp_path / "a.mp4", order, detector=Blind())
    assert refusal.value.code == "not_spliceable"
    assert not (tmp_path / "a.mp4").exists()
