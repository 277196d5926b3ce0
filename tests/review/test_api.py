"""The labeling API over HTTP: the contract with the workbench page."""

import datetime
import json
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips.enums import HoldReason
from annotations.clips.services import place
from annotations.core import clock
from annotations.core.reasons import LONGEST
from annotations.review import services
from annotations.review.models import Annotation, Assignment, Draft
from tests.factories import (
    make_assignment,
    make_body,
    make_project,
    make_queued_clip,
    make_user,
    reference_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def client(reviewer: User) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


@pytest.fixture
def assignment(reviewer: User) -> Assignment:
    return make_assignment(reviewer)


def send(
    client: Client, assignment: Assignment | None, path: str, body: Any = None, method: str = "post"
) -> Any:
    folder = f"/{assignment.public_id}/{path}" if assignment else f"/{path}"
    call = getattr(client, method)
    return call(
        f"/api/v1/assignments{folder}",
        data=json.dumps({} if body is None else body),
        content_type="application/json",
    )


def test_a_claim_answers_all_that_the_page_needs_and_nothing_of_owner_or_device(client: Client) -> None:
    make_project()
    clip = make_queued_clip()
    page = send(client, None, "claim").json()
    assert set(page) == {
        "id", "lease_until", "lease_seconds", "server_time", "clip", "project", "schema", "fields", "draft",
        "returned_note", "urls",
    }  # fmt: skip
    assert page["clip"]["id"] == str(clip.public_id)
    assert (page["clip"]["frames"], len(page["clip"]["presentation_times"])) == (30, 30)
    assert [choice["code"] for choice in page["schema"]["verdicts"]] == ["threat", "false_alarm", "unsure"]
    assert {"code": "nudity", "name": "Nudity"} in page["schema"]["flag_categories"]
    assert page["draft"] == {"revision": 0, "body": None}
    assert set(page["urls"]) == {
        "media_token", "draft", "submit", "extend", "skip", "flag", "missed_regions", "watched", "claim", "home",
    }  # fmt: skip
    assert clip.device is not None
    secrets = [
        clip.owner.pseudonym,
        reference_of(clip.owner),
        reference_of(clip.device),
        clip.submitter.username,
        str(clip.pk),
    ]
    assert not [secret for secret in secrets if secret in json.dumps(page)]


def test_no_id_that_is_shown_tells_of_time(client: Client, assignment: Assignment) -> None:
    page = send(client, None, "claim").json()
    assert {uuid.UUID(page["id"]).version, uuid.UUID(page["clip"]["id"]).version} == {4}


def test_a_claim_on_an_empty_queue_answers_no_content(client: Client) -> None:
    make_project()
    assert send(client, None, "claim").status_code == 204


def test_a_claim_that_names_the_clip_on_screen_gives_another_each_time_the_same(
    client: Client, assignment: Assignment
) -> None:
    make_queued_clip(), make_queued_clip()
    current = {"current": str(assignment.public_id)}
    first, again = send(client, None, "claim", current).json(), send(client, None, "claim", current).json()
    assert first["id"] == again["id"] != str(assignment.public_id)
    assert send(client, None, "claim").json()["id"] == str(assignment.public_id)


def test_the_clip_is_delivered_by_a_token_for_this_session_and_the_view_is_on_the_log(
    client: Client, reviewer: User, assignment: Assignment
) -> None:
    answer = send(client, assignment, "media-token")
    assert answer.status_code == 200
    assert LogEntry.objects.filter(action="rendition.granted", actor=reviewer.pseudonym).exists()
    media = client.get(answer.json()["url"])
    assert (media.status_code, media["Content-Type"]) == (200, "video/mp4")
    assert media.getvalue()[4:8] == b"ftyp"
    other = Client()
    other.force_login(make_user())
    assert other.get(answer.json()["url"]).status_code == 404


@pytest.mark.parametrize("end", ["skip", "submit", "expire"])
def test_an_address_answers_no_more_once_the_clip_left_the_persons_hands(
    client: Client, assignment: Assignment, end: str
) -> None:
    address = send(client, assignment, "media-token").json()["url"]
    assert client.get(address).getvalue()
    if end == "expire":
        Assignment.objects.update(lease_until=clock.now() - datetime.timedelta(seconds=1))
        services.expire_leases()
    else:
        sent = {"reason": "other"} if end == "skip" else {"body": make_body()}
        assert send(client, assignment, end, sent).status_code == 200
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("path", "scope"),
    [("claim", "claim"), ("media-token", "token"), ("watched", "watched"), ("extend", "extend")],
)
def test_who_calls_very_often_is_asked_to_slow_down_and_nobody_else(
    client: Client, assignment: Assignment, settings: Any, path: str, scope: str
) -> None:
    settings.REVIEW_RATES = {scope: "2/min"}
    cache.clear()
    body = {"ranges": [[0, 1]]} if path == "watched" else {}
    target = None if path == "claim" else assignment
    answers = [send(client, target, path, body) for _ in range(3)]
    assert [answer.status_code < 300 for answer in answers] == [True, True, False]
    assert (answers[2].status_code, answers[2].json()["code"]) == (429, "slow_down")
    other = Client()
    other.force_login(make_user())
    assert send(other, None, "claim").status_code == 204
    cache.clear()


def test_a_token_for_a_held_clip_or_one_that_was_handed_in_is_refused(
    client: Client, reviewer: User, assignment: Assignment
) -> None:
    place(assignment.clip, HoldReason.WITHDRAWN, COMMAND_LINE)
    answer = send(client, assignment, "media-token")
    assert (answer.status_code, answer.json()["code"]) == (409, "clip_held")
    done = make_assignment(reviewer)
    services.submit(reviewer, done.public_id, make_body())
    answer = send(client, done, "media-token")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_submitted")


def test_drafts_are_saved_and_conflicts_shown(client: Client, assignment: Assignment) -> None:
    first = send(client, assignment, "draft", {"revision": 0, "body": make_body()}, "put")
    assert (first.status_code, first.json()) == (200, {"revision": 1})
    conflict = send(client, assignment, "draft", {"revision": 0, "body": make_body(note="x")}, "put")
    assert conflict.status_code == 409
    assert (conflict.json()["code"], conflict.json()["revision"], conflict.json()["body"]) == (
        "draft_conflict", 1, make_body(),
    )  # fmt: skip


def test_a_submission_answers_where_to_go_next_and_the_same_when_repeated(
    client: Client, assignment: Assignment
) -> None:
    make_queued_clip()
    body = {"body": make_body(), "revision": 0}
    first, second = send(client, assignment, "submit", body), send(client, assignment, "submit", body)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert first.json()["next"].startswith("/review/")
    assert Annotation.objects.count() == 1


def test_a_submission_without_another_clip_to_label_leads_nowhere(
    client: Client, assignment: Assignment
) -> None:
    assert send(client, assignment, "submit", {"body": make_body()}).json() == {"next": None}


def test_invalid_labels_are_told_by_place(client: Client, assignment: Assignment) -> None:
    event = {"id": "e1", "label": "ufo", "start": 0, "end": 4}
    answer = send(client, assignment, "submit", {"body": make_body(events=[event]), "revision": 0})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_body")
    assert answer.json()["fields"]["events[0].label"]["code"] == "unknown_label"
    answer = send(client, assignment, "submit", {"body": make_body(verdict=None), "revision": 0})
    assert (answer.status_code, answer.json()["code"]) == (400, "verdict_missing")


def test_more_time_skipping_flagging_reporting_and_watching_answer_as_agreed(
    client: Client, reviewer: User
) -> None:
    calls: list[tuple[str, Any, int]] = [
        ("extend", {}, 200),
        ("watched", {"ranges": [[0, 1.5]]}, 204),
        ("skip", {"reason": "other", "note": ""}, 200),
    ]
    assignment = make_assignment(reviewer)
    for path, body, status in calls:
        assert send(client, assignment, path, body).status_code == status, path
    flagged = make_assignment(reviewer)
    assert send(client, flagged, "flag", {"category": "violence", "note": ""}).json() == {"next": None}
    exposed = make_assignment(reviewer)
    regions = {"regions": [{"frame": 0, "box": [1, 1, 20, 20]}]}
    assert send(client, exposed, "missed-regions", regions).json() == {"next": None}


@pytest.mark.parametrize(
    ("path", "choice"), [("skip", {"reason": "other"}), ("flag", {"category": "violence"})]
)
def test_a_note_that_is_too_long_is_refused_rather_than_cut(
    client: Client, reviewer: User, path: str, choice: dict[str, str]
) -> None:
    assignment = make_assignment(reviewer)
    refused = send(client, assignment, path, {**choice, "note": "x" * (LONGEST + 1)})
    assert (refused.status_code, refused.json()["code"]) == (400, "note_too_long")
    assert send(client, assignment, path, {**choice, "note": "x" * LONGEST}).status_code == 200


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("media-token", "post"), ("draft", "put"), ("submit", "post"), ("extend", "post"), ("skip", "post"),
        ("flag", "post"), ("missed-regions", "post"), ("watched", "post"),
    ],
)  # fmt: skip
def test_an_assignment_of_somebody_else_looks_as_if_there_were_none(
    client: Client, path: str, method: str
) -> None:
    foreign = make_assignment(make_user())
    bodies: dict[str, Any] = {
        "draft": {"revision": 0, "body": make_body()},
        "submit": {"body": make_body(), "revision": 0},
        "skip": {"reason": "other"},
        "flag": {"category": "other"},
        "missed-regions": {"regions": [{"frame": 0, "box": [1, 1, 9, 9]}]},
        "watched": {"ranges": [[0, 1]]},
    }
    answer = send(client, foreign, path, bodies.get(path, {}), method)
    assert (answer.status_code, answer.json()["code"]) == (404, "assignment_missing")
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        "", "{", "[]", "null", '{"revision": -1, "body": {}}', '{"revision": 1e99, "body": {}}', '{"revision": 0}',
        '{"revision": 0, "body": []}', '{"revision": 0, "body": {"note": "\\u0000"}}',
        '{"revision": 0, "body": {"note": "\\ud800"}}', '{"revision": 0, "body": {"x": 1e999}}',
        '{"revision": 0, "body": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
    ids=str.__len__,
)  # fmt: skip
def test_what_is_no_draft_is_refused_with_a_reason(client: Client, assignment: Assignment, sent: str) -> None:
    address = f"/api/v1/assignments/{assignment.public_id}/draft"
    answer = client.put(address, data=sent, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"]


def test_a_call_without_the_token_against_forgery_is_refused(reviewer: User, assignment: Assignment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(reviewer)
    assert send(client, assignment, "submit", {"body": make_body()}).status_code == 403
    assert not Annotation.objects.exists()
