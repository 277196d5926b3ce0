"""The desk for erasures: looking up, reading the plan, confirming it, and what the owner's receipt offers."""

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.core.models import RunState
from annotations.datasets import services as datasets
from annotations.datasets.models import DeletionRequest
from annotations.rights import receipts, services
from annotations.rights.models import Erasure
from annotations.rights.scopes import Scope
from tests.factories import make_clip, make_legal_hold, make_original, make_ready_clip
from tests.rights.erased_clips import ENGINEER, REASON, make_everywhere

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def clip() -> Clip:
    return make_ready_clip()


def address(query: object) -> str:
    return f"{reverse('rights:plan_erasure')}?q={query}"


def read(response: Any) -> str:
    return html.unescape(response.content.decode())


def typed(response: Any, **fields: object) -> dict[str, object]:
    """What the form of a page sends."""
    form = response.context.get("confirm") or response.context["form"]
    return {name: form[name].value() or "" for name in form.fields} | fields


def test_a_clip_a_camera_and_an_owner_are_found_by_what_they_are_called(site: Client, clip: Clip) -> None:
    assert clip.device is not None
    link = f"https://example.org{receipts.path_for(clip)}"
    for query, kind, probed in (
        (clip.public_id, "clip", f"probe clip {clip.public_id} "),
        (str(clip.public_id)[:8].upper(), "clip", f"probe clip {clip.public_id} "),
        (link, "clip", f"probe clip {clip.public_id} "),
        (clip.device.pseudonym, "device", f"probe camera {clip.device.pseudonym} "),
        (clip.owner.pseudonym.upper(), "owner", f"probe owner {clip.owner.pseudonym} "),
    ):
        page = site.get(address(query))
        assert page.context["plan"].scope.kind == kind
        assert probed in read(page)
    assert LogEntry.objects.filter(action="erasure.planned").count() == 5


def test_what_nobody_is_called_is_not_found_and_a_person_goes_to_their_words(
    site: Client, officer: User
) -> None:
    assert "Nothing is called like this" in read(site.get(address("erika")))
    assert site.get(address("")).status_code == 400
    site.get(address(make_clip().public_id))
    assert site.get(address(officer.pseudonym))["Location"].startswith(reverse("rights:erase"))


def test_the_plan_says_what_goes_what_stays_and_who_fetched_it(site: Client) -> None:
    clip = make_everywhere()
    shown = read(site.get(address(clip.public_id)))
    for told in (
        "Originals, encrypted, with their keys",
        "They show that using the clips was lawful",
        "p-engineer",
    ):
        assert told in shown


def test_what_is_not_there_is_folded_away_and_named(site: Client, clip: Clip) -> None:
    page = site.get(address(clip.owner.pseudonym))
    plan, shown = page.context["plan"], read(page)
    assert 0 < len(plan.nothing_there) < len(plan.stores)
    rows, folded = shown.split("<details>", 1)
    for each in plan.stores:
        assert (f">{each.store.title}</th>" in rows) is bool(each.count)
        assert (f"<li>{each.store.title}</li>" in folded) is not bool(each.count)


def test_an_owner_is_named_once_and_the_command_is_what_the_officer_types(
    site: Client, officer: User, clip: Clip, settings: Any
) -> None:
    settings.MANAGE_COMMAND = "./workbench manage"
    pseudonym = clip.owner.pseudonym
    shown = read(site.get(address(pseudonym)))
    assert shown.count(f"<code>{pseudonym}</code>") == 1
    assert f"./workbench manage privacy probe owner {pseudonym} --to FILE --by {officer.username}" in shown
    assert f"<code>{pseudonym}</code>" in read(site.get(address(clip.public_id)))


@pytest.mark.both
def test_it_is_confirmed_with_what_was_typed_and_then_begins(site: Client, clip: Clip) -> None:
    page = site.get(address(clip.public_id))
    again = site.post(address(clip.public_id), typed(page, reason=REASON))
    assert REASON in read(again)
    assert "Erase this for ever?" in read(again)
    assert gate.reasons(clip.pk) == []
    begun = site.post(address(clip.public_id), typed(again))
    erasure = Erasure.objects.get()
    assert begun["Location"] == reverse("rights:erasure_run", args=[erasure.pk])
    assert gate.reasons(clip.pk) == [HoldReason.ERASED]
    going_on = read(site.get(begun["Location"]))
    assert "under way" in going_on
    assert "a worker does the rest" in going_on
    services.erase(erasure.pk)
    ended = read(site.get(begun["Location"]))
    assert "erased and verified" in ended
    assert "a worker does the rest" not in ended
    assert f"<code>{str(clip.public_id)[:8]}</code>" in ended
    assert "erased and verified" in read(site.get(begun["Location"], headers={"HX-Request": "true"}))
    assert "Certificate of erasure" in read(
        site.get(reverse("rights:erasure_certificate", args=[erasure.pk]))
    )
    assert "erased and verified" in read(site.get(reverse("rights:erasures")))
    site.post(reverse("rights:continue_erasure", args=[erasure.pk]))
    assert LogEntry.objects.filter(action="erasure.certified").count() == 2
    assert site.get(reverse("oversight:dossier", args=[clip.public_id])).status_code == 200


def test_the_page_of_an_erasure_says_who_was_asked_to_delete_and_what_they_answered(site: Client) -> None:
    clip = make_everywhere()
    page = site.get(address(clip.public_id))
    again = site.post(address(clip.public_id), typed(page, reason=REASON))
    begun = site.post(address(clip.public_id), typed(again))["Location"]
    services.erase(Erasure.objects.get().pk)
    assert "asked to delete it, no answer yet" in read(site.get(begun))
    (asked,) = DeletionRequest.objects.all()
    datasets.confirm_deletions({asked.pk}, "deleted", "", ENGINEER)
    assert "every copy was deleted" in read(site.get(begun))


def test_without_a_reason_nothing_begins(site: Client, clip: Clip) -> None:
    page = site.get(address(clip.public_id))
    refused = site.post(address(clip.public_id), typed(page, reason=" ", confirmed=True))
    assert refused.status_code == 400
    assert "Write down the reason" in read(refused)
    assert not Erasure.objects.exists()


def test_what_changed_since_it_was_shown_is_shown_again(site: Client, clip: Clip) -> None:
    page = site.get(address(clip.public_id))
    again = site.post(address(clip.public_id), typed(page, reason=REASON))
    make_original(clip)
    refused = site.post(address(clip.public_id), typed(again))
    assert refused.status_code == 409
    assert "has changed since you looked" in read(refused)
    assert REASON in read(refused), "what was typed is still there"
    assert not Erasure.objects.exists()


def test_a_legal_hold_is_told(site: Client, clip: Clip, officer: User) -> None:
    make_legal_hold(Scope("clip", str(clip.public_id)), officer)
    page = site.get(address(clip.public_id))
    refused = site.post(address(clip.public_id), typed(page, reason=REASON, confirmed=True))
    assert refused.status_code == 409
    assert "under a legal hold" in read(refused)


@pytest.mark.both
def test_one_that_failed_is_started_again(site: Client, clip: Clip) -> None:
    page = site.get(address(clip.public_id))
    site.post(address(clip.public_id), typed(page, reason=REASON, confirmed=True))
    Erasure.objects.update(state=RunState.FAILED, failure_code="storage_failed")
    erasure = Erasure.objects.get()
    assert "Start again" in read(site.get(reverse("rights:erasure_run", args=[erasure.pk])))
    site.post(reverse("rights:continue_erasure", args=[erasure.pk]))
    erasure.refresh_from_db()
    assert erasure.state == RunState.QUEUED
    assert site.get(reverse("rights:erasure_certificate", args=[erasure.pk])).status_code == 404


def test_the_owner_erases_the_clip_by_the_receipt_and_it_still_opens(client: Client, clip: Clip) -> None:
    receipt = receipts.path_for(clip)
    assert "Erase this clip" in read(client.get(receipt))
    asked = read(client.get(f"{receipt}erase"))
    assert "It cannot be undone" in asked
    assert client.get(f"{receipt}certificate/").status_code == 404
    assert gate.reasons(clip.pk) == []
    assert client.post(f"{receipt}erase")["Location"] == receipt
    erasure = Erasure.objects.get()
    assert (erasure.cause, erasure.asked_by) == ("owner_asked", clip.owner.pseudonym)
    assert "It is being erased" in read(client.get(receipt))
    services.erase(erasure.pk)
    assert "It was erased on" in read(client.get(receipt))
    assert client.get(f"{receipt}certificate/").status_code == 200
    client.post(f"{receipt}erase")
    assert Erasure.objects.count() == 1


def test_staff_do_not_erase_as_the_owner(site: Client, clip: Clip) -> None:
    receipt = receipts.path_for(clip)
    for answer in (site.get(f"{receipt}erase"), site.post(f"{receipt}erase")):
        assert answer["Location"] == receipt
    assert not Erasure.objects.exists()
