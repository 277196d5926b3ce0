"""Nobody sees what cannot be unseen before a signed checkpoint covers the entry that tells of it."""

import threading
import time
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit import services
from annotations.audit.actors import WORKER
from annotations.audit.models import Checkpoint, Hurry, LogEntry, TreeLeaf
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.core.errors import Unavailable
from annotations.datasets import services as datasets
from annotations.datasets.filters import Filters
from annotations.datasets.models import Release
from annotations.moderation import services as moderation
from tests import factories as make


def append() -> uuid.UUID:
    with transaction.atomic():
        return services.append(lookup("account.signed_in"), WORKER).pk


@pytest.fixture
def no_sequencer(settings: Any) -> None:
    """Nobody seals: neither whoever waits nor another process."""
    settings.AUDIT_SEQUENCE_INLINE = False
    settings.AUDIT_WAIT_SECONDS = 0.1


def test_it_returns_the_checkpoint_that_a_running_sequencer_makes(fresh_database: str, settings: Any) -> None:
    settings.AUDIT_SEQUENCE_INLINE = False
    settings.AUDIT_SEQUENCE_SECONDS = 60.0
    stopped = threading.Event()

    def run() -> None:
        configured.own_sequencer().run(stopped)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        for _ in range(3):
            begun = time.monotonic()
            entry = append()
            checkpoint = await_checkpoint(entry, 10)
            assert time.monotonic() - begun < 5
            assert TreeLeaf.objects.get(entry=entry).index < checkpoint.size
    finally:
        stopped.set()
        thread.join()


@pytest.mark.django_db
def test_it_gives_the_first_checkpoint_that_covers_the_entry() -> None:
    first = append()
    made = await_checkpoint(first)
    await_checkpoint(append())
    assert Checkpoint.objects.count() == 2
    assert await_checkpoint(first) == made


@pytest.mark.django_db
def test_where_nobody_seals_it_says_so_and_what_to_do(no_sequencer: None) -> None:
    with pytest.raises(Unavailable) as raised:
        await_checkpoint(append())
    assert (raised.value.code, raised.value.status) == ("log_not_sealed", 503)
    assert "tell an operator" in raised.value.message
    # Two may wait for one entry.
    entry = append()
    for _ in range(2):
        with pytest.raises(Unavailable):
            await_checkpoint(entry, 0)
    assert Hurry.objects.filter(entry=entry).count() == 1


def test_inside_a_transaction_it_would_wait_for_ever(fresh_database: str) -> None:
    entry = append()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        await_checkpoint(entry)


@pytest.fixture
def lead() -> Client:
    browser = Client()
    browser.force_login(make.make_user(Role.LEAD))
    return browser


@pytest.mark.django_db
def test_a_reveal_is_sealed_first(lead: Client) -> None:
    flag = moderation.flag(make.make_ready_clip(), "violence", WORKER)
    given = lead.post(reverse("moderation:reveal", args=[flag.pk]))
    assert given.status_code == 200
    entry = LogEntry.objects.get(action="rendition.granted")
    index = TreeLeaf.objects.get(entry=entry.pk).index
    assert Checkpoint.objects.filter(size__gt=index).exists()


@pytest.mark.django_db
def test_a_reveal_that_is_not_sealed_shows_nothing(lead: Client, no_sequencer: None) -> None:
    flag = moderation.flag(make.make_ready_clip(), "violence", WORKER)
    refused = lead.post(reverse("moderation:reveal", args=[flag.pk]))
    assert refused.status_code == 503
    assert refused.json()["code"] == "log_not_sealed"
    assert "url" not in refused.json()


def frozen(engineer: Any) -> Release:
    project = make.make_accepted().assignment.project
    release = datasets.request(datasets.create(engineer.actor, "Porch", project, Filters()), engineer.actor)
    datasets.freeze(release.pk)
    return Release.objects.get(pk=release.pk)


@pytest.mark.django_db
def test_a_download_is_sealed_first_and_else_not_a_byte_is_sent(settings: Any) -> None:
    engineer, browser = make.make_user(Role.ML_ENGINEER), Client()
    browser.force_login(engineer)
    address = reverse("datasets:download", args=[frozen(engineer).pk, "jsonl"])
    given = browser.get(address)
    assert given.status_code == 200
    content = given.getvalue()
    index = TreeLeaf.objects.get(entry=LogEntry.objects.get(action="dataset.exported").pk).index
    assert Checkpoint.objects.filter(size__gt=index).exists()
    settings.AUDIT_SEQUENCE_INLINE, settings.AUDIT_WAIT_SECONDS = False, 0.1
    refused = browser.get(address)
    assert refused.status_code == 503
    assert b"tell an operator" in refused.content
    assert content not in refused.content
