"""The drills of docs/keys.md that no other module does: exchanging the secret key, and the keys of the journal."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.audit import journal
from annotations.audit.actors import WORKER
from annotations.outgoing import services
from annotations.outgoing.models import OutgoingMessage
from annotations.outgoing.templates import SIGN_IN_LINK

pytestmark = pytest.mark.django_db
PAGE = "accounts:account"


def test_with_the_old_secret_key_below_the_new_one_nobody_signs_in_again(
    settings: Any, client: Client, officer: User
) -> None:
    client.force_login(officer)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new-" + "n" * 50, [old]
    assert client.get(reverse(PAGE)).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(reverse(PAGE)).status_code == 200, "the session was renewed under the new key meanwhile"


def test_without_the_old_secret_key_everybody_signs_in_again(
    settings: Any, client: Client, officer: User
) -> None:
    client.force_login(officer)
    settings.SECRET_KEY = "new-" + "n" * 50
    assert client.get(reverse(PAGE)).status_code == 302


def record() -> None:
    with transaction.atomic():
        journal.record(journal.Kind.BACKUP_BEGUN, WORKER, {"backup": "0" * 8 + "-0000" * 3 + "-" + "0" * 12})


def standing() -> str:
    journal.forget_standing()
    return journal.standing().code


def test_the_journal_goes_on_under_a_new_key_and_needs_the_old_one_for_its_lines(settings: Any) -> None:
    record()
    settings.JOURNAL_KEYS = {"new": b"n" * 32, **settings.JOURNAL_KEYS}
    record()
    assert [json.loads(line.content)["key"] for line in journal.own_file().lines()] == ["test", "new"]
    assert standing() == ""
    settings.JOURNAL_KEYS = {"new": b"n" * 32}
    assert standing() == "journal_altered"


def test_a_mail_that_waits_is_opened_by_the_older_key_of_outgoing_messages(settings: Any) -> None:
    with transaction.atomic():
        private = {"address": "rita@example.org", "link": "https://review.example.org/x"}
        message = services.tell_person("p-someone22", SIGN_IN_LINK, private, WORKER)
    settings.OUTGOING_KEYS = {"new": b"n" * 32, **settings.OUTGOING_KEYS}
    assert services.send(message.pk) == 1
    assert OutgoingMessage.objects.get().sealed is None
