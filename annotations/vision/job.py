"""What is to be done with one clip: the values that every step of a pass reads and none changes."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from annotations.vision.camera import Camera
from annotations.vision.content import ContentModel
from annotations.vision.faces import FaceDetector
from annotations.vision.heads import PeopleDetector
from annotations.vision.limits import Limits
from annotations.vision.obscure import Effect
from annotations.vision.report import MissedFace, RepairOrder
from annotations.vision.second_opinion import Opinion
from annotations.vision.tracking import TrackingRules

ProgressCallback = Callable[[str, int, int], None]
"""Is given the stage, how much of it is done, and of how much."""


def ignore_progress(stage: str, done: int, total: int) -> None:
    """The callback of a caller that does not follow the progress."""


@dataclass(frozen=True)
class Job:
    """One clip to be redacted or repaired: from where, to where, with which models, and within which bounds.

    `missed_faces` are boxes that a person drew; a repair has its own in its order. `camera` is what is known of the
    camera: all that decodes the source is given it. `whole_persons`: where somebody is, the whole person is to be
    hidden, not the head alone.
    """

    source: str
    target: str
    detector: FaceDetector
    people: PeopleDetector | None = None
    screeners: Sequence[ContentModel] = ()
    opinions: Sequence[Opinion] = ()
    effect: Effect = "blur"
    missed_faces: Sequence[MissedFace] = ()
    camera: Camera = Camera()  # noqa: RUF009 - frozen
    whole_persons: bool = False
    limits: Limits = field(default_factory=Limits)
    rules: TrackingRules = field(default_factory=TrackingRules)
    on_progress: ProgressCallback = ignore_progress

    def discard(self) -> None:
        """Leave nothing of the rendition behind. A descriptor under /proc is emptied, a file is removed."""
        if self.target.startswith("/proc/"):
            open(self.target, "wb").close()
        else:
            Path(self.target).unlink(missing_ok=True)


@dataclass(frozen=True)
class Revision:
    """How a repair builds on an earlier rendition: its file, what is to be hidden and shown now, and where the
    original frames of drawn faces are to be written (see `examples`), if anywhere."""

    earlier: str
    order: RepairOrder
    examples: str | None = None


@dataclass
class Clock:
    """Seconds of wall time by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of this block towards a stage; a stage that comes again adds up."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.monotonic() - start, 3)
