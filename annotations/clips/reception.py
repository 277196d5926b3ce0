"""Whether anything is taken of an owner or a camera now: the contexts to the right say so themselves.

Each registers a function, which is called in the transaction that stores a clip, with the owner's row locked.
"""

from collections.abc import Callable

from annotations.clips.models import Device, Owner

Check = Callable[[Owner, Device | None], None]
_checks: list[Check] = []


def before_reception(check: Check) -> Check:
    """Registers what raises a DomainError when nothing of this owner, or of this camera, may be taken."""
    _checks.append(check)
    return check


def check_taken(owner: Owner, device: Device | None) -> None:
    """Raises the DomainError of the first check that refuses."""
    for check in _checks:
        check(owner, device)
