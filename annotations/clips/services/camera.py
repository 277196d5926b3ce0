"""What is known of a camera: stated by an operator, or by whoever submits its clips."""

from typing import Any

from django.db import transaction

from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips import events, log, selectors
from annotations.clips.camera_rules import SETS_CAMERA, aspect_in_words, says_the_same, stated_camera
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_device
from annotations.clips.models import CameraVersion, Device
from annotations.clips.references import known_device, known_owner
from annotations.clips.rules import FINAL, DeviceReferences
from annotations.clips.services.holds import place
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, TooMany
from annotations.core.events import publish
from annotations.vision.camera import Camera

MOST_AN_HOUR = 20


@transaction.atomic
def set_camera(device: Device, camera: Camera, actor: Actor, *, version: int | None = None) -> Camera:
    """States anew what is known of the camera; what it is now. Nothing happens when that was known already.

    A zone that is new takes back what people see of the camera's clips, at once: each clip in use that is not waiting
    for redaction is held for it, and made again. `version` is the one that was changed; None replaces whichever holds.
    Raises NotAllowed `operator_or_submitter_only`; ChangedSince when somebody else was faster; TooMany
    `camera_changed_too_often`, as each change may have every clip of the camera made again.
    """
    SETS_CAMERA.check(actor)
    lock_device(device.pk)
    before = selectors.camera_of(device)
    pages.check_version(version, before.version, [str(device.pk)])
    if says_the_same(camera, before):
        return before
    _check_not_too_often(device)
    made = CameraVersion.objects.create(
        device=device,
        version=before.version + 1,
        quarter_turns=camera.quarter_turns,
        aspect=aspect_in_words(camera.aspect),
        zones=camera.as_dict()["zones"],
        set_by=actor.pseudonym,
    )
    device.seen_turns = list(before.shown_as(camera).seen_turns)
    hides_more = camera.hides_more_than(before)
    if hides_more:
        device.least_version = made.version
    device.save(update_fields=["seen_turns", "least_version"])
    audit.append(
        log.CAMERA_SET,
        actor,
        subject=device.owner.pseudonym,
        data={
            "device": str(device.pk),
            "version": made.version,
            "quarter_turns": made.quarter_turns,
            "aspect": made.aspect,
            "zones": len(made.zones),
            "sha256": made.digest(),
            "clips": _take_back(device, actor) if hides_more else 0,
        },
    )
    return selectors.camera_of(device)


@transaction.atomic
def set_submitters_camera(submitter: User, actor: Actor, called: DeviceReferences, statement: Any) -> Camera:
    """As `set_camera`, by the submitter's own references; a device that sent nothing yet is made known.

    Raises as `set_camera` and `camera_rules.stated_camera` do.
    """
    camera = stated_camera(statement)
    known = selectors.submitters_device(submitter, called)
    if known is None and says_the_same(camera, Camera()):
        return camera
    device = known_device(known_owner(submitter, called.owner), called.device)
    return set_camera(device, camera, actor)


def state_with_clip(device: Device, camera: Camera, actor: Actor) -> None:
    """Inside the transaction that stores a clip: what was sent along with it, where nothing was known before.

    Raises Conflict `camera_known_otherwise`: a clip that was sent late must not undo what was stated since.
    """
    lock_device(device.pk)
    known = selectors.camera_of(device)
    if known.version and not says_the_same(known, camera):
        raise Conflict(
            "camera_known_otherwise",
            "Something else was stated about this camera before. Change that first, or send the clip without it.",
        )
    set_camera(device, camera, actor)


def _take_back(device: Device, actor: Actor) -> int:
    """How many clips people could see until now."""
    ended = device.clips.filter(holds__reason__in=FINAL, holds__released_at=None)
    clips = device.clips.exclude(pk__in=ended.values("pk")).select_related("owner").order_by("pk")
    taken = 0
    for clip in clips:
        if place(clip, HoldReason.AWAITING_REDACTION, actor):
            publish(events.ZONES_ADDED, clip=clip.pk)
            taken += 1
    return taken


def _check_not_too_often(device: Device) -> None:
    lately = device.camera_versions.filter(set_at__gt=clock.now() - clock.seconds(3600))
    if lately.count() >= MOST_AN_HOUR:
        raise TooMany(
            "camera_changed_too_often",
            f"What is known of this camera was changed {MOST_AN_HOUR} times within an hour. Try again later.",
        )
