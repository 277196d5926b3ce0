"""The pass and the site say the same of a rendition: what one takes back, the other holds."""

import itertools
from typing import Any, cast

import pytest

from annotations.redaction.rules import holds
from annotations.vision.missed_faces import objects
from annotations.vision.report import ResidualReport

FACE = {"frame": 0, "box": [1.0, 2.0, 3.0, 4.0], "score": 0.9}
EVIDENCE = FACE | {"model": "second", "kind": "face"}
CASES = list(itertools.product([[], [FACE]], [None, [], [EVIDENCE]], [None, "", "too_dark"]))


@pytest.mark.parametrize(("exposed", "evidence", "unjudgeable"), CASES)
def test_the_pass_and_the_site_agree_on_what_is_held(exposed: Any, evidence: Any, unjudgeable: Any) -> None:
    residual = {"checked_frames": 1, "exposed": exposed, "evidence": evidence, "unjudgeable": unjudgeable}
    told = {name: value for name, value in residual.items() if value is not None}
    assert objects(cast(ResidualReport, told)) == holds(told) == bool(exposed or evidence or unjudgeable)
