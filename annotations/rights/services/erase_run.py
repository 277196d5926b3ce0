"""Executing an erasure, step by step: clip by clip through every context, then the camera or the household, then keys.

Each step commits with its entry on the log and with how far the erasure is; its files go right after. Killed anywhere,
another attempt deletes these files again, which does nothing, and goes on with the next step.
"""

import datetime
import uuid
from collections.abc import Callable

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet

from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.audit.enums import KeysDestroyed
from annotations.audit.journal import JournalUnreachable
from annotations.audit.subject_keys import Unreachable, store
from annotations.break_glass import services as break_glass
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip, Device, Owner
from annotations.core import freed_space
from annotations.core.errors import Conflict, DomainError
from annotations.core.stages import Failure, Heartbeat, KnownError, Stage, perform
from annotations.datasets import services as datasets
from annotations.moderation import services as moderation
from annotations.redaction import services as redaction
from annotations.review import services as review
from annotations.rights import inventory, log
from annotations.rights.enums import ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.retention.selectors import placed_on
from annotations.rights.scopes import Reach, Scope
from annotations.rights.services.answers import erase_answers
from annotations.rights.services.certify import certify
from annotations.rights.services.erasures import STOPPED_BY_ORDER, under_order

Step = Callable[[Clip, Actor], dict[str, int]]

# From the right to the left: nothing is deleted on which something else still rests.
STEPS: dict[str, Step] = {
    "rights": erase_answers,
    "break_glass": break_glass.erase_clip,
    "datasets": datasets.erase_clip,
    "review": review.erase_clip,
    "moderation": moderation.erase_clip,
    "redaction": redaction.erase_clip,
    "clips": clips.erase_clip,
}


def erase(erasure_id: uuid.UUID | str) -> None:
    """Does one attempt of what is left of the erasure.

    Contract of the stage: needs clips under the hold `erased`; leaves tombstones, destroyed keys and a certificate that
    says whether the check afterwards found anything.
    """
    perform(STAGE, erasure_id)


def _work(run: Erasure, heartbeat: Heartbeat) -> None:
    _delete_files(run)
    while not _erase_clips(run, heartbeat) or not _erase_holders(run, heartbeat):
        pass
    _destroy_keys(run, heartbeat)
    certify(run, heartbeat)


def _erase_clips(run: Erasure, heartbeat: Heartbeat) -> bool:
    """Goes on until every clip is through."""
    while (through := run.done.get("clips", 0)) < len(run.clips):
        clip = Clip.objects.select_related("owner").get(public_id=run.clips[through])
        for name, step in STEPS.items():
            if name not in run.done.get("steps", []):
                heartbeat.at(name, through * len(STEPS) + len(run.done.get("steps", [])), _total(run))
                before = len(run.files)
                _erase_from(run, clip, name, step, heartbeat)
                _delete_files(run, before)
    return True


@transaction.atomic
def _erase_from(run: Erasure, clip: Clip, name: str, step: Step, heartbeat: Heartbeat) -> None:
    """One clip from one context: what was there is counted, its files are noted, its rows go. Raises Conflict
    `legal_hold`, LostLease."""
    lock_clip(clip.pk)
    heartbeat.renew()
    if under_order(clip):
        raise Conflict(STOPPED_BY_ORDER, "A clip is under a legal hold.")
    clips.place(clip, HoldReason.ERASED, WORKER)
    named = len(run.files)
    _count(run, name, Reach(clip.owner, (clip,)))
    step(clip, WORKER)
    steps = [*run.done.get("steps", []), name]
    if set(steps) >= set(STEPS):
        run.done |= {"clips": run.done.get("clips", 0) + 1, "steps": []}
    else:
        run.done |= {"steps": steps}
    _keep(run, *(["files"] if len(run.files) > named else []))


def _erase_holders(run: Erasure, heartbeat: Heartbeat) -> bool:
    """The camera or the household itself. False when a clip came from it meanwhile: that one goes first."""
    if run.kind == ScopeKind.CLIP or "holders" in run.done:
        return True
    heartbeat.at("holders", len(run.clips) * len(STEPS), _total(run))
    with transaction.atomic():
        heartbeat.renew()
        covered = _locked_holders(run)
        if placed_on(Scope(run.kind, run.target)):
            raise Conflict(STOPPED_BY_ORDER, "This is under a legal hold.")
        late = [str(clip) for clip in covered.public_ids if str(clip) not in run.clips]
        if late:
            run.clips = [*run.clips, *late]
            run.subjects = list(dict.fromkeys([*run.subjects, *covered.subjects]))
        else:
            _count(run, "holders", covered.holders)
            _erase_holder(covered)
            run.done |= {"holders": True}
        _keep(run, "clips", "subjects", "files")
    return not late


def _locked_holders(run: Erasure) -> Reach:
    """What is left of the scope, with the camera or the household locked: a clip that is just being stored commits
    before, and is found."""
    if run.kind == ScopeKind.DEVICE:
        device = Device.objects.select_related("owner").filter(pseudonym=run.target).first()
        if device is None:
            return Reach(Owner.objects.get(pseudonym=run.owner), ())
        Device.objects.select_for_update().get(pk=device.pk)
        return Reach(device.owner, _of(Clip.objects.filter(device=device)), (device,))
    owner = Owner.objects.select_for_update().get(pseudonym=run.target)
    devices = Device.objects.select_for_update().filter(owner=owner).order_by("pk")
    return Reach(owner, _of(Clip.objects.filter(owner=owner)), tuple(devices), (owner,))


def _of(found: QuerySet[Clip]) -> tuple[Clip, ...]:
    return tuple(found.select_related("owner").order_by("pk"))


def _total(run: Erasure) -> int:
    """The steps of all clips, the holders, the keys and the check."""
    return len(run.clips) * len(STEPS) + 3


def _erase_holder(covered: Reach) -> None:
    """An owner with all cameras, or one camera; nothing when it is gone already."""
    if covered.owners:
        clips.erase_owner(covered.owner, WORKER)
    else:
        for device in covered.devices:
            clips.erase_device(device, WORKER)


def _destroy_keys(run: Erasure, heartbeat: Heartbeat) -> None:
    """What is destroyed is noted first: the keys themselves say nothing afterwards."""
    heartbeat.at("keys", len(run.clips) * len(STEPS), _total(run))
    with transaction.atomic():
        heartbeat.renew()
        if "keys" not in run.done:
            words = sum(kept.count(_whole(run)) for kept in inventory.of_step("keys"))
            run.done |= {"keys": True, "stores": {**run.done.get("stores", {}), "words": words}}
            run.keys = [str(key) for key in store().of_each(run.subjects)]
            run.files = [*run.files, *(file for file in run.planned_files if file not in run.files)]
            _keep(run, "keys", "files")
    _delete_files(run)
    audit.destroy_keys(run.subjects, WORKER, KeysDestroyed(run.cause))
    freed_space.clear()


def _whole(run: Erasure) -> Reach:
    """All clips with the camera or the owner, for counting what lies under their names."""
    owner = Owner.objects.get(pseudonym=run.owner)
    return Reach(
        owner,
        _of(Clip.objects.filter(public_id__in=run.clips)),
        (),
        (owner,) if run.kind == ScopeKind.OWNER else (),
    )


def _count(run: Erasure, step: str, covered: Reach) -> None:
    """Adds what is there now, and names the files that go."""
    stores = dict(run.done.get("stores", {}))
    named = dict.fromkeys(tuple(file) for kept in inventory.of_step(step) for file in kept.files(covered))
    for kept in inventory.of_step(step):
        stores[kept.code] = stores.get(kept.code, 0) + kept.count(covered)
    run.done |= {"stores": stores}
    if named:
        known = {tuple(each) for each in run.files}
        run.files = [*run.files, *(list(each) for each in named if each not in known)]


def _keep(run: Erasure, *changed: str) -> None:
    """How far it is, with the transaction, and what has changed besides: of thousands of clips these lists are long.
    Attempts are counted from here."""
    run.attempts = 0
    fields = {name: getattr(run, name) for name in ("done", *changed)}
    Erasure.objects.filter(pk=run.pk, token=run.token).update(**fields, attempts=0)


def _delete_files(run: Erasure, first: int = 0) -> None:
    """Those that the log tells of, from this one on. An attempt begins with all: those of earlier steps are gone
    already, unless a worker was killed."""
    for storage, name in run.files[first:]:
        storages[storage].delete(name)


def _failed(run: Erasure, failure: Failure) -> None:
    data = {"erasure": str(run.pk), "code": failure.code}
    audit.append(log.ERASURE_FAILED, WORKER, subject=run.owner, data=data)


STAGE = Stage(
    model=Erasure,
    lease=datetime.timedelta(minutes=5),
    work=_work,
    failed=_failed,
    errors=(
        KnownError(Unreachable),
        KnownError(JournalUnreachable),
        KnownError(DomainError, final=True),
        KnownError(OSError, code="storage_failed"),
    ),
)
