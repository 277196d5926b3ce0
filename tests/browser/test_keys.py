"""An ML engineer makes, copies, rotates and revokes an API key; an operator makes one for a program."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts import keys, services
from annotations.accounts.enums import Role
from annotations.accounts.models import ApiKey
from annotations.core import clock
from tests.browser.test_people import inspect_zoomed
from tests.factories import make_submitter, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines]
SignIn = Callable[..., Page]
Inspect = Callable[[Page, str], None]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_person_makes_copies_rotates_and_revokes_a_key(
    live_site: str, sign_in: SignIn, inspected: Inspect, scheme: Literal["light", "dark"]
) -> None:
    milo = make_user(Role.ML_ENGINEER, username="milo")
    page = sign_in("milo", scheme)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.goto("/account/keys/")
    inspect_zoomed(page, inspected, f"keys-empty-{scheme}")
    page.get_by_role("link", name="Make a key").click()
    page.get_by_label("Name").fill("Nightly download")
    page.get_by_label("Read and download releases").check()
    page.get_by_label("Lasts").select_option("30")
    page.get_by_label("Networks").fill("127.0.0.0/8")
    inspect_zoomed(page, inspected, f"key-new-{scheme}")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("This is shown once.")).to_be_visible()
    inspect_zoomed(page, inspected, f"key-made-{scheme}")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    key = page.get_by_label("API key").input_value()
    assert re.fullmatch(keys.FORM, key)
    assert page.evaluate("navigator.clipboard.readText()") == key

    called = page.request.get("/api/v1/schema", headers={"Authorization": f"Bearer {key}"})
    assert called.status == 200
    services.create_key(milo.actor, milo)
    ApiKey.objects.filter(prefix=key.split("_")[1]).update(
        expires_at=clock.now() + clock.seconds(3 * 24 * 3600)
    )
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_text("1 key ends within 14 days")).to_be_visible()
    inspect_zoomed(page, inspected, f"keys-{scheme}")
    row = page.get_by_role("row").filter(has_text="Nightly download")
    row.get_by_role("link", name="Rotate").click()
    inspect_zoomed(page, inspected, f"key-rotate-{scheme}")
    page.get_by_label("The old key goes on for").select_option("1")
    page.get_by_role("button", name="Rotate it").click()
    expect(page.get_by_text("The old key goes on until")).to_be_visible()
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_text("replaced by")).to_be_visible()
    inspect_zoomed(page, inspected, f"keys-rotated-{scheme}")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("row").filter(has_text="replaced by").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The key is revoked.")).to_be_visible()
    assert page.request.get("/api/v1/schema", headers={"Authorization": f"Bearer {key}"}).status == 401


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_an_operator_makes_a_key_for_a_program(
    live_site: str, sign_in: SignIn, inspected: Inspect, scheme: Literal["light", "dark"]
) -> None:
    make_user(Role.OPERATOR, username="olga")
    program = make_submitter()
    olga = sign_in("olga", scheme)
    olga.goto(f"/people/{program.pk}/")
    inspect_zoomed(olga, inspected, f"person-of-a-program-{scheme}")
    olga.get_by_role("link", name="Make a key").click()
    olga.get_by_label("Name").fill("Back end, Frankfurt")
    olga.get_by_label("Submit clips").check()
    olga.get_by_role("button", name="Make it").click()
    expect(olga.get_by_text("This is shown once.")).to_be_visible()
    olga.get_by_role("link", name="Back").click()
    expect(olga.get_by_text("Back end, Frankfurt")).to_be_visible()
