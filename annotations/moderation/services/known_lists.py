"""Lists of known content: somebody answers for each, with its source, its purpose and its end."""

import datetime
import hashlib
import uuid
from dataclasses import dataclass
from io import BufferedRandom

from django.conf import settings
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, TooLarge
from annotations.moderation import log
from annotations.moderation.hash_lists import read_hashes
from annotations.moderation.models import HashBlock, HashList
from annotations.moderation.services.recheck import request_recheck

_BLOCK = 32 * 65_536


@dataclass(frozen=True)
class Description:
    """What is to be known of a list. `category` is what a match is flagged as; the hashes go at `kept_until`."""

    name: str
    source: str
    purpose: str
    category: str
    kept_until: datetime.datetime


def add_list(description: Description, file: BufferedRandom, size: int, actor: Actor) -> HashList:
    """Stores the hashes of an uploaded file: all, or none. Clips that are screened from now on are held against them.

    Raises TooLarge `list_too_large`, Conflict `list_exists`, Invalid `list_ends_before_it_begins` or as `read_hashes`.
    """
    if size > settings.KNOWN_LIST_MAX_BYTES:
        raise TooLarge(
            "list_too_large",
            f"A list has at most {settings.KNOWN_LIST_MAX_BYTES // 1_000_000} MB. Divide it into several.",
        )
    if description.kept_until <= clock.now():
        raise Invalid("list_ends_before_it_begins", "Choose a day in the future as the list's end.")
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    read = read_hashes(file, settings.KNOWN_LIST_MAX_HASHES)
    return _store(description, read.hashes, read.left_out, digest, actor)


@transaction.atomic
def _store(description: Description, hashes: bytes, left_out: int, digest: str, actor: Actor) -> HashList:
    if HashList.objects.filter(name=description.name, removed_at=None).exists():
        raise Conflict(
            "list_exists", "There is a list of this name. Remove it first, or choose another name."
        )
    made = HashList.objects.create(
        name=description.name,
        source=description.source,
        purpose=description.purpose,
        category=description.category,
        kept_until=description.kept_until,
        sha256=digest,
        count=len(hashes) // 32,
        left_out=left_out,
        uploaded_by=actor.pseudonym,
    )
    HashBlock.objects.bulk_create(
        HashBlock(list=made, hashes=hashes[start : start + _BLOCK]) for start in range(0, len(hashes), _BLOCK)
    )
    audit.append(
        log.LIST_ADDED,
        actor,
        data={
            "list": str(made.pk),
            "count": made.count,
            "left_out": left_out,
            "sha256": digest,
            "category": made.category,
            "kept_until": made.kept_until.isoformat(),
        },
        detail={"name": made.name, "source": made.source, "purpose": made.purpose},
    )
    request_recheck(known_list=made)
    return made


@transaction.atomic
def remove_list(list_id: uuid.UUID, actor: Actor, why: str = "by_hand") -> HashList:
    """Deletes a list's hashes; its row stays, with who removed it, and what it flagged stays flagged.

    Conflict `list_gone`.
    """
    taken = HashList.objects.filter(pk=list_id, removed_at=None).update(
        removed_at=clock.now(), removed_by=actor.pseudonym
    )
    if not taken:
        raise Conflict("list_gone", "This list was removed already.")
    HashBlock.objects.filter(list=list_id).delete()
    audit.append(log.LIST_REMOVED, actor, data={"list": str(list_id), "why": why})
    return HashList.objects.get(pk=list_id)
