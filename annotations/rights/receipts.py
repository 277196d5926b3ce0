"""The link by which an owner, who has no account, sees what became of their clip."""

from collections.abc import Iterator

from django.conf import settings
from django.core import signing
from django.urls import reverse

from annotations.audit.actors import Actor
from annotations.clips.models import Clip
from annotations.core.errors import Missing


def token_for(clip: Clip) -> str:
    """The clip's token. It cannot be guessed, opens this one clip's receipt, and lasts as long as the clip does."""
    return _signer().sign(str(clip.public_id))


def path_for(clip: Clip) -> str:
    """The path of the clip's receipt on this site."""
    return reverse("rights:receipt", args=[token_for(clip)])


def clip_of(token: str) -> Clip:
    """The clip that the token opens; Missing `no_such_receipt` when it opens none."""
    for signer in (_signer(), *_before_own_keys()):
        try:
            return Clip.objects.select_related("owner", "consent").get(public_id=signer.unsign(token))
        except (signing.BadSignature, Clip.DoesNotExist):
            continue
    raise Missing("no_such_receipt", "This link opens no receipt. Check that it is complete.")


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
