"""Command line: ``python -m annotations.vision probe IN`` and ``redact IN OUT --report REPORT.json``.

Exit status: 0 done, 1 failed inside, 2 the input is not accepted (the reason is on standard output as JSON),
3 a face was found in the rendition outside what was hidden, and OUT was not left behind.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from annotations.vision.content import Classifier, ContentModel, NudeNet
from annotations.vision.errors import VideoError, VisionError
from annotations.vision.faces import CenterFace
from annotations.vision.redact import Clock, redact
from annotations.vision.video import Limits, probe

PROGRESS_INTERVAL = 0.5


class Progress:
    """Lines of JSON on a file descriptor, at most about two a second, and always the end of a stage."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._next = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._descriptor is None or (time.monotonic() < self._next and done != total):
            return
        self._next = time.monotonic() + PROGRESS_INTERVAL
        line = json.dumps({"stage": stage, "done": done, "total": total}) + "\n"
        try:
            os.write(self._descriptor, line.encode())
        except OSError:
            self._descriptor = None  # nobody listens any more; the work goes on


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m annotations.vision", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    limits = Limits()
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("input", metavar="IN")
    common.add_argument("--max-seconds", type=float, default=limits.max_seconds)
    common.add_argument("--max-bytes", type=int, default=limits.max_bytes)
    common.add_argument("--max-width", type=int, default=limits.max_width)
    common.add_argument("--max-height", type=int, default=limits.max_height)
    commands.add_parser("probe", parents=[common], help="say what a file is, or why it is not accepted")
    redaction = commands.add_parser("redact", parents=[common], help="hide faces and screen the pictures")
    redaction.add_argument("output", metavar="OUT")
    redaction.add_argument("--report", type=Path, required=True, metavar="REPORT.json")
    redaction.add_argument("--effect", choices=("blur", "fill"), default="blur")
    redaction.add_argument("--classifier", type=Path, action="append", default=[], metavar="MANIFEST.json")
    redaction.add_argument("--no-screening", action="store_true", help="leave the built-in screening out")
    redaction.add_argument("--progress", type=int, metavar="FD", help="file descriptor for JSON lines")
    return top


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    limits = Limits(options.max_seconds, options.max_bytes, options.max_width, options.max_height)
    try:
        if options.command == "probe":
            answer = {"ok": True, **probe(options.input, limits).as_dict()}
            print(json.dumps(answer))
            return 0
        return _redact(options, limits)
    except VideoError as error:
        print(json.dumps({"ok": False, "code": error.code, "message": error.message}))
        return 2
    except VisionError as error:
        print(json.dumps({"ok": False, "code": error.code, "message": error.message}))
        return 1


def _redact(options: argparse.Namespace, limits: Limits) -> int:
    clock = Clock()
    with clock.stage("start"):
        detector = CenterFace()
        screeners: list[ContentModel] = [] if options.no_screening else [NudeNet()]
        screeners.extend(Classifier(manifest) for manifest in options.classifier)
    report = redact(
        options.input,
        options.output,
        detector=detector,
        screeners=screeners,
        effect=options.effect,
        limits=limits,
        clock=clock,
        on_progress=Progress(options.progress),
    )
    options.report.write_text(json.dumps(report))
    return 3 if report["residual"]["exposed"] else 0


if __name__ == "__main__":
    sys.exit(main())
