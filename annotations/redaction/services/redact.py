"""The machine pass over one clip, in a confined child process; fails closed."""

import hashlib
import os
import statistics
import uuid
from io import BufferedRandom
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.audit.subject_keys import Unreachable
from annotations.clips import log as clips_log, vault
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_clip
from annotations.clips.memory import memory_file
from annotations.clips.models import Original
from annotations.clips.services import place, release_hold
from annotations.core import clock, ids, runs
from annotations.core.events import publish
from annotations.core.models import RunState
from annotations.core.stages import Failure, Heartbeat, KnownError, Stage, perform
from annotations.core.wrapping import Damaged
from annotations.redaction import events, log, rules, selectors
from annotations.redaction.enums import UnverifiedState
from annotations.redaction.models import HiddenTrack, Outcome, RedactionRun, Rendition
from annotations.redaction.services import cameras, examples
from annotations.redaction.services.making import Made, Work, make
from annotations.vision.child import Observer
from annotations.vision.errors import VIDEO_ERRORS, VisionError

# Another attempt cures none of these: the file is what it is, and so is the system. Time-outs and crashes may have
# come from the machine.
LASTING = frozenset({*VIDEO_ERRORS, "decoder_unconfined", "no_second_opinion"}) - {
    "decoder_timeout",
    "decoder_crashed",
}
REPAIRS_AHEAD = 3
"""Repairs that are done at most before a whole pass."""


def redact(run_id: uuid.UUID | str) -> None:
    """Does one attempt of the pass. Killed at any point, a later attempt starts afresh and nothing was shown.

    Contract of the stage: needs the original and the hold `awaiting_redaction`; leaves a verified rendition, its
    tracks and findings, or a hold that says why not; cleans up its files in memory always. A repair that waits is done
    first: it takes seconds, and somebody waits for the clip.
    """
    repairs = RedactionRun.objects.filter(state=RunState.QUEUED, built_on__isnull=False)
    if not repairs.filter(pk=run_id).exists():
        for waiting in repairs.order_by("id").values_list("pk", flat=True)[:REPAIRS_AHEAD]:
            perform(STAGE, waiting)
    perform(STAGE, run_id)


def _work(run: RedactionRun, heartbeat: Heartbeat) -> None:
    def note(progress: dict[str, Any]) -> None:
        heartbeat.at(str(progress["stage"]), progress["done"], progress["total"])

    known = selectors.camera_for(run.clip)
    run.camera, run.camera_version = dict(known.as_dict()), known.version
    _log_opening(run)
    with (
        vault.opened(run.clip.original) as original,
        memory_file("rendition") as rendition,
        memory_file("examples") as archive,
    ):
        kept = archive if examples.wanted(run.clip) else None
        made = make(Work(run, original, rendition, kept, Observer(note, heartbeat.beat)))
        if made.held:
            _keep_exposed(run, made)
        else:
            _keep_verified(run, made, rendition, archive)


@transaction.atomic
def _log_opening(run: RedactionRun) -> None:
    clip = run.clip
    audit.append(
        clips_log.ORIGINAL_OPENED,
        WORKER,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"run": str(run.pk)},
    )


def _keep_verified(run: RedactionRun, made: Made, file: BufferedRandom, archive: BufferedRandom) -> None:
    storage = storages["renditions"]
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    key = ids.random_id().hex
    name = storage.save(f"{key[:2]}/{key}.mp4", File(file))
    example = examples.put(archive) if archive.seek(0, os.SEEK_END) else None
    try:
        with transaction.atomic():
            _publish(run, made, name, digest)
            if example is not None:
                examples.keep(run, *example, archive)
    except BaseException:
        storage.delete(name)
        if example is not None:
            vault.storage().delete(example[0])
        raise


def _publish(run: RedactionRun, result: Made, name: str, digest: str) -> None:
    report = result.report
    clip, made = run.clip, report["rendition"]
    if clip.device is not None:
        cameras.check_zones(run, clip.device)
        cameras.learn(run, clip.device, report.get("seen_turns", []))
    lock_clip(
        clip.pk
    )  # an erasure comes before, and has taken the run, or after, and takes what is kept here
    _keep_report(run, result, Outcome.VERIFIED)
    Rendition.objects.filter(clip=clip, current=True).update(current=False)
    Rendition.objects.create(
        clip=clip,
        run=run,
        name=name,
        sha256=digest,
        bytes=made["bytes"],
        width=made["width"],
        height=made["height"],
        frame_rate=made["frame_rate"],
        frames=made["frames"],
        presentation_times=_presentation_times(report),
    )
    runs.finish(run)
    audit.append(
        log.VERIFIED,
        WORKER,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={
            "run": str(run.pk),
            "tracks": len(report["tracks"]),
            "models": [model["sha256"] for model in report["models"]],
            "method": str(result.method),
        },
        detail={"sha256": digest},
    )
    release_hold(clip, HoldReason.AWAITING_REDACTION, WORKER)
    publish(events.FINISHED, run=run.pk)


@transaction.atomic
def _keep_exposed(run: RedactionRun, result: Made) -> None:
    clip, report = run.clip, result.report
    residual = report["residual"]
    lock_clip(clip.pk)
    _keep_report(run, result, Outcome.EXPOSED)
    runs.finish(run)
    audit.append(
        log.EXPOSED,
        WORKER,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={
            "run": str(run.pk),
            "exposed": len(residual["exposed"]),
            "evidence": len(residual.get("evidence", [])),
            "unjudgeable": residual.get("unjudgeable") or "no",
            "models": [model["sha256"] for model in report["models"]],
        },
    )
    place(clip, HoldReason.REDACTION_UNVERIFIED, WORKER)
    publish(events.FINISHED, run=run.pk)


def _keep_report(run: RedactionRun, result: Made, outcome: str) -> None:
    report, exposed = result.report, outcome == Outcome.EXPOSED
    RedactionRun.objects.filter(pk=run.pk, token=run.token).update(
        outcome=outcome,
        camera=run.camera,
        camera_version=run.camera_version,
        held_because=rules.why_held(report["residual"]) if exposed else "",
        unverified=UnverifiedState.WAITING if exposed else "",
        method=result.method,
        whole_because=result.whole_because,
        schema=report["schema"],
        times=report["presentation_times"],
        frame_map=report["frame_map"],
        light=report.get("light", {}),
        findings=report["findings"],
        residual=report["residual"],
        fingerprint=report["fingerprint"],
        models_used=report["models"],
        seconds={**report["seconds"], "total": round(sum(report["seconds"].values()), 3)},
    )
    HiddenTrack.objects.bulk_create(
        HiddenTrack(
            run=run,
            number=track["id"],
            score=track["score"],
            boxes=track["boxes"],
            source=track["source"],
            kind=track["kind"],
            side=statistics.median((box[2] * box[3]) ** 0.5 for box in track["boxes"].values()),
        )
        for track in report["tracks"]
    )


def _presentation_times(report: dict[str, Any]) -> list[float]:
    """Of each frame of the rendition: the time of the original frame that it shows."""
    times = report["presentation_times"]
    chosen = report.get("frame_map")
    return [times[index] for index in chosen] if chosen else times


def _failed(run: RedactionRun, failure: Failure) -> None:
    """The clip is held until an operator starts the pass again."""
    clip = run.clip
    audit.append(
        log.FAILED,
        WORKER,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"run": str(run.pk), "attempts": run.attempts, "code": failure.code},
    )
    place(clip, HoldReason.REDACTION_FAILED, WORKER)


STAGE = Stage(
    model=RedactionRun,
    lease=clock.seconds(settings.REDACTION_LEASE_SECONDS),
    work=_work,
    failed=_failed,
    errors=(
        KnownError(cameras.CameraChanged, code="camera_changed"),
        KnownError(VisionError, final=LASTING),
        KnownError(Damaged, code="vault_damaged", final=True),
        KnownError(Unreachable),
        KnownError(Original.DoesNotExist, code="original_gone", final=True),
        KnownError(OSError, code="storage_failed"),
    ),
)
