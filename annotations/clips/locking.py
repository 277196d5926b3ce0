"""One order of locks for every context: the clip's row first, then rows of one's own. A device, before its clips.

Placing a hold locks it too, so a hold and a submission (or a freeze) of one clip are never under way together.
"""

import uuid

from annotations.clips.models import Clip, Device


def lock_clip(clip_id: uuid.UUID) -> None:
    """Locks the clip's row until the transaction ends (SQLite's transactions have the whole database already)."""
    Clip.objects.select_for_update(no_key=True).only("pk").get(pk=clip_id)


def lock_device(device_id: uuid.UUID) -> None:
    """Locks the device's row until the transaction ends: what is known of the camera stays as it is meanwhile."""
    Device.objects.select_for_update(no_key=True).only("pk").get(pk=device_id)
