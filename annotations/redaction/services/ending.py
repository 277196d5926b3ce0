"""The end of an unredaction: it is hidden again from the next rendition on."""

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core import clock
from annotations.redaction import log, selectors
from annotations.redaction.enums import UnredactionState
from annotations.redaction.missed_regions import Region, kind_of
from annotations.redaction.models import Rendition, Unredaction
from annotations.redaction.rules import UNREDACTIONS
from annotations.vision.boxes import as_box, intersection


def end(unredaction: Unredaction, action: str, actor: Actor) -> None:
    """Inside the caller's transaction, with the row locked."""
    unredaction.state = UNREDACTIONS.target(
        unredaction.state, action, actor, asked_by=unredaction.asked_by.pseudonym
    )
    unredaction.ended_at = clock.now()
    unredaction.save(update_fields=["state", "ended_at"])
    audit.append(
        log.UNREDACTION_ENDED,
        actor,
        clip=unredaction.clip.public_id,
        subject=unredaction.clip.owner.pseudonym,
        data={"lift": str(unredaction.pk), "because": action.replace(" ", "_")},
    )


def end_where_drawn(rendition: Rendition, regions: list[Region], actor: Actor) -> None:
    """Somebody sees what two people did not see there: the region is hidden again, and nobody is asked."""
    standing = Unredaction.objects.select_for_update(of=("self",)).select_related("clip__owner", "asked_by")
    for unredaction in standing.filter(clip=rendition.clip, state=UnredactionState.APPROVED):
        for region in regions:
            box = unredaction.boxes.get(str(selectors.original_frame(rendition, region["frame"])))
            same_kind = unredaction.kind == kind_of(region)
            if box and same_kind and intersection(as_box(box), as_box(region["box"])) > 0:
                end(unredaction, "report something to hide", actor)
                break
