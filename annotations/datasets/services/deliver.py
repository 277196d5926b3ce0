"""Handing out a release's files."""

import datetime
import uuid

from django.db import transaction

from annotations.audit import repeats
from annotations.audit.actors import Actor
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.core import clock
from annotations.core.errors import Conflict, Missing
from annotations.core.models import RunState
from annotations.datasets import log, selectors
from annotations.datasets.models import Download, ExportFile, Release

WAIT_FOR_CONFIRMATION = datetime.timedelta(days=14)


def deliver(release: Release, format_code: str, actor: Actor) -> ExportFile:
    """The file, its download logged, and sealed there, before a byte is sent. The gate is asked again for every clip.

    Missing `no_such_file`; Conflict `release_not_ready`, or `release_withdrawn` with the `clips` (public ids) that
    may not be used, and `instead`, the newest release of the dataset that may be, or None. That is logged too.
    Conflict `deletion_unconfirmed` for a successor, while a request to this person to delete what was erased is older
    than `WAIT_FOR_CONFIRMATION` and not answered; logged as well. Unavailable `log_not_sealed`. Not inside a
    transaction.
    """
    outcome, entry = _decide(release, format_code, actor)
    if isinstance(outcome, Conflict):
        raise outcome
    await_checkpoint(entry)
    return outcome


@transaction.atomic
def _decide(release: Release, format_code: str, actor: Actor) -> tuple[ExportFile | Conflict, uuid.UUID]:
    """What is given, with its entry. A refusal is returned, not raised, so that its entry stays."""
    files = ExportFile.objects.select_for_update(of=("self",), no_key=True)
    file = files.filter(release=release, format=format_code).first()
    if file is None and release.state != RunState.DONE:
        raise Conflict("release_not_ready", "This file of the release is not made yet.")
    if file is None:
        raise Missing("no_such_file", "This release has no such file.")
    data = {"release": str(release.pk), "format": file.format}
    clips = sorted(
        str(clip) for clip in selectors.unusable(release).values_list("clip__public_id", flat=True)
    )
    if clips or file.destroyed_at:
        refused = repeats.tell(log.REFUSED, actor, data={**data, "clips": len(clips)})
        return _withdrawn(release, clips), refused
    if release.succeeds_id and (late := _unanswered(actor)):
        refused = repeats.tell(log.UNCONFIRMED, actor, data={**data, "requests": late})
        return Conflict(
            "deletion_unconfirmed",
            f"You have not said yet whether you deleted what was erased; open requests: {late}. Answer them first.",
        ), refused
    Download.objects.create(file=file, by=actor.pseudonym)
    exported = repeats.tell(
        log.EXPORTED,
        actor,
        purpose="training",
        data={**data, "clips": release.items.count(), "sha256": file.sha256},
    )
    return file, exported


def _unanswered(actor: Actor) -> int:
    """How many requests to this person to delete something wait for too long."""
    late = clock.now() - WAIT_FOR_CONFIRMATION
    return selectors.open_deletions(actor.pseudonym).filter(asked_at__lte=late).count()


def _withdrawn(release: Release, clips: list[str]) -> Conflict:
    instead = _instead(release)
    said = (
        f"Clips of this release that may not be used any more: {len(clips)}."
        if clips
        else "Its files were destroyed."
    )
    advice = "Use the newer release named here." if instead else "Freeze a new release; it leaves them out."
    return Conflict("release_withdrawn", f"{said} {advice}", clips=clips, instead=instead)


def _instead(release: Release) -> str | None:
    """The newest frozen release of the same dataset that may be used."""
    others = Release.objects.filter(dataset=release.dataset_id, state=RunState.DONE).order_by("-number")
    for other in others[:10]:
        if (
            not selectors.unusable(other).exists()
            and not other.files.filter(destroyed_at__isnull=False).exists()
        ):
            return str(other.pk)
    return None
