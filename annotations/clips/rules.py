"""Pure rules of intake and of the gate."""

import datetime
import re
from dataclasses import dataclass

from annotations.clips.enums import HoldReason, Purpose
from annotations.core.errors import Invalid

# The holds that a purpose may pass. Nothing here passes a redaction hold.
PASSES: dict[str, frozenset[str]] = {
    Purpose.LABELING: frozenset(),
    Purpose.MODERATION: frozenset({HoldReason.QUARANTINED, HoldReason.FLAGGED}),
    Purpose.TRAINING: frozenset(),
    Purpose.BREAK_GLASS: frozenset(),
    Purpose.ACCESS: frozenset(),
}

# Nothing releases these: the owner's agreement has ended, or the clip is gone. Whoever places one of the others
# releases it.
FINAL = frozenset({HoldReason.WITHDRAWN, HoldReason.EXPIRED, HoldReason.ERASED})

# What an approval of break-glass may name on top of that. Where the consent has ended, there is nothing to name.
NAMEABLE = frozenset(
    {
        HoldReason.AWAITING_REDACTION,
        HoldReason.AWAITING_SCREENING,
        HoldReason.REDACTION_UNVERIFIED,
        HoldReason.REDACTION_FAILED,
        HoldReason.QUARANTINED,
        HoldReason.FLAGGED,
        HoldReason.LEGAL,
    }
)

# The original of a clip is a file of one of these kinds; what is inside is found by probing.
EXTENSIONS = {
    ".mp4": {"mov"},
    ".m4v": {"mov"},
    ".mov": {"mov"},
    ".mkv": {"matroska"},
    ".webm": {"matroska"},
    ".avi": {"avi"},
    ".ts": {"mpegts"},
    ".h264": {"h264"},
    ".264": {"h264"},
    ".h265": {"hevc"},
    ".265": {"hevc"},
    ".hevc": {"hevc"},
}
# Pictures and nothing else: their submitter has to say how fast they follow.
BARE_EXTENSIONS = frozenset({".h264", ".264", ".h265", ".265", ".hevc"})

# Frames a second that a submitter may state for a bare stream.
LOWEST_STATED_RATE, HIGHEST_STATED_RATE = 0.01, 240.0

# The notice's version goes into the log and into manifests for ever: a name for a text, never a text.
NOTICE_VERSION = re.compile(r"[A-Za-z0-9._-]{1,64}")

CONSENT_PURPOSES = ("troubleshooting", "training")


@dataclass(frozen=True)
class ConsentTerms:
    """What the owner agreed to: the notice's version, the purposes, and for how long. Times are aware."""

    notice_version: str
    troubleshooting: bool
    training: bool
    granted_at: datetime.datetime
    until: datetime.datetime

    @property
    def purposes(self) -> list[str]:
        return [name for name in CONSENT_PURPOSES if getattr(self, name)]


@dataclass(frozen=True)
class DeviceReferences:
    """What a submitter calls a camera, and the household that it belongs to."""

    owner: str
    device: str


def consent_terms(
    *,
    notice_version: str,
    purposes: list[str],
    granted_at: datetime.datetime | None,
    until: datetime.datetime | None,
    now: datetime.datetime,
) -> ConsentTerms:
    """The terms, or Invalid with `consent_missing` or `consent_contradictory` and the reason in words."""
    if not notice_version or not purposes or granted_at is None or until is None:
        raise Invalid(
            "consent_missing",
            "A clip needs a consent: the notice's version, at least one purpose, when it was granted, until when.",
        )
    if not NOTICE_VERSION.fullmatch(notice_version):
        raise Invalid(
            "notice_version_invalid",
            "The notice's version has at most 64 letters, digits, dots, underscores and dashes.",
        )
    if unknown := sorted(set(purposes) - set(CONSENT_PURPOSES)):
        raise Invalid(
            "consent_contradictory",
            f"Unknown purpose {', '.join(unknown)}. The purposes are {' and '.join(CONSENT_PURPOSES)}.",
        )
    if granted_at.tzinfo is None or until.tzinfo is None:
        raise Invalid("consent_contradictory", "Give the times of the consent with their zone.")
    if granted_at > now + datetime.timedelta(minutes=5):
        raise Invalid("consent_contradictory", "The consent is granted in the future.")
    if until <= granted_at:
        raise Invalid("consent_contradictory", "The consent ends before it begins.")
    if until <= now:
        raise Invalid("consent_contradictory", "The consent has ended already.")
    return ConsentTerms(
        notice_version, "troubleshooting" in purposes, "training" in purposes, granted_at, until
    )


def check_extension(filename: str, container: str) -> None:
    """Invalid `wrong_extension` when the name promises another kind of file than what is inside.

    `container` is FFmpeg's list of format names, e.g. `mov,mp4,m4a,3gp,3g2,mj2`.
    """
    suffix = "." + filename.rsplit(".", 1)[-1].lower() if "." in filename else ""
    expected = EXTENSIONS.get(suffix)
    if expected is None:
        raise Invalid(
            "wrong_extension",
            f"Files end in {', '.join(sorted(EXTENSIONS))}; this one in “{suffix or 'nothing'}”.",
        )
    if not expected & set(container.split(",")):
        raise Invalid(
            "wrong_extension", f"The file ends in {suffix}, but it is a {container.split(',')[0]} file."
        )
