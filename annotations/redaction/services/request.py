"""Asking for a machine pass."""

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.clips.services import place, release_hold
from annotations.core import shown as pages
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.core.events import publish
from annotations.core.models import RunState
from annotations.redaction import events, log, selectors
from annotations.redaction.enums import HiddenKind
from annotations.redaction.missed_regions import (
    MOST_REGIONS_OF_CLIP,
    MOST_REGIONS_OF_REPORT,
    SMALLEST_SIDE,
    Region,
    kind_of,
    merged,
    with_kind,
)
from annotations.redaction.models import RedactionRun, Rendition
from annotations.redaction.rules import UNVERIFIED
from annotations.redaction.services.ending import end_where_drawn

UNFINISHED = (RunState.QUEUED, RunState.RUNNING)


@transaction.atomic
def request(
    clip: Clip,
    actor: Actor,
    missed_regions: list[Region] | None = None,
    built_on: Rendition | None = None,
    *,
    strict: bool = False,
) -> RedactionRun:
    """Queues a pass. One that is queued or running is returned instead; Conflict when it lacks what is asked for.

    `built_on` is the rendition of which only the groups that change need to be encoded again: where it was made
    strictly, so is the next. What two people have unredacted stays so. Conflict `clip_erased`, too.
    """
    lock_clip(clip.pk)
    gate.check_kept(clip.pk)
    active = RedactionRun.objects.filter(clip=clip, state__in=UNFINISHED).first()
    if active and not missed_regions and built_on is None and not strict:
        return active
    if active:
        raise running()
    run = RedactionRun.objects.create(
        clip=clip,
        effect=selectors.hiding().effect,
        missed_regions=missed_regions or [],
        built_on=built_on,
        strict=strict or (built_on is not None and built_on.run.strict),
        unredacted=selectors.unredacted(clip),
    )
    audit.append(
        log.REQUESTED,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"run": str(run.pk), "effect": run.effect},
    )
    publish(events.REQUESTED, run=run.pk)
    return run


def make_again(rendition: Rendition, actor: Actor, missed_regions: list[Region]) -> RedactionRun:
    """Inside the caller's transaction: withdraws the rendition, holds the clip, queues the run that builds on it."""
    withdraw_rendition(rendition, actor)
    return request(rendition.clip, actor, missed_regions, built_on=rendition)


@transaction.atomic
def hide_zones(clip: Clip, actor: Actor) -> RedactionRun | None:
    """The whole pass anew for a clip whose rendition lacks a privacy zone; None when it has them all, or is being made:
    a pass does not end without them. What people drew and unredacted stays.
    """
    lock_clip(clip.pk)
    lacking = selectors.clips_lacking_zones().filter(pk=clip.pk).exists()
    if not lacking or RedactionRun.objects.filter(clip=clip, state__in=UNFINISHED).exists():
        return None
    rendition = current_rendition(clip)
    withdraw_rendition(rendition, actor)
    return request(clip, actor, rendition.run.missed_regions)


def withdraw_rendition(rendition: Rendition, actor: Actor) -> None:
    """Inside the caller's transaction: nobody gets it any more, and the clip is held until another one is made."""
    rendition.current = False
    rendition.save(update_fields=["current"])
    place(rendition.clip, HoldReason.AWAITING_REDACTION, actor)
    place(rendition.clip, HoldReason.AWAITING_SCREENING, actor)


def current_rendition(clip: Clip) -> Rendition:
    """The one that people get now; Conflict `redaction_running` when another is being made."""
    rendition = Rendition.objects.select_related("run").filter(clip=clip, current=True).first()
    if rendition is None:
        raise running()
    return rendition


def running() -> Conflict:
    return Conflict(
        "redaction_running", "The faces of this clip are being hidden again. Try again in a moment."
    )


@transaction.atomic
def request_first(clip: Clip, actor: Actor) -> RedactionRun:
    """Queues the pass that a new clip needs, once: an event that is delivered again finds it there."""
    lock_clip(clip.pk)
    return RedactionRun.objects.filter(clip=clip).order_by("id").first() or request(clip, actor)


@transaction.atomic
def report_missed_regions(clip: Clip, regions: list[Region], actor: Actor) -> RedactionRun:
    """A reviewer saw something to hide: the clip is held at once, its rendition withdrawn, and made again with it.

    `regions` are {"frame", "box": [x, y, width, height], "kind"} in the rendition's pixels, of faces where they have no
    kind; those of earlier reports stay, boxes of a kind that nearly coincide become one around them, and an unredaction
    there ends. Raises Invalid `no_regions`, `invalid_region` or `too_many_regions`, Conflict `redaction_running`, and
    Conflict `too_many_regions` when the clip has had enough reports.
    """
    lock_clip(clip.pk)
    rendition = current_rendition(clip)
    checked = [_checked(region, rendition) for region in regions]
    if not checked:
        raise Invalid("no_regions", "Draw a box around each thing that is to be hidden.")
    if len(checked) > MOST_REGIONS_OF_REPORT:
        raise Invalid("too_many_regions", f"A report holds at most {MOST_REGIONS_OF_REPORT} boxes.")
    together = merged([*rendition.run.missed_regions, *checked])
    if len(together) > MOST_REGIONS_OF_CLIP:
        raise Conflict(
            "too_many_regions",
            f"{MOST_REGIONS_OF_CLIP:,} boxes of this clip were reported already. Flag it, so that a lead decides.",
        )
    end_where_drawn(rendition, checked, actor)
    return make_again(rendition, actor, together)


@transaction.atomic
def retry(run: RedactionRun, actor: Actor) -> RedactionRun:
    """An operator starts a failed or unverified pass again, as a new run.

    Conflict `not_possible_now` when a lead has ordered another one meanwhile.
    """
    clip = run.clip
    lock_clip(clip.pk)
    run.refresh_from_db()
    if run.unverified:
        _decide(run, "start again", actor)
    audit.append(
        log.RETRIED, actor, clip=clip.public_id, subject=clip.owner.pseudonym, data={"run": str(run.pk)}
    )
    return _anew(run, actor, strict=run.strict)


@transaction.atomic
def try_strictly(clip: Clip, lead: Actor, *, shown: str | None = None) -> RedactionRun:
    """A lead orders another pass over a clip that was not verified, in which whole persons are hidden.

    Missing `not_unverified` when its last pass was verified or is under way; Conflict `tried_strictly` when that pass
    was such a one already.
    """
    run = locked_unverified(clip)
    pages.check(shown, run)
    if run.strict:
        raise Conflict(
            "tried_strictly", "Whole persons were hidden already, and it could still not be verified."
        )
    _decide(run, "try strictly", lead)
    again = _anew(run, lead, strict=True)
    audit.append(
        log.ORDERED_STRICTLY,
        lead,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"run": str(again.pk), "after": str(run.pk)},
    )
    return again


@transaction.atomic
def discard_unverified(clip: Clip, lead: Actor, *, shown: str | None = None) -> RedactionRun:
    """A lead gives a clip up that was not verified; it stays held. Missing `not_unverified`."""
    run = locked_unverified(clip)
    pages.check(shown, run)
    _decide(run, "discard", lead)
    audit.append(
        log.DISCARDED, lead, clip=clip.public_id, subject=clip.owner.pseudonym, data={"run": str(run.pk)}
    )
    return run


def locked_unverified(clip: Clip) -> RedactionRun:
    """The clip's last run, with the clip locked, when it was not verified."""
    lock_clip(clip.pk)
    run = RedactionRun.objects.select_related("clip__owner").filter(clip=clip).order_by("-id").first()
    if run is None or not run.unverified:
        raise Missing("not_unverified", "This clip does not wait for a decision any more. Reload the page.")
    return run


def _decide(run: RedactionRun, action: str, actor: Actor) -> None:
    run.unverified = UNVERIFIED.target(run.unverified, action, actor)
    run.save(update_fields=["unverified"])


def _anew(run: RedactionRun, actor: Actor, *, strict: bool) -> RedactionRun:
    """A new whole run over the clip, with what people drew; it takes the place of the holds of the earlier one."""
    clip = run.clip
    place(clip, HoldReason.AWAITING_REDACTION, actor)
    place(clip, HoldReason.AWAITING_SCREENING, actor)
    again = request(clip, actor, run.missed_regions, strict=strict)
    for reason in (HoldReason.REDACTION_FAILED, HoldReason.REDACTION_UNVERIFIED):
        release_hold(clip, reason, actor)
    return again


def _checked(region: Region, rendition: Rendition) -> Region:
    try:
        frame, (x, y, width, height) = int(region["frame"]), (float(value) for value in region["box"])
        kind = HiddenKind(kind_of(region))
    except (KeyError, TypeError, ValueError):
        raise Invalid("invalid_region", "A box is {frame, box: [x, y, width, height], kind}.") from None
    inside = (
        0 <= frame < rendition.frames
        and width >= SMALLEST_SIDE
        and height >= SMALLEST_SIDE
        and 0 <= x <= x + width <= rendition.width + 1
        and 0 <= y <= y + height <= rendition.height + 1
    )
    if not inside:
        raise Invalid(
            "invalid_region",
            f"A box lies outside the picture or is smaller than {SMALLEST_SIDE} pixels.",
        )
    return with_kind(kind, {"frame": frame, "box": [x, y, width, height]})
