"""Nothing is taken of an owner or a camera that is being erased."""

from django.db.models import Q

from annotations.clips.models import Device, Owner
from annotations.clips.reception import before_reception
from annotations.core.errors import Conflict
from annotations.core.models import RunState
from annotations.rights.enums import ScopeKind
from annotations.rights.models import Erasure

BEING_ERASED = "being_erased"


@before_reception
def check_not_being_erased(owner: Owner, device: Device | None) -> None:
    """Raises Conflict `being_erased`, also while the erasure has failed and waits for somebody.

    Afterwards their reference is forgotten, and what comes under it, with a consent of its own, is of a new household.
    """
    covered = Q(kind=ScopeKind.OWNER, target=owner.pseudonym)
    if device:
        covered |= Q(kind=ScopeKind.DEVICE, target=device.pseudonym)
    if Erasure.objects.filter(covered).exclude(state=RunState.DONE).exists():
        raise Conflict(
            BEING_ERASED,
            "This owner or camera is being erased. Nothing was stored. Send it again when that is done, if the owner "
            "has agreed anew.",
        )
