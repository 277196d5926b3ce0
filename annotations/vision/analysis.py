"""Faces are sought in every picture of a clip."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction

from av.video.reformatter import VideoReformatter

from annotations.vision.boxes import scaled
from annotations.vision.content import ContentModel
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.fingerprint import NONE, Sampler
from annotations.vision.limits import Limits
from annotations.vision.detection_pass import Look, Seen, Stretch
from annotations.vision.pool import Pool
from annotations.vision.report import FindingReport, FingerprintReport
from annotations.vision.screening import Screening
from annotations.vision.video.decode import DecodedFrame, available_cores, decode
from annotations.vision.video.timing import Schedule, clean_times, schedule

LOOK_SECONDS = 0.3
"""Time between looks where nothing moves much; they come closer by themselves where something does."""
LOOKS_OF_A_STRETCH = 3
MOST_STRETCH_BYTES = 24_000_000


@dataclass
class Analysis:
    """What was seen: the faces of every frame that was looked at (displayed pixels), the cuts, and what models say."""

    times: list[float] = field(default_factory=list)
    plan: Schedule = field(default_factory=lambda: Schedule(Fraction(1), None))
    detections: dict[int, list[Face]] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    fingerprint: FingerprintReport = field(default_factory=lambda: NONE)
    findings: list[FindingReport] = field(default_factory=list)
    looked_at: float = 0.0
    """The detector's work, in whole pictures."""

    @property
    def frames(self) -> int:
        return len(self.times)


def stride(rate: float) -> int:
    """Frames from one look to the next."""
    return max(1, round(rate * LOOK_SECONDS))


def stretch(rate: float) -> int:
    """Frames that are looked through at a time."""
    return LOOKS_OF_A_STRETCH * stride(rate)


class Watch:
    """Looks at the frames of a clip, about a second at a time, while others are decoded and coded."""

    def __init__(
        self,
        detector: FaceDetector,
        screeners: Sequence[ContentModel],
        looking: Executor,
        pool: Executor,
        *,
        weakest: float,
        rate: float,
    ) -> None:
        """`looking` has one thread, as looks follow each other; `rate` is the clip's frame rate as probed."""
        self.result = Analysis()
        self.looked_to = 0
        """All frames before this one have been looked at, and are in the result."""
        self._detector = detector
        self._looking = looking
        self._rate = rate
        self._look = Look(detector, weakest, stride(rate))
        self._longest = stretch(rate)
        self._stretch = Stretch(0)
        self._scaler = VideoReformatter()
        self._sampler = Sampler(pool, rate)
        self._screening = Screening(screeners, pool, rate)
        self._stamps: list[float | None] = []
        self._nominal: Fraction | None = None
        self._across = self._down = self._small_pixels = 1.0
        self._looks: deque[tuple[int, Future[Seen]]] = deque()

    def see(self, decoded: DecodedFrame) -> None:
        """The next frame of the clip."""
        self._stamps.append(decoded.time)
        self._nominal = decoded.nominal_rate
        geometry = decoded.geometry
        size = working_size(geometry.width, geometry.height, self._detector.step)
        self._across, self._down = geometry.width / size[0], geometry.height / size[1]
        self._small_pixels = size[0] * size[1]
        small = decoded.scaled(*size, self._scaler)
        self._stretch.frames.append(small)
        self._sampler.see(decoded.index, small)
        self._screening.see(decoded.index, small, self._across, self._down)
        if len(self._stretch.frames) >= min(self._longest, MOST_STRETCH_BYTES * 2 / 3 / self._small_pixels):
            self._submit()
            self._stretch = Stretch(decoded.index + 1)
        self.collect(2 * available_cores())

    def collect(self, unfinished: int) -> None:
        """Take what is ready, and wait until at most so many stretches are not."""
        while self._looks and (len(self._looks) > unfinished or self._looks[0][1].done()):
            self.collect_one()

    def collect_one(self) -> None:
        """Wait for the oldest stretch that is being looked at."""
        end, future = self._looks.popleft()
        seen = future.result()
        for index, faces in seen.faces.items():
            boxes = [Face(scaled(face.box, self._across, self._down), face.score) for face in faces]
            self.result.detections[index] = boxes
        self.result.cuts.extend(seen.cuts)
        self.result.looked_at += seen.pixels / self._small_pixels
        self.looked_to = end

    @property
    def is_busy(self) -> bool:
        """Whether a stretch is being looked at, or its result not yet taken."""
        return bool(self._looks)

    def finish(self) -> Analysis:
        """Wait for all looks: there are no more frames."""
        if self._stretch.frames:
            self._submit()
        self.collect(0)
        self.result.times = clean_times(self._stamps, float(self._nominal or self._rate))
        self.result.plan = schedule(self.result.times, self._nominal)
        self.result.fingerprint = self._sampler.report(self.result.times)
        self.result.findings = self._screening.findings(self.result.times)
        return self.result

    def _submit(self) -> None:
        future = self._looking.submit(self._look.through, self._stretch)
        self._looks.append((self._stretch.first + len(self._stretch.frames), future))


def analyse(
    path: str,
    limits: Limits,
    detector: FaceDetector,
    screeners: Sequence[ContentModel],
    *,
    weakest: float,
    rate: float,
    on_frame: Callable[[int], None],
) -> Analysis:
    """Look at the whole clip. `rate` is its frame rate as probed. Raises VideoError."""
    with ThreadPoolExecutor(1) as looking, Pool(available_cores()) as pool:
        watch = Watch(detector, screeners, looking, pool, weakest=weakest, rate=rate)
        for decoded in decode(path, limits):
            watch.see(decoded)
            on_frame(decoded.index)
        return watch.finish()
