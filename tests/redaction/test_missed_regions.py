"""What reviewers saw that is to be hidden: of which kinds, how many a clip may gather, boxes that show the same."""

from typing import Any, get_args

import pytest

from annotations.audit.actors import WORKER
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.models import Clip
from annotations.core.errors import Conflict, Invalid
from annotations.redaction.enums import HiddenKind
from annotations.redaction.missed_regions import counted, merged
from annotations.redaction.models import RedactionRun, Rendition
from annotations.redaction.services import report_missed_regions
from annotations.vision.report import Kind
from tests.factories import FRAMES, make_ready_clip


def face(frame: int, *box: float) -> dict[str, Any]:
    return {"frame": frame, "box": list(box)}


def test_boxes_that_nearly_coincide_in_a_frame_become_one_around_them() -> None:
    assert merged([face(3, 10, 10, 40, 40), face(3, 11, 10, 40, 40)]) == [face(3, 10, 10, 41, 40)]


def test_boxes_that_differ_or_are_in_other_frames_stay() -> None:
    faces = [face(3, 10, 10, 40, 40), face(3, 16, 10, 40, 40), face(4, 10, 10, 40, 40), face(4, 60, 60, 9, 9)]
    assert merged(faces) == faces


def test_boxes_of_different_kinds_are_never_one() -> None:
    plate = {**face(3, 10, 10, 40, 40), "kind": "licence_plate"}
    both = [face(3, 10, 10, 40, 40), plate]
    assert merged(both) == both
    assert merged([*both, {**plate, "box": [10, 10, 41, 40]}]) == [
        face(3, 10, 10, 40, 40),
        {**plate, "box": [10, 10, 41, 40]},
    ]
    assert counted([*both, plate]) == {"face": 1, "licence_plate": 2}


def test_the_kinds_are_those_of_the_machine_pass() -> None:
    assert tuple(HiddenKind.values) == get_args(Kind)


@pytest.fixture
def clip(db: None) -> Clip:
    return make_ready_clip()


def test_a_box_that_was_reported_before_is_not_kept_twice(clip: Clip) -> None:
    RedactionRun.objects.filter(clip=clip).update(missed_regions=[face(3, 10.0, 10.0, 40.0, 40.0)])
    again = [face(3, 10, 10, 40, 40), face(5, 10, 10, 40, 40)]
    run = report_missed_regions(clip, again, WORKER)
    assert run.missed_regions == [face(3, 10, 10, 40, 40), face(5, 10, 10, 40, 40)]


def test_what_is_no_face_keeps_its_kind_and_a_face_is_kept_as_ever(clip: Clip) -> None:
    plate = {**face(3, 10, 10, 40, 40), "kind": "licence_plate"}
    told = {**face(4, 10, 10, 40, 40), "kind": "face"}
    run = report_missed_regions(clip, [plate, told], WORKER)
    assert run.missed_regions == [plate, face(4, 10, 10, 40, 40)]


def test_an_unknown_kind_is_refused(clip: Clip) -> None:
    with pytest.raises(Invalid) as caught:
        report_missed_regions(clip, [{**face(3, 10, 10, 40, 40), "kind": "person"}], WORKER)
    assert caught.value.code == "invalid_region"


def test_a_dot_is_no_face(clip: Clip) -> None:
    for box in ((5, 5, 2, 2), (5, 5, 3.9, 20), (5, 5, 20, 3.9)):
        with pytest.raises(Invalid) as caught:
            report_missed_regions(clip, [face(1, *box)], WORKER)
        assert caught.value.code == "invalid_region"
    assert gate.allows(clip.pk, Purpose.LABELING)


def spread(count: int) -> list[dict[str, Any]]:
    """Faces of which no two coincide."""
    places = [(frame, x, y) for frame in range(FRAMES) for x in range(0, 88, 8) for y in range(0, 56, 8)]
    return [face(frame, x, y, 8, 8) for frame, x, y in places[:count]]


def test_a_report_holds_at_most_200_faces(clip: Clip) -> None:
    with pytest.raises(Invalid) as caught:
        report_missed_regions(clip, spread(201), WORKER)
    assert caught.value.code == "too_many_regions"
    assert len(report_missed_regions(clip, spread(200), WORKER).missed_regions) == 200


def test_a_clip_gathers_at_most_1000_faces(clip: Clip) -> None:
    every = spread(1001)
    RedactionRun.objects.filter(clip=clip).update(missed_regions=every[:1000])
    with pytest.raises(Conflict) as caught:
        report_missed_regions(clip, every[1000:], WORKER)
    assert caught.value.code == "too_many_regions"
    assert Rendition.objects.filter(clip=clip, current=True).exists()
    assert len(report_missed_regions(clip, every[:1], WORKER).missed_regions) == 1000
