"""What the operator is told before anything is decoded: whether the system can confine a decoder."""

from typing import Any

from django.conf import settings
from django.core import checks

from annotations.vision import landlock

NO_LANDLOCK = "This system offers no Landlock, which keeps an exploited decoder from the files of this site."
HINT = (
    "Use Linux 5.13 or later with Landlock enabled, and a container profile that passes its calls; or accept the risk "
    "with DECODE_WITHOUT_LANDLOCK=1. See docs/deployment.md, Decoder."
)


@checks.register(checks.Tags.security)
def check_landlock(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """An error where nothing can be decoded, a warning where somebody has accepted to go without."""
    if landlock.version():
        return []
    if settings.DECODE_WITHOUT_LANDLOCK:
        return [
            checks.Warning(f"{NO_LANDLOCK} Videos are decoded all the same.", hint=HINT, id="redaction.W001")
        ]
    return [checks.Error(f"{NO_LANDLOCK} No video is decoded.", hint=HINT, id="redaction.E001")]
