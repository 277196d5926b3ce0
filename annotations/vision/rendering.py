"""Second half of the pass: hide what was found, encode, screen, and check what was written."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from annotations.vision.boxes import Box
from annotations.vision.content import ContentModel
from annotations.vision.errors import VideoError
from annotations.vision.faces import FaceDetector
from annotations.vision.limits import Limits
from annotations.vision.obscure import Effect, obscure
from annotations.vision.report import FindingReport, RenditionReport, ResidualReport
from annotations.vision.residual import ResidualCheck
from annotations.vision.screening import Screening
from annotations.vision.video.decode import DecodedFrame, available_cores, decode
from annotations.vision.video.encode import Encoder, KeyFrameListener
from annotations.vision.video.timing import Schedule


@dataclass(frozen=True)
class Rendered:
    """What was written, and what was seen on the way."""

    rendition: RenditionReport
    residual: ResidualReport
    findings: list[FindingReport]


def render(
    source: str,
    target: str,
    *,
    times: Sequence[float],
    plan: Schedule,
    hidden: Mapping[int, Sequence[Box]],
    effect: Effect,
    limits: Limits,
    detector: FaceDetector,
    screeners: Sequence[ContentModel],
    on_frame: Callable[[int], None],
) -> Rendered:
    """Decode ``source`` again and write its rendition to ``target``.

    ``times`` and ``hidden`` (face boxes) go by original frame; ``plan`` leads from there to the rendition. Raises
    VideoError when the clip does not decode to the same number of frames as before.
    """
    repeats = _repeats(plan, len(times))
    encoder: Encoder | None = None
    count = 0
    rate = (len(times) - 1) / times[-1] if len(times) > 1 else 1.0
    with ThreadPoolExecutor(available_cores()) as pool:
        check = ResidualCheck(detector, pool, _on_rendition(hidden, plan.frame_map), float(plan.rate))
        screening = Screening(screeners, pool, rate)
        try:
            for decoded in decode(source, limits):
                if decoded.index >= len(times):
                    raise _changed()
                encoder = encoder or _encoder(target, decoded, plan, check.see)
                count = decoded.index + 1
                screening.see(decoded)
                if repeats[decoded.index]:
                    picture = decoded.picture()
                    obscure(picture, hidden.get(decoded.index, ()), effect)
                    for _ in range(repeats[decoded.index]):
                        encoder.write(picture)
                on_frame(decoded.index)
            if encoder is None or count != len(times):
                raise _changed()
        finally:
            if encoder is not None:
                encoder.close()
        return Rendered(
            rendition=RenditionReport(
                frames=encoder.frames,
                frame_rate=float(plan.rate),
                width=encoder.width,
                height=encoder.height,
                bytes=os.stat(target).st_size,
            ),
            residual=check.report(),
            findings=screening.findings(times),
        )


def _encoder(target: str, first: DecodedFrame, plan: Schedule, on_key_frame: KeyFrameListener) -> Encoder:
    geometry, frame = first.geometry, first.frame
    encoder = Encoder(target, geometry.width, geometry.height, plan.rate, on_key_frame=on_key_frame)
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


def _on_rendition(
    hidden: Mapping[int, Sequence[Box]], frame_map: list[int] | None
) -> Mapping[int, Sequence[Box]]:
    if frame_map is None:
        return hidden
    return {shown: hidden[original] for shown, original in enumerate(frame_map) if original in hidden}


def _changed() -> VideoError:
    return VideoError("decoder_failed", "The video could not be read twice in the same way.")
