"""`probe IN`: say what a file is, or why it is not accepted."""

import argparse
import json
import sys

from annotations.vision.limits import Limits
from annotations.vision.video.probe import probe


def run(options: argparse.Namespace, limits: Limits) -> int:
    """The exit status. Raises VideoError."""
    answer = {"ok": True, **probe(options.input, limits).as_dict()}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0
