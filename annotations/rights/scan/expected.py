"""What the certificate of an erasure says is kept, and until when."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_FINGERPRINT = "fingerprint of discarded content"


class BadCertificate(Exception):
    """This is not a certificate of an erasure; the text says why."""


@dataclass(frozen=True)
class Kept:
    """How many fingerprints of discarded content are kept, and until when the last of them is."""

    fingerprints: int = 0
    until: str = ""

    def covers(self, now: datetime) -> bool:
        """Whether a fingerprint that is found now is one of these."""
        return bool(self.fingerprints) and datetime.fromisoformat(self.until) > now


NOTHING_KEPT = Kept()


def read(path: Path) -> Kept:
    """From a certificate as it is downloaded. Raises BadCertificate.

    Whether it is the site's is for `verify_log.py verify-certificate` to say.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))["document"]
        ends = [each["until"] for each in document["kept"] if each["what"] == _FINGERPRINT]
        latest = max(map(_moment, ends), default=None)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadCertificate(f"{path.name} cannot be read as the certificate of an erasure.") from error
    return Kept(len(ends), latest.isoformat()) if latest else NOTHING_KEPT


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
