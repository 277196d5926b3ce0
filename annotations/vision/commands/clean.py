"""`clean IN OUT`: encode a clip again without hiding anything."""

import argparse
import json
import sys

from annotations.vision.clean import clean
from annotations.vision.limits import Limits


def run(options: argparse.Namespace, limits: Limits) -> int:
    """The exit status. Raises VideoError."""
    frames = clean(options.input, options.output, limits)
    sys.stdout.write(json.dumps({"ok": True, "frames": frames}) + "\n")
    return 0
