"""A closed account: every way in is refused at once, and what was in hand goes back to the queue."""

import datetime
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.models import ApiKey, Session, User
from annotations.accounts.selectors import link_of
from annotations.audit.models import LogEntry
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips.enums import HoldReason
from annotations.clips.services import place, release_hold
from annotations.core import clock
from annotations.core.errors import NotAllowed
from annotations.review import services as review
from annotations.review.enums import AssignmentState
from annotations.review.models import Assignment, Draft
from annotations.rights import receipts
from tests.factories import (
    PASSWORD,
    make_assignment,
    make_body,
    make_break_glass_access,
    make_clip,
    make_project,
    make_queued_clip,
    make_submitter,
    make_user,
)

pytestmark = pytest.mark.django_db

REASON = "They work here no more."


def close(user: User) -> None:
    services.close_account(user, make_user(Role.OPERATOR).actor, REASON)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# every way in, one by one


def test_the_cookie_of_a_session_opens_nothing() -> None:
    user = make_user()
    client = signed_in(user)
    assert client.get(reverse("review:home")).status_code == 200
    close(user)
    assert not Session.objects.filter(user=user).exists()
    assert client.get(reverse("review:home"))["Location"].startswith(reverse("accounts:sign_in"))


def test_a_session_that_is_saved_after_the_closing_opens_nothing_either() -> None:
    user = make_user()
    client = signed_in(user)
    (row,) = Session.objects.filter(user=user)
    close(user)
    row.save(force_insert=True)
    assert client.get(reverse("review:home")).status_code == 302


def test_the_password_signs_nobody_in() -> None:
    user = make_user()
    close(user)
    typed = {"username": user.username, "password": PASSWORD}
    assert Client().post(reverse("accounts:sign_in"), typed).status_code == 200
    assert not Session.objects.filter(user=user).exists()


@pytest.mark.parametrize("make", [make_submitter, lambda: make_user(Role.OPERATOR)])
def test_an_api_key_opens_nothing_even_when_the_account_is_opened_again(make: Callable[[], User]) -> None:
    user = make()
    key = services.create_key(user.actor, user)
    close(user)
    client = Client(headers={"Authorization": f"Bearer {key}"})
    assert client.get("/api/v1/schema").status_code == 401
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert client.get("/api/v1/schema").status_code == 401
    assert not ApiKey.objects.filter(revoked_at=None).exists()


def test_an_address_of_media_opens_nothing() -> None:
    user = make_user()
    client = signed_in(user)
    token = reverse("review:media_token", args=[make_assignment(user).public_id])
    address = client.post(token).json()["url"]
    answer: Any = client.get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    close(user)
    assert client.get(address).status_code == 302
    assert signed_in(make_user(Role.LEAD)).get(address).status_code == 404


def test_the_officers_desk_makes_no_receipt_and_the_owners_stays() -> None:
    user, clip = make_user(Role.PRIVACY_OFFICER), make_clip()
    make_user(Role.PRIVACY_OFFICER)
    client = signed_in(user)
    address = reverse("rights:link_receipt", args=[clip.public_id])
    assert client.post(address).status_code == 200
    close(user)
    assert client.post(address).status_code == 302
    assert client.get(receipts.path_for(clip)).status_code == 200


def test_a_draft_of_a_lease_is_not_saved() -> None:
    user = make_user()
    client, assignment = signed_in(user), make_assignment(user)
    address = reverse("review:draft", args=[assignment.public_id])

    def save(revision: int) -> int:
        sent = {"revision": revision, "body": make_body()}
        return client.put(address, sent, content_type="application/json").status_code

    assert save(0) == 200
    close(user)
    assert save(1) == 401
    assert Draft.objects.get().revision == 1


SERVICES: dict[str, Callable[[User, Assignment], object]] = {
    "claim": lambda user, _: review.next_clip(user),
    "prefetch": lambda user, held: review.prefetch(user, held.public_id),
    "resume": lambda user, held: review.resume(user, held.public_id),
    "extend": lambda user, held: review.extend(user, held.public_id),
    "save": lambda user, held: review.save_draft(user, held.public_id, 0, make_body()),
    "submit": lambda user, held: review.submit(user, held.public_id, make_body()),
    "skip": lambda user, held: review.skip(user, held.public_id, "other"),
    "flag": lambda user, held: review.flag(user, held.public_id, "violence"),
    "report": lambda user, held: review.report_missed_regions(
        user, held.public_id, [{"frame": 1, "box": [1.0, 1.0, 9.0, 9.0]}]
    ),
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_call_that_came_in_before_the_closing_and_is_late_is_refused(name: str) -> None:
    """The request knew the account as open; the service finds it closed under its lock."""
    user = make_user()
    assignment = make_assignment(user)
    stale = User.objects.get(pk=user.pk)
    close(user)
    with pytest.raises(NotAllowed) as refused:
        SERVICES[name](stale, assignment)
    assert refused.value.code == "account_closed"
    assert not Draft.objects.exists()


def test_a_call_that_came_in_under_another_role_is_refused() -> None:
    user = make_user()
    assignment = make_assignment(user)
    stale = User.objects.get(pk=user.pk)
    services.change_role(user.pk, Role.OPERATOR, REASON, make_user(Role.OPERATOR).actor)
    with pytest.raises(NotAllowed):
        review.submit(stale, assignment.public_id, make_body())


def test_a_sign_in_link_opens_nothing() -> None:
    user = make_user(Role.OPERATOR)
    token = services.renew_link(user.pk, REASON, make_user(Role.OPERATOR).actor)
    assert token
    close(user)
    assert link_of(token) is None
    assert Client().get(reverse("accounts:use_link", args=[token])).status_code == 404


def test_a_break_glass_access_ends_and_its_copy_goes() -> None:
    access = make_break_glass_access()
    person = access.asked_by
    client = signed_in(person)
    assert client.post(reverse("break_glass:token", args=[access.pk])).status_code == 200
    close(person)
    access.refresh_from_db()
    assert (access.state, access.name, access.wrapped_key) == ("closed", "", None)
    told = bytes(LogEntry.objects.get(action="break_glass.ended").canonical)
    assert b'"because":"revoke"' in told


def test_what_was_asked_for_by_break_glass_is_not_decided_any_more() -> None:
    access = make_break_glass_access(copy=False)
    BreakGlassAccess.objects.filter(pk=access.pk).update(
        state="asked", decided_by=None, decided_at=None, until=None
    )
    close(access.asked_by)
    access.refresh_from_db()
    assert access.state == "closed"


# clips in hand


def test_clips_in_hand_go_to_others_at_once_and_the_log_says_why() -> None:
    make_project()
    user, other = make_user(), make_user()
    make_queued_clip()
    first = review.next_clip(user)
    assert first
    assert review.next_clip(other) is None
    close(user)
    first.refresh_from_db()
    assert (first.state, first.lease_until) == (AssignmentState.EXPIRED, None)
    taken = review.next_clip(other)
    assert taken
    assert taken.clip_id == first.clip_id
    assert LogEntry.objects.filter(action="review.taken_away", clip=first.clip.public_id).count() == 1
    closed = bytes(LogEntry.objects.get(action="account.closed").canonical)
    assert b'"account":"' + user.pseudonym.encode() in closed


def test_labels_that_came_back_go_to_others_and_those_that_come_back_later_wait_for_nobody() -> None:
    lead = make_user(Role.LEAD).actor
    user, other = make_user(), make_user()
    first = review.submit(user, make_assignment(user).public_id, make_body())
    second = review.submit(user, make_assignment(user).public_id, make_body())
    review.send_back(first.assignment.task.public_id, first.pk, "Look again", lead)
    close(user)
    taken = review.next_clip(other)
    assert taken
    assert taken.clip_id == first.assignment.clip_id
    review.submit(other, taken.public_id, make_body())
    review.send_back(second.assignment.task.public_id, second.pk, "Look again", lead)
    review.expire_leases()
    taken = review.next_clip(other)
    assert taken
    assert taken.clip_id == second.assignment.clip_id


def test_a_held_clip_that_waited_for_the_person_goes_to_others_when_it_is_free() -> None:
    user, other = make_user(), make_user()
    assignment = make_assignment(user)
    place(assignment.clip, HoldReason.FLAGGED, make_user(Role.LEAD).actor)
    review.enqueue(assignment.clip_id)
    close(user)
    assert review.next_clip(other) is None
    release_hold(assignment.clip, HoldReason.FLAGGED, make_user(Role.LEAD).actor)
    review.enqueue(assignment.clip_id)
    taken = review.next_clip(other)
    assert taken
    assert taken.clip_id == assignment.clip_id


def test_whoever_comes_back_finds_the_draft_of_a_clip_that_nobody_took() -> None:
    user = make_user()
    assignment = make_assignment(user)
    review.save_draft(user, assignment.public_id, 0, make_body())
    close(user)
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.refresh_from_db()
    taken = review.next_clip(user)
    assert taken
    assert taken.pk == assignment.pk
    assert Draft.objects.filter(assignment=taken).exists()


def test_nothing_happens_when_one_of_the_endings_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    assignment = make_assignment(user)
    client = signed_in(user)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(secrets.token_hex(4))

    monkeypatch.setattr(review, "take_away", broken)
    with pytest.raises(RuntimeError):
        close(user)
    assert User.objects.get(pk=user.pk).is_active
    assert client.get(reverse("review:home")).status_code == 200
    assignment.refresh_from_db()
    assert assignment.state == AssignmentState.LEASED


# who may be given a clip


@pytest.mark.parametrize(
    ("lacking", "code"),
    [
        ({"trained_on": None}, "training_missing"),
        ({"statement_on": None}, "statement_missing"),
        ({"trained_on": None, "statement_on": None}, "training_missing"),
    ],
)
def test_nobody_is_given_a_clip_without_training_and_statement(lacking: dict[str, Any], code: str) -> None:
    make_project()
    make_queued_clip()
    user = make_user(**lacking)
    client = signed_in(user)
    answer = client.post(reverse("review:claim"), {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    page = client.post(reverse("review:next"), follow=True).content.decode()
    assert "No clip yet." in page
    assert reverse("accounts:account") in page
    User.objects.filter(pk=user.pk).update(trained_on=clock.now().date(), statement_on=clock.now().date())
    assert client.post(reverse("review:claim"), {}, content_type="application/json").status_code == 200


def test_whoever_worked_here_before_it_was_asked_for_goes_on() -> None:
    make_project()
    make_queued_clip()
    user = make_user(trained_on=None, statement_on=None, taken_over_on=datetime.date(2026, 11, 30))
    assert review.next_clip(user)
    assert "No clip yet." not in signed_in(user).get(reverse("review:home")).content.decode()


def test_whoever_lost_the_right_to_new_clips_may_still_hand_in_the_one_in_hand() -> None:
    user = make_user()
    assignment = make_assignment(user)
    User.objects.filter(pk=user.pk).update(statement_on=None)
    assert review.submit(user, assignment.public_id, make_body())
