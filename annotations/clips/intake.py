"""What is accepted at intake, from the settings."""

from django.conf import settings

from annotations.vision.limits import Limits


def intake_limits() -> Limits:
    return Limits(
        max_seconds=settings.CLIP_MAX_SECONDS,
        max_bytes=settings.CLIP_MAX_BYTES,
        max_width=settings.CLIP_MAX_WIDTH,
        max_height=settings.CLIP_MAX_HEIGHT,
        max_frames=settings.CLIP_MAX_FRAMES,
    )
