"""The operators' page tells when the log is not sealed."""

import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit import sealing, services
from annotations.audit.actors import WORKER
from annotations.audit.registry import lookup
from annotations.core import clock
from tests import factories as make


@pytest.mark.django_db
def test_entries_that_nobody_seals_are_told_with_what_it_means(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    browser.force_login(make.make_user(Role.OPERATOR))
    with transaction.atomic():
        services.append(lookup("account.signed_in"), WORKER)
    assert "is not sealed" not in browser.get(reverse("operations")).content.decode()
    later = clock.now() + datetime.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "The log is not sealed since" in browser.get(reverse("operations")).content.decode()
    sealing.own_sequencer().once()
    assert "is not sealed" not in browser.get(reverse("operations")).content.decode()
