"""Labels are checked against the clip and the schema; nothing that a browser sends breaks the check."""

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from annotations.core.errors import Invalid
from annotations.review.body import MAX_NOTE, digest
from annotations.review.checks import MAX_BYTES, Picture, check_body, check_draft
from annotations.review.schema import HOME_THREAT_DETECTION as LABELS, codes

PICTURE = Picture(width=640, height=360, frames=300)


@st.composite
def boxes(draw: st.DrawFn) -> list[float]:
    x = draw(st.floats(0, PICTURE.width - 4))
    y = draw(st.floats(0, PICTURE.height - 4))
    return [x, y, draw(st.floats(1, PICTURE.width - x)), draw(st.floats(1, PICTURE.height - y))]


@st.composite
def tracks(draw: st.DrawFn) -> dict[str, Any]:
    frames = sorted(draw(st.sets(st.integers(0, PICTURE.frames - 1), min_size=1, max_size=6)))
    return {
        "label": draw(st.sampled_from(sorted(codes(LABELS["tracks"])))),
        "keyframes": [
            {
                "frame": frame,
                "box": draw(boxes()),
                "outside": draw(st.booleans()),
                "occluded": draw(st.booleans()),
            }
            for frame in frames
        ],
    }


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    start, end = sorted(draw(st.tuples(*[st.integers(0, PICTURE.frames - 1)] * 2)))
    return {"label": draw(st.sampled_from(sorted(codes(LABELS["events"])))), "start": start, "end": end}


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    storable = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    return {
        "verdict": draw(st.sampled_from(sorted(codes(LABELS["verdicts"])))),
        "events": [{"id": f"e{n}", **item} for n, item in enumerate(draw(st.lists(events(), max_size=4)))],
        "tracks": [{"id": f"t{n}", **item} for n, item in enumerate(draw(st.lists(tracks(), max_size=4)))],
        "note": draw(st.text(storable, max_size=50)),
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(bodies())
def test_what_a_reviewer_can_draw_is_kept_as_it_is(body: dict[str, Any]) -> None:
    checked = check_body(copy.deepcopy(body), LABELS, PICTURE)
    assert checked == body, "An attribute that is new is drawn by the strategy of its shape, above."
    assert digest(checked) == digest(check_body(copy.deepcopy(body), LABELS, PICTURE))


@settings(deadline=None)
@given(json_values)
def test_any_json_at_all_is_either_kept_or_refused_with_a_reason(value: Any) -> None:
    with contextlib.suppress(Invalid):
        check_body(value, LABELS, PICTURE)
    with contextlib.suppress(Invalid):
        check_draft(value)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = list(
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    )
    return [(*path, key) for key, _ in inside] + [
        deeper for key, item in inside for deeper in places(item, (*path, key))
    ]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_body_damaged_anywhere_is_refused_or_still_whole(data: st.DataObject) -> None:
    body = data.draw(bodies())
    *parents, last = data.draw(st.sampled_from(places(body)))
    target: Any = body
    for step in parents:
        target = target[step]
    target[last] = data.draw(json_values)
    checked = None
    with contextlib.suppress(Invalid):
        checked = check_body(body, LABELS, PICTURE)
    assert checked is None or checked == {"note": "", **body}


def body_with(**fields: Any) -> dict[str, Any]:
    return {"verdict": "threat", "events": [], "tracks": [], "note": "", **fields}


def event(**fields: Any) -> dict[str, Any]:
    return {"id": "e1", "label": "package", "start": 3, "end": 9, **fields}


def track(*keyframes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "t1", "label": "person", "keyframes": list(keyframes), **fields}


def keyframe(**fields: Any) -> dict[str, Any]:
    return {"frame": 5, "box": [10, 10, 50, 80], "outside": False, "occluded": False, **fields}


@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        (body_with(verdict="maybe"), "verdict", "unknown_label"),
        (body_with(verdict=["threat"]), "verdict", "unknown_label"),
        (body_with(note=7), "note", "wrong_type"),
        (body_with(note="x" * (MAX_NOTE + 1)), "note", "too_long"),
        (body_with(colour="red"), "colour", "unknown_field"),
        (body_with(events={}), "events", "wrong_type"),
        (body_with(events=["x"]), "events[0]", "wrong_type"),
        (body_with(events=[event(label="ufo")]), "events[0].label", "unknown_label"),
        (body_with(events=[event(end=2)]), "events[0].end", "ends_before_start"),
        (body_with(events=[event(end=300)]), "events[0].end", "outside_clip"),
        (body_with(events=[event(start=-1)]), "events[0].start", "outside_clip"),
        (body_with(events=[event(start=1.5)]), "events[0].start", "wrong_type"),
        (body_with(events=[event(start=True)]), "events[0].start", "wrong_type"),
        (body_with(events=[event(id="a b")]), "events[0].id", "bad_id"),
        (body_with(events=[event(), event()]), "events[1].id", "duplicate_id"),
        (body_with(events=[event(id="t1")], tracks=[track(keyframe())]), "tracks[0].id", "duplicate_id"),
        (body_with(events=[event(id=f"e{n}") for n in range(201)]), "events", "too_many"),
        (body_with(tracks=[track()]), "tracks[0].keyframes", "empty"),
        (body_with(tracks=[track(keyframe(), keyframe())]), "tracks[0].keyframes[1].frame", "out_of_order"),
        (body_with(tracks=[track(keyframe(box=[1, 2, 3]))]), "tracks[0].keyframes[0].box", "wrong_type"),
        (body_with(tracks=[track(keyframe(box=[10, 10, 0, 5]))]), "tracks[0].keyframes[0].box", "outside_picture"),
        (body_with(tracks=[track(keyframe(box=[-2, 0, 9, 9]))]), "tracks[0].keyframes[0].box", "outside_picture"),
        (body_with(tracks=[track(keyframe(box=[0, 0, 642, 9]))]), "tracks[0].keyframes[0].box", "outside_picture"),
        (body_with(tracks=[track(keyframe(outside="no"))]), "tracks[0].keyframes[0].outside", "wrong_type"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_place_and_code(body: dict[str, Any], place: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_body(body, LABELS, PICTURE)
    assert caught.value.code == "invalid_body"
    assert caught.value.extra["fields"][place]["code"] == code


def test_a_box_drawn_to_the_very_edge_may_be_off_by_rounding() -> None:
    check_body(body_with(tracks=[track(keyframe(box=[-0.5, 0, 641, 360.4]))]), LABELS, PICTURE)


def test_only_a_missing_verdict_is_told_apart() -> None:
    with pytest.raises(Invalid) as caught:
        check_body(body_with(verdict=None), LABELS, PICTURE)
    assert caught.value.code == "verdict_missing"


@pytest.mark.parametrize(
    "note", ["a\x00b", "\ud800", "x" * (MAX_BYTES + 1)], ids=["nul", "half a surrogate pair", "too large"]
)
def test_a_draft_that_a_database_could_not_keep_is_refused(note: str) -> None:
    with pytest.raises(Invalid):
        check_draft(body_with(note=note))


def test_a_draft_may_be_unfinished_and_wrong() -> None:
    check_draft(body_with(verdict=None, events=[event(end=-5)], tracks=[track()]))
