"""Sealed values: they open as what they are, for whom they are, while their key is there."""

import contextlib
import uuid
from collections.abc import Iterable

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from django.db import transaction
from hypothesis import given, settings as hypothesis_settings, strategies as some
from hypothesis.extra.django import TestCase

from annotations.audit import services, subjects
from annotations.audit.actors import Actor
from annotations.audit.enums import KeysDestroyed
from annotations.audit.models import LogEntry
from annotations.audit.sealed import Sealed, seal, unseal, unseal_each
from annotations.audit.subject_keys import SubjectKeyStore, Unreachable, store
from annotations.core import ids
from annotations.core.wrapping import Damaged

OFFICER = Actor("p-officer22", "privacy_officer")
TEXT = some.text(some.characters(exclude_categories=["Cs"]))


class TestProperties(TestCase):
    @hypothesis_settings(max_examples=25)
    @given(TEXT)
    def test_what_is_sealed_opens_as_it_was(self, text: str) -> None:
        subject = ids.pseudonym("o")
        blob = seal(subject, text)
        assert unseal(subject, blob) == text
        assert len(text) < 4 or text.encode() not in blob

    @hypothesis_settings(max_examples=40)
    @given(some.integers(0, 10_000), some.integers(1, 255))
    def test_an_altered_value_is_refused_or_its_key_is_unknown(self, place: int, change: int) -> None:
        subject = "o-altered2"
        blob = bytearray(seal(subject, "Lindenweg 4"))
        blob[place % len(blob)] ^= change
        with contextlib.suppress(Damaged):
            assert unseal(subject, bytes(blob)) is None

    @hypothesis_settings(max_examples=10)
    @given(TEXT)
    def test_another_subjects_value_is_refused(self, text: str) -> None:
        blob = seal(ids.pseudonym("o"), text)
        with pytest.raises(Damaged):
            unseal(ids.pseudonym("o"), blob)


@pytest.mark.django_db
def test_a_value_of_before_opens_for_ever() -> None:
    """Written once and never again: the format of sealed columns that sites have, and of their keys in the store."""
    blob = (
        "010000000000000000000000000000000257d8185b19d4cca19a78941c06c9756c4344c700836bc7d4e478a92ffb36a448c7ee7002faa6f"
        "38b4bda298a"
    )
    key_id, wrapping = next(iter(store().wrapping.items()))
    with store().engine.session() as run:
        run(
            "INSERT INTO subject_key (id, subject, key_id, wrapped) VALUES (?, ?, ?, ?)",
            str(uuid.UUID(int=2)),
            "s-before22",
            key_id,
            aes_key_wrap(wrapping, bytes(range(32))),
        )
    assert unseal("s-before22", bytes.fromhex(blob)) == "Words of before."


@pytest.mark.django_db
def test_a_destroyed_key_gives_none_and_the_others_open_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, clip = ids.pseudonym("o"), subjects.of_clip(ids.random_id())
    sealed = [Sealed(each, seal(each, each)) for each in (gone, clip, gone)]
    entries = services.destroy_keys([gone], OFFICER, KeysDestroyed.OWNER_ASKED)
    calls: list[object] = []
    find = SubjectKeyStore.find

    def counted(of: SubjectKeyStore, identifiers: Iterable[uuid.UUID]) -> dict[uuid.UUID, bytes]:
        calls.append(of)
        return find(of, identifiers)

    monkeypatch.setattr(SubjectKeyStore, "find", counted)
    assert unseal_each(sealed) == [None, clip, None]
    assert len(calls) == 1
    assert [entry.subject for entry in entries] == [gone]
    assert store().of(gone) == []


@pytest.mark.django_db
def test_several_subjects_that_no_entry_names_have_an_entry_each_and_again_there_is_none() -> None:
    clip = ids.random_id()
    named = [ids.pseudonym("o"), ids.pseudonym("d"), subjects.of_clip(clip)]
    for subject in named:
        seal(subject, "x")
    entries = services.destroy_keys(named, OFFICER, KeysDestroyed.RETENTION)
    assert [entry.subject for entry in entries] == named
    assert [entry.clip for entry in entries] == [None, None, clip]
    assert services.destroy_keys(named, OFFICER, KeysDestroyed.RETENTION) == entries
    assert LogEntry.objects.filter(action="audit.subject_erased").count() == len(named)


@pytest.mark.django_db
def test_a_store_that_does_not_answer_says_nothing_of_keys(settings: object) -> None:
    subject = ids.pseudonym("o")
    with transaction.atomic():
        blob = seal(subject, "x")
    settings.SUBJECT_STORE_URL = "postgresql://review_app@127.0.0.1:1/none"  # type: ignore[attr-defined]
    with pytest.raises(Unreachable):
        unseal(subject, blob)
