"""From what was found on a clip to the flags that bring it to a lead."""

from collections.abc import Iterable, Sequence

from annotations.audit.actors import WORKER
from annotations.clips.models import Clip
from annotations.moderation.enums import FlagSource, FlagState
from annotations.moderation.models import Finding, Flag
from annotations.moderation.policy import Concern
from annotations.moderation.services.flag import flag
from annotations.redaction.models import RedactionRun


def unsettled(clip: Clip, found: Iterable[Concern]) -> list[Concern]:
    """Those that are to be raised: not what a lead dismissed on this clip, nor what is still open."""
    earlier = Flag.objects.filter(
        clip=clip, source=FlagSource.MODEL, state__in=[FlagState.DISMISSED, FlagState.OPEN]
    )
    raised_before = {(f.category, f.evidence.get("model", ""), f.evidence.get("label", "")) for f in earlier}
    return [
        concern for concern in found if (concern.category, concern.model, concern.label) not in raised_before
    ]


def raise_flags(clip: Clip, concerns: Iterable[Concern]) -> None:
    """A flag for each, with what it rests on; the clip is held as quarantined."""
    for concern in concerns:
        evidence = {
            "model": concern.model,
            "label": concern.label,
            "score": concern.score,
            "frames": concern.frames,
        }
        flag(clip, concern.category, WORKER, source=FlagSource.MODEL, evidence=evidence)


def record_findings(run: RedactionRun, matches: Sequence[Concern]) -> None:
    """Matches with known content, as findings of the pass whose fingerprint matched."""
    Finding.objects.bulk_create(
        Finding(run=run, model=match.model, label=match.label, score=match.score, frame=0)
        for match in matches
    )
