"""Asking those who downloaded what was erased to delete it: requests, answers, reminders, and what waits for them."""

import datetime
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.models import EntryDetail, LogEntry
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.datasets import selectors, services
from annotations.datasets.filters import Filters
from annotations.datasets.models import DeletionRequest, Release
from tests.factories import make_accepted, make_project, make_user
from tests.pages import markup

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PAGE = "datasets:deletions"


@pytest.fixture
def engineer() -> User:
    return make_user(Role.ML_ENGINEER)


@pytest.fixture
def release(engineer: User) -> Release:
    """Of three clips, downloaded by the engineer; the first two were erased since."""
    project = make_project()
    for _ in range(3):
        make_accepted(project)
    dataset = services.create(engineer.actor, "Porch", project, Filters())
    made = services.request(dataset, engineer.actor)
    services.freeze(made.pk)
    made.refresh_from_db()
    services.deliver(made, "coco", engineer.actor)
    for item in made.items.order_by("position")[:2]:
        services.erase_clip(item.clip, WORKER)
    return made


@pytest.fixture
def site(client: Client, engineer: User) -> Client:
    client.force_login(engineer)
    return client


def asked(person: User) -> list[DeletionRequest]:
    return list(selectors.open_deletions(person.pseudonym))


def grown(days: int) -> None:
    """The requests as they are so many days after they were sent."""
    DeletionRequest.objects.update(asked_at=clock.now() - datetime.timedelta(days=days))


def entries(action: str) -> list[dict[str, Any]]:
    found = LogEntry.objects.filter(action=action).order_by("id")
    return [json.loads(bytes(entry.canonical)) for entry in found]


def successor(release: Release, engineer: User) -> Release:
    made = services.succeed(release, engineer.actor)
    services.freeze(made.pk)
    made.refresh_from_db()
    return made


@pytest.mark.both
def test_an_answer_is_kept_and_on_the_log_with_its_words_under_the_one_who_gives_it(
    release: Release, engineer: User
) -> None:
    requests = asked(engineer)
    services.confirm_deletions([each.pk for each in requests], "cannot", "It is on tape.", engineer.actor)
    assert asked(engineer) == []
    for request in DeletionRequest.objects.all():
        assert (request.statement, request.confirmed_by) == ("cannot", engineer.pseudonym)
        assert request.confirmed_at
    logged = entries("dataset.deletion_confirmed")
    assert [each["data"]["statement"] for each in logged] == ["cannot"] * 2
    assert {each["data"]["commitment"] for each in logged} == {each.item.commitment for each in requests}
    found = LogEntry.objects.filter(action="dataset.deletion_confirmed")
    assert EntryDetail.objects.filter(entry__in=found.values("pk"), subject=engineer.pseudonym).count() == 2


def test_who_cannot_delete_says_why_and_others_need_not(release: Release, engineer: User) -> None:
    first, second = asked(engineer)
    with pytest.raises(Invalid, match="reason_too_short"):
        services.confirm_deletions([first.pk], "cannot", "", engineer.actor)
    services.confirm_deletions([first.pk], "never_kept", "", engineer.actor)
    services.confirm_deletions([second.pk], "deleted", "", engineer.actor)
    assert asked(engineer) == []


@pytest.mark.parametrize(
    ("statement", "code"), [("perhaps", "unknown_statement"), ("deleted", "no_requests")]
)
def test_an_answer_says_what_and_to_which_requests(
    release: Release, engineer: User, statement: str, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        services.confirm_deletions([], statement, "", engineer.actor)


@pytest.mark.both
def test_nobody_answers_for_somebody_else_or_twice(release: Release, engineer: User) -> None:
    first = asked(engineer)[0]
    with pytest.raises(Missing, match="no_such_request"):
        services.confirm_deletions([first.pk], "deleted", "", make_user(Role.ML_ENGINEER).actor)
    services.confirm_deletions([first.pk], "deleted", "", engineer.actor)
    with pytest.raises(Conflict, match="already_confirmed"):
        services.confirm_deletions([first.pk], "never_kept", "", engineer.actor)
    assert DeletionRequest.objects.get(pk=first.pk).statement == "deleted"


@pytest.mark.both
def test_a_reminder_every_seven_days_until_there_is_an_answer(release: Release, engineer: User) -> None:
    grown(6)
    assert services.remind_of_deletions() == 0
    grown(8)
    assert [services.remind_of_deletions() for _ in range(2)] == [2, 0]
    DeletionRequest.objects.update(reminded_at=clock.now() - datetime.timedelta(days=7))
    services.confirm_deletions([asked(engineer)[0].pk], "deleted", "", engineer.actor)
    assert services.remind_of_deletions() == 1
    assert [each["data"]["reminders"] for each in entries("dataset.deletion_reminded")] == [1, 1, 2]


@pytest.mark.both
def test_a_successor_waits_for_an_answer_that_is_late(release: Release, engineer: User) -> None:
    second = successor(release, engineer)
    grown(13)
    assert services.deliver(second, "coco", engineer.actor)
    grown(15)
    with pytest.raises(Conflict) as caught:
        services.deliver(second, "coco", engineer.actor)
    assert (caught.value.code, caught.value.status) == ("deletion_unconfirmed", 409)
    (refused,) = entries("dataset.deletion_unconfirmed")
    assert refused["data"] == {"release": str(second.pk), "format": "coco", "requests": 2}
    assert services.deliver(second, "coco", make_user(Role.ML_ENGINEER).actor)
    services.confirm_deletions([each.pk for each in asked(engineer)], "deleted", "", engineer.actor)
    assert services.deliver(second, "coco", engineer.actor)


@pytest.mark.both
def test_it_is_asked_on_the_first_page_the_dataset_and_the_release_and_answered_there(
    site: Client, release: Release, engineer: User
) -> None:
    for address in (
        reverse("datasets:index"),
        reverse("datasets:detail", args=[release.dataset_id]),
        reverse("datasets:release", args=[release.pk]),
        reverse(PAGE),
    ):
        shown = site.get(address).content.decode()
        assert "Please delete" in shown
        assert all(str(each.pk) in shown for each in asked(engineer))
    assert '<span class="waiting">2' in markup(site.get(reverse("datasets:index")).content.decode())
    form = {"request": [str(each.pk) for each in asked(engineer)], "statement": "deleted"}
    answered = site.post(reverse("datasets:confirm_deletions"), form, follow=True).content.decode()
    assert "2 requests answered." in answered
    assert "Every copy was deleted" in answered
    assert "Please delete" not in site.get(reverse("datasets:index")).content.decode()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"statement": "cannot"}, "Write down the reason"),
        ({"reason": "Some words."}, "Say what became of your copies."),
        ({"statement": "deleted", "request": "nonsense"}, "Say which requests this answers."),
    ],
)
def test_an_answer_that_lacks_something_says_so(
    site: Client, release: Release, engineer: User, form: dict[str, str], said: str
) -> None:
    sent = {"request": str(asked(engineer)[0].pk), **form}
    assert said in site.post(reverse("datasets:confirm_deletions"), sent, follow=True).content.decode()
    assert len(asked(engineer)) == 2


@pytest.mark.both
def test_officers_see_who_has_answered_and_answer_for_nobody(
    client: Client, release: Release, engineer: User
) -> None:
    services.confirm_deletions([asked(engineer)[0].pk], "never_kept", "", engineer.actor)
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    shown = client.get(reverse(PAGE)).content.decode()
    assert engineer.username in shown
    assert "No copy was kept" in shown
    assert "No answer yet" in shown
    assert "Please delete" not in shown


def test_engineers_see_what_they_were_asked_themselves(
    client: Client, release: Release, engineer: User
) -> None:
    client.force_login(make_user(Role.ML_ENGINEER))
    shown = client.get(reverse(PAGE)).content.decode()
    assert "Nobody was asked to delete anything" in shown
    assert client.get(reverse("datasets:api_deletions")).json() == []


def test_programs_list_and_answer_requests(site: Client, release: Release, engineer: User) -> None:
    listed = site.get(reverse("datasets:api_deletions")).json()
    assert [each["id"] for each in listed] == [str(each.pk) for each in asked(engineer)]
    item = asked(engineer)[0].item
    assert (listed[0]["release"], listed[0]["commitment"]) == (str(release.pk), item.commitment)
    address = reverse("datasets:api_confirm_deletions")

    def sent(**body: object) -> Any:
        return site.post(address, json.dumps(body), content_type="application/json")

    assert sent(requests=[str(uuid.uuid4())], statement="deleted").json()["code"] == "no_such_request"
    assert sent(requests=[], statement="deleted").status_code == 400
    done = sent(requests=[each["id"] for each in listed], statement="deleted")
    assert (done.status_code, done.json()) == (200, {"confirmed": 2})
    assert site.get(reverse("datasets:api_deletions")).json() == []
    again = sent(requests=[listed[0]["id"]], statement="deleted")
    assert (again.status_code, again.json()["code"]) == (409, "already_confirmed")


def test_the_release_page_says_what_was_erased_and_offers_manifest_and_successor(
    site: Client, release: Release
) -> None:
    address = reverse("datasets:release", args=[release.pk])
    shown = site.get(address).content.decode()
    assert "Erased on" in shown
    assert "2 clips of this release were erased." in shown
    assert reverse("datasets:download_manifest", args=[release.pk]) in shown
    made = site.post(reverse("datasets:succeed", args=[release.pk]))
    second = Release.objects.get(succeeds=release)
    assert made.headers["Location"] == reverse("datasets:release", args=[second.pk])
    shown = site.get(address).content.decode()
    assert "Freeze a successor" not in shown
    assert "It is succeeded by" in shown
    assert "Succeeds" in site.get(made.headers["Location"]).content.decode()
    again = site.post(reverse("datasets:succeed", args=[release.pk]), follow=True)
    assert "has a successor already" in again.content.decode()
    told = site.get(reverse("datasets:api_release", args=[release.pk])).json()
    assert (told["erased"], told["successor"], told["succeeds"]) == (2, str(second.pk), None)


@pytest.mark.both
def test_the_manifest_can_be_had_once_something_was_erased(site: Client, release: Release) -> None:
    given = site.get(reverse("datasets:download_manifest", args=[release.pk]))
    told = json.loads(b"".join(given.streaming_content))  # type: ignore[attr-defined]
    assert next(sorted(each) for each in told["items"]) == ["commitment", "erased"]
    second = site.post(reverse("datasets:succeed", args=[release.pk]))
    waiting = Release.objects.get(succeeds=release)
    assert second.status_code == 302
    refused = site.get(reverse("datasets:download_manifest", args=[waiting.pk]))
    assert refused.status_code == 404
    assert "Nothing of this release was erased" in refused.content.decode()


def test_recipients_tell_the_certificate_who_has_answered(release: Release, engineer: User) -> None:
    services.confirm_deletions([asked(engineer)[0].pk], "deleted", "", engineer.actor)
    clip: Clip = release.items.get(position=0).clip
    (row,) = selectors.recipients(clip)
    assert row.request is not None
    assert (row.person, row.request.statement) == (engineer.pseudonym, "deleted")
