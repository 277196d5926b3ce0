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
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.redaction import log, selectors
from annotations.redaction.enums import LiftState
from annotations.redaction.models import FaceTrack, Lift
from annotations.redaction.rules import LIFTS
from annotations.redaction.services.ending import end
from annotations.redaction.services.request import current_rendition, make_again

LEAST_REASON, MOST_REASON = 5, 2000


@transaction.atomic
def ask_to_lift(clip: Clip, number: int, reason: str, lead: User) -> Lift:
    """Asks to show the region of one track of the current rendition. Nothing changes until somebody else agrees."""
    lock_clip(clip.pk)
    gate.check(clip.pk, Purpose.LABELING)
    rendition = current_rendition(clip)
    reason = _checked(reason)
    track = FaceTrack.objects.filter(run=rendition.run_id, number=number).first()
    if track is None:
        raise Missing("no_such_region", "This region is not there any more. Reload the page.")
    asked = Lift.objects.filter(clip=clip, state=LiftState.ASKED, boxes=track.boxes)
    if asked.exists():
        raise Conflict("asked_already", "Somebody has asked for this region already.")
    frames = sorted(map(int, track.boxes))
    lift = Lift.objects.create(
        clip=clip,
        boxes=track.boxes,
        frame=selectors.shown_frame(rendition, frames[len(frames) // 2]),
        asked_by=lead,
    )
    _note(log.LIFT_ASKED, lift, lead, {"lift": str(lift.pk), "frames": len(frames)}, reason)
    return lift


@transaction.atomic
def decide_lift(lift_id: uuid.UUID, action: str, reason: str, person: User) -> Lift:
    """`action` is "approve" or "refuse". Never by whoever asked. Approved, the clip is held and rendered without it.

    NotAllowed `second_person_needed` for whoever asked.
    Conflict `clip_held` when a clip that may not be looked at now is to be approved: refusing stays possible.
    """
    lift = _locked(lift_id)
    if action not in {"approve", "refuse"}:
        raise Invalid("unknown_decision", "Approve or refuse.")
    target = LIFTS.target(lift.state, action, person.actor, asked_by=lift.asked_by.pseudonym)
    if action == "approve":
        gate.check(lift.clip_id, Purpose.LABELING)  # what nobody may look at now, nobody can judge
    lift.state = target
    lift.decided_by, lift.decided_at = person, clock.now()
    lift.save(update_fields=["state", "decided_by", "decided_at"])
    reason = _checked(reason)
    kind = log.LIFT_APPROVED if action == "approve" else log.LIFT_REFUSED
    _note(kind, lift, person, {"lift": str(lift.pk)}, reason)
    if action == "approve":
        rendition = current_rendition(lift.clip)
        make_again(rendition, person.actor, rendition.run.missed_faces)
    return lift


@transaction.atomic
def take_back_lift(lift_id: uuid.UUID, lead: User) -> Lift:
    """The lead no longer asks for it. NotAllowed `not_yours` for anybody else."""
    lift = _locked(lift_id)
    end(lift, "take back", lead.actor)
    return lift


@transaction.atomic
def hide_again(lift_id: uuid.UUID, lead: User) -> Lift:
    """Any lead, at any time, without anybody's approval: the region is hidden again, the clip held meanwhile."""
    lift = _locked(lift_id)
    rendition = current_rendition(lift.clip)
    end(lift, "hide again", lead.actor)
    make_again(rendition, lead.actor, rendition.run.missed_faces)
    return lift


def _locked(lift_id: uuid.UUID) -> Lift:
    found = Lift.objects.filter(pk=lift_id).values_list("clip", flat=True).first()
    if found is None:
        raise Missing("no_such_lift", "There is no such request.")
    lock_clip(found)
    return (
        Lift.objects.select_for_update(of=("self",)).select_related("clip__owner", "asked_by").get(pk=lift_id)
    )


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise Invalid("reason_missing", "Write down the reason, in 5 to 2,000 characters.")
    return reason


def _note(kind: Action, lift: Lift, person: User, data: dict[str, str | int], reason: str) -> None:
    audit.append(
        kind,
        person.actor,
        clip=lift.clip.public_id,
        subject=lift.clip.owner.pseudonym,
        data=data,
        detail={"reason": reason},
    )
