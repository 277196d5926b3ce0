"""A clip's dossier, and who saw the clip."""

import datetime
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import selectors as audit
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.core import clock
from annotations.datasets import services as datasets
from annotations.datasets.filters import Filters
from annotations.oversight.viewings import Viewing, viewings
from annotations.review import services as review
from annotations.review.models import Assignment
from tests.factories import make_accepted, make_assignment, make_project, make_user, reference_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def officer_page(client: Client) -> Client:
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    return client


def view(reviewer: User, assignment: Assignment, client: Client) -> None:
    """Fetches the clip as the labeling page does."""
    client.force_login(reviewer)
    granted = client.post(reverse("review:media_token", args=[assignment.public_id]))
    assert granted.status_code == 200, granted.content
    played = client.get(granted.json()["url"])
    assert b"".join(played.streaming_content)  # type: ignore[attr-defined]


def told(assignment: Assignment) -> list[Viewing]:
    return viewings(audit.of_clip(assignment.clip.public_id))


@pytest.fixture
def reviewer() -> User:
    return make_user(country="RO")


def test_a_view_is_told_with_what_was_delivered_and_what_the_browser_claims(
    reviewer: User, client: Client
) -> None:
    assignment = make_assignment(reviewer)
    view(reviewer, assignment, client)
    review.record_watched(reviewer, assignment.public_id, [[0.0, 1.2], [2.0, 2.5]])
    review.record_watched(reviewer, assignment.public_id, [[1.0, 1.5]])
    (viewing,) = told(assignment)
    assert (viewing.actor, viewing.role, viewing.purpose) == (reviewer.pseudonym, "contractor", "labeling")
    assert viewing.delivered
    assert viewing.watched == [(0, 1500), (2000, 2500)]
    assert viewing.seconds == 2.0


def test_a_grant_that_was_never_used_is_told_as_such(reviewer: User, client: Client) -> None:
    assignment = make_assignment(reviewer)
    client.force_login(reviewer)
    client.post(reverse("review:media_token", args=[assignment.public_id]))
    (viewing,) = told(assignment)
    assert not viewing.delivered


def test_a_clip_that_was_fetched_ahead_and_taken_away_is_told_as_such(
    reviewer: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = make_assignment(reviewer)
    view(reviewer, assignment, client)
    assert not told(assignment)[0].fetched_ahead, "it may be on their screen now"
    start = clock.now()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: start + datetime.timedelta(days=1))
        assert review.expire_leases() == 1
    (viewing,) = told(assignment)
    assert viewing.delivered
    assert viewing.fetched_ahead
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    html = client.get(reverse("oversight:dossier", args=[assignment.clip.public_id])).content.decode()
    assert "fetched ahead, not shown" in html


def test_a_clip_that_was_watched_before_it_was_taken_away_was_not_just_fetched(
    reviewer: User, client: Client
) -> None:
    assignment = make_assignment(reviewer)
    view(reviewer, assignment, client)
    review.record_watched(reviewer, assignment.public_id, [[0.0, 1.0]])
    clips.place(assignment.clip, HoldReason.LEGAL, WORKER)
    assert [viewing.fetched_ahead for viewing in told(assignment)] == [False]


def test_asking_for_what_lies_behind_the_end_delivers_nothing(reviewer: User, client: Client) -> None:
    assignment = make_assignment(reviewer)
    client.force_login(reviewer)
    url = client.post(reverse("review:media_token", args=[assignment.public_id])).json()["url"]
    assert client.get(url, headers={"Range": "bytes=999999999-"}).status_code == 416
    assert [viewing.delivered for viewing in told(assignment)] == [False]


def test_coming_back_later_is_another_viewing(
    reviewer: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = make_assignment(reviewer)
    start = clock.now()
    view(reviewer, assignment, client)
    monkeypatch.setattr(clock, "now", lambda: start + datetime.timedelta(minutes=10))
    review.record_watched(reviewer, assignment.public_id, [[0.0, 1.0]])
    assert len(told(assignment)) == 1
    monkeypatch.setattr(clock, "now", lambda: start + datetime.timedelta(minutes=41))
    review.record_watched(reviewer, assignment.public_id, [[1.0, 2.0]])
    assert [viewing.watched for viewing in told(assignment)] == [[(0, 1000)], [(1000, 2000)]]


def test_the_dossier_shows_everything_on_one_line_of_time(
    officer_page: Client, client: Client, reviewer: User
) -> None:
    project = make_project()
    annotation = make_accepted(project)
    clip = annotation.assignment.clip
    dataset = datasets.create(WORKER, "Porch", project, Filters())
    release = datasets.request(dataset, WORKER)
    datasets.freeze(release.pk)
    engineer = make_user(Role.ML_ENGINEER)
    release.refresh_from_db()
    datasets.deliver(release, "coco", engineer.actor)
    clips.withdraw(clip, WORKER)
    datasets.mark(clip.pk)
    html = officer_page.get(reverse("oversight:dossier", args=[clip.public_id])).content.decode()
    order = [
        "Claimed for labeling",
        "Labels submitted",
        "Labels accepted",
        "Frozen into release",
        "withdrawn",
        "May not be used",
    ]
    places = [html.index(words, html.index('id="story"')) for words in order]
    assert places == sorted(places)
    assert clip.owner.pseudonym in html
    assert reference_of(clip.owner) not in html
    assert reverse("datasets:release", args=[release.pk]) in html
    assert engineer.username in html
    assert "Nobody has seen it." in html


def test_the_dossier_names_who_saw_the_clip(client: Client, reviewer: User) -> None:
    assignment = make_assignment(reviewer)
    view(reviewer, assignment, client)
    review.record_watched(reviewer, assignment.public_id, [[0.0, 1.5]])
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    html = client.get(reverse("oversight:dossier", args=[assignment.clip.public_id])).content.decode()
    assert reviewer.username in html
    assert "Contractor, RO" in html
    assert "0.0–1.5 s" in html


def test_opening_a_dossier_is_on_it_and_on_the_log(officer_page: Client) -> None:
    clip = make_accepted().assignment.clip
    html = officer_page.get(reverse("oversight:dossier", args=[clip.public_id])).content.decode()
    assert "Opened the clip" in html
    assert LogEntry.objects.filter(action="privacy.dossier_opened", clip=clip.public_id).count() == 1


def test_words_of_people_are_shown_until_they_are_erased(officer_page: Client) -> None:
    clip = make_accepted().assignment.clip
    address = reverse("rights:withdraw", args=[clip.public_id])
    officer_page.post(address, {"reason": "Asked for by letter <b>"})
    html = officer_page.get(reverse("oversight:dossier", args=[clip.public_id])).content.decode()
    assert "Asked for by letter &lt;b&gt;" in html


def test_an_unknown_clip_is_not_found(officer_page: Client) -> None:
    assert officer_page.get(reverse("oversight:dossier", args=[uuid.uuid4()])).status_code == 404
    held = make_accepted().assignment.clip
    clips.place(held, HoldReason.LEGAL, WORKER)
    assert (
        "Legal hold" in officer_page.get(reverse("oversight:dossier", args=[held.public_id])).content.decode()
    )
