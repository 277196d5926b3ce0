"""Writes of this context, one use case per module."""

from annotations.clips.services.camera import set_camera, set_submitters_camera
from annotations.clips.services.consent import expire_due, withdraw
from annotations.clips.services.erase import erase_clip, erase_device, erase_owner
from annotations.clips.services.holds import place, release_hold
from annotations.clips.services.legal_hold import place_legal_hold, release_legal_hold
from annotations.clips.services.orphans import sweep_orphans
from annotations.clips.services.receive import Reception, receive

__all__ = [
    "Reception",
    "erase_clip",
    "erase_device",
    "erase_owner",
    "expire_due",
    "place",
    "place_legal_hold",
    "receive",
    "release_hold",
    "release_legal_hold",
    "set_camera",
    "set_submitters_camera",
    "sweep_orphans",
    "withdraw",
]
