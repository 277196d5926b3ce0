"""The privacy desk: looking up and withdrawing."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit.actors import Actor
from annotations.audit.models import EntryDetail, LogEntry
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.core.errors import Conflict, Invalid
from annotations.core.models import Outbox
from annotations.datasets import services as datasets
from annotations.datasets.filters import Filters
from annotations.rights import services
from tests.factories import make_accepted, make_clip, make_project, make_queued_clip

pytestmark = [pytest.mark.django_db, pytest.mark.once]
DESK = "rights:consents"


def shown(site: Client, **query: str) -> str:
    return str(site.get(reverse(DESK), query).content.decode())


def test_clips_are_found_by_id_and_by_owner(site: Client) -> None:
    clip = make_clip()
    sibling = make_clip(owner=clip.owner, submitter=clip.submitter)
    other = make_clip()
    by_clip = shown(site, q=str(clip.public_id))
    assert reverse("oversight:dossier", args=[clip.public_id]) in by_clip
    assert reverse("oversight:dossier", args=[sibling.public_id]) not in by_clip
    by_owner = shown(site, q=clip.owner.pseudonym)
    for found in (clip, sibling):
        assert reverse("oversight:dossier", args=[found.public_id]) in by_owner
    assert reverse("oversight:dossier", args=[other.public_id]) not in by_owner
    assert "No clip found" in shown(site, q="o-nobody22")


@pytest.mark.both
def test_a_clip_is_found_by_the_first_digits_of_its_id(site: Client) -> None:
    clip, other = make_clip(), make_clip()
    html = shown(site, q=str(clip.public_id)[:10].upper())
    assert reverse("oversight:dossier", args=[clip.public_id]) in html
    assert reverse("oversight:dossier", args=[other.public_id]) not in html
    assert reverse("oversight:dossier", args=[clip.public_id]) in shown(site, q=clip.owner.pseudonym.upper())


def test_what_no_text_holds_is_refused(site: Client) -> None:
    response = site.get(reverse(DESK), {"q": "\0"})
    assert response.status_code == 400
    assert "Null characters are not allowed" in response.content.decode()
    assert not LogEntry.objects.filter(action="privacy.looked_up").exists()


def test_looking_up_is_on_the_log(site: Client) -> None:
    clip = make_clip()
    shown(site, q=clip.owner.pseudonym)
    entry = LogEntry.objects.get(action="privacy.looked_up")
    assert entry.subject == clip.owner.pseudonym
    assert json.loads(bytes(entry.canonical))["data"] == {"found": 1}


@pytest.mark.both
def test_withdrawing_says_what_it_does_and_does_it(site: Client) -> None:
    project = make_project()
    clip = make_accepted(project).assignment.clip
    release = datasets.request(
        datasets.create(services_actor(), "Porch", project, Filters()), services_actor()
    )
    datasets.freeze(release.pk)
    address = reverse("rights:withdraw", args=[clip.public_id])
    assert reverse("datasets:release", args=[release.pk]) in site.get(address).content.decode()
    site.post(address, {"reason": "The owner wrote to us."})
    assert not gate.allows(clip.pk, Purpose.LABELING)
    assert not gate.allows(clip.pk, Purpose.TRAINING)
    assert Outbox.objects.filter(type="clips.holds_changed", payload={"clip": str(clip.pk)}).exists()
    entry = LogEntry.objects.get(action="privacy.withdrawal")
    assert EntryDetail.objects.get(pk=entry.pk).subject == clip.subject
    last = shown(site)
    assert reverse("oversight:dossier", args=[clip.public_id]) in last
    assert reverse("datasets:release", args=[release.pk]) in last


def services_actor() -> Actor:
    return Actor("p-engineer", Role.ML_ENGINEER)


def test_withdrawing_needs_a_reason(site: Client) -> None:
    clip = make_queued_clip()
    response = site.post(reverse("rights:withdraw", args=[clip.public_id]), {"reason": " "})
    assert response.status_code == 400
    assert gate.allows(clip.pk, Purpose.LABELING)
    with pytest.raises(Invalid, match="reason_too_short"):
        services.withdraw(clip, Actor("p-officer", Role.PRIVACY_OFFICER), "")


def test_a_consent_is_withdrawn_once(site: Client) -> None:
    clip = make_clip()
    officer = Actor("p-officer", Role.PRIVACY_OFFICER)
    services.withdraw(clip, officer, "Asked for.")
    with pytest.raises(Conflict, match="already_withdrawn"):
        services.withdraw(clip, officer, "Asked for again.")
    again = site.post(reverse("rights:withdraw", args=[clip.public_id]), {"reason": "Again."}, follow=True)
    assert "withdrawn already" in again.content.decode()
    assert LogEntry.objects.filter(action="consent.withdrawn").count() == 1


@pytest.mark.usefixtures("journal_asked_before")
def test_lists_cost_the_same_queries_at_one_and_at_three_rows(
    site: Client, django_assert_max_num_queries: Any
) -> None:
    first = make_clip()
    services.withdraw(first, Actor("p-officer", Role.PRIVACY_OFFICER), "Asked for.")
    costs: list[list[int]] = []
    for _ in range(2):
        costs.append([])
        for query in ({}, {"q": first.owner.pseudonym}):
            with django_assert_max_num_queries(60) as context:
                shown(site, **query)
            costs[-1].append(len(context))
        for _ in range(2):
            clip = make_clip(owner=first.owner, submitter=first.submitter)
            services.withdraw(clip, Actor("p-officer", Role.PRIVACY_OFFICER), "Asked for.")
    assert costs[0] == costs[1]
