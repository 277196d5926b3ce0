"""The answer as a document: its schema, whom it names and does not, countries, contacts, and answers of layout 1."""

import json
from typing import Any

import jsonschema
import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import details, services as audit
from annotations.audit.canonical import canonical, timestamp
from annotations.audit.subject_keys import store
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.redaction import log as redaction
from annotations.rights import services
from annotations.rights.answer import compile_answer
from annotations.rights.answer.archive import SCHEMA
from annotations.rights.enums import ScopeKind
from annotations.rights.models import AccessRequest
from annotations.rights.scopes import Scope
from tests.factories import make_clip, make_compiled, make_legal_hold, make_ready_clip, make_user
from tests.rights.answer.households import make_household

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def told_of(clip: Clip) -> dict[str, Any]:
    return compile_answer(clip.owner.pseudonym, clock.now())


def deliver(clip: Clip, person: User) -> None:
    audit.append(
        redaction.SERVED,
        person.actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        purpose="labeling",
        data={"rendition": str(clip.public_id), "range": "0-9 of 10"},
    )


def test_it_is_as_its_schema_says_can_be_sealed_and_names_nobody_who_works_here(officer: User) -> None:
    clip = make_household(officer)
    for role in Role:
        deliver(clip, make_user(role, display_name=f"Somebody {role}", country="DE"))
    found = told_of(clip)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    assert json.loads(canonical(found)) == found
    text = json.dumps(found)
    for account in User.objects.all():
        assert account.pseudonym not in text
        assert not account.display_name or account.display_name not in text
    for account in User.objects.exclude(role=Role.SUBMITTER):
        assert account.username not in text


def test_a_household_without_anything_has_an_answer_too() -> None:
    found = compile_answer("o-nobody22", clock.now())
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    assert {store["held"] for store in found["stores"]} == {"nothing", "not counted"}
    assert found["clips"] == []


def test_recipients_are_told_by_role_and_country_and_transfers_with_their_safeguard(settings: Any) -> None:
    clip = make_ready_clip()
    for country in ("DE", "IN", "DE"):
        deliver(clip, make_user(country=country))
    make_user(Role.LEAD, country="ch")
    found = told_of(clip)
    assert found["recipients"] == [
        {"who": "a reviewer", "what": "watched clips", "times": 3, "countries": ["DE", "IN"]}
    ]
    transfers = found["transfers"]
    assert (transfers["reached"], transfers["people_may_sit_in"]) == (["DE", "IN"], ["CH", "DE", "IN"])
    assert (transfers["outside_eea"], transfers["safeguard"]) == (["CH", "IN"], "")
    settings.TRANSFER_SAFEGUARD = "Standard contractual clauses (EU) 2021/914."
    assert told_of(clip)["transfers"]["safeguard"].startswith("Standard contractual clauses")


def test_the_letter_tells_contacts_and_leaves_a_blank_where_nothing_was_stated(
    site: Client, officer: User, settings: Any
) -> None:
    request = services.open_request(make_clip().owner.pseudonym, clock.now(), "By letter.", officer.actor)
    make_compiled(request.pk, officer.actor)
    page = reverse("rights:access_answer", args=[request.pk])
    assert site.get(page).content.decode().count("not stated") == 6
    settings.CONTROLLER_NAME = "Porch Watch B.V."
    settings.CONTROLLER_CONTACT = "privacy@porch.example"
    settings.OFFICER_CONTACT = "Officer for data protection, dpo@porch.example"
    assert "not stated" in site.get(page).content.decode(), "it is what was sealed"
    make_compiled(request.pk, officer.actor)
    letter = site.get(page).content.decode()
    assert "not stated" not in letter
    for stated in ("Porch Watch B.V.", "privacy@porch.example", "dpo@porch.example"):
        assert letter.count(stated) == 2


def test_the_words_of_a_legal_order_are_not_told_and_that_is_said() -> None:
    clip = make_clip()
    assert clip.device
    make_legal_hold(Scope(ScopeKind.DEVICE, clip.device.pseudonym))
    found = told_of(clip)
    assert "Court order 12." not in json.dumps(found)
    withheld = found["withheld"][0]
    assert (withheld["what"].startswith("Words of a legal order"), withheld["count"]) == (True, 2)
    (hold,) = next(store["records"] for store in found["stores"] if store["store"] == "legal_holds")
    assert (hold["number"], hold["state"]) == (clip.device.pseudonym, "Stands")


def test_an_answer_of_layout_1_is_still_read(site: Client, officer: User) -> None:
    clip = make_clip()
    request = services.open_request(clip.owner.pseudonym, clock.now(), "By letter.", officer.actor)
    request = make_compiled(request.pk, officer.actor)
    new = told_of(clip)["clips"][0]
    first = {name: value for name, value in new.items() if name not in {"kept"}}
    log = {"entries": 3, "entries_with_words": 1, "erased": []}
    answer = {"about": request.subject, "compiled": timestamp(clock.now()), "clips": [first], "log": log}
    row, digest = details.seal(request.pk, request.subject, store().ensure(request.subject), answer)
    AccessRequest.objects.filter(pk=request.pk).update(key=row.key, sealed=row.sealed, sha256=digest)
    letter = site.get(reverse("rights:access_answer", args=[request.pk])).content.decode()
    assert "This is everything that we hold about you" in letter
    assert str(clip.public_id) in letter
    told = site.get(reverse("rights:access_answer_file", args=[request.pk]))
    assert json.loads(told.content) == answer
    archive = site.get(reverse("rights:access_answer_archive", args=[request.pk]))
    assert b"".join(archive.streaming_content)  # type: ignore[attr-defined]
