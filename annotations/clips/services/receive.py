"""Receiving a clip: all of it, or nothing."""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction

from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips import events, log, selectors, vault
from annotations.clips.camera_rules import says_the_same
from annotations.clips.enums import HoldReason
from annotations.clips.intake import has_second_opinion, intake_limits
from annotations.clips.models import Clip, Consent, Device, Original, Owner, Submission
from annotations.clips.rules import ConsentTerms, check_extension
from annotations.clips.services.camera import state_with_clip
from annotations.clips.services.holds import place
from annotations.core.errors import Conflict, DomainError, Invalid, TooLarge, Unavailable
from annotations.core.events import publish
from annotations.core.wrapping import WrappedKey
from annotations.vision import confined
from annotations.vision.camera import Camera
from annotations.vision.errors import UnconfinedError, VideoError
from annotations.vision.limits import Limits

_BLOCK = 1024 * 1024
# Facts of the probe with a column of their own.
_COLUMNS = ("container", "codec", "width", "height", "frame_rate", "constant_rate", "frames", "duration")


@dataclass(frozen=True)
class Reception:
    """What a submitter sends along with the file. `owner` and `device` are the submitter's own references, `camera` is
    what is known of the device, if the submitter says it here.

    `accept_partial` allows that what decodes of a cut or damaged file is taken; `frame_rate` is in frames a second, for
    a file without time stamps.
    """

    filename: str
    size: int
    consent: ConsentTerms
    owner: str
    device: str = ""
    camera: Camera | None = None
    recorded_at: datetime.datetime | None = None
    accept_partial: bool = False
    frame_rate: float | None = None
    idempotency_key: str | None = None


def receive(submitter: User, actor: Actor, file: BinaryIO, reception: Reception) -> tuple[Clip, bool]:
    """Stores the clip and starts its way; (clip, False) when this very request was answered before.

    Raises Invalid, TooLarge, Conflict or Unavailable with a stable code; then nothing is stored, and the refusal is
    logged.
    """
    try:
        return _receive(submitter, actor, file, reception)
    except DomainError as error:
        with transaction.atomic():
            audit.append(
                log.REFUSED,
                actor,
                data={"code": error.code, "bytes": reception.size, "sha256": _digest(file)},
            )
        raise


def _receive(submitter: User, actor: Actor, file: BinaryIO, reception: Reception) -> tuple[Clip, bool]:
    if not (has_second_opinion() or settings.REDACT_WITHOUT_SECOND_OPINION):
        raise Unavailable("no_second_opinion", "This site cannot doubt what it hides. No clip is taken.")
    if reception.size > settings.CLIP_MAX_BYTES:
        raise TooLarge("too_large", f"The file is larger than {settings.CLIP_MAX_BYTES // 1_000_000} MB.")
    if not reception.owner:
        raise Invalid("owner_missing", "Say whose clip it is: send the owner's reference.")
    if reception.camera is not None and not reception.device:
        raise Invalid("device_missing", "Say which camera it is: send the device's reference.")
    sha256 = _digest(file)
    if known := _answered_before(submitter, sha256, reception):
        return known, False
    limits = intake_limits(accept_partial=reception.accept_partial, frame_rate=reception.frame_rate)
    probe = _probe(file, limits)
    check_extension(reception.filename, probe["container"])
    name, key = vault.put(file)
    try:
        return _store(submitter, actor, sha256, reception, probe, name, key), True
    except IntegrityError:
        # Two requests at once: the other one was first.
        vault.storage().delete(name)
        if known := _answered_before(submitter, sha256, reception):
            return known, False
        raise
    except BaseException:
        vault.storage().delete(name)
        raise


def _answered_before(submitter: User, sha256: str, reception: Reception) -> Clip | None:
    """The clip that the same request made before. Conflict when the key or the content was used otherwise."""
    if reception.idempotency_key:
        clips = Clip.objects.select_related("consent", "owner", "device")
        earlier = clips.filter(
            submitter=submitter, submission__idempotency_key=reception.idempotency_key
        ).first()
        if earlier and earlier.sha256 == sha256 and _says_the_same(earlier, reception):
            return earlier
        if earlier:
            raise Conflict(
                "idempotency_key_reused",
                "This Idempotency-Key came with another file or other terms before. Use a new one.",
            )
    same = Clip.objects.filter(submitter=submitter, sha256=sha256).first()
    if same:
        raise Conflict("duplicate", "You have submitted this very file before.", id=str(same.public_id))
    return None


def _says_the_same(clip: Clip, reception: Reception) -> bool:
    """Whether the request repeats the one that made the clip: a narrower consent must never look recorded."""
    consent, terms = clip.consent, reception.consent
    return (
        consent.notice_version == terms.notice_version
        and consent.troubleshooting == terms.troubleshooting
        and consent.training == terms.training
        and consent.granted_at == terms.granted_at
        and consent.until == terms.until
        and clip.owner.reference == reception.owner
        and (clip.device.reference if clip.device else "") == reception.device
        and clip.recorded_at == reception.recorded_at
        and (reception.camera is None or says_the_same(selectors.camera_of(clip.device), reception.camera))
        and clip.accept_partial == reception.accept_partial
        and clip.stated_rate == reception.frame_rate
    )


def _probe(file: BinaryIO, limits: Limits) -> dict[str, Any]:
    """The facts of the file, and the bound on pixels with which they were found."""
    file.flush()
    options = confined.DecodeOptions(
        limits=limits,
        timeout_s=settings.CLIP_PROBE_TIMEOUT,
        without_landlock=settings.DECODE_WITHOUT_LANDLOCK,
    )
    try:
        facts = confined.probe(file.fileno(), options)
    except UnconfinedError as error:
        raise Unavailable(error.code, error.message) from error
    except VideoError as error:
        kind = TooLarge if error.code == "too_large" else Invalid
        raise kind(error.code, error.message) from error
    return {**facts, "rendition_pixels": limits.rendition_pixels}


@transaction.atomic
def _store(
    submitter: User,
    actor: Actor,
    sha256: str,
    reception: Reception,
    probe: dict[str, Any],
    name: str,
    key: WrappedKey,
) -> Clip:
    terms = reception.consent
    owner, _ = Owner.objects.get_or_create(submitter=submitter, reference=reception.owner)
    device = None
    if reception.device:
        device, _ = Device.objects.get_or_create(owner=owner, reference=reception.device)
    if device and reception.camera is not None:
        state_with_clip(device, reception.camera, actor)
    clip = Clip.objects.create(
        submitter=submitter,
        submission=Submission.objects.create(submitter=submitter, idempotency_key=reception.idempotency_key),
        owner=owner,
        device=device,
        consent=Consent.objects.create(
            notice_version=terms.notice_version,
            troubleshooting=terms.troubleshooting,
            training=terms.training,
            granted_at=terms.granted_at,
            until=terms.until,
        ),
        sha256=sha256,
        bytes=reception.size,
        recorded_at=reception.recorded_at,
        accept_partial=reception.accept_partial,
        stated_rate=reception.frame_rate,
        facts={name: value for name, value in probe.items() if name not in _COLUMNS},
        **{name: probe[name] for name in _COLUMNS},
    )
    Original.objects.create(clip=clip, name=name, key_id=key.key_id, wrapped_key=key.wrapped)
    audit.append(
        log.RECEIVED,
        actor,
        clip=clip.public_id,
        subject=owner.pseudonym,
        data={
            "bytes": reception.size,
            "sha256": sha256,
            "purposes": terms.purposes,
            "notice": terms.notice_version,
            "consent_until": terms.until.isoformat(),
        },
    )
    _log_how_it_is_read(clip, actor)
    place(clip, HoldReason.AWAITING_REDACTION, actor)
    place(clip, HoldReason.AWAITING_SCREENING, actor)
    publish(events.RECEIVED, clip=clip.pk)
    return clip


def _log_how_it_is_read(clip: Clip, actor: Actor) -> None:
    """What the submitter's allowance and word made possible: without them the file would have been refused."""
    subject = clip.owner.pseudonym
    if clip.facts["partial"]:
        counts = {"pictures": clip.frames, "undecodable": clip.facts["undecodable"]}
        audit.append(log.PART_ACCEPTED, actor, clip=clip.public_id, subject=subject, data=counts)
    if clip.stated_rate is not None:
        rate = {"millihertz": round(clip.stated_rate * 1000)}
        audit.append(log.RATE_STATED, actor, clip=clip.public_id, subject=subject, data=rate)


def _digest(file: BinaryIO) -> str:
    """SHA-256 of the whole file, in hexadecimal; leaves the position at the beginning."""
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_BLOCK):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()
