"""`repair IN EARLIER OUT --order ORDER.json --report REPORT.json`: make again what is to hide something else now."""

import argparse
import json

from annotations.vision.commands.redact import ProgressLines, camera_of, detector_of, finish, second_opinion
from annotations.vision.content import NudeNet
from annotations.vision.job import Clock, Job, Revision
from annotations.vision.limits import Limits
from annotations.vision.models import is_installed
from annotations.vision.repair import repair


def run(options: argparse.Namespace, limits: Limits) -> int:
    """The exit status. Raises VisionError."""
    clock = Clock()
    with clock.stage("start"):
        detector = detector_of(options.detector)
        # Nothing is screened again: NudeNet is loaded only where no other model could doubt what is hidden.
        needed = not options.no_screening and not is_installed("blazeface-back")
        opinions = second_opinion(NudeNet() if needed else None, options.without_second_opinion)
    job = Job(
        source=options.input,
        target=options.output,
        detector=detector,
        opinions=opinions,
        effect=options.effect,
        camera=camera_of(options.camera),
        whole_persons=options.whole_persons,
        limits=limits,
        on_progress=ProgressLines(options.progress),
    )
    revision = Revision(options.earlier, json.loads(options.order.read_text()), options.examples)
    return finish(options, repair(job, revision, clock))
