"""Pure rules of releases: why a clip stays out, and what ends a release's use."""

from collections.abc import Iterable
from dataclasses import dataclass

from annotations.datasets.enums import LeftOut


@dataclass(frozen=True)
class Facts:
    """What the gate asks of one clip, besides its holds. The field names are those of `selectors.judged`."""

    training_consent: bool
    consent_ended: bool
    redacted: bool
    accepted: bool
    wanted: bool
    same_length: bool

    def reasons(self) -> list[str]:
        """Why the clip stays out; empty when nothing but a hold can keep it out."""
        found = {
            LeftOut.NO_TRAINING_CONSENT: not self.training_consent,
            LeftOut.CONSENT_ENDED: self.consent_ended,
            LeftOut.NOT_REDACTED: not self.redacted,
            LeftOut.NOT_ACCEPTED: not self.accepted,
            LeftOut.OTHER_LABELS: self.accepted and not self.wanted,
            LeftOut.LABELS_OUTDATED: self.wanted and self.redacted and not self.same_length,
        }
        return [str(reason) for reason, applies in found.items() if applies]


def tally(reasons: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many clips there are of each reason, the most frequent first. A clip may count for several."""
    counts: dict[str, int] = {}
    for reason, clips in reasons:
        counts[reason] = counts.get(reason, 0) + clips
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
