"""Asking for a machine pass."""

from typing import Any

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.clips.services import place, release_hold
from annotations.core.errors import Conflict, Invalid
from annotations.core.events import publish
from annotations.core.models import RunState
from annotations.redaction import events, log, selectors
from annotations.redaction.missed_faces import MOST_FACES_OF_CLIP, MOST_FACES_OF_REPORT, SMALLEST_FACE, merged
from annotations.redaction.models import RedactionRun, Rendition
from annotations.redaction.services.ending import end_where_drawn

UNFINISHED = (RunState.QUEUED, RunState.RUNNING)


@transaction.atomic
def request(
    clip: Clip,
    actor: Actor,
    missed_faces: list[dict[str, Any]] | None = None,
    built_on: Rendition | None = None,
) -> RedactionRun:
    """Queues a pass. One that is queued or running is returned instead; Conflict when it lacks `missed_faces`.

    `built_on` is the rendition of which only the groups that change need to be encoded again. What two people have
    unredacted stays so.
    """
    lock_clip(clip.pk)
    active = RedactionRun.objects.filter(clip=clip, state__in=UNFINISHED).first()
    if active and not missed_faces and built_on is None:
        return active
    if active:
        raise running()
    run = RedactionRun.objects.create(
        clip=clip,
        effect=selectors.hiding().effect,
        missed_faces=missed_faces or [],
        built_on=built_on,
        unredacted=[{"boxes": boxes} for boxes in selectors.unredacted(clip)],
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


def make_again(rendition: Rendition, actor: Actor, missed_faces: list[dict[str, Any]]) -> RedactionRun:
    """Inside the caller's transaction: withdraws the rendition, holds the clip, queues the run that builds on it."""
    _withdraw(rendition, actor)
    return request(rendition.clip, actor, missed_faces, built_on=rendition)


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
    _withdraw(rendition, actor)
    return request(clip, actor, rendition.run.missed_faces)


def _withdraw(rendition: Rendition, actor: Actor) -> None:
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
def report_missed_faces(clip: Clip, faces: list[dict[str, Any]], actor: Actor) -> RedactionRun:
    """A reviewer saw a face: the clip is held at once, its rendition withdrawn, and hidden again with these boxes.

    `faces` are {"frame", "box": [x, y, width, height]} in the rendition's pixels; those of earlier reports stay, boxes
    that nearly coincide become one around them, and an unredaction there ends. Raises Invalid
    `no_faces`, `invalid_face` or `too_many_faces`, Conflict `redaction_running`, and Conflict `too_many_faces` when the
    clip has had enough reports.
    """
    lock_clip(clip.pk)
    rendition = current_rendition(clip)
    checked = [_checked(face, rendition) for face in faces]
    if not checked:
        raise Invalid("no_faces", "Draw a box around each face that can be seen.")
    if len(checked) > MOST_FACES_OF_REPORT:
        raise Invalid("too_many_faces", f"A report holds at most {MOST_FACES_OF_REPORT} faces.")
    all_faces = merged([*rendition.run.missed_faces, *checked])
    if len(all_faces) > MOST_FACES_OF_CLIP:
        raise Conflict(
            "too_many_faces",
            f"{MOST_FACES_OF_CLIP:,} faces of this clip were reported already. Flag it, so that a lead decides.",
        )
    end_where_drawn(rendition, checked, actor)
    return make_again(rendition, actor, all_faces)


@transaction.atomic
def retry(run: RedactionRun, actor: Actor) -> RedactionRun:
    """An operator starts a failed or unverified pass again, as a new run."""
    clip = run.clip
    audit.append(
        log.RETRIED, actor, clip=clip.public_id, subject=clip.owner.pseudonym, data={"run": str(run.pk)}
    )
    place(clip, HoldReason.AWAITING_REDACTION, actor)
    place(clip, HoldReason.AWAITING_SCREENING, actor)
    again = request(clip, actor, run.missed_faces)
    for reason in (HoldReason.REDACTION_FAILED, HoldReason.REDACTION_UNVERIFIED):
        release_hold(clip, reason, actor)
    return again


def _checked(face: dict[str, Any], rendition: Rendition) -> dict[str, Any]:
    try:
        frame, (x, y, width, height) = int(face["frame"]), (float(value) for value in face["box"])
    except (KeyError, TypeError, ValueError):
        raise Invalid("invalid_face", "A face is {frame, box: [x, y, width, height]}.") from None
    inside = (
        0 <= frame < rendition.frames
        and width >= SMALLEST_FACE
        and height >= SMALLEST_FACE
        and 0 <= x <= x + width <= rendition.width + 1
        and 0 <= y <= y + height <= rendition.height + 1
    )
    if not inside:
        raise Invalid(
            "invalid_face",
            f"A box of a face lies outside the picture or is smaller than {SMALLEST_FACE} pixels.",
        )
    return {"frame": frame, "box": [x, y, width, height]}
