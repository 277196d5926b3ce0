"""The officer's page of the log."""

import datetime
import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.core import clock
from tests.factories import make_clip, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LOG = "oversight:log"


@pytest.fixture
def lead() -> User:
    return make_user(Role.LEAD, username="vera")


@pytest.fixture
def clip(lead: User) -> Clip:
    """A clip that a lead has held."""
    clip = make_clip()
    clips.place(clip, HoldReason.LEGAL, lead.actor)
    return clip


def shown(site: Client, **filters: str) -> str:
    response = site.get(reverse(LOG), filters)
    assert response.status_code == 200
    return str(response.content.decode())


def searched() -> dict[str, Any]:
    """What the log keeps of the last search."""
    entry = LogEntry.objects.filter(action="audit.searched").order_by("-occurred_at", "-id")[0]
    data: dict[str, Any] = json.loads(bytes(entry.canonical))["data"]
    return data


def sentences(html: str) -> list[str]:
    """The actions of the entries that the page shows."""
    return re.findall(r"&quot;action&quot;:&quot;([a-z_.]+)&quot;", html)


def test_each_filter_narrows_the_page(site: Client, lead: User, clip: Clip) -> None:
    for filters in (
        {"person": lead.pseudonym},
        {"person": "vera"},
        {"clip": str(clip.public_id)},
        {"owner": clip.owner.pseudonym},
        {"action": "clip.held"},
    ):
        assert sentences(shown(site, **filters)) == ["clip.held"], filters
    assert "No entry fits" in shown(site, action="clip.hold_released")


def test_an_entry_shows_its_sentence_its_person_and_its_exact_bytes(
    site: Client, lead: User, clip: Clip
) -> None:
    html = shown(site, action="clip.held")
    entry = LogEntry.objects.get(action="clip.held")
    assert "Held: legal" in html
    assert "vera" in html
    assert lead.pseudonym in html
    exact = bytes(entry.canonical).decode().replace("&", "&amp;").replace('"', "&quot;")
    assert exact in html
    assert reverse("oversight:dossier", args=[clip.public_id]) in html


def test_times_are_those_of_the_zone_that_was_chosen(
    site: Client, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: noon)
        clips.place(make_clip(), HoldReason.LEGAL, lead.actor)
    near = {"action": "clip.held", "since": "2026-07-01T13:59:59", "until": "2026-07-01T14:00:01"}
    assert sentences(shown(site, **near, zone="Europe/Berlin")) == ["clip.held"]
    assert sentences(shown(site, **near, zone="UTC")) == []


def test_reading_the_log_is_on_the_log_with_what_was_asked_for(
    site: Client, officer: User, lead: User
) -> None:
    shown(site, person="vera", action="clip.held")
    entry = LogEntry.objects.get(action="audit.searched")
    assert entry.actor == officer.pseudonym
    data = json.loads(bytes(entry.canonical))["data"]
    assert data == {"filters": [f"actor={lead.pseudonym}", "action=clip.held"], "page": "first"}
    assert b"vera" not in bytes(entry.canonical)


def test_pages_follow_each_other_without_a_gap(site: Client, lead: User) -> None:
    clip = make_clip()
    for _ in range(40):
        clips.place(clip, HoldReason.LEGAL, lead.actor)
        clips.release_hold(clip, HoldReason.LEGAL, lead.actor)
    first = shown(site, clip=str(clip.public_id))
    cursor = re.search(r'rel="next"\s+href="\?([^"]+)"', first)
    assert cursor is not None
    assert len(sentences(first)) == 50
    assert searched()["page"] == "first"
    rest = site.get(reverse(LOG) + "?" + cursor[1].replace("&amp;", "&")).content.decode()
    assert len(sentences(rest)) == 30
    assert searched()["page"] == "next"
    assert 'rel="next"' not in rest
    assert "Newest" in rest


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"clip": "nonsense"}, "No clip has this id"),
        ({"person": "a\0b"}, "Null characters are not allowed"),
        ({"since": "0001-01-01T00:00:00", "zone": "Asia/Tokyo"}, "after the year 1999"),
        ({"until": "9999-12-31T23:59:59", "zone": "America/New_York"}, "before the year 2200"),
        ({"action": "no.such_thing"}, "valid choice"),
        ({"zone": "Mars/Phobos"}, "valid choice"),
        ({"since": "2026-01-02T00:00", "until": "2026-01-01T00:00"}, "not after the beginning"),
    ],
)
def test_wrong_filters_are_said_and_nothing_is_shown(
    site: Client, filters: dict[str, str], message: str
) -> None:
    response = site.get(reverse(LOG), filters)
    assert response.status_code == 400
    assert message in response.content.decode()
    assert not LogEntry.objects.filter(action="audit.searched").exists()


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "ivan.petrov@example.org", "e\u0301", f"0001-01-01T00:00:00+14:00~{uuid.UUID(int=0)}"],
)
def test_a_cursor_made_elsewhere_shows_the_first_page(site: Client, clip: Clip, cursor: str) -> None:
    assert "Held: legal" in shown(site, cursor=cursor, clip=str(clip.public_id))
    assert searched()["page"] == "first"


@pytest.mark.both
@pytest.mark.parametrize("typed", ["ivan.petrov@example.org", "e\u0301", "<script>alert(1)</script>"])
def test_what_names_nobody_finds_nothing_and_stays_off_the_log(site: Client, clip: Clip, typed: str) -> None:
    assert "No entry fits" in shown(site, person=typed)
    assert searched()["filters"] == ["actor=unknown"]
    assert "No entry fits" in shown(site, owner=typed)
    assert searched()["filters"] == ["subject=unknown"]


@pytest.mark.both
def test_whoever_acts_on_the_log_can_be_searched_for(site: Client, officer: User, clip: Clip) -> None:
    clips.release_hold(clip, HoldReason.LEGAL, WORKER)
    assert sentences(shown(site, person="system-worker")) == ["clip.hold_released"]
    assert searched()["filters"] == ["actor=system-worker"]
    quiet = make_user(username="Maria")
    shown(site, person="mARIA")
    assert searched()["filters"] == [f"actor={quiet.pseudonym}"]
    shown(site, person=quiet.pseudonym.upper(), owner=clip.owner.pseudonym.upper())
    assert searched()["filters"] == [f"actor={quiet.pseudonym}", f"subject={clip.owner.pseudonym}"]


def test_a_user_name_in_other_case_is_no_other_account(site: Client) -> None:
    make_user(username="Anna")
    small = make_user(username="anna")
    shown(site, person="anna")
    assert searched()["filters"] == [f"actor={small.pseudonym}"]
    refused = site.get(reverse(LOG), {"person": "ANNA"})
    assert (refused.status_code, "Anna, anna" in refused.content.decode()) == (400, True)


def test_a_clip_is_found_by_the_first_digits_of_its_id(site: Client, lead: User) -> None:
    ids = [
        uuid.UUID("abcdef12-0000-4000-8000-000000000000"),
        uuid.UUID("abcdef34-0000-4000-8000-000000000000"),
    ]
    for public_id in ids:
        clips.place(make_clip(public_id=public_id), HoldReason.LEGAL, lead.actor)
    assert sentences(shown(site, clip="ABCDEF12")) == ["clip.held"]
    assert searched()["filters"] == [f"clip={ids[0]}"]
    assert sentences(shown(site, clip="abcdef12-00")) == ["clip.held"]
    assert "Several clips" in site.get(reverse(LOG), {"clip": "abcdef"}).content.decode()
    assert site.get(reverse(LOG), {"clip": "abcde"}).status_code == 400


def test_the_kinds_of_entries_are_offered_in_words(site: Client) -> None:
    html = shown(site)
    assert '<optgroup label="Clip">' in html
    assert '<option value="clip.held">Held</option>' in html


def test_typed_text_is_shown_as_text(site: Client) -> None:
    assert "<script>alert(1)</script>" not in shown(site, person="<script>alert(1)</script>")


@pytest.mark.usefixtures("journal_asked_before")
def test_a_page_costs_the_same_queries_at_one_and_at_three_rows(
    site: Client, lead: User, django_assert_max_num_queries: Any
) -> None:
    costs = []
    for _ in range(2):
        clips.place(make_clip(), HoldReason.LEGAL, lead.actor)
        with django_assert_max_num_queries(60) as context:
            shown(site, action="clip.held")
        costs.append(len(context))
        clips.place(make_clip(), HoldReason.FLAGGED, make_user(Role.LEAD).actor)
    assert costs[0] == costs[1]


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.LEAD, Role.ML_ENGINEER, Role.OPERATOR])
def test_reviewers_engineers_and_operators_do_not_read_the_log_and_the_attempt_is_logged(
    client: Client, role: Role
) -> None:
    user = make_user(role)
    client.force_login(user)
    for route, arguments in (
        ("oversight:log", []),
        ("rights:consents", []),
        ("oversight:dossier", [uuid.uuid4()]),
    ):
        assert client.get(reverse(route, args=arguments)).status_code == 403
    assert LogEntry.objects.filter(action="access.refused", actor=user.pseudonym).count() == 3


@pytest.mark.both
def test_a_part_of_a_name_finds_its_person(site: Client, lead: User, clip: Clip) -> None:
    User.objects.filter(pk=lead.pk).update(display_name="Vera of the first floor")
    for part in ("ver", "FIRST floor"):
        assert "clip.held" in sentences(shown(site, person=part))
        assert searched()["filters"] == [f"actor={lead.pseudonym}"]


def test_several_people_of_a_part_of_a_name_are_named_to_choose_one(site: Client, lead: User) -> None:
    make_user(Role.LEAD, username="veronica")
    refused = site.get(reverse(LOG), {"person": "ver"})
    assert refused.status_code == 400
    assert "Several people are called like this: vera, veronica." in refused.content.decode()
    assert "vera" in shown(site, person="vera")
