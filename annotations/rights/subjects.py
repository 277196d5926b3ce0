"""The names under which keys of clips and cameras lie in the store of subjects' keys."""

import uuid

from annotations.clips.models import Clip, Device


def of_clip(clip: Clip) -> str:
    return f"c-{clip.public_id.hex}"


def of_device(device: Device) -> str:
    return f"d-{device.pk.hex}"


def device_called(pseudonym: str) -> Device | None:
    """The camera of this pseudonym."""
    try:
        identifier = uuid.UUID(pseudonym.removeprefix("d-"))
    except ValueError:
        return None
    return Device.objects.select_related("owner").filter(pk=identifier).first()
