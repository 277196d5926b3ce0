"""What an erasure is of, and what that covers."""

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from annotations.clips import selectors as clips
from annotations.clips.models import Clip, Device, Owner
from annotations.core.errors import DomainError, Missing
from annotations.rights import receipts
from annotations.rights.enums import ScopeKind


@dataclass(frozen=True)
class Scope:
    """`target` is the public id of a clip, or the pseudonym of a device or an owner."""

    kind: str
    target: str

    @property
    def label(self) -> str:
        return str(ScopeKind(self.kind).label)


@dataclass(frozen=True)
class Reach:
    """What a scope covers. `devices` and `owners` are those that go themselves, `subjects` whose keys are destroyed;
    `owner` is whose all of it is."""

    owner: Owner
    clips: tuple[Clip, ...]
    devices: tuple[Device, ...] = ()
    owners: tuple[Owner, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        return (
            *(owner.pseudonym for owner in self.owners),
            *(device.pseudonym for device in self.devices),
            *(clip.subject for clip in self.clips),
        )

    @property
    def public_ids(self) -> tuple[uuid.UUID, ...]:
        return tuple(clip.public_id for clip in self.clips)

    def only(self, clip: Clip) -> "Reach":
        """One of the clips alone."""
        return Reach(self.owner, (clip,))

    @property
    def holders(self) -> "Reach":
        """The devices and the owner without the clips."""
        return Reach(self.owner, (), self.devices, self.owners)


def reach(scope: Scope) -> Reach:
    """What the scope covers now. Raises Missing `unknown_scope`."""
    if scope.kind == ScopeKind.CLIP:
        return _of_clip(scope.target)
    if scope.kind == ScopeKind.DEVICE:
        return _of_device(scope.target)
    owner = Owner.objects.filter(pseudonym=scope.target).first()
    if scope.kind != ScopeKind.OWNER or owner is None:
        raise _unknown()
    devices = Device.objects.filter(owner=owner).select_related("owner").order_by("pk")
    return Reach(owner, _clips(Clip.objects.filter(owner=owner)), tuple(devices), (owner,))


def find(query: str) -> list[Scope]:
    """What is called so: the pseudonym of an owner or a device, the id of a clip or its first digits, or the link to a
    receipt. None, one, or two when several clips begin like this.
    """
    typed = query.strip()
    if clip := _by_receipt(typed):
        return [Scope(ScopeKind.CLIP, str(clip.public_id))]
    typed = typed.lower()
    if Owner.objects.filter(pseudonym=typed).exists():
        return [Scope(ScopeKind.OWNER, typed)]
    if Device.objects.filter(pseudonym=typed).exists():
        return [Scope(ScopeKind.DEVICE, typed)]
    if (span := clips.id_span(typed)) is None:
        return []
    known = Clip.objects.filter(public_id__range=span).order_by("public_id")
    return [Scope(ScopeKind.CLIP, str(found)) for found in known.values_list("public_id", flat=True)[:2]]


def _by_receipt(typed: str) -> Clip | None:
    """The clip whose receipt this is the link to, or its token."""
    try:
        return receipts.clip_of(typed.rstrip("/").rpartition("/")[2])
    except DomainError:
        return None


def _of_clip(target: str) -> Reach:
    try:
        found = _clips(Clip.objects.filter(public_id=uuid.UUID(target)))
    except ValueError:
        raise _unknown() from None
    if not found:
        raise _unknown()
    return Reach(found[0].owner, found)


def _of_device(target: str) -> Reach:
    device = Device.objects.select_related("owner").filter(pseudonym=target).first()
    if device is None:
        raise _unknown()
    return Reach(device.owner, _clips(Clip.objects.filter(device=device)), (device,))


def _clips(found: QuerySet[Clip]) -> tuple[Clip, ...]:
    return tuple(found.select_related("owner").order_by("pk"))


def _unknown() -> Missing:
    return Missing("unknown_scope", "There is no such clip, camera or owner. Look it up again.")
