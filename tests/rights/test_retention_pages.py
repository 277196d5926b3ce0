"""What ends next, the register of the rules, legal holds: pages of officers, and what an owner reads."""

import datetime
import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.templatetags.times import day, minute
from annotations.rights import receipts, services
from annotations.rights.models import LegalHold, RetentionRule
from annotations.rights.retention import selectors
from annotations.rights.retention.enums import KeptState, LegalHoldState
from annotations.rights.retention.rules import DEFAULTS
from annotations.rights.scopes import Scope
from annotations.rights.views import retention as views
from tests import factories as make
from tests.forms import seen
from tests.pages import markup

pytestmark = [pytest.mark.django_db, pytest.mark.once]

REASON = "Because the court of the town says so."


def read(response: Any) -> str:
    return html.unescape(markup(response.content.decode()))


def other(client: Client) -> User:
    """Signs another officer in."""
    officer = make.make_user(Role.PRIVACY_OFFICER)
    client.force_login(officer)
    return officer


@pytest.mark.both
def test_the_queue_is_told_page_by_page_with_filters(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [make.make_ready_clip() for _ in range(5)]
    monkeypatch.setattr(views, "PAGE", 2)
    found, address = [], reverse("rights:ending")
    for _ in range(3):
        page = site.get(address)
        found += [row["clip"] for row in page.context["rows"]]
        address = f"{reverse('rights:ending')}?after={page.context['next'].replace('+', '%2B')}"
    assert found == made
    assert page.context["next"] == ""
    text = read(site.get(reverse("rights:ending"), {"state": "never_labeled", "part": "rest"}))
    assert "Because nobody labeled it within 30 days" in text
    assert made[0].owner.pseudonym in text
    assert "Nothing ends" in read(site.get(reverse("rights:ending"), {"state": "withdrawn"}))


@pytest.mark.parametrize("cursor", ["x", "2026-01-01|x|rest", "2026-01-01T00:00:00|" + "0" * 32 + "|rest"])
def test_a_page_that_was_not_made_here_is_the_first_one(site: Client, cursor: str) -> None:
    make.make_ready_clip()
    page = site.get(reverse("rights:ending"), {"after": cursor})
    assert len(page.context["rows"]) == 1
    assert "not there any more" in read(page)
    assert site.get(reverse("rights:ending"), {"state": "nowhere"}).status_code == 400


@pytest.mark.both
def test_the_register_says_purpose_state_days_and_reason(site: Client, officer: User) -> None:
    text = read(site.get(reverse("rights:retention_register")))
    for state in KeptState:
        assert str(state.label) in text
        assert f'<td class="num">{DEFAULTS[state].rest}</td>' in text
    assert "Art. 30" in text
    assert "Fingerprints of content" in text
    rule = reverse("rights:retention_rule", args=["held"])
    sent = {"original": 2, "rest": 3, "reason": "Operators <b>work</b> fast.", "version": 1, "shown": "2 3"}
    site.post(rule, sent)
    text = read(site.get(reverse("rights:retention_register")))
    assert "shorter soon" in text
    assert "2 and 3 days from" in text
    assert "Operators" not in text, "what holds now has another reason"
    RetentionRule.objects.filter(kept_state="held").update(effective_at=clock.now())
    text = read(site.get(reverse("rights:retention_register")))
    assert "Operators <b>work</b> fast." in text
    assert "The default is 14 and 14 days." in text


def test_a_longer_rule_is_agreed_to_by_another_officer_in_a_session_of_their_own(site: Client) -> None:
    rule, decide = (
        reverse(name, args=["held"]) for name in ("rights:retention_rule", "rights:decide_retention_rule")
    )
    sent = {"original": 20, "rest": 40, "reason": REASON, "version": 1}
    assert "has to agree" in read(site.post(rule, sent, follow=True))
    page = read(site.get(rule))
    assert "you may only take it back" in page
    assert 'value="agree"' not in page
    agree = {"decision": "agree", "reason": REASON, "version": 2}
    alone = site.post(decide, agree, follow=True)
    assert "Another privacy officer has to decide" in read(alone)
    other(site)
    assert 'value="agree"' in read(site.get(rule))
    assert site.post(decide, {**agree, "reason": "x"}).status_code == 400
    assert "Somebody else decided meanwhile" in read(site.post(decide, {**agree, "version": 1}, follow=True))
    assert selectors.rules_in_force()["held"].rest == 14
    site.post(decide, agree)
    assert (selectors.rules_in_force()["held"].original, selectors.rules_in_force()["held"].rest) == (20, 40)


def test_what_a_rule_may_not_say_is_told_at_the_form(site: Client) -> None:
    rule = reverse("rights:retention_rule", args=["held"])
    sent = {"original": 5, "rest": 4, "reason": REASON, "version": 1}
    refused = site.post(rule, sent)
    assert refused.status_code == 400
    assert "not kept longer than what was made of it" in read(refused)
    too_long = site.post(rule, {**sent, "rest": 366})
    assert too_long.status_code == 400
    assert "Choose 0 to 365 days." in read(too_long)
    assert "At most 365." in read(site.get(rule))
    assert RetentionRule.objects.count() == len(KeptState)
    for name in ("rights:retention_rule", "rights:decide_retention_rule"):
        address = reverse(name, args=["nowhere"])
        assert site.post(address).status_code == 404


def test_a_legal_hold_from_asking_to_release(site: Client, officer: User) -> None:
    clip = make.make_ready_clip()
    until = (clock.now() + datetime.timedelta(days=20)).date()
    sent = {"q": str(clip.public_id)[:8], "until": until.isoformat(), "reason": REASON}
    page = site.post(reverse("rights:new_legal_hold"), sent, follow=True)
    hold = LegalHold.objects.get()
    assert "Take it back" in read(page)
    assert 'value="agree"' not in read(page)
    step = reverse("rights:step_legal_hold", args=[hold.pk])

    def agree() -> Any:
        return site.post(step, {"step": "agree", "reason": REASON} | seen(hold))

    alone = agree()
    assert alone.status_code == 403
    assert gate.reasons(clip.pk) == []
    other(site)
    text = read(site.get(reverse("rights:legal_hold", args=[hold.pk])))
    assert REASON in text
    assert officer.username in text
    agree()
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]
    assert site.post(step, {"step": "extend", "reason": REASON}).status_code == 400
    later = (until + datetime.timedelta(days=20)).isoformat()
    site.post(step, {"step": "extend", "until": later, "reason": REASON} | seen(hold))
    site.force_login(officer)
    agree()
    hold.refresh_from_db()
    assert f"{hold.until:%Y-%m-%d}" == later
    site.post(step, {"step": "release", "reason": REASON} | seen(hold))
    other(site)
    agree()
    assert gate.reasons(clip.pk) == []
    hold.refresh_from_db()
    assert hold.state == LegalHoldState.RELEASED
    assert "Choose one of the steps" in read(site.post(step, {"step": "nod"}, follow=True))
    assert agree().status_code == 409


def test_what_was_asked_instead_of_what_was_read_is_not_agreed_to(site: Client, officer: User) -> None:
    clip, second = make.make_ready_clip(), make.make_user(Role.PRIVACY_OFFICER)
    hold = make.make_legal_hold(Scope("clip", str(clip.public_id)), officer, second)
    later = hold.until + datetime.timedelta(days=5)
    services.ask_for_extension(hold.pk, later, REASON, officer.actor)
    hold.refresh_from_db()
    read_by_second = seen(hold)
    services.decide_legal_hold(hold.pk, "refuse", REASON, officer.actor)
    services.ask_for_release(hold.pk, REASON, officer.actor)
    site.force_login(second)
    step = reverse("rights:step_legal_hold", args=[hold.pk])
    for shown in (read_by_second, {}):
        refused = site.post(step, {"step": "agree", "reason": REASON} | shown)
        assert refused.status_code == 409
        assert "Somebody else decided meanwhile" in read(refused)
        assert REASON in read(refused)
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]


@pytest.mark.parametrize(
    ("q", "until", "said"),
    [
        ("o-nobody", "2199-01-01", "is called like this"),
        ("", "2199-01-01", "This field is required"),
        ("clip", "2199-01-01", "within a year"),
        ("clip", "1999-01-01", "after 1999"),
    ],
)
def test_what_cannot_be_held_is_told_at_the_form(site: Client, q: str, until: str, said: str) -> None:
    clip = make.make_ready_clip()
    sent = {"q": str(clip.public_id) if q == "clip" else q, "until": until, "reason": REASON}
    refused = site.post(reverse("rights:new_legal_hold"), sent)
    assert refused.status_code == 400
    assert said in read(refused)


@pytest.mark.both
def test_legal_holds_are_found_by_clip_owner_and_state(site: Client) -> None:
    clip, elsewhere = make.make_ready_clip(), make.make_ready_clip()
    hold = make.make_legal_hold(Scope("clip", str(clip.public_id)))
    wide = make.make_legal_hold(Scope("owner", elsewhere.owner.pseudonym))

    def found(**query: str) -> list[LegalHold]:
        return list(site.get(reverse("rights:legal_holds"), query).context["found"].object_list)

    assert found(q=str(clip.public_id)[:7]) == [hold]
    assert found(q=clip.owner.pseudonym.upper()) == [hold]
    assert found(q=elsewhere.owner.pseudonym) == [wide]
    assert found(state="standing") == [hold, wide]
    assert found(state="asked") == []
    assert site.get(reverse("rights:legal_holds"), {"state": "nowhere"}).status_code == 400


def test_officers_are_told_what_waits_for_them(site: Client, officer: User) -> None:
    until = clock.now() + datetime.timedelta(days=3)
    scope = Scope("clip", str(make.make_ready_clip().public_id))
    services.ask_for_legal_hold(scope, until, REASON, officer.actor)
    assert selectors.waiting_holds(officer.pseudonym) == 0
    assert selectors.waiting_holds("p-another") == 1


def test_the_dossier_and_the_receipt_say_when_and_why_it_is_erased(site: Client) -> None:
    clip = make.make_accepted().assignment.clip
    make.make_original(clip)
    Clip.objects.filter(pk=clip.pk).update(received_at=clock.now())
    dossier = read(site.get(reverse("oversight:dossier", args=[clip.public_id])))
    end = selectors.kept(clip).ends
    assert "How long it is kept" in dossier
    assert minute(end.rest_on) in dossier
    site.logout()
    receipt = read(site.get(receipts.path_for(clip)))
    assert f"It will be erased on {day(end.rest_on)}, " in receipt
    assert "after" in receipt
    hold = make.make_legal_hold(Scope("clip", str(clip.public_id)))
    receipt = read(site.get(receipts.path_for(clip)))
    assert "kept because of a legal order" in receipt
    assert "It will be erased on" not in receipt
    assert "Court order 12" not in receipt
    site.force_login(make.make_user(Role.PRIVACY_OFFICER))
    dossier = read(site.get(reverse("oversight:dossier", args=[clip.public_id])))
    assert "stops its clocks" in dossier
    assert minute(hold.until) in dossier
