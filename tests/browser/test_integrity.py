"""An officer reads on the page of the log's integrity what a restore lost; the page is looked at."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER
from annotations.audit.integrity.verification import verify
from annotations.audit.sequencing import epochs
from annotations.audit.sequencing.configured import own_keys, own_sequencer
from tests.audit.sequencing.restores import REASON, seal, signed_more
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_what_a_restore_lost_is_read_on_the_page(
    live_site: str, sign_in: SignIn, inspected: Inspect, scheme: str
) -> None:
    olga, omar = (make_user(Role.PRIVACY_OFFICER, username=name) for name in ("olga", "omar"))
    seal(12)
    signed_more(340)
    epoch = epochs.declare(own_keys(), olga.actor, omar.actor, REASON)
    own_sequencer().once()
    verify(WORKER)
    page = sign_in("olga", scheme)
    page.goto(reverse("oversight:integrity"))
    expect(page.get_by_text("whole but for what a restore lost")).to_be_visible()
    row = page.get_by_role("region", name="Declared epochs").get_by_role("row").nth(1)
    for words in ("340", f"{epoch.restored} – {epoch.last}", "olga", "omar"):
        expect(row).to_contain_text(words)
    inspected(page, f"integrity-epochs-{scheme}")
    page.get_by_text("The signed declaration of epoch 2").click()
    expect(page.get_by_text("audit-epoch/1")).to_be_visible()
    inspected(page, f"integrity-declaration-{scheme}")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    inspected(page, f"integrity-narrow-{scheme}")
