"""Deciding on what the models found."""

import uuid

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_clip
from annotations.clips.services import release_hold
from annotations.core import clock, named_locks
from annotations.core.events import publish
from annotations.core.models import RunState
from annotations.moderation import events, known, log
from annotations.moderation.models import Finding, Fingerprint, Screening
from annotations.moderation.near_duplicates import packed
from annotations.moderation.policy import VERSION, Concern, concerns
from annotations.moderation.services.raising import raise_flags, record_findings, unsettled
from annotations.moderation.services.recheck import SCREENING
from annotations.redaction.fingerprints import take
from annotations.redaction.models import Outcome, RedactionRun


@transaction.atomic
def screen(run_id: uuid.UUID | str) -> None:
    """Judges a finished pass's findings by the policy, once: quarantined, or free to be queued."""
    run = _locked(run_id)
    if run is None:
        return
    finished = run.state == RunState.DONE and run.outcome == Outcome.VERIFIED
    if not finished or Screening.objects.filter(run=run).exists() or _superseded(run):
        return
    clip = run.clip
    found = [*concerns(run.findings), *_known(run)]
    raised = unsettled(clip, found)
    Finding.objects.bulk_create(
        Finding(run=run, **{name: finding.get(name) for name in ("model", "label", "score", "frame", "box")})
        for finding in run.findings
    )
    Screening.objects.create(run=run, clip=clip, quarantined=bool(raised), policy=VERSION)
    audit.append(
        log.SCREENED,
        WORKER,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"findings": len(run.findings), "quarantined": "yes" if raised else "no"},
    )
    raise_flags(clip, raised)
    release_hold(clip, HoldReason.AWAITING_SCREENING, WORKER)
    publish(events.SCREENED, clip=clip.pk)


def _locked(run_id: uuid.UUID | str) -> RedactionRun | None:
    """The run with its clip locked; None when it was erased with the clip."""
    runs = RedactionRun.objects.select_related("clip__owner").filter(pk=run_id)
    if run := runs.first():
        lock_clip(run.clip_id)
    return runs.first()


def _known(run: RedactionRun) -> list[Concern]:
    """Keeps the fingerprint that the pass made and holds it against what is known; each match becomes a finding."""
    made = take(run)
    if made.get("hashes"):
        fingerprint, _ = Fingerprint.objects.update_or_create(
            clip=run.clip,
            defaults={
                "step": made["step"],
                "hashes": packed(made["hashes"]),
                "qualities": bytes(made["qualities"]),
                "uncropped": packed(made.get("uncropped", [])),
                "made_at": clock.now(),
            },
        )
    else:  # a repair looks at parts of the clip only: the fingerprint of the whole pass stands
        earlier = Fingerprint.objects.filter(clip=run.clip).first()
        if earlier is None:
            return []
        fingerprint = earlier
    fingerprint.clip = run.clip
    named_locks.hold(SCREENING, alone=False)
    found = known.known_content(fingerprint)
    record_findings(run, found)
    return found


def _superseded(run: RedactionRun) -> bool:
    """A newer pass was asked for since: that one's findings will be judged."""
    return RedactionRun.objects.filter(clip=run.clip, created_at__gt=run.created_at).exists()
