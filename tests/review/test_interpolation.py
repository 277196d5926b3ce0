import json
from pathlib import Path
from typing import Any

import pytest

from annotations.review.interpolation import box_at

SPEC = json.loads((Path(__file__).parents[1] / "spec" / "interpolation.json").read_text())


@pytest.mark.parametrize("case", SPEC, ids=lambda case: case["name"])
def test_golden_case(case: dict[str, Any]) -> None:
    for frame, expected in case["expect"].items():
        shown = box_at(case["keyframes"], int(frame))
        if expected is None:
            assert shown is None, f"frame {frame}"
        else:
            assert shown is not None, f"frame {frame}"
            assert shown["box"] == pytest.approx(expected["box"]), f"frame {frame}"
            assert shown["occluded"] is expected["occluded"], f"frame {frame}"
