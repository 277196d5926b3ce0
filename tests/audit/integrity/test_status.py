"""How the log stands, as the integrity badge shows it."""

import datetime

import pytest
from django.db import transaction

from annotations.audit import services
from annotations.audit.actors import WORKER
from annotations.audit.integrity.status import STANDING_STILL, integrity
from annotations.audit.models import Checkpoint, Cosignature, Pending, TreeLeaf, Verification
from annotations.audit.registry import lookup
from annotations.core import clock, ids

pytestmark = pytest.mark.django_db


def test_an_empty_log_stands_at_nothing() -> None:
    now = integrity()
    assert (now.size, now.unsequenced, now.oldest, now.checkpoint) == (0, 0, None, None)
    assert (now.witnesses, now.verification, now.stalled) == ((), None, False)
    assert (now.checkpoint_age, now.verification_age) == (None, None)


def test_entries_that_wait_are_counted_and_the_first_tells_since_when(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with transaction.atomic():
        first, _ = (services.append(lookup("account.signed_in"), WORKER) for _ in range(2))
    now = integrity()
    assert (now.size, now.unsequenced, now.oldest) == (0, 2, first.occurred_at)
    assert not now.stalled
    later = clock.now() + STANDING_STILL + datetime.timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert integrity().stalled


def test_no_more_waiting_entries_are_counted_than_a_page_can_wait_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("annotations.audit.integrity.status.MOST_COUNTED", 2)
    with transaction.atomic():
        for _ in range(2):
            services.append(lookup("account.signed_in"), WORKER)
    assert integrity().waiting == "2"
    with transaction.atomic():
        for _ in range(3):
            services.append(lookup("account.signed_in"), WORKER)
    assert (integrity().unsequenced, integrity().waiting) == (3, "> 2")


def test_an_entry_with_a_leaf_waits_until_a_checkpoint_covers_it() -> None:
    with transaction.atomic():
        entry = services.append(lookup("account.signed_in"), WORKER)
        Pending.objects.all().delete()
        TreeLeaf.objects.create(index=0, entry=entry.pk, hash=b"h" * 32)
    now = integrity()
    assert (now.size, now.unsequenced, now.oldest) == (1, 0, entry.occurred_at)
    Checkpoint.objects.create(size=1, root=b"r" * 32, note="note", signed_at=clock.now())
    assert integrity().oldest is None


def test_the_last_of_everything_is_shown() -> None:
    now = clock.now()
    earlier = now - datetime.timedelta(hours=1)
    for index, moment in enumerate((earlier, now)):
        TreeLeaf.objects.create(index=index, entry=ids.uuid7(), hash=b"h" * 32)
        Checkpoint.objects.create(size=index + 1, root=b"r" * 32, note="note", signed_at=moment)
        Verification.objects.create(
            started_at=moment, finished_at=moment, by="p", size=index + 1, ok=index == 1
        )
    for witness, size, moment in (("a", 1, now), ("a", 2, earlier), ("a", 2, now), ("b", 1, earlier)):
        Cosignature.objects.create(size=size, witness=witness, line="line", witnessed_at=moment)
    shown = integrity()
    assert shown.checkpoint is not None
    assert shown.verification is not None
    assert (shown.size, shown.checkpoint.size, shown.verification.ok) == (2, 2, True)
    assert [(each.name, each.size, each.witnessed_at) for each in shown.witnesses] == [
        ("a", 2, now),
        ("b", 1, earlier),
    ]
    assert shown.witnesses[1].age >= datetime.timedelta(hours=1)
