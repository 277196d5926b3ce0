"""Writes of this context, one use case per module."""

from .consent import expire_due, withdraw
from .holds import lift, place
from .orphans import sweep_orphans
from .receive import Reception, receive

__all__ = ["Reception", "expire_due", "lift", "place", "receive", "sweep_orphans", "withdraw"]
