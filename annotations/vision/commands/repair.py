"""`repair IN EARLIER OUT --order ORDER.json --report REPORT.json`: make anew what hides something else now."""

import argparse
import json

from annotations.vision.commands.redact import Progress, detector_of, finish
from annotations.vision.limits import Limits
from annotations.vision.redact import Clock
from annotations.vision.repair import repair


def run(options: argparse.Namespace, limits: Limits) -> int:
    """The exit status. Raises VisionError."""
    clock = Clock()
    with clock.stage("start"):
        detector = detector_of(options.detector)
    report = repair(
        options.input,
        options.earlier,
        options.output,
        json.loads(options.order.read_text()),
        detector=detector,
        effect=options.effect,
        examples=options.examples,
        limits=limits,
        clock=clock,
        on_progress=Progress(options.progress),
    )
    return finish(options, report)
