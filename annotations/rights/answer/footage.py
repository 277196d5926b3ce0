"""Which clips an owner gets a copy of, with bystanders hidden, and why not of the others (GDPR, Art. 15(3) and (4))."""

from collections.abc import Collection, Sequence
from typing import Any

from django.core.files.storage import storages
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotations.clips import gate
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip
from annotations.redaction.models import Rendition

# In this order the first that applies is told.
_WHY_NOT: dict[str, Promise] = {
    HoldReason.ERASED: _("It is erased, or is being erased."),
    HoldReason.LEGAL: _("A legal order keeps it; until that is over, nobody is given it."),
    HoldReason.FLAGGED: _(
        "A person found it too private or inappropriate: it may show somebody who must not be shown."
    ),
    HoldReason.QUARANTINED: _("It waits for a person to decide whether it is too private to be shown."),
    HoldReason.REDACTION_UNVERIFIED: _(
        "Somebody in it may still be visible, and it must not show other people."
    ),
    HoldReason.REDACTION_FAILED: _("Faces in it could not be hidden, and it must not show other people."),
    HoldReason.AWAITING_REDACTION: _("Faces in it are still being hidden. Ask again in a day."),
    HoldReason.AWAITING_SCREENING: _("It is still being checked. Ask again in a day."),
    HoldReason.WITHDRAWN: _("You withdrew your consent: it is only kept until it is erased."),
    HoldReason.EXPIRED: _("Your consent has ended: it is only kept until it is erased."),
}
SHUT_OUT = _("Whoever takes this out may not do so any more.")
REMADE = _(
    "The version of it in which faces are hidden is being made again. Ask again in a day: a new answer then has a copy."
)
NO_RENDITION = _("There is no version of it in which faces are hidden.")
ENDED = _WHY_NOT[HoldReason.EXPIRED]


def copies(clips: Sequence[Clip]) -> dict[str, list[dict[str, Any]]]:
    """What may be copied of these clips now, each with its bytes, and what not, each with the reason.

    Originals are never copied: they show other people. Asks the gate.
    """
    passing = set(
        gate.passing(Purpose.ACCESS).filter(pk__in=[clip.pk for clip in clips]).values_list("pk", flat=True)
    )
    renditions = {each.clip_id: each for each in Rendition.objects.filter(clip__in=clips, current=True)}
    found: dict[str, list[dict[str, Any]]] = {"clips": [], "left_out": []}
    for clip in clips:
        number, rendition = str(clip.public_id), renditions.get(clip.pk)
        if clip.pk in passing and rendition and storages["renditions"].exists(rendition.name):
            found["clips"].append({"number": number, "bytes": rendition.bytes})
        else:
            held = {hold.reason for hold in clip.holds.all() if hold.released_at is None}
            why = why_not(held, has_rendition=rendition is not None, passes=clip.pk in passing)
            found["left_out"].append({"number": number, "why": why})
    return found


def why_not(held: Collection[str], *, has_rendition: bool, passes: bool = False) -> str:
    """Why a clip with these open holds is not copied. `passes`: the gate lets it through, but there is no file, which
    is made again (`remake_renditions`)."""
    for reason, why in _WHY_NOT.items():
        if reason in held:
            return str(REMADE if reason == HoldReason.AWAITING_REDACTION and has_rendition else why)
    if passes:
        return str(REMADE if has_rendition else NO_RENDITION)
    return str(ENDED if has_rendition else NO_RENDITION)
