"""What is left of a clip, a camera and a household in this context after an erasure."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from annotations.audit import journal, services as audit
from annotations.audit.actors import Actor
from annotations.clips import log, vault
from annotations.clips.locking import lock_clip
from annotations.clips.models import CameraVersion, Clip, Device, Original, Owner, Submission

_NO_TEXT = ("container", "codec")
_NOTHING = ("device", "sealed_digest", "content_lookup", "recorded_at", "stated_rate")
_ZERO = ("bytes", "width", "height", "frame_rate", "frames", "duration")


@transaction.atomic
def erase_clip(clip: Clip, actor: Actor) -> dict[str, int]:
    """Deletes the original's row, and with it the wrapped key; of the clip a tombstone stays.

    That is its public id, whose it was, the consent, the holds and when it came. How many originals there were; the
    caller deletes their files, or the next sweep does. Erasing again finds nothing and writes nothing.
    """
    lock_clip(clip.pk)
    originals = Original.objects.filter(clip=clip)
    found = originals.count()
    if not found and _is_tombstone(clip.pk):
        return {"originals": 0}
    audit.append(
        log.ERASED,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"originals": found},
    )
    originals.delete()
    Clip.objects.filter(pk=clip.pk).update(**_emptied())
    Submission.objects.filter(clip=clip).update(idempotency_key=None)
    return {"originals": found}


@transaction.atomic
def erase_original(clip: Clip, actor: Actor) -> bool:
    """Deletes the original's row, and with it the wrapped key; renditions and labels stay. False when there is none.

    Its file goes with the commit, or the next sweep takes it. Nothing can be hidden in the clip any more: a repair
    fails, and the clip stays held. Raises JournalUnreachable.
    """
    lock_clip(clip.pk)
    original = Original.objects.filter(clip=clip).first()
    if original is None:
        return False
    audit.append(log.ORIGINAL_ERASED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)
    name = original.name
    original.delete()
    transaction.on_commit(lambda: vault.storage().delete(name), robust=True)
    journal.record(journal.Kind.ORIGINAL_ERASED, actor, {"clip": str(clip.public_id)})
    return True


@transaction.atomic
def erase_device(device: Device, actor: Actor) -> dict[str, int]:
    """Deletes the camera, how it was called and what was stated of it. Its clips were erased before.

    Waits for clips that come from it meanwhile; ProtectedError when there is one.
    """
    Device.objects.select_for_update().get(pk=device.pk)
    return _forget(Device.objects.filter(pk=device.pk), "device", device.owner, actor)


@transaction.atomic
def erase_owner(owner: Owner, actor: Actor) -> dict[str, int]:
    """Deletes how the household was called, and its cameras; the pseudonym stays with its consents.

    Waits for clips that come from it meanwhile. A clip that comes later belongs to a new household of that name.
    """
    owner = Owner.objects.select_for_update().get(pk=owner.pk)
    if owner.lookup is not None:
        found = _forget(Device.objects.filter(owner=owner), "owner", owner, actor)
        Owner.objects.filter(pk=owner.pk).update(sealed_reference=None, lookup=None)
        return {**found, "owners": 1}
    return {"devices": 0, "camera_statements": 0, "owners": 0}


def _forget(devices: QuerySet[Device], kind: str, owner: Owner, actor: Actor) -> dict[str, int]:
    statements = CameraVersion.objects.filter(device__in=devices).count()
    cameras = devices.count()
    audit.append(
        log.HOLDER_ERASED,
        actor,
        subject=owner.pseudonym,
        data={"kind": kind, "cameras": cameras, "statements": statements},
    )
    devices.delete()
    return {"devices": cameras, "camera_statements": statements}


def _emptied() -> dict[str, Any]:
    """Nothing for every column that said something about the file."""
    return {
        **dict.fromkeys(_NO_TEXT, ""),
        **dict.fromkeys(_NOTHING),
        **dict.fromkeys(_ZERO, 0),
        "facts": {},
        "standing": False,
        "constant_rate": False,
        "accept_partial": False,
    }


def _is_tombstone(clip_id: uuid.UUID) -> bool:
    return Clip.objects.filter(pk=clip_id, bytes=0).exists()
