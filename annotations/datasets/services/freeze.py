"""Freezing a release: the gate decides, the items are written, the files are made."""

import datetime
import uuid

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.core.errors import DomainError
from annotations.core.stages import Failure, Heartbeat, KnownError, Stage, perform
from annotations.datasets import log
from annotations.datasets.models import Release
from annotations.datasets.services import contents, files
from annotations.vision.errors import VisionError

# Another attempt cures none of these.
LASTING = frozenset({"release_withdrawn", "nothing_passes", "labels_damaged", "rendition_damaged"})


def freeze(release_id: uuid.UUID | str) -> None:
    """Does one attempt of what is left of the release. Killed at any point, a later attempt goes on.

    Contract of the stage: needs a requested release; leaves its items, exclusions and manifest digest (written
    once, in one transaction), then its files, or a failure that says why; files that count for nothing are
    deleted.
    """
    perform(STAGE, release_id)


def _work(release: Release, heartbeat: Heartbeat) -> None:
    if release.frozen_at is None:
        contents.fix(release, heartbeat)
    files.make(release, heartbeat)


def _failed(release: Release, failure: Failure) -> None:
    data = {"release": str(release.pk), "code": failure.code, "attempts": release.attempts}
    audit.append(log.FAILED, WORKER, data=data)


STAGE = Stage(
    model=Release,
    lease=datetime.timedelta(seconds=90),
    work=_work,
    failed=_failed,
    errors=(
        KnownError(DomainError, final=LASTING),
        KnownError(VisionError, code="rendition_damaged", final=True),
        KnownError(OSError, code="storage_failed"),
    ),
)
