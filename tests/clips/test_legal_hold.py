import uuid

import pytest
from django.core.management import CommandError, call_command

from annotations.audit.models import LogEntry
from annotations.clips import gate
from annotations.clips.enums import HoldReason, Purpose
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_legal_hold_keeps_a_clip_from_every_use_until_it_is_released(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clip = make.make_ready_clip()
    call_command("legal_hold", "place", str(clip.public_id))
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]
    assert not any(gate.allows(clip.pk, purpose) for purpose in Purpose.values)
    call_command("legal_hold", "place", str(clip.public_id))
    call_command("legal_hold", "release", str(clip.public_id))
    assert gate.allows(clip.pk, Purpose.LABELING)
    call_command("legal_hold", "release", str(clip.public_id))
    assert capsys.readouterr().out.splitlines() == [
        "Held.",
        "The clip is under a legal hold already.",
        "Released.",
        "The clip is under no legal hold.",
    ]
    logged = LogEntry.objects.filter(clip=clip.public_id, action__in=["clip.held", "clip.hold_released"])
    assert [entry.action for entry in logged.order_by("pk")] == ["clip.held", "clip.hold_released"]


def test_an_unknown_clip_is_named() -> None:
    unknown = uuid.uuid4()
    with pytest.raises(CommandError, match=str(unknown)):
        call_command("legal_hold", "place", str(unknown))
