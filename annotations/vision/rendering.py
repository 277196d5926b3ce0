"""Hide what was found, encode, and check what was written."""

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

from annotations.vision.boxes import Box, BoxesByFrame
from annotations.vision.detections import Detections
from annotations.vision.errors import not_repeatable
from annotations.vision.job import Job
from annotations.vision.obscure import Hiding, HidingPlan, obscure
from annotations.vision.pool import Pool
from annotations.vision.report import RenditionReport, ResidualReport
from annotations.vision.residual import ResidualCheck
from annotations.vision.video.decode import DecodedFrame, available_cores, decode, half_the_cores
from annotations.vision.video.encode import Encoder, KeyFrameCallback, StreamFormat
from annotations.vision.video.picture import Picture
from annotations.vision.video.timing import Schedule

MOST_UNCODED, MOST_UNCODED_BYTES = 24, 24_000_000
"""Pictures that are ready and wait for the encoder, so that it has always something to do; large ones are fewer."""


@dataclass(frozen=True)
class Rendered:
    """What was written, what the check of it found, and the face boxes that it hides, by original frame."""

    rendition: RenditionReport
    residual: ResidualReport
    hidden: BoxesByFrame


class RenditionWriter:
    """Is given a clip's frames in order with the face boxes to hide on each, and writes the rendition."""

    def __init__(self, job: Job, schedule: Schedule, frames: int, effect: Hiding, pool: Executor) -> None:
        """`schedule` leads from the original frames, of which there are `frames`, to the rendition."""
        self._target = job.target
        self._schedule = schedule
        self._repeats = schedule.repeats(frames)
        self._effect = effect
        self._hidden: dict[int, Sequence[Box]] = {}
        self._shown: dict[int, Sequence[Box]] = {}
        self._check = ResidualCheck(job.detector, pool, self._shown, float(schedule.rate), job.opinions)
        self._encoder: Encoder | None = None
        # The encoder makes whoever gives it a picture wait for an earlier one: on a thread of its own, others are
        # decoded and hidden meanwhile.
        self._coding = ThreadPoolExecutor(1)
        self._uncoded: deque[Future[None]] = deque()
        self._most_uncoded = MOST_UNCODED
        self._count = self._written = 0

    def write(self, decoded: DecodedFrame, boxes: Sequence[Box]) -> None:
        """Hide and encode the next frame. Raises VideoError when it is one too many."""
        if decoded.index >= len(self._repeats):
            raise not_repeatable()
        if self._encoder is None:
            self._encoder = _encoder(self._target, decoded, self._schedule, self._check.add_coded)
            fitting = MOST_UNCODED_BYTES // (self._encoder.width * self._encoder.height * 3 // 2)
            self._most_uncoded = max(1, min(MOST_UNCODED, fitting))
        self._count += 1
        if boxes:
            self._hidden[decoded.index] = boxes
        if not self._repeats[decoded.index]:
            return
        if boxes:
            picture = decoded.picture()
            obscure(picture, boxes, self._effect)
        else:
            picture = decoded.as_it_is() or decoded.picture()
        for _ in range(self._repeats[decoded.index]):
            if boxes:
                self._shown[self._written] = boxes
            self._submit(self._encoder, picture)

    @property
    def has_room(self) -> bool:
        """Whether the next picture need not wait for the encoder."""
        while self._uncoded and self._uncoded[0].done():
            self._uncoded.popleft().result()
        return len(self._uncoded) < self._most_uncoded

    def _submit(self, encoder: Encoder, picture: Picture) -> None:
        self._uncoded.append(self._coding.submit(self._code, encoder, self._written, picture))
        self._written += 1
        while len(self._uncoded) > self._most_uncoded:
            self._uncoded.popleft().result()

    def _code(self, encoder: Encoder, number: int, picture: Picture) -> None:
        self._check.add(number, picture.frame)
        encoder.write(picture)

    def close(self) -> None:
        """Finish the file, whatever has been written to it."""
        self._coding.shutdown()
        if self._encoder is not None:
            self._encoder.close()
        for coded in self._uncoded:
            coded.result()

    def result(self) -> Rendered:
        """What was made, after closing. Raises VideoError when frames are missing."""
        if self._encoder is None or self._count != len(self._repeats):
            raise not_repeatable()
        rendition = RenditionReport(
            frames=self._encoder.frames,
            frame_rate=float(self._schedule.rate),
            width=self._encoder.width,
            height=self._encoder.height,
            bytes=os.stat(self._target).st_size,
        )
        return Rendered(rendition, self._check.report(), self._hidden)


def render(job: Job, detections: Detections, plan: HidingPlan) -> Rendered:
    """Decode the clip again and write its rendition.

    Raises VideoError when it does not decode to the same number of frames as when it was analysed.
    """
    with Pool(available_cores()) as pool:
        writer = RenditionWriter(job, detections.schedule, detections.frames, plan.effect, pool)
        try:
            for decoded in decode(job.source, job.limits, camera=job.camera):
                writer.write(decoded, plan.boxes.get(decoded.index, ()))
                job.on_progress("render", decoded.index + 1, detections.frames)
        finally:
            writer.close()
        return writer.result()


def _encoder(target: str, first: DecodedFrame, schedule: Schedule, on_key_frame: KeyFrameCallback) -> Encoder:
    geometry, frame = first.geometry, first.frame
    form = StreamFormat(geometry.width, geometry.height, schedule.rate)
    encoder = Encoder(target, form, threads=half_the_cores(), on_key_frame=on_key_frame)
    encoder.colours(frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc)
    return encoder
