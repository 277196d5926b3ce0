"""Following drawn boxes through a clip, and how much of the truth that hides: for tests and benchmarks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from annotations.vision.boxes import Box, BoxesByFrame, by_frame, covered
from annotations.vision.faces import Face, FaceDetector, RgbPicture
from annotations.vision.follow import follow
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import hidden_mask
from annotations.vision.report import MissedFace
from annotations.vision.scoring import COVERED_SHARE
from annotations.vision.timeline import Timeline
from annotations.vision.video.decode import decode
from annotations.vision.video.ranges import Ranges


class Blind:
    """A detector that has never seen a face."""

    name, sha256, step = "blind", "", 32

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        return []


def followed(
    path: Path,
    drawn: Mapping[int, Box],
    detector: FaceDetector | None = None,
    hidden: BoxesByFrame | None = None,
) -> list[dict[int, Box]]:
    """The tracks that boxes drawn on frames lead to, where `hidden` is hidden by others."""
    stamps = [float(frame.time or 0) for frame in decode(str(path), ANY_SIZE)]
    ranges = Ranges(str(path), ANY_SIZE, len(stamps))
    faces = [MissedFace(frame=frame, box=list(box)) for frame, box in drawn.items()]
    tracks = follow(ranges, Timeline.of(stamps, None), faces, detector or Blind(), hidden or {})
    return [track.boxes for track in tracks]


def share_covered(
    tracks: Sequence[Mapping[int, Box]], truth: Mapping[int, Box], width: int, height: int
) -> float:
    """The share of the true boxes that these tracks cover, in the scorer's sense."""
    hidden = by_frame(tracks)
    held = [
        covered(box, hidden_mask(hidden.get(frame, ()), width, height)) >= COVERED_SHARE
        for frame, box in truth.items()
    ]
    return sum(held) / len(held)
