import uuid

from celery import shared_task

from annotations.break_glass import services
from annotations.break_glass.selectors import approved_for_clip


@shared_task(name="break_glass.make_clean_copy")
def make_clean_copy(access: str) -> None:
    services.make_clean_copy(access)


@shared_task(name="break_glass.end_due_accesses")
def end_due_accesses() -> None:
    """Ends what is over by its time."""
    services.end_due_accesses()


@shared_task(name="break_glass.stop_accesses")
def stop_accesses(clip: str) -> None:
    """A clip's holds changed: where it may not be seen any more, the copies are destroyed now."""
    if approved_for_clip(uuid.UUID(clip)).exists():
        services.end_due_accesses()


@shared_task(name="break_glass.sweep_clean_copies")
def sweep_clean_copies() -> None:
    services.sweep_clean_copies()
