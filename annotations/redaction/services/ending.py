"""The end of a lifted region: it is hidden again from the next rendition on."""

from typing import Any

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core import clock
from annotations.redaction import log, selectors
from annotations.redaction.enums import LiftState
from annotations.redaction.models import Lift, Rendition
from annotations.redaction.rules import LIFTS
from annotations.vision.boxes import as_box, intersection


def end(lift: Lift, action: str, actor: Actor) -> None:
    """Inside the caller's transaction, with the row locked."""
    lift.state = LIFTS.target(lift.state, action)
    lift.ended_at = clock.now()
    lift.save(update_fields=["state", "ended_at"])
    audit.append(
        log.LIFT_ENDED,
        actor,
        clip=lift.clip.public_id,
        subject=lift.clip.owner.pseudonym,
        data={"lift": str(lift.pk), "because": action.replace(" ", "_")},
    )


def end_where_drawn(rendition: Rendition, faces: list[dict[str, Any]], actor: Actor) -> None:
    """Somebody sees a face where two people saw none: the region is hidden again, and nobody is asked."""
    standing = Lift.objects.select_for_update(of=("self",)).select_related("clip__owner")
    for lift in standing.filter(clip=rendition.clip, state=LiftState.APPROVED):
        for face in faces:
            box = lift.boxes.get(str(selectors.original_frame(rendition, face["frame"])))
            if box and intersection(as_box(box), as_box(face["box"])) > 0:
                end(lift, "report a missed face", actor)
                break
