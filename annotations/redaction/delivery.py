"""Delivering renditions: short-lived tokens bound to their holder, the gate asked again at every request.

Used by the contexts to the right: they decide who may see a clip and for which purpose, then call `grant`.
"""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.http import HttpRequest

from annotations.accounts.holders import holder_of
from annotations.accounts.middleware import actor_of
from annotations.audit import repeats
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.models import Clip
from annotations.core.errors import Conflict
from annotations.core.protected_media import Media, ProtectedMedia, gone, sent_range
from annotations.redaction import log
from annotations.redaction.models import Rendition

Entitled = Callable[[str], bool]


@dataclass(frozen=True)
class Grant:
    """An address (`core.protected_media.Address`), and the id of the log's entry of it."""

    url: str
    expires_at: str
    entry: uuid.UUID


_entitled: dict[str, Entitled] = {}


def entitles(kind: str) -> Callable[[Entitled], Entitled]:
    """Registers the function that tells, by its id, whether something of this kind still lets its holder view."""

    def register(still: Entitled) -> Entitled:
        _entitled[kind] = still
        return still

    return register


@transaction.atomic
def grant(request: HttpRequest, clip: Clip, purpose: str, holder: tuple[str, str] | None = None) -> Grant:
    """Logs that the caller is about to view the clip's rendition and gives the address of its bytes.

    `holder` is the kind (see `entitles`) and the id of what the caller views the clip for: when that no longer
    entitles them, the address no longer answers. Conflict `clip_held` when the gate is closed for the purpose.
    """
    gate.check(clip.pk, purpose)
    rendition = current(clip)
    seconds = settings.MEDIA_TOKEN_SECONDS
    entry = repeats.tell(
        log.GRANTED,
        actor_of(request),
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        purpose=purpose,
        data={"rendition": str(rendition.pk), "seconds": seconds},
    )
    address = MEDIA.address(request, str(rendition.pk), purpose, *(holder or ()))
    return Grant(address.url, address.expires_at, entry)


def grant_sealed(request: HttpRequest, clip: Clip, purpose: str) -> Grant:
    """As `grant`, but only once a signed checkpoint covers the entry: what is seen then cannot be denied any more.

    Raises Unavailable `log_not_sealed`, too. Not inside a transaction.
    """
    given = grant(request, clip, purpose)
    await_checkpoint(given.entry)
    return given


@transaction.atomic
def _admit(request: HttpRequest, rendition_id: str, purpose: str, *holder: str) -> Media:
    """The rendition, its delivery logged. Missing when it is not to be seen (any more)."""
    if holder and not _stands(*holder):
        raise gone()
    rendition = Rendition.objects.select_related("clip__owner").filter(pk=rendition_id, current=True).first()
    if rendition is None or not gate.allows(rendition.clip_id, purpose):
        raise gone()
    repeats.tell(
        log.SERVED,
        actor_of(request),
        clip=rendition.clip.public_id,
        subject=rendition.clip.owner.pseudonym,
        purpose=purpose,
        data={"rendition": str(rendition.pk), "range": sent_range(request, rendition.bytes)},
    )
    name = rendition.name
    return Media(rendition.bytes, lambda: storages["renditions"].open(name), location=f"renditions/{name}")


MEDIA = ProtectedMedia("redaction:media", _admit, holder_of)


@transaction.atomic
def copy_for_owner(clip: Clip, actor: Actor) -> Media:
    """The clip's rendition, for whoever takes a copy out for its owner (GDPR, Art. 15(3)); its delivery is logged.

    Raises Conflict `clip_held` when the gate is closed, FileNotFoundError when the file is gone; then nothing is
    logged.
    """
    gate.check(clip.pk, Purpose.ACCESS)
    rendition = current(clip)
    file = storages["renditions"].open(rendition.name)
    repeats.tell(
        log.SERVED,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        purpose=Purpose.ACCESS,
        data={"rendition": str(rendition.pk), "range": f"0-{rendition.bytes - 1} of {rendition.bytes}"},
    )
    return Media(rendition.bytes, lambda: file)


def granted_since(actor: Actor, clip: Clip, moment: datetime.datetime) -> bool:
    """Whether the person was given a view of the clip after that moment."""
    entries = LogEntry.objects.filter(clip=clip.public_id, actor=actor.pseudonym, action=log.GRANTED.code)
    return entries.filter(occurred_at__gt=moment).exists()


def current(clip: Clip) -> Rendition:
    """The clip's current rendition; Conflict `clip_held` when there is none."""
    rendition = Rendition.objects.select_related("run").filter(clip=clip, current=True).first()
    if rendition is None:
        raise Conflict("clip_held", "This clip has no redacted rendition now.")
    return rendition


def _stands(kind: str, identifier: str) -> bool:
    return _entitled[kind](identifier)
