"""`pictures IN`: the perceptual hashes of what a file shows."""

import argparse
import json
import sys

from annotations.vision.errors import VideoError
from annotations.vision.limits import Limits
from annotations.vision.picture_hashes import picture_hashes


def run(options: argparse.Namespace, limits: Limits) -> int:
    """The exit status. A file that shows nothing that can be decoded is told by its code, and is no failure."""
    answer = {"ok": True, "files": [_told(path, limits) for path in (options.input, *options.more)]}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _told(path: str, limits: Limits) -> dict[str, object]:
    try:
        return {"hashes": picture_hashes(path, limits), "code": ""}
    except VideoError as error:
        return {"hashes": [], "code": error.code}
