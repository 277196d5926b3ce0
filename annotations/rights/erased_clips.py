"""Which erasure took a clip."""

from annotations.clips.models import Clip
from annotations.rights.models import Erasure


def erasure_of(clip: Clip) -> Erasure | None:
    """The erasure that took the clip, or is about to: its own, its camera's or its owner's; the first one."""
    of_owner = Erasure.objects.filter(owner=clip.owner.pseudonym).order_by("created_at", "pk")
    return next((erasure for erasure in of_owner if str(clip.public_id) in erasure.clips), None)
