"""Freezing a release: the gate decides, the items are written, the files are made."""

import datetime
import uuid
from contextlib import suppress

from django.conf import settings
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.core import runs
from annotations.core.errors import DomainError
from annotations.core.models import RunState
from annotations.datasets import log
from annotations.datasets.models import Release
from annotations.datasets.services import contents, files
from annotations.vision.errors import VisionError

LEASE = datetime.timedelta(seconds=90)
# Another attempt cures none of these.
LASTING = frozenset({"release_withdrawn", "nothing_passes", "labels_damaged", "rendition_damaged"})


def freeze(release_id: uuid.UUID | str) -> None:
    """Claims the release and does what is left of it. Killed at any point, a later attempt goes on.

    Contract of the stage: needs a requested release; leaves its items, exclusions and manifest digest (written
    once, in one transaction), then its files, or a failure that says why; files that count for nothing are
    deleted.
    """
    release = runs.claim(Release, release_id, LEASE)
    if release is None:
        _give_up(release_id)
        return
    with suppress(runs.LostLease):  # another worker has it; what was made here was deleted
        try:
            if release.frozen_at is None:
                contents.fix(release, LEASE)
            files.make(release, LEASE)
        except DomainError as error:
            _fail(release, error.code, error.message)
        except VisionError as error:
            _fail(release, "rendition_damaged", str(error))
        except OSError as error:
            _fail(release, "storage_failed", str(error))


def _fail(release: Release, code: str, message: str) -> None:
    if code in LASTING or release.attempts >= settings.RUN_ATTEMPTS:
        _park(release, code, message)
        return
    Release.objects.filter(pk=release.pk, token=release.token).update(
        failure_code=code, failure_message=message
    )
    runs.release(release)


@transaction.atomic
def _park(release: Release, code: str, message: str) -> None:
    runs.finish(release, RunState.FAILED, code=code, message=message)
    audit.append(
        log.FAILED, WORKER, data={"release": str(release.pk), "code": code, "attempts": release.attempts}
    )


def _give_up(release_id: uuid.UUID | str) -> None:
    """Parks the release when its attempts are used up although nobody reported a failure."""
    for release in runs.seize_spent(Release, LEASE, pk=release_id):
        reason = (
            release.failure_message or "The worker was stopped each time; the release may be too much for it."
        )
        _park(release, release.failure_code or "worker_lost", reason)
