"""Writes of this context, one use case per module."""

from annotations.clips.services.camera import set_camera, set_submitters_camera
from annotations.clips.services.consent import expire_due, withdraw
from annotations.clips.services.erase import erase_clip, erase_device, erase_original, erase_owner
from annotations.clips.services.holds import place, release_hold
from annotations.clips.services.orphans import sweep_orphans
from annotations.clips.services.receive import Reception, receive

__all__ = [
    "Reception",
    "erase_clip",
    "erase_device",
    "erase_original",
    "erase_owner",
    "expire_due",
    "place",
    "receive",
    "release_hold",
    "set_camera",
    "set_submitters_camera",
    "sweep_orphans",
    "withdraw",
]
