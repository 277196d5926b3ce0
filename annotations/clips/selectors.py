"""Finding clips."""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice

from django.db.models import Count, Prefetch, QuerySet

from annotations.accounts.models import User
from annotations.accounts.people import UNKNOWN
from annotations.audit import selectors as audit
from annotations.audit.models import LogEntry
from annotations.audit.sealed import Sealed, unseal_each
from annotations.clips import references
from annotations.clips.enums import HoldReason
from annotations.clips.models import CameraVersion, Clip, Device, Hold, Owner
from annotations.clips.rules import DeviceReferences
from annotations.vision.camera import Camera

_READ_AT_ONCE = 1000
_DIGITS = re.compile(r"[0-9a-f]{6,32}")

OPEN_HOLDS = Prefetch(
    "holds", Hold.objects.filter(released_at=None).order_by("placed_at", "id"), to_attr="open_holds"
)


def clips_with_holds() -> QuerySet[Clip]:
    return Clip.objects.select_related("owner", "consent").prefetch_related(OPEN_HOLDS)


def clip(public_id: uuid.UUID) -> Clip | None:
    return clips_with_holds().filter(public_id=public_id).first()


def find(query: str) -> QuerySet[Clip]:
    """The clips whose public id is or begins like this, or all of the owner of this pseudonym, newest first."""
    clips = clips_with_holds().order_by("-received_at", "-pk")
    if span := id_span(query):
        return clips.filter(public_id__range=span)
    return clips.filter(owner__pseudonym=query.lower())


def clip_ids(query: str) -> list[uuid.UUID]:
    """Public ids that are or begin like this: none, one, or two when there are several.

    Of clips that are there or, when none is, of those that the log tells of.
    """
    if (span := id_span(query)) is None:
        return []
    known = Clip.objects.filter(public_id__range=span).values_list("public_id", flat=True)
    told = LogEntry.objects.filter(clip__range=span).order_by("clip").values_list("clip", flat=True)
    return list(known[:2]) or [clip for clip in told.distinct()[:2] if clip]


def id_span(text: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    """The first and the last id that begin with these digits, at least six and in any case; None for other text."""
    digits = text.replace("-", "").lower()
    if not _DIGITS.fullmatch(digits):
        return None
    return uuid.UUID(digits.ljust(32, "0")), uuid.UUID(digits.ljust(32, "f"))


def owner_pseudonym(owner: str) -> str:
    """The pseudonym of the owner who was typed, in any case; UNKNOWN, which nobody has, when there is none."""
    known = Owner.objects.filter(pseudonym=owner.lower()).exists() or audit.names(owner.lower())
    return owner.lower() if known else UNKNOWN


def camera_of(device: Device | None) -> Camera:
    """What is known of the camera now; of a clip without a device nothing is."""
    if device is None:
        return Camera()
    stated = CameraVersion.objects.filter(device=device).order_by("-version").first()
    camera = stated.camera() if stated else Camera()
    return replace(
        camera, seen_turns=tuple(Device.objects.values_list("seen_turns", flat=True).get(pk=device.pk))
    )


def submitters_device(submitter: User, called: DeviceReferences) -> Device | None:
    """The device that the submitter calls so."""
    owner = references.owner_called(submitter, called.owner)
    return references.device_called(owner, called.device) if owner else None


def devices(beginning: str = "") -> QuerySet[Device]:
    """The cameras whose reference begins so, newest first, with the number of statements about each.

    References are sealed: to find some, all are read. Raises Unreachable.
    """
    found = Device.objects.select_related("owner").annotate(
        versions=Count("camera_versions", distinct=True), clip_count=Count("clips", distinct=True)
    )
    if beginning:
        found = found.filter(pk__in=list(_called(beginning)))
    return found.order_by("-pk")


def _called(beginning: str) -> Iterator[uuid.UUID]:
    """The ids of the devices whose reference begins so, in any case."""
    every = (
        Device.objects.only("pseudonym", "sealed_reference").order_by("pk").iterator(chunk_size=_READ_AT_ONCE)
    )
    while some := list(islice(every, _READ_AT_ONCE)):
        for pk, reference in references.references_of(some).items():
            if reference.casefold().startswith(beginning.casefold()):
                yield pk


def digests_of(clips: Iterable[Clip]) -> dict[uuid.UUID, str]:
    """The SHA-256 of the clips' originals by the clips' ids, in one call of the store; of those that are not erased.

    Raises Unreachable.
    """
    kept = {clip.pk: Sealed(clip.subject, bytes(clip.sealed_digest)) for clip in clips if clip.sealed_digest}
    return {
        pk: digest for pk, digest in zip(kept, unseal_each(kept.values()), strict=True) if digest is not None
    }


def stored_shape(device: Device) -> Fraction | None:
    """The shape of the device's pictures as they are recorded, from its last clip."""
    last = Clip.objects.filter(device=device).order_by("-received_at").first()
    return Fraction(last.width, last.height) if last else None


def erased_clips() -> QuerySet[Hold]:
    """The holds of the clips that are erased or are being erased."""
    return Hold.objects.filter(reason=HoldReason.ERASED, released_at=None)


def waiting_for_redaction(device: Device) -> int:
    """How many of its clips nobody can see until their faces and zones are hidden."""
    waiting = Hold.objects.filter(reason=HoldReason.AWAITING_REDACTION, released_at=None, clip__device=device)
    return waiting.count()
