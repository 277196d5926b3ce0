import pytest
from hypothesis import given, strategies as st

from annotations.moderation.enums import FlagCategory
from annotations.moderation.policy import NUDENET, RULES, concerns, rule_of
from annotations.vision.content import NudeNet


def finding(label: str, score: float, frame: int = 0, model: str = NUDENET) -> dict[str, object]:
    return {"model": model, "label": label, "score": score, "frame": frame, "box": None}


def test_a_strong_finding_is_a_concern() -> None:
    (concern,) = concerns([finding("FEMALE_GENITALIA_EXPOSED", 0.8, 7)])
    assert (concern.category, concern.label, concern.frames) == (
        FlagCategory.NUDITY,
        "FEMALE_GENITALIA_EXPOSED",
        1,
    )


def test_one_frame_is_not_enough_where_the_policy_wants_two() -> None:
    label = "FEMALE_BREAST_EXPOSED"
    assert concerns([finding(label, 0.9, 3), finding(label, 0.8, 3)]) == []
    (concern,) = concerns([finding(label, 0.9, 3), finding(label, 0.6, 9)])
    assert (concern.frames, concern.score) == (2, 0.9)


@pytest.mark.parametrize("label", ["FACE_FEMALE", "ARMPITS_EXPOSED", "FEET_EXPOSED", "BELLY_COVERED"])
def test_what_the_policy_does_not_name_does_nothing(label: str) -> None:
    assert concerns([finding(label, 0.99, frame) for frame in range(9)]) == []


def test_any_label_of_an_operators_classifier_counts() -> None:
    (concern,) = concerns([finding("marker", 0.9, frame, model="demo") for frame in (1, 2)])
    assert (concern.category, concern.model) == (FlagCategory.OTHER, "demo")


@given(st.lists(st.tuples(st.sampled_from([r.label for r in RULES]), st.floats(0, 0.449), st.integers(0, 9))))
def test_nothing_below_its_threshold_is_a_concern(seen: list[tuple[str, float, int]]) -> None:
    assert concerns([finding(*each) for each in seen]) == []


def test_the_policy_speaks_of_the_model_that_runs_and_of_labels_that_it_reports() -> None:
    model = NudeNet()
    assert model.name == NUDENET
    ours = {rule.label for rule in RULES if rule.model == NUDENET}
    assert ours <= set(model.labels) - model.unreported


def test_what_nudenet_reports_besides_is_noted_and_does_nothing() -> None:
    harmless = set(NudeNet.labels) - {rule.label for rule in RULES}
    assert concerns([finding(label, 0.99, frame) for label in harmless for frame in range(5)]) == []


def test_each_label_has_one_rule() -> None:
    keys = [(rule.model, rule.label) for rule in RULES]
    assert len(keys) == len(set(keys))
    assert rule_of("somebody's", "anything") is not None
