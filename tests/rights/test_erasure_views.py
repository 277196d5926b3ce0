"""Erasing a subject's details: the officer's page, its certificate, and the command."""

import hashlib
import html
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import log as audit_log, services as audit
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.subject_keys import SubjectKeyStore, store
from annotations.clips.models import Clip
from annotations.rights import log, services
from tests.factories import make_clip, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
REASON = "The owner wrote to us, ticket <7>."


@pytest.fixture
def clip() -> Clip:
    return make_clip()


@pytest.fixture
def person(clip: Clip) -> User:
    """Somebody who wrote something about a clip, under their own key."""
    person = make_user(Role.PRIVACY_OFFICER)
    with transaction.atomic():
        audit.append(
            log.WITHDRAWAL,
            person.actor,
            clip=clip.public_id,
            data={"source": "privacy officer"},
            detail={"reason": "The neighbour complained."},
            detail_of=person.pseudonym,
        )
    return person


def page(subject: str) -> str:
    return f"{reverse('rights:erase')}?q={subject}"


def erase(site: Client, subject: str, **fields: str) -> Any:
    return site.post(page(subject), {"reason": REASON, "confirmation": subject} | fields)


def test_the_page_says_what_it_destroys_and_that_it_was_asked_is_on_the_log(
    site: Client, person: User
) -> None:
    subject = person.pseudonym
    shown = site.get(page(subject.upper())).content.decode()
    assert "1 detail is destroyed" in shown
    entry = LogEntry.objects.get(action="privacy.erasure_prepared")
    assert (entry.subject, EntryDetail.objects.count()) == (subject, 1)


@pytest.mark.both
def test_it_erases_and_shows_a_certificate(site: Client, clip: Clip, person: User, officer: User) -> None:
    subject = person.pseudonym
    (key,) = store().of(subject)
    response = erase(site, subject)
    entry = LogEntry.objects.get(action="audit.subject_erased", subject=subject)
    assert response["Location"] == reverse("rights:erasure", args=[entry.pk])
    certificate = html.unescape(site.get(response["Location"]).content.decode())
    digest = hashlib.sha256(bytes(entry.canonical)).hexdigest()
    for told in (subject, str(entry.pk), digest, str(key), officer.username, REASON, "finished"):
        assert told in certificate
    assert LogEntry.objects.filter(action="privacy.erasure_certified", subject=subject).exists()
    assert store().of(subject) == []
    dossier = site.get(reverse("oversight:dossier", args=[clip.public_id])).content.decode()
    assert "neighbour" not in dossier
    assert "The detail was erased" in dossier


def test_a_detail_that_is_gone_without_an_erasure_says_so_on_the_pages(
    site: Client, clip: Clip, person: User
) -> None:
    EntryDetail.objects.filter(subject=person.pseudonym).delete()
    for address in (reverse("oversight:dossier", args=[clip.public_id]), reverse("oversight:log")):
        assert "no erasure on the log explains it" in site.get(address).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"confirmation": "o-another2"}, "This is not the pseudonym above"),
        ({"confirmation": ""}, "This field is required"),
        ({"reason": " "}, "Write down the reason"),
    ],
)
def test_a_slip_erases_nobody(site: Client, person: User, fields: dict[str, str], said: str) -> None:
    response = erase(site, person.pseudonym, **fields)
    assert response.status_code == 400
    assert said in response.content.decode()
    assert EntryDetail.objects.filter(subject=person.pseudonym).exists()
    assert not LogEntry.objects.filter(action="audit.subject_erased").exists()


def test_an_officer_cannot_erase_what_concerns_themself(site: Client, officer: User) -> None:
    with transaction.atomic():
        audit.append(audit_log.SEARCHED, officer.actor, data={"filters": [], "page": "first"})
    response = erase(site, officer.pseudonym)
    assert response.status_code == 400
    assert "Ask another privacy officer" in response.content.decode()
    assert escape(REASON) in response.content.decode(), "what was typed is still there"
    assert not LogEntry.objects.filter(action="audit.subject_erased").exists()


def test_an_owner_is_erased_at_the_desk(site: Client, clip: Clip) -> None:
    subject = clip.owner.pseudonym
    services.withdraw(clip, make_user(Role.PRIVACY_OFFICER).actor, "The neighbour complained.")
    assert site.get(page(subject))["Location"] == f"{reverse('rights:plan_erasure')}?q={subject}"


def test_whom_nobody_named_is_not_found_and_not_kept(site: Client) -> None:
    response = site.get(page("erika mustermann"))
    assert response.status_code == 404
    assert "The log names nobody like this" in response.content.decode()
    assert site.get(page("%00")).status_code == 400
    assert not any(b"erika" in bytes(entry.canonical) for entry in LogEntry.objects.all())


def test_a_certificate_of_something_else_does_not_exist(site: Client, person: User) -> None:
    entry = LogEntry.objects.get(action="privacy.withdrawal")
    assert site.get(reverse("rights:erasure", args=[entry.pk])).status_code == 404


def test_a_certificate_never_says_finished_while_a_key_is_left(
    site: Client, person: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(SubjectKeyStore, "destroy", lambda *_: None)
        address = erase(site, person.pseudonym)["Location"]
        assert "not finished" in site.get(address).content.decode()
    audit.finish_erasures()
    assert "not finished" not in site.get(address).content.decode()


def test_the_command_erases_and_prints_what_the_certificate_says(person: User) -> None:
    out = io.StringIO()
    call_command("erase_subject", person.pseudonym, "--reason", REASON, "--yes", stdout=out)
    entry = LogEntry.objects.get(action="audit.subject_erased")
    assert str(entry.pk) in out.getvalue()
    assert hashlib.sha256(bytes(entry.canonical)).hexdigest() in out.getvalue()
    with pytest.raises(CommandError, match="No entry names this pseudonym"):
        call_command("erase_subject", "o-nobody22", "--reason", REASON, "--yes")


def test_the_command_asks_for_the_pseudonym_again(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "o-another2")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_subject", person.pseudonym, "--reason", REASON, stdout=io.StringIO())
    assert EntryDetail.objects.filter(subject=person.pseudonym).exists()
