"""The unredacted copy that break-glass shows: made by the confined child in memory, kept encrypted, destroyed soon."""

import datetime
import uuid

from django.conf import settings
from django.db import transaction

from annotations.audit.actors import WORKER
from annotations.audit.storage_sweep import sweep
from annotations.break_glass import log
from annotations.break_glass.enums import BreakGlassState
from annotations.break_glass.models import BreakGlassAccess
from annotations.break_glass.selectors import FOLDER, abandoned
from annotations.break_glass.services.accesses import end, locked, record
from annotations.clips import gate, vault
from annotations.clips.intake import intake_limits
from annotations.clips.memory import memory_file
from annotations.clips.models import Original
from annotations.core import clock
from annotations.core.wrapping import Damaged, WrappedKey
from annotations.vision import confined
from annotations.vision.errors import VisionError


def make_clean_copy(access_id: uuid.UUID | str) -> None:
    """Makes the copy of an approved request, unless there is one or somebody makes it. Whatever fails ends the access.

    Killed at any point it leaves ciphertext at most, whose key nobody has; the sweep begins again.
    """
    access = _begin(uuid.UUID(str(access_id)))
    if access is None:
        return
    try:
        name, key, size = made(Original.objects.select_related("clip").get(clip=access.clip_id))
    except (VisionError, Damaged, OSError, Original.DoesNotExist) as error:
        _fail(access.pk, getattr(error, "code", "original_unreadable"))
        return
    kept = False
    try:
        kept = _keep(access, name, key, size)
    finally:
        if not kept:
            vault.storage().delete(name)


def sweep_clean_copies() -> int:
    """Deletes files of copies that no request owns: a process died. Their keys are gone already. How many."""
    return sweep("vault", FOLDER, BreakGlassAccess.objects.exclude(name=""), datetime.timedelta(hours=1))


@transaction.atomic
def _begin(access_id: uuid.UUID) -> BreakGlassAccess | None:
    """The request, if its copy is to be made now; then this is on the log."""
    access = locked(access_id)
    if not _wanted(access) or (access.begun_at and access.begun_at > abandoned()):
        return None
    access.begun_at = clock.now()
    access.save(update_fields=["begun_at"])
    record(log.OPENED, access, WORKER, {})
    return access


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
def _keep(begun: BreakGlassAccess, name: str, key: WrappedKey, size: int) -> bool:
    """Whether the copy belongs to the request now: it still stands, and nobody else began meanwhile."""
    access = locked(begun.pk)
    if not _wanted(access) or access.begun_at != begun.begun_at:
        return False
    access.name, access.key_id, access.wrapped_key, access.bytes = name, key.key_id, key.wrapped, size
    access.save(update_fields=["name", "key_id", "wrapped_key", "bytes"])
    record(log.READY, access, WORKER, {"bytes": size})
    return True


@transaction.atomic
def _fail(access_id: uuid.UUID, code: str) -> None:
    access = locked(access_id)
    if access.state == BreakGlassState.APPROVED:
        record(log.FAILED, access, WORKER, {"code": code})
        end(access, "stop", WORKER)


def _wanted(access: BreakGlassAccess) -> bool:
    return access.running and not access.name and gate.allows_named(access.clip_id, access.passes)
