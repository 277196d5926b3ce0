"""Receiving a clip: all of it, or nothing."""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction

from annotations.accounts.models import User
from annotations.audit import repeats, services as audit
from annotations.audit.actors import Actor
from annotations.audit.sealed import seal
from annotations.audit.subject_keys import Unreachable
from annotations.clips import events, log, lookups, references, selectors, vault
from annotations.clips.camera_rules import says_the_same
from annotations.clips.enums import HoldReason
from annotations.clips.intake import has_second_opinion, intake_limits
from annotations.clips.models import Clip, Consent, Original, Owner, Submission
from annotations.clips.reception import check_taken
from annotations.clips.rules import ConsentTerms, check_extension
from annotations.clips.services.camera import state_with_clip
from annotations.clips.services.consent import expire
from annotations.clips.services.holds import place
from annotations.core import clock
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
        _log_refusal(submitter, actor, _digest(file), reception, error)
        raise


@transaction.atomic
def _log_refusal(
    submitter: User, actor: Actor, sha256: str, reception: Reception, error: DomainError
) -> None:
    """What the file was is a detail of its owner's, where one is known: of nobody else's it could be erased."""
    owner = references.owner_called(submitter, reception.owner)
    told = owner is not None and not isinstance(error, Unreachable)
    repeats.tell(
        log.REFUSED,
        actor,
        subject=owner.pseudonym if owner else "",
        data={"code": error.code, "bytes": reception.size},
        detail={"sha256": sha256} if told else None,
    )


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
    _check_taken_now(submitter, reception)
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


def _check_taken_now(submitter: User, reception: Reception) -> None:
    """Before anything is decoded; asked once more when the clip is stored."""
    if owner := references.owner_called(submitter, reception.owner):
        check_taken(owner, references.device_called(owner, reception.device) if reception.device else None)


def _answered_before(submitter: User, sha256: str, reception: Reception) -> Clip | None:
    """The clip that the same request made before. Conflict when the key or the content was used otherwise."""
    if reception.idempotency_key:
        clips = Clip.objects.select_related("consent", "owner", "device")
        known = lookups.of_request(submitter.pk, reception.idempotency_key)
        earlier = clips.filter(submitter=submitter, submission__idempotency_key__in=known).first()
        if (
            earlier
            and earlier.content_lookup in lookups.of_content(sha256)
            and _says_the_same(earlier, reception)
        ):
            return earlier
        if earlier:
            raise Conflict(
                "idempotency_key_reused",
                "This Idempotency-Key came with another file or other terms before. Use a new one.",
            )
    owner = references.owner_called(submitter, reception.owner)
    same = Clip.objects.filter(
        owner=owner, content_lookup__in=lookups.of_content(sha256), standing=True
    ).select_related("consent")
    for clip in same:
        if clip.consent.until > clock.now():
            raise Conflict(
                "duplicate",
                "This owner's clip was submitted before, and its consent has not ended.",
                id=str(clip.public_id),
            )
        expire(clip.consent)
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
        and _is_called(clip, reception)
        and clip.recorded_at == reception.recorded_at
        and (reception.camera is None or says_the_same(selectors.camera_of(clip.device), reception.camera))
        and clip.accept_partial == reception.accept_partial
        and clip.stated_rate == reception.frame_rate
    )


def _is_called(clip: Clip, reception: Reception) -> bool:
    device = references.device_called(clip.owner, reception.device) if reception.device else None
    return clip.owner.lookup in lookups.of_reference(clip.submitter_id, reception.owner) and (
        (device.pk if device else None) == clip.device_id and bool(reception.device) == bool(clip.device_id)
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
    owner = _locked_owner(submitter, reception.owner)
    device = references.known_device(owner, reception.device) if reception.device else None
    check_taken(owner, device)
    if device and reception.camera is not None:
        state_with_clip(device, reception.camera, actor)
    clip = Clip(
        submitter=submitter,
        submission=Submission.objects.create(
            submitter=submitter,
            idempotency_key=lookups.of_request(submitter.pk, reception.idempotency_key)[0]
            if reception.idempotency_key
            else None,
        ),
        owner=owner,
        device=device,
        consent=Consent.objects.create(
            notice_version=terms.notice_version,
            troubleshooting=terms.troubleshooting,
            training=terms.training,
            granted_at=terms.granted_at,
            until=terms.until,
        ),
        content_lookup=lookups.of_content(sha256)[0],
        bytes=reception.size,
        recorded_at=reception.recorded_at,
        accept_partial=reception.accept_partial,
        stated_rate=reception.frame_rate,
        facts={name: value for name, value in probe.items() if name not in _COLUMNS},
        **{name: probe[name] for name in _COLUMNS},
    )
    clip.sealed_digest = seal(clip.subject, sha256)
    clip.save(force_insert=True)
    Original.objects.create(clip=clip, name=name, key_id=key.key_id, wrapped_key=vault.seal_key(clip, key))
    audit.append(
        log.RECEIVED,
        actor,
        clip=clip.public_id,
        subject=owner.pseudonym,
        data={
            "bytes": reception.size,
            "purposes": terms.purposes,
            "notice": terms.notice_version,
            "consent_until": terms.until.isoformat(),
        },
        detail={"sha256": sha256},
    )
    _log_how_it_is_read(clip, actor)
    place(clip, HoldReason.AWAITING_REDACTION, actor)
    place(clip, HoldReason.AWAITING_SCREENING, actor)
    publish(events.RECEIVED, clip=clip.pk)
    return clip


def _locked_owner(submitter: User, reference: str) -> Owner:
    """An erasure of the owner that begins meanwhile waits, or `check_taken` sees it; after one that has ended, the
    reference is another owner's."""
    while True:
        found = references.known_owner(submitter, reference)
        owner = Owner.objects.select_for_update(no_key=True).get(pk=found.pk)
        if owner.lookup is not None:
            return owner


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
