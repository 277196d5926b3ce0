"""Writes of this context, one use case per module."""

from annotations.clips.services.consent import expire_due, withdraw
from annotations.clips.services.holds import lift, place
from annotations.clips.services.orphans import sweep_orphans
from annotations.clips.services.receive import Reception, receive

__all__ = ["Reception", "expire_due", "lift", "place", "receive", "sweep_orphans", "withdraw"]
