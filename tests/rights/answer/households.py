"""A household of which something lies in every store that can hold something of one."""

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.datasets.models import Exclusion, Release
from annotations.moderation import services as moderation
from annotations.moderation.enums import FlagCategory
from annotations.moderation.models import Fingerprint
from annotations.oversight.enums import AlertKind, LogWork
from annotations.oversight.models import Alert, LogRun
from annotations.review.models import Assignment, Project
from annotations.rights import services
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.scopes import Scope
from tests.factories import make_accepted, make_legal_hold, make_ready_clip, make_user
from tests.rights.erased_clips import REASON, make_everywhere, release_with


def make_household(officer: User) -> Clip:
    """Three clips: one that lies everywhere, one that was upheld as inappropriate, and one that was erased after
    somebody had downloaded it. The first one's camera is under a legal hold.
    """
    clip = make_everywhere()
    _upheld(clip)
    _erased(clip, officer)
    Exclusion.objects.create(
        clip=clip, release=Release.objects.earliest("created_at"), reasons=["not_accepted"]
    )
    Alert.objects.create(
        kind=AlertKind.VOLUME,
        key="test",
        rule_version=0,
        actor="p-watched22",
        actor_role=Role.CONTRACTOR,
        clip=clip.public_id,
        since=clock.now(),
        until=clock.now(),
        measured=9,
        allowed=1,
        entries=[],
        entry_count=0,
    )
    LogRun.objects.create(
        kind=LogWork.EXPORT, requested_by="p-officer22", requested_role=Role.PRIVACY_OFFICER, name="log.tar"
    )
    assert clip.device
    make_legal_hold(Scope(ScopeKind.DEVICE, clip.device.pseudonym))
    return clip


def _another(clip: Clip) -> Clip:
    """An accepted clip of the same household and project."""
    project = Project.objects.get(pk=Assignment.objects.filter(clip=clip)[0].project_id)
    return make_accepted(project, owner=clip.owner, submitter=clip.submitter).assignment.clip


def _upheld(clip: Clip) -> None:
    found = make_ready_clip(owner=clip.owner, submitter=clip.submitter)
    Fingerprint.objects.create(clip=found, step=0.5, hashes=bytes(32), qualities=b"d", uncropped=bytes(32))
    lead = make_user(Role.LEAD)
    flag = moderation.flag(found, FlagCategory.PRIVATE_MOMENT, lead.actor)
    moderation.decide(flag.pk, "uphold", "Somebody is undressed.", lead.actor)


def _erased(clip: Clip, officer: User) -> None:
    found = _another(clip)
    release_with(found)
    scope = Scope(ScopeKind.CLIP, str(found.public_id))
    services.erase(services.request_erasure(scope, officer.actor, ErasureCause.OFFICER, REASON).pk)
