"""What people wrote about a clip is read from the log, and is nowhere once its subject is erased."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.clips.models import Clip
from annotations.moderation import services as moderation
from annotations.moderation.models import Flag
from annotations.redaction import services as redaction
from annotations.redaction.models import Unredaction
from annotations.review import services as review
from annotations.review.models import Annotation
from annotations.rights.answer import compile_answer
from tests.factories import make_assignment, make_body, make_ready_clip, make_track, make_user
from tests.test_architecture import CONTEXTS

pytestmark = pytest.mark.django_db

LAMP = "The lamp beside Mrs Miller"
CRYING = "Mr Smith is crying"
UPHELD = "It is Mr Smith indeed"
MISSING = "The boy on the left is missing"
WORDS = (LAMP, CRYING, UPHELD, MISSING)
GONE = "The detail was erased"


def site(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def lead() -> User:
    return make_user(Role.LEAD)


@pytest.fixture
def clip(lead: User, reviewer: User) -> Clip:
    """A clip about which four people wrote."""
    assignment = make_assignment(reviewer)
    clip = assignment.clip
    annotation = review.submit(reviewer, assignment.public_id, make_body())
    review.send_back(annotation.assignment.task.public_id, annotation.pk, MISSING, lead.actor)
    redaction.ask_for_unredaction(clip, make_track(clip).number, LAMP, lead)
    return clip


@pytest.fixture
def flag(lead: User, clip: Clip, reviewer: User) -> Flag:
    flag = moderation.flag(clip, "private_moment", reviewer.actor, note=CRYING)
    return moderation.decide(flag.pk, "uphold", UPHELD, lead.actor)


def erase(clip: Clip) -> None:
    officer = make_user(Role.PRIVACY_OFFICER)
    audit.erase_subject(clip.owner.pseudonym, officer.actor, "The owner asked for it.")


def shown(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return page.content.decode()


def unredaction_pages(clip: Clip) -> list[str]:
    unredaction = Unredaction.objects.get(clip=clip)
    return [
        reverse("redaction:unredaction", args=[unredaction.pk]),
        reverse("redaction:unredactions"),
        reverse("redaction:regions", args=[clip.public_id]),
    ]


def test_why_an_unredaction_was_asked_for_is_on_its_pages_until_the_subject_is_erased(
    clip: Clip, lead: User
) -> None:
    for address in unredaction_pages(clip):
        assert LAMP in shown(site(lead), address)
    erase(clip)
    for address in unredaction_pages(clip):
        page = shown(site(lead), address)
        assert LAMP not in page
        assert GONE in page


def test_what_was_written_with_a_flag_is_on_its_pages_until_the_subject_is_erased(
    clip: Clip, flag: Flag, lead: User
) -> None:
    listed = f"{reverse('moderation:flagged')}?state=upheld"
    detail = reverse("moderation:detail", args=[flag.pk])
    assert CRYING in shown(site(lead), listed)
    assert all(words in shown(site(lead), detail) for words in (CRYING, UPHELD))
    answer = json.dumps(compile_answer(clip.owner.pseudonym, flag.raised_at))
    assert CRYING in answer
    assert UPHELD in answer
    erase(clip)
    for address in (listed, detail):
        page = shown(site(lead), address)
        assert not any(words in page for words in WORDS)
        assert GONE in page
    answer = json.dumps(compile_answer(clip.owner.pseudonym, flag.raised_at))
    assert not any(words in answer for words in WORDS)


def test_why_labels_came_back_is_told_until_the_subject_is_erased(
    clip: Clip, lead: User, reviewer: User
) -> None:
    task = Annotation.objects.get(assignment__clip=clip).assignment.task
    pages = [
        (site(reviewer), reverse("review:home")),
        (site(lead), reverse("review:adjudicate", args=[task.public_id])),
    ]
    for client, address in pages:
        assert MISSING in shown(client, address)
    erase(clip)
    for client, address in pages:
        page = shown(client, address)
        assert MISSING not in page
        assert GONE in page


def test_when_the_keys_cannot_be_reached_the_pages_say_so(clip: Clip, lead: User, settings: Any) -> None:
    settings.SUBJECT_STORE_URL = "postgresql://review_app@127.0.0.1:1/none"
    page = shown(site(lead), unredaction_pages(clip)[0])
    assert "cannot be read now" in page


def test_nothing_in_the_database_holds_the_words(clip: Clip, flag: Flag) -> None:
    """Neither before the erasure, when they are encrypted, nor after it."""
    for _ in range(2):
        for model in apps.get_models():
            if model._meta.app_label in CONTEXTS:
                for row in model._default_manager.values_list():
                    written = " ".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in row)
                    assert not any(words in written for words in WORDS), model
        erase(clip)


@pytest.mark.usefixtures("journal_asked_before")
def test_the_list_of_flags_needs_as_many_queries_for_three_as_for_one(lead: User) -> None:
    client, counts = site(lead), []
    for more in (1, 2):
        for _ in range(more):
            moderation.flag(make_ready_clip(), "violence", lead.actor, note="A word about it.")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("moderation:flagged"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
