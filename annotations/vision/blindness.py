"""How blind a pass was: what the second opinion sees in the original pictures, and how much of it the rendition hides.

In the rendition itself hidden faces are no faces to any model. So when something is seen there that is not hidden, the
same models are shown the original, as it would be if nothing were hidden.
"""

from collections.abc import Sequence

from annotations.vision.boxes import as_box
from annotations.vision.detections import Detections
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.hidden_regions import HiddenRegions
from annotations.vision.job import Job
from annotations.vision.pool import Pool
from annotations.vision.rendering import Rendered
from annotations.vision.residual import LEAST_SECONDS, ResidualCheck
from annotations.vision.video.decode import available_cores
from annotations.vision.video.ranges import Ranges

HIDDEN_FOR_EACH_VISIBLE = 3
"""Pieces of evidence in the originals that are hidden, for each that is visible, of a pass that is not blind."""
MOST_PICTURES = 16
"""Originals that are looked at, spread over the frames on which anything is hidden."""


def is_blind(job: Job, detections: Detections, rendered: Rendered) -> bool:
    """Whether less than three of four faces that the second opinion sees are hidden: what it sees on a picture a second
    is then no sufficient guide to what else is visible. Raises VideoError."""
    visible = len(rendered.residual.get("evidence", []))
    return visible > 0 and _hidden_evidence(job, detections, rendered) < HIDDEN_FOR_EACH_VISIBLE * visible


def _hidden_evidence(job: Job, detections: Detections, rendered: Rendered) -> int:
    """How much of the evidence that the second opinion finds in the originals lies in hidden regions."""
    originals = detections.schedule.original_frames(detections.frames)
    looked_at = _spread(rendered, originals)
    if not looked_at:
        return 0
    ranges = Ranges(job.source, job.limits, detections.frames, job.camera)
    with Pool(available_cores()) as pool:
        doubt = ResidualCheck(_NoFaces(job), pool, {}, rendered.rendition["frame_rate"], job.opinions)
        for frame in looked_at:
            for decoded in ranges.between(originals[frame], originals[frame]):
                doubt.check(frame, decoded.picture().frame)
        evidence = doubt.report().get("evidence", [])
    size = rendered.rendition["width"], rendered.rendition["height"]
    return sum(
        HiddenRegions(rendered.hidden.get(originals[each["frame"]], ()), *size).hides(as_box(each["box"]))
        for each in evidence
    )


def _spread(rendered: Rendered, originals: Sequence[int]) -> list[int]:
    """Frames of the rendition on which something is hidden, as far apart as those that are checked, or farther."""
    least = round(rendered.rendition["frame_rate"] * LEAST_SECONDS)
    due = [frame for frame, original in enumerate(originals) if rendered.hidden.get(original)]
    spread: list[int] = []
    for frame in due:
        if not spread or frame - spread[-1] >= least:
            spread.append(frame)
    return spread[:: -(-len(spread) // MOST_PICTURES) or 1]


class _NoFaces:
    """In the place of the detector, whose opinion on its own work is not asked."""

    def __init__(self, job: Job) -> None:
        self.name, self.sha256, self.step = job.detector.name, job.detector.sha256, job.detector.step

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        return []
