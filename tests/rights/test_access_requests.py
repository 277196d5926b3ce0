"""Subject access requests: the clock, the answer and who gets it."""

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
from annotations.audit import services as audit
from annotations.audit.models import EntryDetail, LogEntry
from annotations.clips import services as clips
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.moderation import services as moderation
from annotations.redaction import log as redaction
from annotations.rights import selectors as selectors, services
from annotations.rights.enums import RequestState
from annotations.rights.models import AccessRequest, AnswerRun
from annotations.rights.rules import months_after
from tests.factories import make_accepted, make_body, make_clip, make_compiled, make_user
from tests.forms import seen

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def opened(clip: Clip, officer: User, received: datetime.datetime | None = None) -> AccessRequest:
    return services.open_request(clip.owner.pseudonym, received or clock.now(), "By letter.", officer.actor)


def digest_on(page: str) -> str:
    """The digest that the page sends with a step."""
    (found,) = set(re.findall(r'name="sha256" value="([0-9a-f]*)"', page))
    return str(found)


def compile_as_a_worker_does() -> None:
    services.compile_answer(AnswerRun.objects.latest("created_at").pk)


def answer(request: AccessRequest, officer: User) -> dict[str, Any]:
    return selectors.answer_of(make_compiled(request.pk, officer.actor))


@pytest.mark.parametrize(
    ("moment", "months", "then"),
    [
        ("2026-01-15", 1, "2026-02-15"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-11-30", 3, "2027-02-28"),
    ],
)
def test_a_month_is_a_month_of_the_calendar(moment: str, months: int, then: str) -> None:
    assert months_after(datetime.datetime.fromisoformat(moment), months) == datetime.datetime.fromisoformat(
        then
    )


@pytest.mark.both
def test_the_answer_holds_what_every_context_knows_and_no_reviewer(officer: User) -> None:
    annotation = make_accepted(body=make_body(note="Somebody with a ladder"))
    clip, reviewer = annotation.assignment.clip, annotation.assignment.reviewer
    assert reviewer
    audit.append(
        redaction.SERVED,
        reviewer.actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        purpose="labeling",
        data={"rendition": str(uuid.uuid4()), "range": "0-9 of 10"},
    )
    moderation.flag(clip, "violence", make_user(Role.LEAD).actor)
    clips.withdraw(clip, officer.actor)
    other = make_clip()
    found = answer(opened(clip, officer), officer)
    (told,) = found["clips"]
    assert told["number"] == str(clip.public_id)
    assert told["consent"]["withdrawn"]
    assert [view["who"] for view in told["watched"]] == ["a reviewer"]
    assert told["labels"][0]["verdict"] == "threat"
    assert told["labels"][0]["note"] == "Somebody with a ladder"
    assert told["labels"][0]["accepted"] == "yes"
    assert told["flags"][0]["category"] == "Violence or injury"
    assert {hold["reason"] for hold in told["holds"]} >= {"Consent withdrawn"}
    text = json.dumps(found)
    for account in User.objects.all():
        assert account.pseudonym not in text
    # Who sends the clips is told (Art. 15(1)(g)), and is a program.
    for account in User.objects.exclude(role=Role.SUBMITTER):
        assert account.username not in text
    assert [each["who"] for each in found["origin"]] == [clip.submitter.username]
    assert str(other.public_id) not in text


def test_the_answer_stays_as_it_was_compiled_until_it_is_compiled_afresh(officer: User) -> None:
    clip = make_clip()
    request = opened(clip, officer)
    before = answer(request, officer)
    make_clip(owner=clip.owner, submitter=clip.submitter)
    request.refresh_from_db()
    assert selectors.answer_of(request) == before
    services.review_request(request.pk, request.sha256, officer.actor)
    assert len(answer(request, officer)["clips"]) == 2
    request.refresh_from_db()
    assert (request.state, request.reviewed_by) == (RequestState.COMPILED, "")


def test_the_answer_is_not_readable_in_the_database_and_not_altered_unnoticed(officer: User) -> None:
    clip = make_clip()
    request = make_compiled(opened(clip, officer).pk, officer.actor)
    assert request.sealed
    assert str(clip.public_id).encode() not in bytes(request.sealed)
    request.sealed = bytes(request.sealed)[:-1] + b"x"
    with pytest.raises(Conflict, match="answer_damaged"):
        selectors.answer_of(request)


def test_steps_come_in_their_order(officer: User) -> None:
    request = opened(make_clip(), officer)
    with pytest.raises(Conflict, match="no_answer"):
        selectors.answer_of(request)
    with pytest.raises(Conflict, match="not_possible_now"):
        services.review_request(request.pk, "", officer.actor)
    read = make_compiled(request.pk, officer.actor).sha256
    with pytest.raises(Conflict, match="not_possible_now"):
        services.answer_request(request.pk, "By letter.", read, officer.actor)
    services.review_request(request.pk, read, officer.actor)
    with pytest.raises(Invalid, match="reason_too_short"):
        services.answer_request(request.pk, "", read, officer.actor)
    services.answer_request(request.pk, "By letter.", read, officer.actor)
    with pytest.raises(Conflict, match="not_possible_now"):
        make_compiled(request.pk, officer.actor)
    assert [line.entry.action for line in selectors.steps(request)] == [
        "access_request.opened",
        "access_request.compilation_asked",
        "access_request.compiled",
        "access_request.reviewed",
        "access_request.answered",
    ]
    assert set(EntryDetail.objects.values_list("subject", flat=True)) == {request.subject}


def test_an_owner_has_one_open_request_at_a_time(officer: User) -> None:
    clip = make_clip()
    request = opened(clip, officer)
    with pytest.raises(Conflict, match="request_open"):
        opened(clip, officer)
    services.refuse_request(request.pk, "It is not theirs.", officer.actor)
    opened(clip, officer)


def test_only_an_owner_that_there_is_and_a_day_that_was(officer: User) -> None:
    with pytest.raises(Missing, match="unknown_subject"):
        services.open_request("o-nobody22", clock.now(), "By letter.", officer.actor)
    with pytest.raises(Invalid, match="received_later"):
        opened(make_clip(), officer, clock.now() + datetime.timedelta(days=2))


def test_time_is_extended_once_within_the_month(officer: User) -> None:
    request = opened(make_clip(), officer)
    extended = services.extend_request(request.pk, "Very many clips.", officer.actor)
    assert extended.due_at == months_after(request.received_at, 3)
    with pytest.raises(Conflict, match="extended_already"):
        services.extend_request(request.pk, "Still many.", officer.actor)
    late = opened(make_clip(), officer, clock.now() - datetime.timedelta(days=40))
    assert late.overdue
    with pytest.raises(Conflict, match="too_late"):
        services.extend_request(late.pk, "Very many clips.", officer.actor)


@pytest.mark.both
def test_an_answer_is_destroyed_when_refused_and_long_after_the_end(officer: User) -> None:
    refused, answered = opened(make_clip(), officer), opened(make_clip(), officer)
    make_compiled(refused.pk, officer.actor)
    read = make_compiled(answered.pk, officer.actor).sha256
    services.refuse_request(refused.pk, "It is not theirs.", officer.actor)
    services.review_request(answered.pk, read, officer.actor)
    services.answer_request(answered.pk, "By letter.", read, officer.actor)
    refused.refresh_from_db()
    assert refused.sealed is None
    assert services.forget_answers() == 0
    AccessRequest.objects.filter(pk=answered.pk).update(closed_at=clock.now() - datetime.timedelta(days=91))
    assert services.forget_answers() == 1
    answered.refresh_from_db()
    assert answered.sealed is None
    assert answered.sha256
    assert services.forget_answers() == 0


@pytest.mark.both
def test_an_officer_answers_a_request(site: Client, officer: User) -> None:
    clip = make_accepted().assignment.clip
    new = reverse("rights:new_access_request")
    today = f"{clock.now():%Y-%m-%d}"
    values = {"q": str(clip.public_id)[:8], "received": today, "how": "A letter, with their receipt."}
    assert site.post(new, {**values, "q": "o-nobody22"}).status_code == 400
    assert site.post(new, {**values, "received": "2199-01-01"}).status_code == 400
    site.post(new, values)
    request = AccessRequest.objects.get()
    assert request.subject == clip.owner.pseudonym
    page = reverse("rights:access_request", args=[request.pk])
    assert "A letter, with their receipt." in site.get(page).content.decode()
    step = reverse("rights:step_access_request", args=[request.pk])
    site.post(step, {"step": "compile"} | seen(request))
    assert "A worker compiles the answer: 0 %." in site.get(page).content.decode()
    compile_as_a_worker_does()
    draft = site.get(reverse("rights:access_answer", args=[request.pk])).content.decode()
    assert "A draft: nobody has reviewed it yet." in draft
    assert str(clip.public_id) in draft
    site.post(step, {"step": "review", "sha256": digest_on(draft)} | seen(request))
    assert "A draft" not in site.get(reverse("rights:access_answer", args=[request.pk])).content.decode()
    file = site.get(reverse("rights:access_answer_file", args=[request.pk]))
    assert file["Content-Disposition"].startswith("attachment")
    assert json.loads(file.content)["about"] == clip.owner.pseudonym
    assert LogEntry.objects.filter(action="access_request.answer_served").count() == 3
    read = digest_on(site.get(page).content.decode())
    site.post(step, {"step": "answer", "sha256": read} | seen(request))
    request.refresh_from_db()
    assert request.state == RequestState.REVIEWED
    long = site.post(step, {"step": "answer", "reason": "By post. " * 230, "sha256": read} | seen(request))
    assert (long.status_code, "Shorten the reason" in long.content.decode()) == (400, True)
    assert "By post. By post." in long.content.decode(), "what was typed is still there"
    site.post(step, {"step": "answer", "reason": "By registered letter.", "sha256": read} | seen(request))
    request.refresh_from_db()
    assert request.state == RequestState.ANSWERED
    assert (
        request.subject in site.get(reverse("rights:access_requests"), {"state": "closed"}).content.decode()
    )


def test_what_was_compiled_afresh_in_another_tab_is_not_marked_as_read(site: Client, officer: User) -> None:
    request = opened(make_clip(), officer)
    step = reverse("rights:step_access_request", args=[request.pk])
    first = make_compiled(request.pk, officer.actor)
    read = digest_on(site.get(reverse("rights:access_answer", args=[request.pk])).content.decode())
    assert read == first.sha256
    site.post(step, {"step": "compile"} | seen(request))  # in the other tab
    compile_as_a_worker_does()
    entries = LogEntry.objects.count()
    for sent in (read, "", "0" * 64):
        with pytest.raises(Conflict, match="changed_meanwhile"):
            services.review_request(request.pk, sent, officer.actor)
    assert LogEntry.objects.count() == entries
    told = site.post(step, {"step": "review", "sha256": read} | seen(request), follow=True).content.decode()
    assert "Read it as it is now" in told
    request.refresh_from_db()
    assert (request.state, request.reviewed_by) == (RequestState.COMPILED, "")
    now = digest_on(site.get(reverse("rights:access_answer", args=[request.pk])).content.decode())
    site.post(step, {"step": "review", "sha256": now} | seen(request))
    reviewed = LogEntry.objects.get(action="access_request.reviewed")
    assert json.loads(bytes(reviewed.canonical))["data"]["sha256"] == now


def test_what_was_compiled_and_reviewed_afresh_in_another_tab_is_not_what_has_gone_out(
    site: Client, officer: User
) -> None:
    request = opened(make_clip(), officer)
    step = reverse("rights:step_access_request", args=[request.pk])
    sent = make_compiled(request.pk, officer.actor).sha256
    services.review_request(request.pk, sent, officer.actor)
    afresh = make_compiled(request.pk, officer.actor).sha256
    services.review_request(request.pk, afresh, officer.actor)
    told = site.post(
        step, {"step": "answer", "reason": "By letter.", "sha256": sent} | seen(request), follow=True
    )
    assert "Read it as it is now" in told.content.decode()
    request.refresh_from_db()
    assert request.state == RequestState.REVIEWED
    assert not LogEntry.objects.filter(action="access_request.answered").exists()
    site.post(step, {"step": "answer", "reason": "By letter.", "sha256": afresh} | seen(request))
    entry = LogEntry.objects.get(action="access_request.answered")
    assert json.loads(bytes(entry.canonical))["data"]["sha256"] == afresh


@pytest.mark.both
def test_the_queue_tells_what_is_overdue(site: Client, officer: User) -> None:
    opened(make_clip(), officer, clock.now() - datetime.timedelta(days=40))
    soon = opened(make_clip(), officer, clock.now() - datetime.timedelta(days=27))
    opened(make_clip(), officer)
    html = site.get(reverse("rights:access_requests")).content.decode()
    assert html.count("overdue") == 1
    assert html.count("this week") == (1 if soon.due_soon else 0)
    assert '<span class="waiting">3' in html


def test_an_officer_learns_before_the_letter_what_it_would_leave_blank(
    site: Client, officer: User, settings: Any
) -> None:
    address = reverse("rights:access_request", args=[opened(make_clip(), officer).pk])
    settings.CONTROLLER_NAME = ""
    settings.CONTROLLER_CONTACT = settings.OFFICER_CONTACT = settings.TRANSFER_SAFEGUARD = "stated"
    assert "Ask an operator to set CONTROLLER_NAME" in site.get(address).content.decode()
    settings.CONTROLLER_NAME = "Porch Watch B.V."
    assert "Ask an operator" not in site.get(address).content.decode()


def test_what_was_not_compiled_is_not_shown(site: Client, officer: User) -> None:
    request = opened(make_clip(), officer)
    for route in ("access_answer", "access_answer_file"):
        shown = site.get(reverse(f"rights:{route}", args=[request.pk]), follow=True)
        assert "not compiled yet" in shown.content.decode()
    site.post(reverse("rights:step_access_request", args=[request.pk]), {"step": "nothing"})
    assert not LogEntry.objects.filter(action="access_request.answer_served").exists()
    assert site.get(reverse("rights:access_request", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.usefixtures("journal_asked_before")
def test_the_queue_costs_the_same_queries_at_one_and_at_three_rows(
    site: Client, officer: User, django_assert_max_num_queries: Any
) -> None:
    costs = []
    site.get(reverse("rights:access_requests"))  # the session's first request notes that it is in use
    for _ in range(2):
        opened(make_clip(), officer)
        with django_assert_max_num_queries(60) as context:
            site.get(reverse("rights:access_requests"))
        costs.append(len(context))
        opened(make_clip(), officer)
    assert costs[0] == costs[1]
