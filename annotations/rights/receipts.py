"""The link by which an owner, who has no account, sees what became of their clip."""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.core import signing
from django.urls import reverse

from annotations.audit.actors import Actor
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.errors import DomainError, Missing
from annotations.rights.erased_clips import erasure_of
from annotations.rights.models import ReceiptLink

KEEP_AFTER_ERASURE = datetime.timedelta(days=365)
"""For how long a link opens the certificate of an erasure."""


class LinkOver(DomainError):
    """The link is one of the site's, and has ended."""

    status = 410

    def __init__(self) -> None:
        super().__init__(
            "receipt_link_over",
            "This link has ended: a newer one took its place, or its time is over. Ask for a new one.",
        )


def token_for(clip: Clip) -> str:
    """The token in force. It cannot be guessed, and opens this one clip's receipt until it is renewed or its time ends.

    The first one names the clip alone, as those from before links could be renewed do.
    """
    number = _number(clip)
    return _signer().sign(f"{clip.public_id}.{number}" if number else str(clip.public_id))


def path_for(clip: Clip) -> str:
    """The path of the clip's receipt on this site."""
    return reverse("rights:receipt", args=[token_for(clip)])


def clip_of(token: str) -> Clip:
    """The clip that the token opens; Missing `no_such_receipt` when it opens none, LinkOver when it has ended."""
    for signer in (_signer(), *_before_own_keys()):
        try:
            public_id, _, number = signer.unsign(token).partition(".")
            clip = Clip.objects.select_related("owner", "consent").get(public_id=public_id)
        except (signing.BadSignature, Clip.DoesNotExist):
            continue
        if int(number or 0) != _number(clip) or _is_over(clip):
            raise LinkOver
        return clip
    raise Missing("no_such_receipt", "This link opens no receipt. Check that it is complete.")


def opens_until(clip: Clip) -> datetime.datetime | None:
    """When links to the receipt of an erased clip end; None while it is not erased: they go with its clock."""
    erasure = erasure_of(clip)
    return erasure.checked_at + KEEP_AFTER_ERASURE if erasure and erasure.checked_at else None


def _is_over(clip: Clip) -> bool:
    until = opens_until(clip)
    return until is not None and until <= clock.now()


def _number(clip: Clip) -> int:
    """How many links were ended before the one in force."""
    row = ReceiptLink.objects.filter(clip=clip).first()
    return row.number if row else 0


def _signer() -> signing.Signer:
    """Signs by the first of the receipts' keys; what the others signed opens still."""
    first, *others = settings.RECEIPT_KEYS.values()
    return signing.Signer(key=first, fallback_keys=[*others], salt="rights.receipt")


def _before_own_keys() -> Iterator[signing.Signer]:
    """What opens links that were given out before receipts had keys of their own, as long as that key is kept."""
    if settings.RECEIPTS_OF_SECRET_KEY:
        yield signing.Signer(salt="privacy.receipt")


def owner_of(clip: Clip) -> Actor:
    """Whoever holds the link acts as the owner."""
    return Actor(clip.owner.pseudonym, "owner")
