"""The pages of reviewers and leads."""

import datetime
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips import gate
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.services import place
from annotations.core import clock
from annotations.review import rules, services
from annotations.review.models import Annotation, ReviewTask
from tests.factories import (
    make_assignment,
    make_body,
    make_project,
    make_queued_clip,
    make_user,
    reference_of,
)
from tests.forms import seen

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def handed_in(**fields: Any) -> Annotation:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    return services.submit(reviewer, assignment.public_id, make_body(**fields))


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# Tokens and nonces are random letters, in which any short text may stand by chance.
WITHOUT_TOKENS = re.compile(r'[A-Za-z0-9]{64}|nonce="[^"]*"')


def texts(client: Client, address: str) -> str:
    response = client.get(address, follow=True)
    assert response.status_code == 200
    return WITHOUT_TOKENS.sub("", response.content.decode())


def test_the_home_tells_what_waits_and_offers_to_resume() -> None:
    reviewer = make_user()
    client = signed_in(reviewer)
    make_project()
    make_queued_clip(), make_queued_clip()
    context = client.get("/review/").context
    assert (context["available"], context["resume"], context["history"]) == (2, None, [])
    response = client.post("/review/next/")
    assert client.get("/review/").context["resume"] == response["Location"]


def test_the_home_offers_what_came_back_when_nothing_else_waits() -> None:
    reviewer, lead = make_user(), make_user("lead")
    client = signed_in(reviewer)
    assignment = make_assignment(reviewer)
    made = services.submit(reviewer, assignment.public_id, make_body())
    services.send_back(made.assignment.task.public_id, made.pk, "The car is missing", lead.actor)
    home = texts(client, "/review/")
    assert "1 clip came back to you" in home
    assert "No clip waits for you now</h2>" not in home
    start = home[home.index('id="start"') : home.index("</section>")]
    assert f"/review/{assignment.public_id}/" in start
    assert "Resume" in start


def test_the_home_shows_what_became_of_the_last_submissions() -> None:
    reviewer, lead = make_user(), make_user("lead")
    client = signed_in(reviewer)
    made = []
    for _ in range(3):
        assignment = make_assignment(reviewer)
        made.append(services.submit(reviewer, assignment.public_id, make_body()))
    services.accept(made[0].assignment.task.public_id, made[0].pk, lead.actor)
    services.send_back(made[1].assignment.task.public_id, made[1].pk, "The car is missing", lead.actor)
    context = client.get("/review/").context
    assert [line["state"] for line in context["history"]] == ["waiting", "returned", "accepted"]
    assert [line["verdict"] for line in context["history"]] == ["Threat"] * 3
    assert [item["note"] for item in context["returned"]] == ["The car is missing"]
    assert context["stats"]["submitted_today"] == 3


def test_next_on_an_empty_queue_comes_back_with_a_message() -> None:
    make_project()
    response = signed_in(make_user()).post("/review/next/", follow=True)
    assert response.redirect_chain[-1][0] == "/review/"
    assert "No clip waits" in response.content.decode()


def test_the_workbench_carries_the_assignment_and_is_not_cached() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    response = signed_in(reviewer).get(f"/review/{assignment.public_id}/")
    assert response.context["workbench"]["id"] == str(assignment.public_id)
    assert "no-store" in response["Cache-Control"]


def test_the_workbench_of_somebody_elses_clip_is_not_found() -> None:
    assignment = make_assignment(make_user())
    assert signed_in(make_user()).get(f"/review/{assignment.public_id}/").status_code == 404


def test_the_workbench_of_a_held_clip_leads_home_and_says_why() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    place(assignment.clip, HoldReason.WITHDRAWN, COMMAND_LINE)
    assert "no longer available" in texts(signed_in(reviewer), f"/review/{assignment.public_id}/")


@pytest.fixture
def lead() -> Client:
    return signed_in(make_user("lead"))


def test_the_adjudication_list_says_when_nothing_waits(lead: Client) -> None:
    assert "Nothing waits for you" in texts(lead, "/review/adjudication/")


@pytest.mark.both
def test_the_adjudication_list_shows_and_filters_tasks(lead: Client) -> None:
    threat, unsure = handed_in(), handed_in(verdict="unsure")
    page = texts(lead, "/review/adjudication/")
    assert all(str(made.assignment.clip.public_id)[:8] in page for made in (threat, unsure))
    filtered = texts(lead, "/review/adjudication/?verdict=unsure")
    assert str(unsure.assignment.clip.public_id)[:8] in filtered
    assert str(threat.assignment.clip.public_id)[:8] not in filtered
    assert "No task matches" in texts(lead, "/review/adjudication/?verdict=false_alarm")
    assert "Nothing" not in texts(lead, "/review/adjudication/?state=nonsense&page=99")


def test_a_task_shows_the_labels_and_not_whose_clip_it_is(lead: Client) -> None:
    made = handed_in(note="A red car")
    clip = made.assignment.clip
    assert clip.device is not None
    page = texts(lead, f"/review/adjudication/{made.assignment.task.public_id}/")
    for wanted in ("Person arrives", "Threat", "A red car", "t1"):
        assert wanted in page
    for secret in (clip.owner.pseudonym, reference_of(clip.owner), reference_of(clip.device), str(clip.pk)):
        assert secret not in page


def read(annotation: Annotation) -> dict[str, str]:
    """What the forms of a task's page send, on which these are the only labels."""
    return seen(annotation.assignment.task, annotation)


def test_accepting_and_returning_on_the_page(lead: Client) -> None:
    first, second = handed_in(), handed_in()
    address = f"/review/adjudication/{first.assignment.task.public_id}/"
    assert (
        "are accepted"
        in lead.post(f"{address}accept", {"annotation": first.pk} | read(first), follow=True).content.decode()
    )
    address = f"/review/adjudication/{second.assignment.task.public_id}/"
    refused = lead.post(f"{address}return", {"annotation": second.pk, "reason": ""})
    assert (refused.status_code, "Write down the reason" in refused.content.decode()) == (400, True)
    sent = {"annotation": second.pk, "reason": "The car is missing"} | read(second)
    assert "back with their reviewer" in lead.post(f"{address}return", sent, follow=True).content.decode()
    stale = lead.post(f"{address}accept", {"annotation": second.pk} | sent, follow=True)
    assert stale.status_code == 409
    again = lead.post(
        f"{address}accept", {"annotation": second.pk} | read(second), follow=True
    ).content.decode()
    assert "is not possible" in again


@pytest.mark.both
def test_a_lead_views_the_clip_by_a_token_and_both_are_on_the_log(lead: Client) -> None:
    task = handed_in().assignment.task
    answer = lead.post(f"/api/v1/tasks/{task.public_id}/media-token")
    assert lead.get(answer.json()["url"]).getvalue()[4:8] == b"ftyp"
    ranges = json.dumps({"ranges": [[0, 2]]})
    watched = lead.post(f"/api/v1/tasks/{task.public_id}/watched", ranges, content_type="application/json")
    assert watched.status_code == 204
    actions = set(LogEntry.objects.filter(actor_role="lead").values_list("action", flat=True))
    assert {"rendition.granted", "rendition.served", "review.watched"} <= actions


def test_a_held_task_shows_no_clip_and_offers_no_decision(lead: Client) -> None:
    made = handed_in()
    place(made.assignment.clip, HoldReason.FLAGGED, COMMAND_LINE)
    page = texts(lead, f"/review/adjudication/{made.assignment.task.public_id}/")
    assert "This clip is held" in page
    assert "Accept the labels" not in page
    assert lead.post(f"/api/v1/tasks/{made.assignment.task.public_id}/media-token").status_code == 409


def test_labels_of_a_held_clip_are_not_shown_even_when_they_were_accepted(lead: Client) -> None:
    made = handed_in(note="A red car")
    task = made.assignment.task
    services.accept(task.public_id, made.pk, make_user("lead").actor)
    address = f"/review/adjudication/{task.public_id}/"
    assert "A red car" in texts(lead, address)
    place(made.assignment.clip, HoldReason.WITHDRAWN, COMMAND_LINE)
    page = texts(lead, address)
    assert "This clip is held" in page
    for secret in ("A red car", "Person arrives", "Threat", "t1", "Decisions so far", "Nobody has handed in"):
        assert secret not in page


def test_a_lead_cannot_claim_to_have_watched_a_clip_that_they_were_not_given_lately(
    lead: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.SESSION_IDLE_MINUTES = {**settings.SESSION_IDLE_MINUTES, "lead": 24 * 60}
    task = handed_in().assignment.task
    address = f"/api/v1/tasks/{task.public_id}"
    ranges = json.dumps({"ranges": [[0, 2]]})

    def told() -> Any:
        return lead.post(f"{address}/watched", ranges, content_type="application/json")

    assert (told().status_code, told().json()["code"]) == (200, "not_watching")
    assert lead.post(f"{address}/media-token").status_code == 200
    assert told().status_code == 204
    later = clock.now() + rules.LEADS_REPORT + datetime.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert told().json()["code"] == "not_watching"


@pytest.mark.usefixtures("journal_asked_before")
def test_the_home_asks_the_database_as_often_for_three_rows_as_for_one() -> None:
    counts = []
    for rows in (1, 3):
        reviewer = make_user()
        made = [
            services.submit(reviewer, make_assignment(reviewer).public_id, make_body()) for _ in range(rows)
        ]
        for annotation in made:
            services.send_back(
                annotation.assignment.task.public_id, annotation.pk, "Look again", make_user("lead").actor
            )
        client = signed_in(reviewer)
        counts.append(queries(client, "/review/"))
        context = client.get("/review/").context
        assert (len(context["history"]), len(context["returned"])) == (rows, rows)
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("journal_asked_before")
def test_the_adjudication_list_asks_the_database_as_often_for_three_rows_as_for_one(lead: Client) -> None:
    handed_in()
    alone = queries(lead, "/review/adjudication/")
    handed_in(), handed_in()
    assert len(lead.get("/review/adjudication/").context["lines"]) == 3
    assert queries(lead, "/review/adjudication/") == alone


def test_a_lead_who_finds_a_clip_inappropriate_takes_it_out_of_the_queue(lead: Client) -> None:
    made = handed_in()
    clip = made.assignment.clip
    address = f"/review/adjudication/{made.assignment.task.public_id}/flag"
    for category, note, said in (
        ("", "Fog", "Choose a category"),
        ("nudity", "Fog" * 700, "Shorten the note"),
    ):
        refused = lead.post(address, {"category": category, "note": note})
        assert (refused.status_code, said in refused.content.decode()) == (400, True)
        assert note in refused.content.decode()
    assert gate.allows(clip.pk, Purpose.LABELING)
    answer = lead.post(address, {"category": "nudity", "note": "At the window"} | read(made), follow=True)
    assert "out of the queue" in answer.content.decode()
    assert gate.reasons(clip.pk) == [HoldReason.FLAGGED]
    assert "Nothing waits for you" in texts(lead, "/review/adjudication/")


@pytest.mark.both
def test_a_lead_sets_a_clip_aside_that_nobody_labels_and_puts_it_back(lead: Client) -> None:
    make_project()
    task = ReviewTask.objects.get(clip=make_queued_clip())
    address = f"/review/adjudication/{task.public_id}/"
    assert "Set aside without labels" in texts(lead, address)
    assert "Write down the reason" in lead.post(f"{address}set-aside", {}).content.decode()
    long = lead.post(f"{address}set-aside", {"reason": "Fog. " * 401})
    assert (long.status_code, "Shorten the reason" in long.content.decode()) == (400, True)
    assert "Fog. " * 400 in long.content.decode(), "what was typed is still there"
    lead.post(f"{address}set-aside", {"reason": "Nothing but fog"} | seen(task))
    assert str(task.clip.public_id)[:8] in texts(lead, "/review/adjudication/?state=set_aside")
    assert "Put back into the queue" in texts(lead, address)
    lead.post(f"{address}reopen", seen(task))
    assert "Set aside without labels" in texts(lead, address)
