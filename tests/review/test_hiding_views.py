"""How faces are hidden is a privacy officer's choice, with the figures in sight."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit import selectors as audit
from annotations.audit.actors import WORKER, Actor
from annotations.audit.models import LogEntry
from annotations.core.errors import Conflict, Invalid, NotAllowed
from annotations.core.shown import ChangedSince
from annotations.redaction import selectors, services
from annotations.redaction.models import HidingChoice
from annotations.review.miss_rates import wilson
from annotations.vision.reidentification import ATTACKED, RIGHT
from tests.conftest import ROOT
from tests.factories import make_clip, make_user

pytestmark = pytest.mark.django_db
OFFICER = Actor("p-officer2", Role.PRIVACY_OFFICER)
PAGE = "review:hiding_effect"


def choose(effect: str, version: int = 0, actor: Actor = OFFICER, reason: str = "Asked for by law.") -> None:
    services.choose_hiding(effect, reason, version=version, actor=actor)


def published(hits: int) -> str:
    low, high = (round(100 * end) for end in wilson(hits, ATTACKED))
    return f"{round(100 * hits / ATTACKED)} % ({low} to {high})"


def test_the_setting_holds_until_somebody_chooses(settings: Any) -> None:
    settings.REDACTION_EFFECT = "fill"
    earlier = services.request(make_clip(held=True), WORKER)
    choose("mosaic")
    later = services.request(make_clip(held=True), WORKER)
    earlier.refresh_from_db()
    assert (earlier.effect, later.effect) == ("fill", "mosaic")


def test_no_setting_makes_a_mosaic(settings: Any) -> None:
    settings.REDACTION_EFFECT = "mosaic"
    with pytest.raises(ImproperlyConfigured):
        selectors.hiding()


def test_the_log_has_old_and_new_and_the_reason() -> None:
    choose("fill")
    choose("blur", version=1)
    entry = LogEntry.objects.filter(action="hiding.chosen").latest("occurred_at")
    (line,) = audit.present([entry])
    assert line.data == {"version": 2, "before": "fill", "effect": "blur"}
    assert line.detail == {"reason": "Asked for by law."}


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PRIVACY_OFFICER])
def test_nobody_else_chooses(role: Role) -> None:
    with pytest.raises(NotAllowed, match="privacy officer"):
        choose("fill", actor=Actor("p-somebody", role))
    assert not HidingChoice.objects.exists()


def test_a_choice_needs_a_reason_a_change_and_nobody_faster() -> None:
    with pytest.raises(Invalid, match="reason"):
        choose("fill", reason="  so ")
    with pytest.raises(Invalid, match="Choose"):
        choose("gaussian")
    with pytest.raises(Conflict, match="already"):
        choose("blur")
    choose("fill")
    with pytest.raises(ChangedSince, match="meanwhile"):
        choose("mosaic", version=0)
    assert [each.effect for each in HidingChoice.objects.all()] == ["fill"]


def test_the_page_shows_the_published_rate_and_takes_the_choice(client: Client) -> None:
    client.force_login(make_user(Role.PRIVACY_OFFICER, username="officer"))
    page = client.get(reverse(PAGE)).content.decode()
    low, high = (round(100 * end) for end in wilson(max(RIGHT.values()), ATTACKED))
    assert f"{low} to {high} %" in page
    sent = {"effect": "mosaic", "reason": "Reviewers have to see where heads turn.", "version": 0}
    again = client.post(reverse(PAGE), sent, follow=True).content.decode()
    assert "Mosaic" in again
    assert "officer" in again
    assert selectors.hiding().effect == "mosaic"
    assert client.post(reverse(PAGE), {**sent, "reason": ""}).status_code == 400


def test_the_docs_give_the_same_figures() -> None:
    row = " | ".join(published(RIGHT[name]) for name in ("nearest", "nearest_mean", "linear"))
    assert f"| mosaic | {row} |" in (ROOT / "docs" / "redaction.md").read_text()
