"""Analysing a clip: faces, content and fingerprint of its pictures, while they are decoded and perhaps encoded."""

from collections import deque
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from fractions import Fraction

from av.video.reformatter import VideoReformatter

from annotations.vision.boxes import scaled
from annotations.vision.detection_pass import DetectionPass
from annotations.vision.detections import Detections
from annotations.vision.faces import Face, working_size
from annotations.vision.fingerprint import Sampler
from annotations.vision.job import Job
from annotations.vision.pool import Pool
from annotations.vision.screening import Screening
from annotations.vision.segments import Segment, SegmentFaces
from annotations.vision.video.decode import DecodedFrame, available_cores, decode
from annotations.vision.video.probe import Probe
from annotations.vision.video.timing import clean_times, schedule

SAMPLING_SECONDS = 0.3
"""Time between samples where nothing moves much; they come closer by themselves where something does."""
SAMPLES_PER_SEGMENT = 3
MOST_SEGMENT_BYTES = 24_000_000
"""Of small pictures in YUV 4:2:0: longer segments are cut."""


def stride(rate: float) -> int:
    """Frames from one sample to the next, at so many frames a second."""
    return max(1, round(rate * SAMPLING_SECONDS))


def segment_length(rate: float) -> int:
    """Frames that are analysed at a time, at so many frames a second."""
    return SAMPLES_PER_SEGMENT * stride(rate)


class FrameAnalyser:
    """Is given the frames of a clip in order, and analyses them about a second at a time on other threads."""

    def __init__(self, job: Job, rate: float, ordered: Executor, pool: Executor) -> None:
        """`rate` is the clip's frame rate as probed. `ordered` has one thread, as samples follow each other; the
        fingerprint and the screening share `pool`."""
        self.found = Detections(probed_rate=rate)
        self.analysed = 0
        """All frames before this one have been analysed, and their faces are in `found`."""
        self._step = job.detector.step
        self._ordered = ordered
        self._rate = rate
        self._detection = DetectionPass(job, stride(rate))
        self._longest = segment_length(rate)
        self._segment = Segment(0)
        self._scaler = VideoReformatter()
        self._sampler = Sampler(pool, rate)
        self._screening = Screening(job.screeners, pool, rate)
        self._stamps: list[float | None] = []
        self._nominal: Fraction | None = None
        self._scale = 1.0, 1.0
        """From pixels of the small pictures to those of the clip, across and down."""
        self._pending: deque[tuple[int, Future[SegmentFaces]]] = deque()

    def add(self, decoded: DecodedFrame) -> None:
        """The next frame of the clip."""
        self._stamps.append(decoded.time)
        self._nominal = decoded.nominal_rate
        geometry = decoded.geometry
        width, height = working_size(geometry.width, geometry.height, self._step)
        self._scale = geometry.width / width, geometry.height / height
        small = decoded.scaled(width, height, self._scaler)
        self._segment.frames.append(small)
        self._sampler.add(decoded.index, small)
        self._screening.add(decoded.index, small, self._scale)
        if len(self._segment.frames) >= min(self._longest, MOST_SEGMENT_BYTES * 2 / 3 / (width * height)):
            self._submit()
            self._segment = Segment(decoded.index + 1)
        self._collect(2 * available_cores())

    def _collect(self, unfinished: int) -> None:
        """Take what is ready, and wait until at most so many segments are not."""
        while self._pending and (len(self._pending) > unfinished or self._pending[0][1].done()):
            self.collect_one()

    def collect_one(self) -> None:
        """Wait for the oldest segment that is being analysed."""
        end, future = self._pending.popleft()
        self._take(future.result())
        self.analysed = end

    def _take(self, segment: SegmentFaces) -> None:
        """Keep what was found, in pixels of the clip."""
        for faces, found in ((segment.faces, self.found.faces), (segment.heads, self.found.heads)):
            for index, boxes in faces.items():
                found[index] = [Face(scaled(face.box, *self._scale), face.score) for face in boxes]
        self.found.cuts.update(segment.cuts)

    @property
    def is_busy(self) -> bool:
        """Whether a segment is being analysed, or its faces not yet taken."""
        return bool(self._pending)

    def finish(self) -> Detections:
        """Wait for everything: there are no more frames."""
        if self._segment.frames:
            self._submit()
        self._collect(0)
        self._take(self._ordered.submit(self._detection.end).result())
        self.found.seen_turns = self._detection.seen_turns
        self.found.times = clean_times(self._stamps, float(self._nominal or self._rate))
        self.found.schedule = schedule(self.found.times, self._nominal)
        self.found.fingerprint = self._sampler.report(self.found.times)
        self.found.findings = self._screening.findings(self.found.times)
        return self.found

    def _submit(self) -> None:
        future = self._ordered.submit(self._detection.run, self._segment)
        self._pending.append((self._segment.first + len(self._segment.frames), future))


def analyse(job: Job, facts: Probe) -> Detections:
    """Analyse the whole clip without writing anything. Raises VideoError."""
    with ThreadPoolExecutor(1) as ordered, Pool(available_cores()) as pool:
        analyser = FrameAnalyser(job, facts.frame_rate, ordered, pool)
        for decoded in decode(job.source, job.limits, camera=job.camera):
            analyser.add(decoded)
            job.on_progress("analyse", decoded.index + 1, facts.frames)
        return analyser.finish()
