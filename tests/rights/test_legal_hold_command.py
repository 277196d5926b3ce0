"""A legal hold keeps a clip from every use, and takes two privacy officers."""

import uuid

import pytest
from django.core.management import CommandError

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.audit.selectors import of_clip
from annotations.clips import gate
from annotations.clips.enums import HoldReason, Purpose
from tests import factories as make
from tests.in_person import call_in_person

pytestmark = pytest.mark.django_db
REASON = "A court asks for it."


@pytest.fixture
def officers() -> tuple[User, User]:
    first, second = (make.make_user(Role.PRIVACY_OFFICER, username=name) for name in ("olga", "omar"))
    return first, second


def order(
    action: str, clip: uuid.UUID, by: str = "olga", agreed_by: str = "omar", reason: str = REASON
) -> None:
    call_in_person("legal_hold", action, str(clip), "--by", by, "--agreed-by", agreed_by, "--reason", reason)


def test_a_legal_hold_keeps_a_clip_from_every_use_until_it_is_released(
    officers: tuple[User, User], capsys: pytest.CaptureFixture[str]
) -> None:
    clip = make.make_ready_clip()
    order("place", clip.public_id)
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]
    assert not any(gate.allows(clip.pk, purpose) for purpose in Purpose.values)
    order("place", clip.public_id)
    order("release", clip.public_id, by="omar", agreed_by="olga")
    assert gate.allows(clip.pk, Purpose.LABELING)
    order("release", clip.public_id)
    assert capsys.readouterr().out.splitlines() == [
        "Held.",
        "The clip is under a legal hold already.",
        "Released.",
        "The clip is under no legal hold.",
    ]
    told = [line for line in of_clip(clip.public_id) if line.entry.action.startswith("legal_hold.")]
    olga, omar = (officer.pseudonym for officer in officers)
    assert [(line.entry.actor, line.entry.action, line.data["act"]) for line in told] == [
        (olga, "legal_hold.asked", "place"),
        (omar, "legal_hold.agreed", "place"),
        (omar, "legal_hold.asked", "release"),
        (olga, "legal_hold.agreed", "release"),
    ]
    assert told[0].detail == {"reason": REASON}


@pytest.mark.parametrize(
    ("by", "agreed_by", "reason", "said"),
    [
        ("olga", "olga", REASON, "Another privacy officer"),
        ("olga", "lena", REASON, "Your role may not"),
        ("olga", "omar", "x", "Write down the reason"),
        ("olga", "nobody", REASON, "no account nobody"),
    ],
)
def test_one_person_alone_places_none(
    officers: tuple[User, User], by: str, agreed_by: str, reason: str, said: str
) -> None:
    make.make_user(Role.LEAD, username="lena")
    clip = make.make_ready_clip()
    with pytest.raises(CommandError, match=said):
        order("place", clip.public_id, by, agreed_by, reason)
    assert gate.reasons(clip.pk) == []
    assert not LogEntry.objects.filter(clip=clip.public_id, action__startswith="legal_hold").exists()


def test_an_unknown_clip_is_named(officers: tuple[User, User]) -> None:
    unknown = uuid.uuid4()
    with pytest.raises(CommandError, match=str(unknown)):
        order("place", unknown)
