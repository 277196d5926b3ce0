"""A confined process that takes files one after the other through the whole pass; one line of JSON for each."""

import json
import os
import sys
import time
from pathlib import Path

from annotations.vision import memory, models
from annotations.vision.child import CHECKOUT
from annotations.vision.confinement import Bounds, confine
from annotations.vision.errors import VisionError
from annotations.vision.faces import CenterFace
from annotations.vision.job import Job
from annotations.vision.redact import redact


def tell(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(folder: Path, skip: int) -> None:
    rendition = os.memfd_create("rendition")
    target = f"/proc/self/fd/{rendition}"
    readable = [str(place) for place in (CHECKOUT / "annotations", models.folder(), folder)]
    confine(Bounds(1_000_000_000, 600, 100_000_000, os.getppid(), readable, os.memfd_create("scratch")))
    detector = CenterFace()
    for path in sorted(folder.iterdir())[skip:]:
        tell({"name": path.name})
        start = time.process_time()
        try:
            report = redact(Job(str(path), target, detector=detector))
            outcome = "held" if report["residual"]["exposed"] else "accepted"
        except VisionError as error:
            outcome = error.code
        line = {
            "outcome": outcome,
            "seconds": time.process_time() - start,
            "left": os.fstat(rendition).st_size > 0,
            "memory_mb": memory.peak_mb(),
        }
        os.truncate(rendition, 0)
        tell(line)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
