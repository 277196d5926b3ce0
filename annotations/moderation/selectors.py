"""Reading flags."""

from django.db.models import QuerySet

from annotations.redaction.models import RedactionRun

from .enums import FlagState
from .models import Flag


def flags(state: str = FlagState.OPEN) -> QuerySet[Flag]:
    """Flags in one state with their clips; the open ones oldest first, the decided ones newest first."""
    order = "raised_at" if state == FlagState.OPEN else "-decided_at"
    return Flag.objects.select_related("clip__owner").filter(state=state).order_by(order, "pk")


def unscreened() -> QuerySet[RedactionRun]:
    """Finished, verified passes that nobody has judged yet: what the sweep wakes."""
    return RedactionRun.objects.filter(
        state="done", outcome="verified", screening=None, rendition__current=True
    ).order_by("finished_at")
