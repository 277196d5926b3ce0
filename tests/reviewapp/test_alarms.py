"""Operations' targets are told when what stands against the site's work changes."""

import datetime
from typing import Any

import pytest
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured
from annotations.core import clock
from reviewapp import alarms

pytestmark = pytest.mark.django_db


def later(monkeypatch: pytest.MonkeyPatch, time: datetime.timedelta) -> None:
    moment = clock.now() + time
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_an_alarm_is_told_once_and_that_it_is_over(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAIL_TARGETS = {"operators": "ops@example.org"}
    settings.NOTIFY = {**settings.NOTIFY, "operations": ["operators"]}
    assert alarms.sound() == []
    with transaction.atomic():
        audit.append(lookup("account.signed_in"), WORKER)
    later(monkeypatch, datetime.timedelta(minutes=1))
    (alarm,) = alarms.sound()
    assert alarm.facts == {"codes": ["log_not_sealed"]}
    assert alarms.sound() == []
    configured.own_sequencer().once()
    assert alarms.sound() == [], "not so soon after the last"
    later(monkeypatch, datetime.timedelta(minutes=11))
    configured.own_sequencer().once()
    (clear,) = alarms.sound()
    assert clear.template == "operations.all_clear"
    assert alarms.sound() == []


def test_without_targets_nothing_is_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        audit.append(lookup("account.signed_in"), WORKER)
    later(monkeypatch, datetime.timedelta(minutes=1))
    assert alarms.sound() == []
