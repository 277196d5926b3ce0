"""The unredacted copy that break-glass shows: made by the confined child in memory, kept encrypted, destroyed soon."""

import datetime
import uuid

from django.conf import settings
from django.db import transaction

from annotations.audit.actors import WORKER
from annotations.audit.storage_sweep import sweep
from annotations.audit.subject_keys import Unreachable
from annotations.break_glass import log
from annotations.break_glass.enums import BreakGlassState
from annotations.break_glass.models import BreakGlassAccess, CleanCopyRun
from annotations.break_glass.selectors import FOLDER
from annotations.break_glass.services.accesses import end, locked, record
from annotations.clips import gate, vault
from annotations.clips.intake import limits_of
from annotations.clips.memory import memory_file
from annotations.clips.models import Original
from annotations.core import clock, runs
from annotations.core.stages import Failure, Heartbeat, KnownError, Stage, perform
from annotations.core.wrapping import Damaged, WrappedKey
from annotations.redaction.services.redact import LASTING
from annotations.vision import confined
from annotations.vision.errors import VisionError


def make_clean_copy(access_id: uuid.UUID | str) -> None:
    """Does one attempt to make the copy of an approved access. When none succeeds, the access ends.

    Killed at any point it leaves ciphertext at most, whose key nobody has; another attempt begins again.
    """
    perform(STAGE, access_id)


def sweep_clean_copies() -> int:
    """Deletes files of copies that no request owns: a process died. Their keys are gone already. How many."""
    return sweep("vault", FOLDER, BreakGlassAccess.objects.exclude(name=""), datetime.timedelta(hours=1))


def _work(run: CleanCopyRun, heartbeat: Heartbeat) -> None:
    access = _begin(run)
    if access is None:
        return
    name, key, size = made(Original.objects.select_related("clip").get(clip=access.clip_id))
    kept = False
    try:
        kept = _keep(run, name, key, size)
    finally:
        if not kept:
            vault.storage().delete(name)


@transaction.atomic
def _begin(run: CleanCopyRun) -> BreakGlassAccess | None:
    """The access, if its copy is to be made; then this is on the log. Else there is nothing to do any more."""
    access = locked(run.access_id)
    if not _wanted(access):
        runs.finish(run)
        return None
    record(log.OPENED, access, WORKER, {})
    return access


def made(original: Original) -> tuple[str, WrappedKey, int]:
    """The name, the key and the plain size of a new copy in the vault. Raises VisionError, Damaged, OSError."""
    with vault.opened(original) as plain, memory_file("clean copy") as target:
        confined.clean(
            plain.fileno(),
            target.fileno(),
            confined.DecodeOptions(
                limits=limits_of(original.clip),
                timeout_s=settings.BREAK_GLASS_TIMEOUT,
                memory_bytes=settings.REDACTION_MEMORY,
                without_landlock=settings.DECODE_WITHOUT_LANDLOCK,
            ),
        )
        size = target.seek(0, 2)
        return *vault.put(target, FOLDER), size


@transaction.atomic
def _keep(run: CleanCopyRun, name: str, key: WrappedKey, size: int) -> bool:
    """Whether the copy belongs to the access now: it still stands. Raises LostLease when another worker makes one."""
    runs.finish(run)
    access = locked(run.access_id)
    if not _wanted(access):
        return False
    access.name, access.key_id, access.bytes = name, key.key_id, size
    access.wrapped_key = vault.seal_key(access.clip, key)
    access.save(update_fields=["name", "key_id", "wrapped_key", "bytes"])
    record(log.READY, access, WORKER, {"bytes": size})
    return True


def _failed(run: CleanCopyRun, failure: Failure) -> None:
    access = locked(run.access_id)
    if access.state == BreakGlassState.APPROVED:
        record(log.FAILED, access, WORKER, {"code": failure.code})
        end(access, "stop", WORKER)


def _wanted(access: BreakGlassAccess) -> bool:
    return access.running and not access.name and gate.allows_named(access.clip_id, access.passes)


STAGE = Stage(
    model=CleanCopyRun,
    lease=clock.seconds(settings.BREAK_GLASS_TIMEOUT + 60),
    work=_work,
    failed=_failed,
    errors=(
        KnownError(VisionError, final=LASTING),
        KnownError(Damaged, code="original_unreadable", final=True),
        KnownError(Original.DoesNotExist, code="original_unreadable", final=True),
        KnownError(Unreachable),
        KnownError(OSError, code="storage_failed"),
    ),
)
