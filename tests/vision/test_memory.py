"""The most memory that a process used is its own, not that of whoever started it."""

import json
import os
import subprocess
import sys

from annotations.vision import memory
from annotations.vision.child import CHECKOUT
from annotations.vision.confinement import Bounds

PRINT_PEAK = "from annotations.vision import memory; print(memory.peak_mb())"
CONFINED = """
import sys, json
from annotations.vision.confinement import Bounds, confine
from annotations.vision import memory
confine(Bounds(*json.loads(sys.argv[1])))
before = memory.peak_mb()
held = b"x" * 80_000_000
print(memory.peak_mb() - before)
"""


def test_a_child_counts_what_it_uses_and_not_what_its_parent_has() -> None:
    held = b"x" * 300_000_000
    used = float(subprocess.check_output([sys.executable, "-c", PRINT_PEAK], cwd=CHECKOUT, text=True))
    assert memory.peak_mb() > len(held) / 1_048_576
    assert 1 < used < 200


def test_a_confined_process_can_still_tell() -> None:
    bounds = Bounds(1_000_000_000, 60, 1_000_000, os.getpid(), [str(CHECKOUT / "annotations")])
    command = [sys.executable, "-c", CONFINED, json.dumps(bounds)]
    grown = float(subprocess.check_output(command, cwd=CHECKOUT, text=True))
    assert 70 < grown < 120
