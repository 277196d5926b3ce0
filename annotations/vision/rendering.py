"""Hide what was found, encode, and check what was written."""

import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

from annotations.vision.boxes import Box
from annotations.vision.errors import VideoError
from annotations.vision.faces import FaceDetector
from annotations.vision.limits import Limits
from annotations.vision.obscure import Hiding, obscure
from annotations.vision.pool import Pool
from annotations.vision.report import RenditionReport, ResidualReport
from annotations.vision.residual import ResidualCheck
from annotations.vision.video.decode import DecodedFrame, available_cores, decode, half_the_cores
from annotations.vision.video.encode import Encoder, KeyFrameListener
from annotations.vision.video.picture import Picture
from annotations.vision.video.timing import Schedule

MOST_UNCODED, MOST_UNCODED_BYTES = 24, 24_000_000
"""Pictures that are ready and wait for the encoder, so that it has always something to do; large ones are fewer."""


@dataclass(frozen=True)
class Rendered:
    """What was written, and what the check of it found."""

    rendition: RenditionReport
    residual: ResidualReport


class Rendering:
    """Is given a clip's frames in order with the face boxes to hide on each, and writes the rendition.

    `plan` leads from original frames, of which there are `frames`, to the rendition. `hidden` keeps what was
    hidden, by original frame.
    """

    def __init__(
        self,
        target: str,
        plan: Schedule,
        frames: int,
        *,
        effect: Hiding,
        detector: FaceDetector,
        pool: Executor,
    ) -> None:
        self.hidden: dict[int, Sequence[Box]] = {}
        self._target = target
        self._plan = plan
        self._repeats = _repeats(plan, frames)
        self._effect = effect
        self._shown: dict[int, Sequence[Box]] = {}
        self._check = ResidualCheck(detector, pool, self._shown, float(plan.rate))
        self._encoder: Encoder | None = None
        # The encoder makes whoever gives it a picture wait for an earlier one: on a thread of its own, others are
        # decoded and hidden meanwhile.
        self._coding = ThreadPoolExecutor(1)
        self._uncoded: deque[Future[None]] = deque()
        self._most_uncoded = MOST_UNCODED
        self._count = self._written = 0

    def see(self, decoded: DecodedFrame, boxes: Sequence[Box]) -> None:
        """Hide and encode the next frame. Raises VideoError when it is one too many."""
        if decoded.index >= len(self._repeats):
            raise changed()
        if self._encoder is None:
            self._encoder = _encoder(self._target, decoded, self._plan, self._check.see_coded)
            fitting = MOST_UNCODED_BYTES // (self._encoder.width * self._encoder.height * 3 // 2)
            self._most_uncoded = max(1, min(MOST_UNCODED, fitting))
        self._count += 1
        if boxes:
            self.hidden[decoded.index] = boxes
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
            self._write(self._encoder, picture)

    @property
    def has_room(self) -> bool:
        """Whether the next picture need not wait for the encoder."""
        while self._uncoded and self._uncoded[0].done():
            self._uncoded.popleft().result()
        return len(self._uncoded) < self._most_uncoded

    def _write(self, encoder: Encoder, picture: Picture) -> None:
        self._uncoded.append(self._coding.submit(self._code, encoder, self._written, picture))
        self._written += 1
        while len(self._uncoded) > self._most_uncoded:
            self._uncoded.popleft().result()

    def _code(self, encoder: Encoder, number: int, picture: Picture) -> None:
        self._check.see(number, picture.frame)
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
            raise changed()
        return Rendered(
            rendition=RenditionReport(
                frames=self._encoder.frames,
                frame_rate=float(self._plan.rate),
                width=self._encoder.width,
                height=self._encoder.height,
                bytes=os.stat(self._target).st_size,
            ),
            residual=self._check.report(),
        )


def render(
    source: str,
    target: str,
    *,
    frames: int,
    plan: Schedule,
    hidden: Mapping[int, Sequence[Box]],
    effect: Hiding,
    limits: Limits,
    detector: FaceDetector,
    on_frame: Callable[[int], None],
) -> Rendered:
    """Decode `source` again and write its rendition to `target`.

    `hidden` (face boxes) goes by original frame, of which there are `frames`; `plan` leads from there to the
    rendition. Raises VideoError when the clip does not decode to the same number of frames as before.
    """
    with Pool(available_cores()) as pool:
        rendering = Rendering(
            target,
            plan,
            frames,
            effect=effect,
            detector=detector,
            pool=pool,
        )
        try:
            for decoded in decode(source, limits):
                rendering.see(decoded, hidden.get(decoded.index, ()))
                on_frame(decoded.index)
        finally:
            rendering.close()
        return rendering.result()


def _encoder(target: str, first: DecodedFrame, plan: Schedule, on_key_frame: KeyFrameListener) -> Encoder:
    geometry, frame = first.geometry, first.frame
    encoder = Encoder(
        target,
        geometry.width,
        geometry.height,
        plan.rate,
        threads=half_the_cores(),
        on_key_frame=on_key_frame,
    )
    encoder.colours(frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc)
    return encoder


def _repeats(plan: Schedule, frames: int) -> list[int]:
    """How often each original frame is shown in the rendition."""
    if plan.frame_map is None:
        return [1] * frames
    repeats = [0] * frames
    for index in plan.frame_map:
        repeats[index] += 1
    return repeats


def changed() -> VideoError:
    return VideoError("decoder_failed", "The video could not be read twice in the same way.")
