"""Clips that were not verified: what leads see of them, and what they order."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.clips import gate
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip, Hold
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.moderation import services
from annotations.moderation.enums import FlagState
from annotations.moderation.models import Flag
from annotations.redaction import selectors, services as redaction
from annotations.redaction.enums import UnverifiedState
from annotations.redaction.models import RedactionRun
from tests.factories import RATE, make_ready_clip, make_unverified, make_user
from tests.forms import seen

pytestmark = [pytest.mark.django_db, pytest.mark.once]

REASON = "It is too dark to tell."


@pytest.fixture
def lead() -> User:
    return make_user(Role.LEAD)


@pytest.fixture
def desk(lead: User) -> Client:
    client = Client()
    client.force_login(lead)
    return client


def listed(client: Client, query: str = "") -> str:
    return client.get(reverse("moderation:unverified") + query).content.decode()


def shown(client: Client, clip: Clip) -> str:
    return client.get(reverse("moderation:unverified_clip", args=[clip.public_id])).content.decode()


def actions(clip: Clip) -> list[str]:
    return list(LogEntry.objects.filter(clip=clip.public_id).order_by("id").values_list("action", flat=True))


def test_the_list_tells_why_and_by_what_evidence_and_shows_no_picture(desk: Client) -> None:
    run = make_unverified()
    page = listed(desk)
    assert "Somebody may be there who is not hidden" in page
    assert "head" in page
    assert f"frame 13, {12 / RATE:.2f} s" in " ".join(page.split())
    for each in (page, shown(desk, run.clip)):
        assert "<img" not in each
        assert "<video" not in each
    assert "second" in shown(desk, run.clip)


@pytest.mark.both
def test_it_is_filtered_by_reason_and_by_what_became_of_the_clip(desk: Client) -> None:
    head = make_unverified()
    dark = make_unverified(held_because="too_dark", residual={"exposed": [], "unjudgeable": "too_dark"})
    done = make_unverified(unverified=UnverifiedState.DISCARDED)
    names = {run: str(run.clip.public_id)[:8] for run in (head, dark, done)}

    def found(query: str) -> set[RedactionRun]:
        page = listed(desk, query)
        return {run for run, name in names.items() if name in page}

    assert found("") == found("?state=nonsense&reason=nonsense") == {head, dark}
    assert found("?reason=too_dark") == {dark}
    assert found("?state=discarded") == {done}
    make_unverified(unverified=UnverifiedState.STARTED_AGAIN)
    assert "/not-verified/0" not in listed(desk, "?state=started_again"), "its clip has gone on"
    assert "could not be judged" in listed(desk, "?reason=too_dark")
    assert "No clip waits for a decision" in listed(desk, "?reason=too_small")


def test_a_clip_whose_owner_has_withdrawn_waits_for_nobody(desk: Client) -> None:
    run = make_unverified()
    Hold.objects.create(clip=run.clip, reason=HoldReason.WITHDRAWN, placed_by="test")
    assert "No clip waits for a decision" in listed(desk)


def test_evidence_of_the_check_and_of_the_second_opinion_stand_by_frame_with_their_times() -> None:
    run = make_unverified()
    run.residual["exposed"] = [{"frame": 20, "box": [1, 2, 3, 4], "score": 0.513}]
    run.residual["evidence"].append({**run.residual["evidence"][0], "frame": 70, "kind": "person"})
    run.frame_map = [number // 2 for number in range(60)]
    assert [
        (piece.frame, piece.seconds, piece.kind, piece.score, piece.model)
        for piece in selectors.evidence_of(run)
    ] == [
        (12, run.times[6], "head", 0.81, "second"),
        (20, run.times[10], "face", 0.51, "first"),
        (70, None, "person", 0.81, "second"),
    ]


@pytest.mark.both
def test_a_strict_pass_takes_the_place_of_the_hold_and_is_ordered_once(desk: Client, lead: User) -> None:
    drawn = [{"frame": 3, "box": [1.0, 2.0, 30.0, 30.0], "kind": "licence_plate"}]
    run = make_unverified(missed_regions=drawn)
    clip = run.clip
    assert "Try strictly" in shown(desk, clip)
    desk.post(reverse("moderation:try_strictly", args=[clip.public_id]), seen(run))
    again = RedactionRun.objects.get(clip=clip, state="queued")
    assert (again.strict, again.missed_regions, again.built_on) == (True, drawn, None)
    run.refresh_from_db()
    assert run.unverified == UnverifiedState.TRIED_STRICTLY
    assert gate.reasons(clip.pk) == [HoldReason.AWAITING_REDACTION, HoldReason.AWAITING_SCREENING]
    assert "redaction.ordered_strictly" in actions(clip)
    with pytest.raises(Missing):
        redaction.try_strictly(clip, lead.actor)
    again.state, again.outcome, again.unverified = "done", "exposed", UnverifiedState.WAITING
    again.held_because = "evidence"
    again.save()
    assert "Try strictly" not in shown(desk, clip)
    with pytest.raises(Conflict) as caught:
        redaction.try_strictly(clip, lead.actor)
    assert caught.value.code == "tried_strictly"


def test_a_discarded_clip_is_out_as_by_an_upheld_flag_and_comes_back_when_that_is_dismissed(
    desk: Client, lead: User
) -> None:
    run = make_unverified()
    clip = run.clip
    address = reverse("moderation:discard", args=[clip.public_id])
    assert desk.post(address, {"reason": "no"}).status_code == 400
    desk.post(address, {"reason": REASON} | seen(run))
    flag = Flag.objects.get(clip=clip)
    assert flag.state == FlagState.UPHELD
    assert set(gate.reasons(clip.pk)) == {HoldReason.FLAGGED, HoldReason.REDACTION_UNVERIFIED}
    assert {"redaction.discarded", "content.flagged", "content.flag_upheld"} < set(actions(clip))
    assert str(clip.public_id)[:8] not in listed(desk)
    services.decide(flag.pk, "dismiss", "It was a mistake.", lead.actor)
    assert not any(gate.allows(clip.pk, purpose) for purpose in Purpose.values)
    redaction.try_strictly(clip, lead.actor)
    assert RedactionRun.objects.get(clip=clip, state="queued").strict


def test_without_a_reason_or_twice_nothing_is_discarded(lead: User) -> None:
    clip = make_unverified().clip
    with pytest.raises(Invalid):
        services.discard(clip, " ", lead.actor)
    services.discard(clip, REASON, lead.actor)
    with pytest.raises(Conflict):
        services.discard(clip, REASON, lead.actor)
    assert Flag.objects.filter(clip=clip).count() == 1


def test_what_is_verified_has_no_page_and_is_not_decided_on(desk: Client, lead: User) -> None:
    clip = make_ready_clip()
    assert desk.get(reverse("moderation:unverified_clip", args=[clip.public_id])).status_code == 404
    with pytest.raises(Missing):
        services.discard(clip, REASON, lead.actor)


def test_what_a_lead_has_ordered_an_operator_does_not_start_again(lead: User) -> None:
    run = make_unverified()
    redaction.try_strictly(run.clip, lead.actor)
    with pytest.raises(Conflict):
        redaction.retry(run, make_user(Role.OPERATOR).actor)


def test_a_strict_pass_that_an_operator_starts_again_stays_strict() -> None:
    run = make_unverified(strict=True)
    assert redaction.retry(run, make_user(Role.OPERATOR).actor).strict
    run.refresh_from_db()
    assert run.unverified == UnverifiedState.STARTED_AGAIN


def test_break_glass_is_asked_for_on_the_form_that_there_is(desk: Client) -> None:
    clip = make_unverified().clip
    address = reverse("break_glass:ask", args=[clip.public_id])
    assert address in shown(desk, clip)
    assert desk.get(address).status_code == 200


@pytest.mark.usefixtures("journal_asked_before")
def test_the_list_needs_as_many_queries_for_three_as_for_one(desk: Client) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_unverified()
        with CaptureQueriesContext(connection) as queries:
            listed(desk)
        counts.append(len(queries))
    assert counts[0] == counts[1]
