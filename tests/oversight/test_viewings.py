"""The kinds of entries that tell who saw a clip are exactly those that are written when somebody sees one."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit import selectors as audit
from annotations.audit.models import LogEntry
from annotations.audit.registry import codes, lookup
from annotations.break_glass import services as break_glass
from annotations.clips.models import Clip
from annotations.moderation import services as moderation
from annotations.oversight.alerting.acts import VIEWS
from annotations.oversight.viewings import KINDS, ViewingKind, viewings
from annotations.rights.clip_story import story
from tests.audit.test_every_route_is_logged import CASES, Asked, body
from tests.factories import make_break_glass_access, make_ready_clip, make_track, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def shows_a_clip(response: Any) -> bool:
    return str(response["Content-Type"]).startswith(("image/", "video/"))


def told_by(asked: Asked) -> set[str]:
    """The kinds of entries on a clip that were written on the way to its pictures; none when no picture came."""
    before = set(LogEntry.objects.values_list("pk", flat=True))
    response = asked.send()
    content = body(response)
    told = {} if response.streaming or not content.startswith(b"{") else json.loads(content)
    if "url" in told:
        response = asked.client.get(told["url"])
        body(response)
    entries = LogEntry.objects.exclude(pk__in=before).exclude(clip=None)
    return set(entries.values_list("action", flat=True)) if shows_a_clip(response) else set()


def claims() -> set[str]:
    """The kinds by which a browser tells what it showed."""
    return {code for code in codes() if "claimed_by" in lookup(code).fields}


def test_every_kind_that_tells_of_views_is_written_and_every_claim_of_a_browser_is_among_them() -> None:
    """`test_every_kind_is_written` shows that a declared kind is written somewhere."""
    assert set(KINDS) <= set(codes())
    assert claims() <= set(KINDS)
    assert set(KINDS) > VIEWS


# Their addresses were given, and counted as views, before.
BY_ADDRESS = {"redaction:media", "break_glass:media"}
SHOWING = {
    *BY_ADDRESS,
    "break_glass:token",
    "review:media_token",
    "review:task_media_token",
    "moderation:reveal",
    "moderation:poster",
    "redaction:region_picture",
    "redaction:unredaction_picture",
}


@pytest.mark.once
@pytest.mark.parametrize("route", sorted(CASES))
def test_what_is_written_when_a_clip_is_seen_tells_of_a_view(route: str) -> None:
    written = told_by(CASES[route]())
    assert bool(written) == (route in SHOWING)
    assert written <= set(KINDS)
    assert not written or route in BY_ADDRESS or written & VIEWS


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def kinds_of_viewings(clip: Clip) -> list[ViewingKind]:
    return [viewing.kind for viewing in viewings(audit.of_clip(clip.public_id)) if viewing.delivered]


def test_a_reveal_is_marked_as_one_and_the_poster_before_it_as_a_blurred_picture() -> None:
    clip, lead = make_ready_clip(), client_of(Role.LEAD)
    flag = moderation.flag(clip, "violence", make_user().actor)
    lead.get(reverse("moderation:poster", args=[flag.pk]))
    address = lead.post(reverse("moderation:reveal", args=[flag.pk])).json()["url"]
    body(lead.get(address))
    assert kinds_of_viewings(clip) == [ViewingKind.BLURRED, ViewingKind.REVEALED]
    page = client_of(Role.PRIVACY_OFFICER).get(reverse("oversight:dossier", args=[clip.public_id]))
    assert ">revealed<" in page.content.decode()


def test_break_glass_is_marked_as_such() -> None:
    lead = make_user(Role.LEAD)
    client, access = Client(), make_break_glass_access(lead)
    client.force_login(lead)
    body(client.get(client.post(reverse("break_glass:token", args=[access.pk])).json()["url"]))
    assert kinds_of_viewings(access.clip) == [ViewingKind.BREAK_GLASS]
    page = client_of(Role.PRIVACY_OFFICER).get(reverse("oversight:dossier", args=[access.clip.public_id]))
    assert ">break-glass<" in page.content.decode()


def test_single_pictures_of_hidden_regions_are_views_too() -> None:
    clip, lead = make_ready_clip(), client_of(Role.LEAD)
    lead.get(reverse("redaction:region_picture", args=[clip.public_id, make_track(clip).number]))
    assert kinds_of_viewings(clip) == [ViewingKind.PICTURES]
    (watched,) = story(clip).watched
    assert watched.pictures
    page = client_of(Role.PRIVACY_OFFICER).get(reverse("oversight:dossier", args=[clip.public_id]))
    assert "single pictures" in page.content.decode()


@pytest.mark.both
@pytest.mark.parametrize(("role", "count"), [(Role.LEAD, 0), (Role.PRIVACY_OFFICER, 2)])
def test_the_top_bar_counts_the_break_glass_requests_on_which_one_may_decide(role: str, count: int) -> None:
    person, client = make_user(role), Client()
    for asker in (person, make_user(Role.LEAD), make_user(Role.PRIVACY_OFFICER)):
        break_glass.ask(make_ready_clip(), "danger", "Somebody may lie on the floor.", asker)
    client.force_login(person)
    address = reverse("break_glass:index")
    pages = client.get(address).context["navigation"].pages
    assert [page.waiting for page in pages if page.url == address] == [count]
