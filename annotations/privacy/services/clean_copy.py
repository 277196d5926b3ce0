"""The unredacted copy that break-glass shows: made by the confined child in memory, kept encrypted, destroyed soon."""

import datetime
import uuid

from django.conf import settings
from django.db import transaction

from annotations.audit.actors import WORKER
from annotations.audit.storage_sweep import sweep
from annotations.clips import gate, vault
from annotations.clips.intake import intake_limits
from annotations.clips.memory import memory_file
from annotations.clips.models import Original
from annotations.core import clock
from annotations.core.wrapping import Damaged, WrappedKey
from annotations.privacy import log
from annotations.privacy.enums import GlassState
from annotations.privacy.models import BreakGlass
from annotations.privacy.selectors.break_glass import FOLDER, abandoned
from annotations.privacy.services.break_glass import end, locked, note
from annotations.vision import confined
from annotations.vision.errors import VisionError


def make_clean_copy(glass_id: uuid.UUID | str) -> None:
    """Makes the copy of an approved request, unless there is one or somebody makes it. Whatever fails ends the access.

    Killed at any point it leaves ciphertext at most, whose key nobody has; the sweep begins again.
    """
    glass = _begin(uuid.UUID(str(glass_id)))
    if glass is None:
        return
    try:
        name, key, size = made(Original.objects.select_related("clip").get(clip=glass.clip_id))
    except (VisionError, Damaged, OSError, Original.DoesNotExist) as error:
        _fail(glass.pk, getattr(error, "code", "original_unreadable"))
        return
    kept = False
    try:
        kept = _keep(glass, name, key, size)
    finally:
        if not kept:
            vault.storage().delete(name)


def sweep_clean_copies() -> int:
    """Deletes files of copies that no request owns: a process died. Their keys are gone already. How many."""
    return sweep("vault", FOLDER, BreakGlass.objects.exclude(name=""), datetime.timedelta(hours=1))


@transaction.atomic
def _begin(glass_id: uuid.UUID) -> BreakGlass | None:
    """The request, if its copy is to be made now; then this is on the log."""
    glass = locked(glass_id)
    if not _wanted(glass) or (glass.begun_at and glass.begun_at > abandoned()):
        return None
    glass.begun_at = clock.now()
    glass.save(update_fields=["begun_at"])
    note(log.GLASS_OPENED, glass, WORKER, {})
    return glass


def made(original: Original) -> tuple[str, WrappedKey, int]:
    """The name, the key and the plain size of a new copy in the vault. Raises VisionError, Damaged, OSError."""
    with vault.opened(original) as plain, memory_file("clean copy") as target:
        confined.clean(
            plain.fileno(),
            target.fileno(),
            intake_limits(),
            timeout_s=settings.BREAK_GLASS_TIMEOUT,
            memory_bytes=settings.REDACTION_MEMORY,
        )
        size = target.seek(0, 2)
        return *vault.put(target, FOLDER), size


@transaction.atomic
def _keep(begun: BreakGlass, name: str, key: WrappedKey, size: int) -> bool:
    """Whether the copy belongs to the request now: it still stands, and nobody else began meanwhile."""
    glass = locked(begun.pk)
    if not _wanted(glass) or glass.begun_at != begun.begun_at:
        return False
    glass.name, glass.key_id, glass.wrapped_key, glass.bytes = name, key.key_id, key.wrapped, size
    glass.save(update_fields=["name", "key_id", "wrapped_key", "bytes"])
    note(log.GLASS_READY, glass, WORKER, {"bytes": size})
    return True


@transaction.atomic
def _fail(glass_id: uuid.UUID, code: str) -> None:
    glass = locked(glass_id)
    if glass.state == GlassState.APPROVED:
        note(log.GLASS_FAILED, glass, WORKER, {"code": code})
        end(glass, "stop", WORKER)


def _wanted(glass: BreakGlass) -> bool:
    return glass.running and not glass.name and gate.allows_named(glass.clip_id, glass.passes)
