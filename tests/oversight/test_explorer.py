"""What officers do with the log beside filtering it: one entry, words, files, saved searches, one person."""

import csv
import dataclasses
import datetime
import hashlib
import importlib
import io
import json
import re
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.models import LogEntry, TreeLeaf
from annotations.audit.registry import lookup
from annotations.audit.sequencing.configured import own_sequencer
from annotations.audit.tree.merkle import leaf_hash
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.core import clock, ids
from annotations.oversight import entry_export, selectors, text_search
from annotations.oversight.models import SavedSearch
from annotations.rights import services
from tests.factories import make_clip, make_user
from tests.pages import markup

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return make_user(Role.PRIVACY_OFFICER, username="olga")


@pytest.fixture
def clip() -> Clip:
    return make_clip()


def withdraw(officer: User, clip: Clip, reason: str) -> LogEntry:
    services.withdraw(clip, officer.actor, reason)
    return LogEntry.objects.get(action="privacy.withdrawal", clip=clip.public_id)


def last(action: str) -> dict[str, Any]:
    entry = LogEntry.objects.filter(action=action).order_by("-occurred_at", "-id")[0]
    data: dict[str, Any] = json.loads(bytes(entry.canonical))["data"]
    return data


def codes(html: str) -> list[str]:
    return re.findall(r"&quot;action&quot;:&quot;([a-z_.]+)&quot;", html)


def test_an_entry_has_an_address_with_its_bytes_and_what_proves_it(
    site: Client, officer: User, clip: Clip
) -> None:
    entry = withdraw(officer, clip, "The owner wrote to us.")
    html = site.get(reverse("oversight:entry", args=[entry.pk])).content.decode()
    content = bytes(entry.canonical)
    assert content.decode().replace('"', "&quot;") in html
    assert hashlib.sha256(content).hexdigest() in html
    assert leaf_hash(content).hex() in html
    assert json.loads(content)["commitment"] in html
    assert "The owner wrote to us." in html
    assert "waits to be sequenced" in html
    own_sequencer().once()
    place = TreeLeaf.objects.get(entry=entry.pk).index
    html = site.get(reverse("oversight:entry", args=[entry.pk])).content.decode()
    assert f"<code>{place}</code>" in markup(html)
    assert last("audit.entry_opened") == {"entry": str(entry.pk)}
    assert site.get(reverse("oversight:entry", args=[clip.public_id])).status_code == 404


@pytest.mark.parametrize("typed", ["CRÈME brûlée", "creme", "brulee creme", "crème\u0301"[:5]])
def test_words_are_found_in_any_case_and_without_accents(
    site: Client, officer: User, clip: Clip, typed: str
) -> None:
    withdraw(officer, clip, "Crème Brûlée was in the picture")
    withdraw(officer, make_clip(), "Something else")
    html = site.post(reverse("oversight:search_text"), {"words": typed}).content.decode()
    assert codes(html) == ["privacy.withdrawal"]
    assert "Crème Brûlée was in the picture" in html
    assert last("audit.words_searched") == {"filters": [], "searched": 2, "found": 1}


def test_words_stay_off_the_log_and_are_searched_within_the_filters(
    site: Client, officer: User, clip: Clip
) -> None:
    withdraw(officer, clip, "Ivan asked")
    withdraw(officer, make_clip(), "Ivan asked too")
    filters = {"words": "ivan", "clip": str(clip.public_id)}
    html = site.post(reverse("oversight:search_text"), filters).content.decode()
    assert codes(html) == ["privacy.withdrawal"]
    assert last("audit.words_searched")["filters"] == [f"clip={clip.public_id}"]
    for entry in LogEntry.objects.exclude(action="privacy.withdrawal"):
        assert b"ivan" not in bytes(entry.canonical).lower()


def test_more_words_than_are_read_ask_for_a_narrower_search(
    site: Client, officer: User, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "MOST", 1)
    withdraw(officer, clip, "Ivan asked")
    withdraw(officer, make_clip(), "Ivan asked too")
    response = site.post(reverse("oversight:search_text"), {"words": "ivan"})
    assert response.status_code == 400
    assert "Choose a shorter time" in response.content.decode()
    assert codes(response.content.decode()) == []
    narrow = site.post(reverse("oversight:search_text"), {"words": "ivan", "clip": str(clip.public_id)})
    assert len(codes(narrow.content.decode())) == 1


def test_json_lines_are_the_exact_entries_of_the_filters(site: Client, officer: User, clip: Clip) -> None:
    clips.place(clip, HoldReason.LEGAL, officer.actor)
    clips.release_hold(clip, HoldReason.LEGAL, officer.actor)
    clips.place(make_clip(), HoldReason.LEGAL, officer.actor)
    response = site.post(
        reverse("oversight:export_entries"), {"format": "jsonl", "clip": str(clip.public_id)}
    )
    entries = LogEntry.objects.filter(clip=clip.public_id).order_by("occurred_at", "id")
    expected = [bytes(entry.canonical) for entry in entries]
    assert b"".join(response).splitlines() == expected
    assert "attachment" in response["Content-Disposition"]
    assert last("audit.entries_exported") == {"filters": [f"clip={clip.public_id}"], "format": "jsonl"}


def test_csv_holds_a_row_for_each_entry_and_no_formula(site: Client, officer: User, clip: Clip) -> None:
    with transaction.atomic():
        audit.append(
            lookup("clip.held"), officer.actor, subject="=cmd|' /C calc'!A0", data={"reason": "legal"}
        )
    withdraw(officer, clip, "=HYPERLINK secret words")
    response = site.post(reverse("oversight:export_entries"), {"format": "csv", "action": "clip.*"})
    content = b"".join(response).decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["action"] for row in rows][:1] == ["clip.held"]
    assert rows[0]["owner"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["what happened"] == "Held: legal hold"
    assert not re.search(r'(^|,|")[=+@]', content)
    assert "secret words" not in content


def test_an_export_is_on_the_log_before_its_first_byte(
    site: Client, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = site.post(reverse("oversight:export_entries"), {"format": "jsonl"})
    assert LogEntry.objects.filter(action="audit.entries_exported").exists()
    monkeypatch.setattr(entry_export, "_BATCH", 2)
    lines = b"".join(response).splitlines()
    assert len(lines) == LogEntry.objects.count()
    assert TreeLeaf.objects.filter(entry=LogEntry.objects.get(action="audit.entries_exported").pk).exists()
    refused = site.post(reverse("oversight:export_entries"), {"format": "xls"})
    assert refused.status_code == 302
    assert LogEntry.objects.filter(action="audit.entries_exported").count() == 1


def test_nothing_leaves_before_the_log_has_sealed_that_it_does(site: Client, settings: Any) -> None:
    settings.AUDIT_SEQUENCE_INLINE, settings.AUDIT_WAIT_SECONDS = False, 0.1
    response = site.post(reverse("oversight:export_entries"), {"format": "jsonl"}, follow=True)
    assert not response.streaming
    assert "could not confirm this in time" in response.content.decode()


def test_a_view_is_saved_with_pseudonyms_shared_renamed_and_deleted(site: Client, officer: User) -> None:
    vera = make_user(Role.LEAD, username="vera")
    saved = site.post(
        reverse("oversight:save_search"),
        {"person": "VERA", "action": "clip.*", "name": " What  Vera does ", "shared": "on"},
    )
    view = SavedSearch.objects.get()
    assert (view.name, view.shared, view.owner) == ("What Vera does", True, officer.pseudonym)
    assert view.filters == {"person": vera.pseudonym, "action": "clip.*"}
    assert last("audit.search_saved")["filters"] == [f"person={vera.pseudonym}", "action=clip.*"]
    assert f"person={vera.pseudonym}" in saved["Location"]
    other = Client()
    other.force_login(make_user(Role.PRIVACY_OFFICER))
    assert "What Vera does" in other.get(reverse("oversight:log")).content.decode()
    change = reverse("oversight:change_search", args=[view.pk])
    other.post(change, {"name": "Mine now"})
    other.post(change, {"delete": "1"})
    view.refresh_from_db()
    assert view.name == "What Vera does"
    site.post(change, {"name": "Vera"})
    view.refresh_from_db()
    assert view.name == "Vera"
    site.post(change, {"delete": "1"})
    assert not SavedSearch.objects.exists()
    assert last("audit.search_deleted") == {"view": str(view.pk)}


def test_a_private_view_is_seen_by_nobody_else_and_a_name_is_taken_once(site: Client) -> None:
    for _ in range(2):
        site.post(reverse("oversight:save_search"), {"role": "lead", "name": "Leads"})
    site.post(reverse("oversight:save_search"), {"role": "lead", "name": "  "})
    assert SavedSearch.objects.count() == 1
    other = Client()
    other.force_login(make_user(Role.PRIVACY_OFFICER))
    assert "Leads</a>" not in other.get(reverse("oversight:log")).content.decode()


def test_what_a_person_saw_is_shown_by_day_with_what_they_took_and_read(
    site: Client, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewer = make_user(username="rada", country="RO")
    noon = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(clock, "now", lambda: noon)
        watched = {"assignment": str(uuid.uuid4()), "ranges": [[0, 2000]], "claimed_by": "browser"}
        seen: dict[str, Any] = {
            "clip": clip.public_id,
            "subject": clip.owner.pseudonym,
            "purpose": "labeling",
        }
        audit.append(
            lookup("rendition.served"),
            reviewer.actor,
            **seen,
            data={"rendition": str(uuid.uuid4()), "range": "0-99 of 100"},
        )
        audit.append(lookup("review.watched"), reviewer.actor, **seen, data=watched)
    html = site.get(reverse("oversight:person", args=[reviewer.pseudonym])).content.decode()
    assert "What rada saw" in html
    assert "Wednesday, 1 Jul 2026" in html
    assert "0.0–2.0 s" in html
    assert reverse("oversight:dossier", args=[clip.public_id]) in html
    looked = last("audit.person_opened")
    assert looked["person"] == reviewer.pseudonym
    assert looked["until"] == "2026-07-02T00:00:00.000000Z"
    earlier = {"since": "2026-06-01", "until": "2026-06-10"}
    assert (
        "No views in these days"
        in site.get(reverse("oversight:person", args=[reviewer.pseudonym]), earlier).content.decode()
    )
    too_long = site.get(
        reverse("oversight:person", args=[reviewer.pseudonym]), {"since": "2026-01-01", "until": "2026-12-31"}
    )
    assert too_long.status_code == 400
    assert site.get(reverse("oversight:person", args=["p-nobody22"])).status_code == 404


def test_whatever_a_person_saw_is_reached_page_by_page(
    site: Client, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = importlib.import_module("annotations.oversight.selectors.viewing_history")
    monkeypatch.setattr(history, "MOST", 4)
    monkeypatch.setattr(history, "BESIDE", 2)
    monkeypatch.setattr(selectors, "BESIDE", 2)
    reviewer = make_user(username="rada")
    begin = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)
    for number in range(10):
        # Two at a time come at the same moment.
        with monkeypatch.context() as patch, transaction.atomic():
            patch.setattr(clock, "now", lambda number=number: begin + datetime.timedelta(hours=number // 2))
            seen: dict[str, Any] = {"clip": ids.random_id(), "subject": clip.owner.pseudonym}
            served = {"rendition": str(uuid.uuid4()), "range": "0-99 of 100"}
            audit.append(lookup("rendition.served"), reviewer.actor, **seen, purpose="labeling", data=served)
            audit.append(lookup("audit.searched"), reviewer.actor, data={"filters": [], "page": "first"})
    address, shown = reverse("oversight:person", args=[reviewer.pseudonym]), list[str]()
    days = "?since=2026-07-01&until=2026-07-01"
    for left in (6, 2, 0):
        html = site.get(address + days).content.decode()
        shown += re.findall(r'<a href="/audit/clips/([^/"]+)/?"><code>', markup(html))
        older = re.search(r'rel="next"\s+href="([^"]+)"', html)
        assert (older is not None) is (left > 0)
        days = older[1].replace("&amp;", "&") if older else days
    views = LogEntry.objects.filter(action="rendition.served").order_by("-occurred_at", "-id")
    assert shown == [str(clip) for clip in views.values_list("clip", flat=True)]
    every = re.search(r'href="(/audit/\?[^"]+audit[^"]+)"', html)
    assert every
    reads = site.get(every[1].replace("&amp;", "&")).content.decode()
    assert codes(reads).count("audit.searched") == 10
    for nothing in ("x", str(uuid.uuid4())):
        assert site.get(address, {"before": nothing}).status_code == 404


def test_the_zone_that_was_chosen_stays_and_times_say_how_far_they_are_from_utc(
    site: Client, officer: User, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In Berlin this hour happens twice; only the distance from UTC tells which one it is.
    for minute, shown in ((0, "25 Oct 2026, 02:30:00 +02:00"), (60, "25 Oct 2026, 02:30:00 +01:00")):
        moment = datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC) + datetime.timedelta(
            minutes=minute
        )
        with monkeypatch.context() as patch:
            patch.setattr(clock, "now", lambda moment=moment: moment)
            clips.place(make_clip(), HoldReason.LEGAL, officer.actor)
        site.get(reverse("oversight:log"), {"zone": "Europe/Berlin"})
        assert shown in site.get(reverse("oversight:log"), {"action": "clip.held"}).content.decode()
    both = {"action": "clip.held", "since": "2026-10-25T02:30", "until": "2026-10-25T02:31"}
    assert len(codes(site.get(reverse("oversight:log"), both).content.decode())) == 2


def test_filters_stand_above_the_entries_in_words_and_can_be_taken_off(site: Client) -> None:
    vera = make_user(Role.LEAD, username="vera")
    html = site.get(reverse("oversight:log"), {"person": "vera", "role": "lead"}).content.decode()
    assert "Person: vera" in html
    assert f'href="/audit/?person={vera.pseudonym}"' in html
    assert 'href="/audit/?role=lead"' in html


def test_going_to_a_time_and_newer_from_there(site: Client, officer: User, clip: Clip) -> None:
    clips.place(clip, HoldReason.LEGAL, officer.actor)
    html = site.get(reverse("oversight:log"), {"at": "2020-01-01T00:00"}).content.decode()
    assert codes(html) == []
    newer = re.search(r'rel="prev"\s+href="([^"]+)"', html)
    assert newer
    assert "clip.held" in codes(
        site.get(reverse("oversight:log") + newer[1].replace("&amp;", "&")).content.decode()
    )


def test_a_search_by_a_code_that_has_changed_finds_old_and_new_entries(site: Client, officer: User) -> None:
    old = dataclasses.replace(lookup("audit.search_saved"), code="audit.view_saved")
    data = {"view": str(uuid.uuid4()), "filters": [], "shared": False}
    with transaction.atomic():
        audit.append(old, officer.actor, data=data)
        audit.append(lookup("audit.search_saved"), officer.actor, data=data)
    for code in ("audit.view_saved", "audit.search_saved"):
        html = site.get(reverse("oversight:log"), {"action": code}).content.decode()
        assert codes(html) == ["audit.search_saved", "audit.view_saved"]
