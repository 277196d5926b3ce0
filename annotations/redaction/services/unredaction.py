"""Showing a hidden region again: a lead asks, a second person decides, a lead may hide it again at any time."""

import uuid

from django.db import transaction

from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.registry import Action
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.core.reasons import checked_reason
from annotations.redaction import log, selectors
from annotations.redaction.enums import UnredactionState
from annotations.redaction.models import HiddenTrack, Unredaction
from annotations.redaction.rules import UNREDACTIONS
from annotations.redaction.services.ending import end
from annotations.redaction.services.request import current_rendition, make_again


@transaction.atomic
def ask_for_unredaction(clip: Clip, number: int, reason: str, lead: User) -> Unredaction:
    """Asks to show the region of one track of the current rendition. Nothing changes until somebody else agrees."""
    reason = checked_reason(reason)
    lock_clip(clip.pk)
    gate.check(clip.pk, Purpose.LABELING)
    rendition = current_rendition(clip)
    track = HiddenTrack.objects.filter(run=rendition.run_id, number=number).first()
    if track is None:
        raise Missing("no_such_region", "This region is not there any more. Reload the page.")
    asked = Unredaction.objects.filter(clip=clip, state=UnredactionState.ASKED, boxes=track.boxes)
    if asked.exists():
        raise Conflict("asked_already", "Somebody has asked for this region already.")
    frames = sorted(map(int, track.boxes))
    unredaction = Unredaction.objects.create(
        clip=clip,
        boxes=track.boxes,
        kind=track.kind,
        frame=selectors.shown_frame(rendition, frames[len(frames) // 2]),
        asked_by=lead,
    )
    _record(
        log.UNREDACTION_ASKED, unredaction, lead, {"lift": str(unredaction.pk), "frames": len(frames)}, reason
    )
    return unredaction


@transaction.atomic
def decide_unredaction(
    unredaction_id: uuid.UUID, action: str, reason: str, person: User, *, shown: str | None = None
) -> Unredaction:
    """`action` is "approve" or "refuse". Never by whoever asked. Approved, the clip is held and rendered without it.

    NotAllowed `second_person_needed` for whoever asked.
    Conflict `clip_held` when a clip that may not be looked at now is to be approved: refusing stays possible.
    """
    reason = checked_reason(reason)
    unredaction = _locked(unredaction_id)
    pages.check(shown, unredaction)
    if action not in {"approve", "refuse"}:
        raise Invalid("unknown_decision", "Approve or refuse.")
    target = UNREDACTIONS.target(
        unredaction.state, action, person.actor, asked_by=unredaction.asked_by.pseudonym
    )
    if action == "approve":
        gate.check(unredaction.clip_id, Purpose.LABELING)  # what nobody may look at now, nobody can judge
    unredaction.state = target
    unredaction.decided_by, unredaction.decided_at = person, clock.now()
    unredaction.save(update_fields=["state", "decided_by", "decided_at"])
    kind = log.UNREDACTION_APPROVED if action == "approve" else log.UNREDACTION_REFUSED
    _record(kind, unredaction, person, {"lift": str(unredaction.pk)}, reason)
    if action == "approve":
        rendition = current_rendition(unredaction.clip)
        make_again(rendition, person.actor, rendition.run.missed_regions)
    return unredaction


@transaction.atomic
def take_back_unredaction(unredaction_id: uuid.UUID, lead: User, *, shown: str | None = None) -> Unredaction:
    """The lead no longer asks for it. NotAllowed `not_yours` for anybody else."""
    unredaction = _locked(unredaction_id)
    pages.check(shown, unredaction)
    end(unredaction, "take back", lead.actor)
    return unredaction


@transaction.atomic
def hide_again(unredaction_id: uuid.UUID, lead: User, *, shown: str | None = None) -> Unredaction:
    """Any lead, at any time, without anybody's approval: the region is hidden again, the clip held meanwhile."""
    unredaction = _locked(unredaction_id)
    pages.check(shown, unredaction)
    rendition = current_rendition(unredaction.clip)
    end(unredaction, "hide again", lead.actor)
    make_again(rendition, lead.actor, rendition.run.missed_regions)
    return unredaction


def _locked(unredaction_id: uuid.UUID) -> Unredaction:
    found = Unredaction.objects.filter(pk=unredaction_id).values_list("clip", flat=True).first()
    if found is None:
        raise Missing("no_such_lift", "There is no such request.")
    lock_clip(found)
    return (
        Unredaction.objects.select_for_update(of=("self",))
        .select_related("clip__owner", "asked_by")
        .get(pk=unredaction_id)
    )


def _record(
    kind: Action, unredaction: Unredaction, person: User, data: dict[str, str | int], reason: str
) -> None:
    audit.append(
        kind,
        person.actor,
        clip=unredaction.clip.public_id,
        subject=unredaction.clip.owner.pseudonym,
        data=data,
        detail={"reason": reason},
    )
