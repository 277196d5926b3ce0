"""Every entry names the request that it was made under, or that the worker's task goes back to."""

import io
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.audit.models import LogEntry
from annotations.core import causes
from annotations.core.events import publish
from annotations.core.models import Outbox
from annotations.review.models import Assignment
from reviewapp.tasks import deliver_events
from tests.engines.programs import Programs, wait_until
from tests.factories import make_project, make_submitter, make_user, small_video

CONSENT = {
    "notice_version": "2026-01",
    "purposes": "troubleshooting",
    "granted_at": "2026-01-01T00:00:00Z",
    "until": "2099-01-01T00:00:00Z",
    "owner": "household-7",
}


@pytest.mark.django_db
def test_every_answer_names_its_request_and_so_do_its_entries() -> None:
    browser = Client()
    browser.force_login(make_user(Role.PRIVACY_OFFICER))
    before = LogEntry.objects.count()
    answers = [browser.get(reverse("oversight:log")) for _ in range(2)]
    named = [answer[causes.HEADER] for answer in answers]
    assert len({uuid.UUID(each) for each in named}) == 2
    written = LogEntry.objects.order_by("occurred_at", "id")[before:]
    assert [entry.request for entry in written] == named
    assert causes.current() == ""
    assert (
        f"request={named[0]}"
        in browser.get(reverse("oversight:entry", args=[written[0].pk])).content.decode()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/nothing/there", "/api/v1/clips"])
def test_refusals_and_errors_name_it_too(path: str) -> None:
    assert uuid.UUID(Client().get(path)[causes.HEADER])


@pytest.mark.django_db
def test_what_a_caller_sends_as_an_id_reaches_neither_answer_nor_log() -> None:
    browser = Client(headers={"X-Request-ID": "Anna was here"})
    browser.force_login(make_user(Role.PRIVACY_OFFICER))
    answer = browser.get(reverse("oversight:log"))
    assert uuid.UUID(answer[causes.HEADER])
    assert not any(b"Anna" in bytes(entry.canonical) for entry in LogEntry.objects.all())


@pytest.mark.django_db
def test_an_event_carries_its_cause() -> None:
    publish("redaction.requested", run="1")
    causes.begin("a-request")
    try:
        publish("redaction.requested", run="2")
    finally:
        causes.end()
    assert list(Outbox.objects.order_by("id").values_list("cause", flat=True)) == ["", "a-request"]


@pytest.mark.django_db
def test_a_task_that_nothing_caused_works_under_its_own_id(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("reviewapp.dispatch.deliver_events", lambda: seen.append(causes.current()))
    done = deliver_events.apply()
    assert done.successful()
    assert seen == [done.id]
    assert causes.current() == ""


@pytest.mark.engines
def test_the_whole_way_of_a_clip_names_the_request_that_brought_it(programs: Programs) -> None:
    make_project()
    submitter = make_submitter()
    key = accounts.create_key(submitter.actor, submitter)
    file = io.BytesIO(small_video())
    file.name = "porch.mp4"
    answer = Client().post(
        "/api/v1/clips", {"file": file, **CONSENT}, headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 201
    programs.worker()
    wait_until(lambda: Assignment.objects.exists(), 60, "the clip's way into the queue")
    entries = LogEntry.objects.filter(clip=answer.json()["id"])
    told = {entry.action: entry.request for entry in entries}
    assert {"clip.received", "redaction.requested", "redaction.verified", "content.screened"} <= set(told)
    assert told["review.queued"]
    assert set(told.values()) == {answer[causes.HEADER]}
