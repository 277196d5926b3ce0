"""The submitter's own references of owners and devices: sealed, found by lookup, read many at once."""

import uuid
from collections.abc import Iterable

from annotations.accounts.models import User
from annotations.audit.sealed import Sealed, seal, unseal_each
from annotations.clips import lookups
from annotations.clips.models import Device, Owner


def owner_called(submitter: User, reference: str) -> Owner | None:
    """The owner that the submitter calls so."""
    return Owner.objects.filter(
        submitter=submitter, lookup__in=lookups.of_reference(submitter.pk, reference)
    ).first()


def device_called(owner: Owner, reference: str) -> Device | None:
    """The owner's device that the submitter calls so."""
    return Device.objects.filter(owner=owner, lookup__in=lookups.of_reference(owner.pk, reference)).first()


def known_owner(submitter: User, reference: str) -> Owner:
    """The owner that the submitter calls so, made known now when it was not. Raises Unreachable."""
    if found := owner_called(submitter, reference):
        return found
    made = Owner(submitter=submitter)
    owner, _ = Owner.objects.get_or_create(
        submitter=submitter,
        lookup=lookups.of_reference(submitter.pk, reference)[0],
        defaults={"pseudonym": made.pseudonym, "sealed_reference": seal(made.pseudonym, reference)},
    )
    return owner


def known_device(owner: Owner, reference: str) -> Device:
    """The owner's device that the submitter calls so, made known now when it was not. Raises Unreachable."""
    if found := device_called(owner, reference):
        return found
    made = Device(owner=owner)
    device, _ = Device.objects.get_or_create(
        owner=owner,
        lookup=lookups.of_reference(owner.pk, reference)[0],
        defaults={"pseudonym": made.pseudonym, "sealed_reference": seal(made.pseudonym, reference)},
    )
    return device


def references_of(things: Iterable[Owner | Device]) -> dict[uuid.UUID, str]:
    """The references by the things' ids, in one call of the store; those that were erased are left out.

    Raises Unreachable.
    """
    kept = {thing.pk: thing for thing in things if thing.sealed_reference is not None}
    sealed = [Sealed(thing.pseudonym, bytes(thing.sealed_reference or b"")) for thing in kept.values()]
    texts = unseal_each(sealed)
    return {pk: text for pk, text in zip(kept, texts, strict=True) if text is not None}
