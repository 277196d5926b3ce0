import datetime

import pytest

from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import gate, services
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Consent, Hold
from annotations.clips.rules import PASSES
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.core.models import Outbox
from tests.factories import make_clip

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("purpose", Purpose.values)
@pytest.mark.parametrize("reason", HoldReason)
def test_a_hold_closes_the_gate_for_every_purpose_that_may_not_pass_it(
    purpose: str, reason: HoldReason
) -> None:
    clip = make_clip()
    assert gate.allows(clip.pk, purpose)
    assert services.place(clip, reason, WORKER)
    assert gate.allows(clip.pk, purpose) == (reason in PASSES[purpose])
    assert services.release_hold(clip, reason, WORKER)
    assert gate.allows(clip.pk, purpose)


def test_the_gate_says_no_in_words() -> None:
    clip = make_clip(held=True)
    with pytest.raises(Conflict) as caught:
        gate.check(clip.pk, Purpose.LABELING)
    assert caught.value.code == "clip_held"


def test_training_needs_a_consent_to_training() -> None:
    clip = make_clip(training=False)
    assert gate.allows(clip.pk, Purpose.LABELING)
    assert not gate.allows(clip.pk, Purpose.TRAINING)


def test_a_consent_that_has_run_out_closes_the_gate_before_any_sweep() -> None:
    clip = make_clip()
    start = clock.now() - datetime.timedelta(days=2)
    Consent.objects.filter(clip=clip).update(granted_at=start, until=start + datetime.timedelta(days=1))
    assert not any(gate.allows(clip.pk, purpose) for purpose in Purpose.values)
    assert services.expire_due() == 1
    assert gate.reasons(clip.pk) == [HoldReason.EXPIRED]
    assert services.expire_due() == 0


def test_withdrawing_holds_the_clip_once_and_logs_it() -> None:
    clip = make_clip()
    assert services.withdraw(clip, WORKER)
    assert not services.withdraw(clip, WORKER)
    assert gate.reasons(clip.pk) == [HoldReason.WITHDRAWN]
    actions = LogEntry.objects.filter(clip=clip.public_id).values_list("action", flat=True)
    assert sorted(actions) == ["clip.held", "consent.withdrawn"]
    assert Outbox.objects.filter(type="clips.holds_changed").count() == 1


def test_a_reason_holds_once() -> None:
    clip = make_clip()
    assert services.place(clip, HoldReason.LEGAL, WORKER)
    assert not services.place(clip, HoldReason.LEGAL, WORKER)
    assert Hold.objects.filter(clip=clip).count() == 1
    assert services.release_hold(clip, HoldReason.LEGAL, WORKER)
    assert not services.release_hold(clip, HoldReason.LEGAL, WORKER)
