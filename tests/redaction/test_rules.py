"""When a rendition is held, and why."""

from typing import Any

import pytest

from annotations.redaction.rules import holds, why_held

FACE = {"frame": 3, "box": [1, 2, 30, 30], "score": 0.9}
HEAD = {**FACE, "model": "second", "kind": "head"}


@pytest.mark.parametrize(
    ("residual", "because"),
    [
        ({"exposed": []}, ""),  # as runs told it before there was a second opinion
        ({"exposed": [], "evidence": [], "unjudgeable": ""}, ""),
        ({"exposed": [FACE]}, "face_visible"),
        ({"exposed": [FACE], "evidence": [HEAD], "unjudgeable": "too_dark"}, "face_visible"),
        ({"exposed": [], "evidence": [HEAD], "unjudgeable": "too_dark"}, "evidence"),
        ({"exposed": [], "evidence": [], "unjudgeable": "too_dark"}, "too_dark"),
        ({"exposed": [], "unjudgeable": "too_blurred"}, "too_blurred"),
        ({"exposed": [], "unjudgeable": "too_small"}, "too_small"),
    ],
)
def test_any_doubt_holds(residual: dict[str, Any], because: str) -> None:
    assert why_held(residual) == because
    assert holds(residual) is bool(because)
