"""Details of entries: read back as they were written, or told what became of them."""

import uuid
from typing import Any

import pytest
from django.db import transaction

from annotations.audit import details, selectors, services
from annotations.audit.actors import Actor
from annotations.audit.enums import DetailState
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.registry import lookup
from annotations.audit.selectors import Line
from annotations.audit.subject_keys import Unreachable, store
from annotations.core import ids

pytestmark = pytest.mark.django_db
OFFICER = Actor("p-officer22", "privacy_officer")


def write(words: str = "in my own words", subject: str = "", **fields: Any) -> LogEntry:
    with transaction.atomic():
        return services.append(
            lookup("clip.held"),
            OFFICER,
            subject=subject or ids.pseudonym("o"),
            data={"reason": "legal"},
            detail={"note": words},
            **fields,
        )


def read(entry: LogEntry) -> Line:
    (line,) = selectors.present([LogEntry.objects.get(pk=entry.pk)])
    return line


def test_a_detail_is_read_back_in_normal_form_c() -> None:
    line = read(write("Cafe\u0301"))
    assert (line.detail, line.detail_state, line.lost_detail) == (
        {"note": "Café"},
        DetailState.READABLE,
        "",
    )


def test_a_detail_of_before_is_readable_for_ever() -> None:
    """Written once and never again: the format of details that sites have."""
    sealed = (
        "eeaf9160bf0eb0e062182847ac40aa53f059ee71d19356584a645380f3d7b85013a2b6c3001dfd82437cfb380fc22d5a55c03db2f22f2c"
        "0f58b29708204a8ee73ce866a5245c44275178cd6eb5a4e21b9484aa068b2335d34b"
    )
    commitment = "5cd2e65524415db7ab39c635f0450719f37c44d1b63f824e846832cd4cf85d18"
    written = EntryDetail(entry=uuid.UUID(int=1), subject="s-before22", sealed=bytes.fromhex(sealed))
    assert details.unseal(written, bytes(range(32)), commitment) == {"reason": "Words of before."}


def test_an_entry_without_a_detail_has_lost_none() -> None:
    with transaction.atomic():
        entry = services.append(lookup("account.signed_in"), OFFICER)
    line = read(entry)
    assert (line.detail, line.detail_state, line.lost_detail) == (None, DetailState.NONE, "")


def test_the_database_holds_no_word_of_it() -> None:
    entry = write("unmistakable words")
    row = EntryDetail.objects.filter(pk=entry.pk).values_list().get()
    assert b"unmistakable" not in b"".join(bytes(v) for v in row if not isinstance(v, str | uuid.UUID))


def missing(row: EntryDetail, other: EntryDetail) -> None:
    row.delete()


def altered(row: EntryDetail, other: EntryDetail) -> None:
    row.sealed = bytes(row.sealed)[:-1] + bytes([bytes(row.sealed)[-1] ^ 1])
    row.save()


def of_another_entry(row: EntryDetail, other: EntryDetail) -> None:
    row.sealed, row.key = other.sealed, other.key
    row.save()


def given_to_another_subject(row: EntryDetail, other: EntryDetail) -> None:
    row.subject = "o-somebody"
    row.save()


def written_anew(row: EntryDetail, other: EntryDetail) -> None:
    """Somebody who has the keys writes other words; only the entry's commitment tells."""
    forged, _ = details.seal(row.entry, row.subject, store().ensure(row.subject), {"note": "other words"})
    forged.save()


def without_its_key(row: EntryDetail, other: EntryDetail) -> None:
    store().destroy([row.key])


@pytest.mark.parametrize(
    "attack",
    [missing, altered, of_another_entry, given_to_another_subject, written_anew, without_its_key],
)
def test_a_detail_that_is_not_what_was_written_shows_as_tampered(attack: Any) -> None:
    entry, other = write(), write("other", subject=ids.pseudonym("o"))
    attack(*(EntryDetail.objects.get(pk=each.pk) for each in (entry, other)))
    line = read(entry)
    assert (line.detail, line.detail_state) == (None, DetailState.TAMPERED)
    assert "missing or altered" in line.lost_detail
    assert line.sentence == "Held: legal hold"
    assert read(other).detail == {"note": "other"}


def test_a_store_that_does_not_answer_is_no_tampering(settings: Any) -> None:
    entry = write()
    settings.SUBJECT_STORE_URL = "postgresql://review_app@127.0.0.1:1/none"
    assert read(entry).detail_state == DetailState.UNREACHABLE


def test_an_act_whose_detail_cannot_be_kept_does_not_happen(settings: Any) -> None:
    settings.SUBJECT_STORE_URL = "postgresql://review_app@127.0.0.1:1/none"
    with pytest.raises(Unreachable):
        write()
    assert not LogEntry.objects.exists()


def test_the_key_of_an_act_that_failed_opens_nothing_and_serves_the_next() -> None:
    subject = ids.pseudonym("o")

    @transaction.atomic
    def act() -> None:
        write(subject=subject)
        raise RuntimeError("act failed")

    with pytest.raises(RuntimeError, match="act failed"):
        act()
    (key,) = store().of(subject)
    assert not EntryDetail.objects.exists()
    assert EntryDetail.objects.get(pk=write(subject=subject).pk).key == key


def test_a_detail_can_belong_to_somebody_else_than_the_entry_s_subject() -> None:
    entry = write(detail_of="p-officer22")
    assert EntryDetail.objects.get(pk=entry.pk).subject == "p-officer22"


def test_a_page_costs_the_same_queries_however_many_subjects_it_tells_of(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = []
    engine = type(store().engine)
    original = engine.session

    def counted(self: Any) -> Any:
        sessions.append(self)
        return original(self)

    monkeypatch.setattr(engine, "session", counted)
    for count in (1, 3):
        entries = [write() for _ in range(count)]
        lost = [write() for _ in range(count)]
        EntryDetail.objects.filter(pk__in=[entry.pk for entry in lost]).delete()
        sessions.clear()
        with django_assert_num_queries(2):
            lines = selectors.present([*entries, *lost])
        assert len(sessions) == 1
        assert [line.detail_state for line in lines] == ["readable"] * count + ["tampered"] * count
