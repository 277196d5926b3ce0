"""A confined process that takes files one after the other through the whole pass; one line of JSON for each."""

import json
import os
import resource
import sys
import time
from pathlib import Path

from annotations.vision.confinement import Bounds, confine
from annotations.vision.errors import VisionError
from annotations.vision.faces import CenterFace
from annotations.vision.redact import redact


def tell(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(folder: Path, skip: int) -> None:
    confine(Bounds(1_000_000_000, 600, 100_000_000, os.getppid()))
    detector = CenterFace()
    target = folder / "out" / "rendition.mp4"
    for path in sorted((folder / "in").iterdir())[skip:]:
        tell({"name": path.name})
        start = time.monotonic()
        try:
            report = redact(str(path), str(target), detector=detector)
            outcome = "held" if report["residual"]["exposed"] else "accepted"
        except VisionError as error:
            outcome = error.code
        line = {
            "outcome": outcome,
            "seconds": time.monotonic() - start,
            "left": sorted(os.listdir(target.parent)),
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        target.unlink(missing_ok=True)
        tell(line)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
