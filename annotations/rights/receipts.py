"""The link by which an owner, who has no account, sees what became of their clip."""

from django.core import signing
from django.urls import reverse

from annotations.audit.actors import Actor
from annotations.clips.models import Clip
from annotations.core.errors import Missing

_SIGNER = signing.Signer(salt="privacy.receipt")


def token_for(clip: Clip) -> str:
    """The clip's token. It cannot be guessed, opens this one clip's receipt, and lasts as long as the clip does."""
    return _SIGNER.sign(str(clip.public_id))


def path_for(clip: Clip) -> str:
    """The path of the clip's receipt on this site."""
    return reverse("rights:receipt", args=[token_for(clip)])


def clip_of(token: str) -> Clip:
    """The clip that the token opens; Missing `no_such_receipt` when it opens none."""
    try:
        public_id = _SIGNER.unsign(token)
        return Clip.objects.select_related("owner", "consent").get(public_id=public_id)
    except (signing.BadSignature, Clip.DoesNotExist):
        raise Missing("no_such_receipt", "This link opens no receipt. Check that it is complete.") from None


def owner_of(clip: Clip) -> Actor:
    """Whoever holds the link acts as the owner."""
    return Actor(clip.owner.pseudonym, "owner")
