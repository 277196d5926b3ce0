"""What was found in one clip."""

from dataclasses import dataclass, field
from fractions import Fraction

from annotations.vision.faces import Face
from annotations.vision.fingerprint import NO_FINGERPRINT
from annotations.vision.report import FindingReport, FingerprintReport
from annotations.vision.video.timing import Schedule


@dataclass
class Detections:
    """All that the detection pass and the screening found, from the first frame to the last one analysed.

    `faces` has the faces of every frame that was sampled, in displayed pixels, `heads` the heads of people on those on
    which people were sought; `cuts` the new scenes (`scenes.Cuts`);
    `times` the presentation times of all frames in seconds from the first; `schedule` leads from them to the rendition;
    `probed_rate` is in frames a second; `seen_turns` are the turns, in eighths, in which somebody was found.
    """

    probed_rate: float = 1.0
    times: list[float] = field(default_factory=list)
    schedule: Schedule = field(default_factory=lambda: Schedule(Fraction(1), None))
    faces: dict[int, list[Face]] = field(default_factory=dict)
    heads: dict[int, list[Face]] = field(default_factory=dict)
    cuts: dict[int, int] = field(default_factory=dict)
    seen_turns: list[int] = field(default_factory=list)
    fingerprint: FingerprintReport = field(default_factory=lambda: NO_FINGERPRINT)
    findings: list[FindingReport] = field(default_factory=list)

    @property
    def frames(self) -> int:
        """How many frames the clip has."""
        return len(self.times)

    @property
    def frame_rate(self) -> float:
        """Frames a second: as probed, or the mean where the rate varies."""
        if self.schedule.constant or self.frames < 2:
            return self.probed_rate
        return (self.frames - 1) / self.times[-1]
