"""An entry is written with its act, or not at all, and tells what its kind declares."""

import hashlib
import json
import uuid
from typing import Any

import pytest
import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from annotations.audit import services
from annotations.audit.actors import WORKER, Actor
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.registry import lookup
from annotations.audit.subject_keys import store

pytestmark = pytest.mark.django_db
OFFICER = Actor("p-officer22", "privacy_officer")


def test_the_canonical_bytes_hold_all_that_the_columns_repeat() -> None:
    clip = uuid.uuid4()
    with transaction.atomic():
        made = services.append(
            lookup("clip.held"),
            OFFICER,
            clip=clip,
            subject="o-owner222",
            purpose="labeling",
            data={"reason": "legal"},
        )
    entry = LogEntry.objects.get(pk=made.pk)
    body = json.loads(bytes(entry.canonical))
    assert body == {
        "version": 1,
        "id": str(entry.id),
        "time": entry.occurred_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "action": "clip.held",
        "actor": {"pseudonym": "p-officer22", "role": "privacy_officer"},
        "clip": str(clip),
        "subject": "o-owner222",
        "purpose": "labeling",
        "request": "",
        "data": {"reason": "legal"},
    }
    assert (entry.action, entry.actor, entry.actor_role) == ("clip.held", "p-officer22", "privacy_officer")
    assert (entry.clip, entry.subject, entry.purpose) == (clip, "o-owner222", "labeling")


def test_words_of_people_stay_outside_the_entry_which_only_commits_to_them() -> None:
    with transaction.atomic():
        entry = services.append(
            lookup("clip.held"),
            OFFICER,
            subject="o-owner222",
            data={"reason": "legal"},
            detail={"note": "Cafe\u0301"},
        )
    detail = EntryDetail.objects.get(pk=entry.pk)
    assert b"Caf" not in bytes(entry.canonical)
    body = json.loads(bytes(entry.canonical))
    assert (body["key"], detail.subject) == (str(detail.key), "o-owner222")
    key = store().find([detail.key])[detail.key]
    salted = AESGCM(key).decrypt(
        bytes(detail.sealed)[:12], bytes(detail.sealed)[12:], entry.pk.bytes + b"o-owner222"
    )
    assert salted[32:] == '{"note":"Café"}'.encode()
    assert body["commitment"] == hashlib.sha256(salted).hexdigest()


def test_equal_details_have_unequal_commitments() -> None:
    with transaction.atomic():
        entries = [
            services.append(lookup("clip.held"), OFFICER, data={"reason": "legal"}, detail={"note": "same"})
            for _ in range(2)
        ]
    assert len({json.loads(bytes(entry.canonical))["commitment"] for entry in entries}) == 2


def test_an_entry_that_no_bundle_can_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 65535 bytes"), transaction.atomic():
        services.append(lookup("account.signed_in"), Actor("p" * 66_000, "lead"))
    assert not LogEntry.objects.exists()


def test_data_of_another_kind_than_declared_is_refused_and_not_repeated_in_the_error() -> None:
    with (
        pytest.raises(ValueError, match=r"clip\.held: reason is not one of") as refused,
        transaction.atomic(),
    ):
        services.append(lookup("clip.held"), WORKER, data={"reason": "because of Anna"})
    assert "Anna" not in str(refused.value)
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("data", [None, {}, {"reason": "legal", "more": 1}, {"other": 1}])
def test_data_other_than_declared_is_refused(data: dict[str, Any] | None) -> None:
    with pytest.raises(ValueError, match=r"clip\.held has the fields"), transaction.atomic():
        services.append(lookup("clip.held"), WORKER, data=data)
    assert not LogEntry.objects.exists()


def test_the_entry_goes_with_its_act_when_the_act_fails() -> None:
    @transaction.atomic
    def act() -> None:
        services.append(lookup("clip.held"), WORKER, data={"reason": "legal"}, detail={"note": "words"})
        raise RuntimeError("act failed")

    with pytest.raises(RuntimeError, match="act failed"):
        act()
    assert not LogEntry.objects.exists()
    assert not EntryDetail.objects.exists()


def test_the_request_id_is_carried() -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"), transaction.atomic():
        entry = services.append(lookup("account.signed_in"), WORKER)
    assert json.loads(bytes(entry.canonical))["request"] == entry.request == "r-1"


def test_an_act_on_many_clips_has_an_entry_for_each_like_any_other() -> None:
    acts = [services.ClipAct(uuid.uuid4(), f"o-owner{n}", {"reason": "legal"}) for n in range(3)]
    with transaction.atomic():
        services.append_each(lookup("clip.held"), OFFICER, acts, purpose="labeling")
    entries = list(LogEntry.objects.all())
    assert {(entry.clip, entry.subject) for entry in entries} == {(act.clip, act.subject) for act in acts}
    for entry in entries:
        body = json.loads(bytes(entry.canonical))
        assert (body["id"], body["clip"], body["purpose"]) == (str(entry.pk), str(entry.clip), "labeling")
        assert body["data"] == {"reason": "legal"}


def test_an_act_on_many_clips_is_refused_as_a_whole_when_its_data_is_wrong() -> None:
    acts = [services.ClipAct(uuid.uuid4(), "o-owner222", data) for data in ({"reason": "legal"}, {})]
    with pytest.raises(ValueError, match=r"clip\.held has the fields"), transaction.atomic():
        services.append_each(lookup("clip.held"), OFFICER, acts)
    assert not LogEntry.objects.exists()
