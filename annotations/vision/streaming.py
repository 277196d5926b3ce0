"""The pass in one decode: pictures wait until the tracks around them are known, then they are hidden and encoded.

What is hidden on a frame depends on what is detected up to a gap and a reach later, so rendering follows detection at
that distance. What becomes known later still (a doubtful track that is confirmed, a face that only the check finds)
shows when the tracks of the whole clip are compared with what was hidden; `reencoding` repairs that.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from annotations.vision.analysis import FrameAnalyser, segment_length
from annotations.vision.boxes import Box
from annotations.vision.detections import Detections
from annotations.vision.job import Job
from annotations.vision.linking import Stretch, link_all
from annotations.vision.pool import Pool
from annotations.vision.rendering import Rendered, RenditionWriter
from annotations.vision.tracking import TrackingRules, boxes_by_frame
from annotations.vision.video.decode import DecodedFrame, decode, half_the_cores
from annotations.vision.video.probe import Probe
from annotations.vision.video.timing import Schedule

MOST_WAITING_BYTES = 220_000_000
"""Of pictures that wait for their tracks, at most."""
SEGMENTS = 4
"""Decoded ahead of what has been analysed, so that there is always something to analyse."""
MEMORY_SECONDS = 4.0
"""How far back tracks are followed while the clip streams; the comparison at its end takes all of it."""


class IncrementalTracks:
    """What is to be hidden on frames, as soon as nothing that is still to be detected should change it."""

    def __init__(self, rate: float, rules: TrackingRules) -> None:
        self._rate = rate
        self._rules = rules
        self._lag = lag(rate, rules)
        self._analysed = 0
        self._hidden: Mapping[int, Sequence[Box]] = {}
        self.final = 0
        """The boxes of frames before this one are final."""

    def update(self, detections: Detections, analysed: int, *, ended: bool = False) -> None:
        """Take in that all frames before `analysed` have been analysed; `ended` when there are no more."""
        if analysed == self._analysed and not ended:
            return
        self._analysed = analysed
        start = max(0, self.final - self._lag - round(MEMORY_SECONDS * self._rate))
        tracks = link_all(detections, Stretch(start, analysed, self._rate), self._rules)
        self._hidden = boxes_by_frame(tracks)
        self.final = analysed if ended else max(self.final, analysed - self._lag)

    def boxes(self, frame: int) -> Sequence[Box]:
        """The face boxes to be hidden on a frame."""
        return self._hidden.get(frame, ())


def lag(rate: float, rules: TrackingRules) -> int:
    """Frames after which a frame's boxes stay as they are, unless a doubtful track is confirmed."""
    return round((rules.longest_gap + rules.reach + rules.sway) * rate) + 3


def fits(facts: Probe, rules: TrackingRules) -> bool:
    """Whether the pictures that would have to wait fit into memory."""
    return most_waiting(facts, rules) * facts.width * facts.height * 3 / 2 <= MOST_WAITING_BYTES


def most_waiting(facts: Probe, rules: TrackingRules) -> int:
    """Pictures: the lag, and the segments that are being analysed or filled."""
    segments = min(facts.frames, SEGMENTS * segment_length(facts.frame_rate))
    return lag(facts.frame_rate, rules) + segments


def stream(job: Job, facts: Probe, schedule: Schedule) -> tuple[Detections, Rendered | None]:
    """Analyse the clip and write its rendition in one decode: what was found, and what was written.

    What was written is None when the clip did not decode as its packets had promised: then it has to be rendered
    from what was found. Raises VideoError, and ValueError for a mosaic: its tiles come from the middle of whole tracks.
    """
    if job.effect == "mosaic":
        raise ValueError("A mosaic cannot be streamed.")
    with ThreadPoolExecutor(1) as ordered, Pool(half_the_cores()) as pool:
        analyser = FrameAnalyser(job, facts.frame_rate, ordered, pool)
        writer = RenditionWriter(job, schedule, facts.frames, job.effect, pool)
        streaming = _Stream(job, facts, analyser, writer)
        try:
            for decoded in decode(job.source, job.limits, half_the_cores(), camera=job.camera):
                streaming.add(decoded)
            detections = streaming.finish()
        finally:
            writer.close()
        as_promised = detections.frames == facts.frames and detections.schedule == schedule
        return detections, writer.result() if as_promised else None


class _Stream:
    """The frames between decoding and encoding."""

    def __init__(self, job: Job, facts: Probe, analyser: FrameAnalyser, writer: RenditionWriter) -> None:
        self._job, self._facts = job, facts
        self._analyser, self._writer = analyser, writer
        self._tracks = IncrementalTracks(facts.frame_rate, job.rules)
        self._waiting: deque[DecodedFrame] = deque()
        self._most = most_waiting(facts, job.rules)

    def add(self, decoded: DecodedFrame) -> None:
        """Take the next frame, and write what is final; wait for the analysis while too many frames wait."""
        kept = decoded.compact()
        self._analyser.add(kept)
        self._waiting.append(kept)
        self._advance()
        while len(self._waiting) > self._most and self._analyser.is_busy:
            self._analyser.collect_one()
            self._advance()

    def finish(self) -> Detections:
        """Write all frames that wait: there are no more."""
        detections = self._analyser.finish()
        self._tracks.update(detections, detections.frames, ended=True)
        self._write(len(self._waiting))
        return detections

    def _advance(self) -> None:
        self._tracks.update(self._analyser.found, self._analyser.analysed)
        self._write(len(self._waiting) - self._most)

    def _write(self, least: int) -> None:
        """Render final frames while the encoder has room, or waiting for it at least so many; what is beyond the
        promised number falls away."""
        waiting = self._waiting
        while waiting and waiting[0].index < self._tracks.final and (least > 0 or self._writer.has_room):
            decoded = waiting.popleft()
            if decoded.index < self._facts.frames:
                self._writer.write(decoded, self._tracks.boxes(decoded.index))
                self._job.on_progress("render", decoded.index + 1, self._facts.frames)
            least -= 1
