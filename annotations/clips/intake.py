"""What is accepted at intake, from the settings, and how the originals of clips are read ever after."""

from dataclasses import replace

from django.conf import settings

from annotations.clips.models import Clip
from annotations.vision import models
from annotations.vision.limits import Limits


def intake_limits(*, accept_partial: bool = False, frame_rate: float | None = None) -> Limits:
    """The site's bounds, and what a submitter allows and says of a file."""
    return Limits(
        max_seconds=settings.CLIP_MAX_SECONDS,
        max_bytes=settings.CLIP_MAX_BYTES,
        max_pixels=settings.CLIP_MAX_PIXELS,
        rendition_pixels=settings.RENDITION_MAX_PIXELS,
        max_frames=settings.CLIP_MAX_FRAMES,
        accept_partial=accept_partial,
        frame_rate=frame_rate,
    )


def limits_of(clip: Clip) -> Limits:
    """The bounds with which a clip's original is read: every time so that it gives the same pictures."""
    limits = intake_limits(accept_partial=clip.accept_partial, frame_rate=clip.stated_rate)
    return replace(limits, rendition_pixels=clip.facts.get("rendition_pixels", limits.rendition_pixels))


def has_second_opinion() -> bool:
    """Whether a model is installed that doubts what the machine pass has hidden."""
    return models.has_second_opinion(settings.MODELS_DIR, with_content=settings.SCREENING_NUDENET)
