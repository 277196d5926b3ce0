"""What the operator is told before anything is decoded: whether the system can confine a decoder, and whether a model
is there that doubts what was hidden."""

from typing import Any

from django.conf import settings
from django.core import checks

from annotations.clips.intake import has_second_opinion
from annotations.vision import landlock

NO_LANDLOCK = "This system offers no Landlock, which keeps an exploited decoder from the files of this site."
HINT = (
    "Use Linux 5.13 or later with Landlock enabled, and a container profile that passes its calls; or accept the risk "
    "with DECODE_WITHOUT_LANDLOCK=1. See docs/deployment.md, Decoder."
)
NO_OPINION = (
    "No model is installed that doubts what the machine pass has hidden: neither BlazeFace nor NudeNet."
)
OPINION_HINT = (
    "Install one (docs/redaction.md, Model files; SCREENING_NUDENET=1 makes NudeNet count); or accept the risk with "
    "REDACT_WITHOUT_SECOND_OPINION=1. See docs/deployment.md, Second opinion."
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


@checks.register(checks.Tags.security)
def check_second_opinion(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """An error where no clip is taken, a warning where somebody has accepted to go without."""
    if has_second_opinion():
        return []
    if settings.REDACT_WITHOUT_SECOND_OPINION:
        return [
            checks.Warning(
                f"{NO_OPINION} Clips are taken all the same.", hint=OPINION_HINT, id="redaction.W002"
            )
        ]
    return [checks.Error(f"{NO_OPINION} No clip is taken.", hint=OPINION_HINT, id="redaction.E002")]
