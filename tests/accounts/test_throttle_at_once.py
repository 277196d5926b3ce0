"""Tries that come together do not each find the account free."""

import pytest
from django.test import RequestFactory

from annotations.accounts import services, throttle
from annotations.core import clock
from tests.review.test_concurrency import at_once

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("fresh_database")]


def test_of_many_tries_at_once_no_more_pass_than_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = throttle.counts(RequestFactory().post("/", REMOTE_ADDR="198.51.100.1"), "somebody")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    waits = at_once(*[lambda: bool(services.begin_try(counts))] * 12)
    assert (waits.count(False), waits.count(True)) == (5, 7)
