"""Faces that reviewers saw: how many a clip may gather, and boxes that show the same one."""

from typing import Any

import pytest

from annotations.audit.actors import WORKER
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.models import Clip
from annotations.core.errors import Conflict, Invalid
from annotations.redaction.missed_faces import merged
from annotations.redaction.models import RedactionRun, Rendition
from annotations.redaction.services import report_missed_faces
from tests.factories import FRAMES, make_ready_clip


def face(frame: int, *box: float) -> dict[str, Any]:
    return {"frame": frame, "box": list(box)}


def test_boxes_that_nearly_coincide_in_a_frame_become_one_around_them() -> None:
    assert merged([face(3, 10, 10, 40, 40), face(3, 11, 10, 40, 40)]) == [face(3, 10, 10, 41, 40)]


def test_boxes_that_differ_or_are_in_other_frames_stay() -> None:
    faces = [face(3, 10, 10, 40, 40), face(3, 16, 10, 40, 40), face(4, 10, 10, 40, 40), face(4, 60, 60, 9, 9)]
    assert merged(faces) == faces


@pytest.fixture
def clip(db: None) -> Clip:
    return make_ready_clip()


def test_a_box_that_was_reported_before_is_not_kept_twice(clip: Clip) -> None:
    RedactionRun.objects.filter(clip=clip).update(missed_faces=[face(3, 10.0, 10.0, 40.0, 40.0)])
    again = [face(3, 10, 10, 40, 40), face(5, 10, 10, 40, 40)]
    run = report_missed_faces(clip, again, WORKER)
    assert run.missed_faces == [face(3, 10, 10, 40, 40), face(5, 10, 10, 40, 40)]


def test_a_dot_is_no_face(clip: Clip) -> None:
    for box in ((5, 5, 2, 2), (5, 5, 3.9, 20), (5, 5, 20, 3.9)):
        with pytest.raises(Invalid) as caught:
            report_missed_faces(clip, [face(1, *box)], WORKER)
        assert caught.value.code == "invalid_face"
    assert gate.allows(clip.pk, Purpose.LABELING)


def spread(count: int) -> list[dict[str, Any]]:
    """Faces of which no two coincide."""
    places = [(frame, x, y) for frame in range(FRAMES) for x in range(0, 88, 8) for y in range(0, 56, 8)]
    return [face(frame, x, y, 8, 8) for frame, x, y in places[:count]]


def test_a_report_holds_at_most_200_faces(clip: Clip) -> None:
    with pytest.raises(Invalid) as caught:
        report_missed_faces(clip, spread(201), WORKER)
    assert caught.value.code == "too_many_faces"
    assert len(report_missed_faces(clip, spread(200), WORKER).missed_faces) == 200


def test_a_clip_gathers_at_most_1000_faces(clip: Clip) -> None:
    every = spread(1001)
    RedactionRun.objects.filter(clip=clip).update(missed_faces=every[:1000])
    with pytest.raises(Conflict) as caught:
        report_missed_faces(clip, every[1000:], WORKER)
    assert caught.value.code == "too_many_faces"
    assert Rendition.objects.filter(clip=clip, current=True).exists()
    assert len(report_missed_faces(clip, every[:1], WORKER).missed_faces) == 1000
