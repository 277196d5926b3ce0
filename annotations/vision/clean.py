"""A clip encoded again without hiding anything, as break-glass shows it: no browser ever gets the untrusted file."""

from annotations.vision.errors import VideoError, not_repeatable
from annotations.vision.limits import Limits
from annotations.vision.video.decode import decode
from annotations.vision.video.encode import Encoder, StreamFormat
from annotations.vision.video.probe import probe
from annotations.vision.video.timing import Schedule, clean_times, schedule


def clean(source: str, target: str, limits: Limits) -> int:
    """Write the pictures of `source` to `target`, in the form of a rendition: no sound, no metadata. How many.

    Decoded twice: the first time says when each picture is shown. Raises VideoError for input that is not accepted.
    """
    facts = probe(source, limits)
    plan, frames = _plan(source, facts.frame_rate, limits)
    shown = iter(plan.original_frames(frames))
    wanted = next(shown, None)
    encoder: Encoder | None = None
    count = 0
    try:
        for decoded in decode(source, limits):
            count += 1
            if encoder is None:
                geometry, frame = decoded.geometry, decoded.frame
                encoder = Encoder(target, StreamFormat(geometry.width, geometry.height, plan.rate))
                encoder.colours(frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc)
            if wanted == decoded.index:
                picture = decoded.picture()
                while wanted == decoded.index:
                    encoder.write(picture)
                    wanted = next(shown, None)
    finally:
        if encoder is not None:
            encoder.close()
    if encoder is None or count != frames:
        raise not_repeatable()
    return encoder.frames


def _plan(source: str, rate: float, limits: Limits) -> tuple[Schedule, int]:
    """The rate and the order of the pictures to write, and how many the clip has."""
    stamps, nominal = [], None
    for decoded in decode(source, limits):
        stamps.append(decoded.time)
        nominal = decoded.nominal_rate
    if not stamps:
        raise VideoError("decoder_failed")
    return schedule(clean_times(stamps, rate), nominal), len(stamps)
