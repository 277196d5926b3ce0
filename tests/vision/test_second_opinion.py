"""What models of other families see outside all hidden regions, and when it is evidence."""

from collections.abc import Sequence

import numpy as np
import pytest

from annotations.vision.boxes import Box
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.glances import OTHERS, WHOLE, Glance
from annotations.vision.second_opinion import SOON, Noticed, Opinion, Uncovered, ask, confirmed, distinct

HERE: Box = (40.0, 40.0, 30.0, 40.0)
CLOSE: Box = (44.0, 42.0, 34.0, 44.0)
ELSEWHERE: Box = (200.0, 40.0, 30.0, 40.0)


def seen(check: int, model: str = "one", box: Box = HERE, glance: Glance = WHOLE) -> Uncovered:
    return Uncovered(check, 10 * check, Noticed(model, glance, Face(box, 0.8)))


@pytest.mark.parametrize(
    ("others", "counts"),
    [
        ([], False),
        ([seen(5, "two")], True),
        ([seen(5, "two", CLOSE)], True),
        ([seen(5, "two", ELSEWHERE)], False),
        ([seen(5, "one", CLOSE)], False),
        ([seen(5, "one", ELSEWHERE, OTHERS[0])], False),
        ([seen(5 + SOON, box=CLOSE)], True),
        ([seen(5 - SOON, box=CLOSE)], True),
        ([seen(5 + SOON)], False),
        ([seen(5 + SOON, "two")], True),
        ([seen(5 + SOON, glance=OTHERS[0])], True),
        ([seen(5 + SOON, "two", ELSEWHERE)], True),
        ([seen(5 + SOON + 1)], False),
    ],
    ids=[
        "alone",
        "another model at once",
        "another model about there",
        "another model elsewhere",
        "the same model twice at once",
        "the same model elsewhere in another glance",
        "soon after",
        "soon before",
        "a thing that does not move",
        "which another model sees, too",
        "or which is seen in another glance, too",
        "soon, elsewhere: people walk",
        "late",
    ],
)
def test_what_is_seen_once_by_one_model_is_no_evidence(others: Sequence[Uncovered], counts: bool) -> None:
    frames = [evidence["frame"] for evidence in confirmed([seen(5), *others], checks=20)]
    assert (50 in frames) == counts
    # One makes evidence of the other as the other does of it.
    assert len(frames) == (1 + len(others) if counts else 0)


def test_one_model_in_two_glances_of_a_picture_is_evidence_and_told_once() -> None:
    other_glance = Uncovered(5, 50, Noticed("one", OTHERS[0], Face(CLOSE, 0.9)))
    evidence = confirmed([seen(5), other_glance, seen(6, box=CLOSE)], checks=20)
    assert [(each["frame"], each["score"]) for each in evidence] == [(50, 0.9), (60, 0.8)]


def test_of_a_clip_that_is_checked_once_everything_is_evidence() -> None:
    assert len(confirmed([seen(0)], checks=1)) == 1
    assert confirmed([seen(0)], checks=2) == []


def test_nothing_seen_is_no_evidence() -> None:
    assert confirmed([], checks=1) == []


def test_evidence_names_frame_place_and_model() -> None:
    uncovered = Uncovered(3, 45, Noticed("other", WHOLE, Face((1.04, 2.06, 3.0, 4.0), 0.65432)))
    assert uncovered.evidence() == {
        "frame": 45,
        "box": [1.0, 2.1, 3.0, 4.0],
        "score": 0.6543,
        "model": "other",
        "kind": "face",
    }


class Sure:
    """Sees the same two faces everywhere, of one of which it is surer."""

    name, sha256 = "sure", "0" * 64

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        return [face for face in (Face(HERE, 0.9), Face(ELSEWHERE, 0.4)) if face.score >= threshold]


@pytest.mark.parametrize(("threshold", "faces"), [(0.3, 2), (0.5, 1), (0.95, 0)])
def test_an_opinion_has_a_threshold_and_a_name(threshold: float, faces: int) -> None:
    found = Opinion(Sure(), threshold).on(np.zeros((32, 32, 3), np.uint8))
    assert [(each.model, each.glance) for each in found] == [("sure", WHOLE)] * faces


PICTURE = np.zeros((96, 160, 3), np.uint8)


def test_in_few_glances_first_and_in_all_of_them_when_anything_there_matters() -> None:
    opinions = [Opinion(Sure(), 0.95), Opinion(Sure(), 0.5, closely=True), Opinion(Sure(), 0.5)]

    def glances(matters: bool) -> list[Glance]:
        return [each.glance for each in ask(opinions, PICTURE, OTHERS[1:3], lambda _: matters)]

    assert glances(False) == [WHOLE, WHOLE, *OTHERS[1:3]]
    assert sorted(glances(True), key=str) == sorted([WHOLE, WHOLE, *OTHERS], key=str)


def test_what_one_model_sees_at_one_place_counts_once() -> None:
    first, weaker = Noticed("one", WHOLE, Face(HERE, 0.8)), Noticed("one", OTHERS[0], Face(CLOSE, 0.7))
    other, elsewhere = Noticed("two", WHOLE, Face(HERE, 0.3)), Noticed("one", WHOLE, Face(ELSEWHERE, 0.2))
    assert distinct([weaker, first, other, elsewhere]) == [first, other, elsewhere]
