"""``probe IN``: say what a file is, or why it is not accepted."""

import argparse
import json

from annotations.vision.limits import Limits
from annotations.vision.video.probe import probe


def run(options: argparse.Namespace, limits: Limits) -> int:
    """The exit status. Raises VideoError."""
    print(json.dumps({"ok": True, **probe(options.input, limits).as_dict()}))
    return 0
