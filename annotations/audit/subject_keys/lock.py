"""Nobody writes a detail of a subject while that subject is erased."""

from annotations.core import named_locks


def hold(subject: str, *, alone: bool) -> None:
    """Waits until nobody erases the subject (`alone`: nor writes a detail of it), until the transaction ends."""
    named_locks.hold(f"audit.subject:{subject}", alone=alone)
