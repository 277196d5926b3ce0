"""Privacy zones in Chromium: an operator draws them without seeing anything, reviewers and leads see where they are."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.clips.camera_rules import stated_camera
from annotations.clips.models import CameraVersion, Clip
from annotations.redaction.models import RedactionRun
from annotations.review import services
from tests.factories import make_body, make_project, make_queued_clip, make_user, reference_of

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(180)]

ZONES = [[[0.55, 0.05], [0.95, 0.1], [0.9, 0.5], [0.6, 0.45]], [[0, 0.8], [1, 0.8], [1, 1], [0, 1]]]
LINES = "0.55,0.05 0.95,0.1 0.9,0.5 0.6,0.45\n0,0.8 1,0.8 1,1 0,1"
Scheme = Literal["light", "dark"]


@pytest.fixture
def clip(live_site: str) -> Clip:
    """In the queue, with two zones in its rendition."""
    make_project()
    clip = make_queued_clip()
    camera = stated_camera({"zones": ZONES})
    RedactionRun.objects.filter(clip=clip).update(camera=camera.as_dict(), camera_version=1)
    return clip


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_an_operator_draws_zones_on_an_empty_grid(
    clip: Clip, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None], scheme: Scheme
) -> None:
    make_user(Role.OPERATOR, username="otto")
    assert clip.device is not None
    page = sign_in("otto", scheme)
    page.get_by_role("link", name="Cameras").click()
    inspected(page, f"cameras-{scheme}")
    page.get_by_role("link", name=reference_of(clip.device)).click()
    page.get_by_role("textbox", name="Privacy zones").fill(LINES)
    page.get_by_label("Shape of the picture").fill("16:9")
    page.get_by_role("button", name="Preview").click()
    drawing = page.get_by_role("img", name="Preview, not kept yet: 2 privacy zones")
    expect(drawing.locator("polygon")).to_have_count(2)
    inspected(page, f"camera-preview-{scheme}")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("1 clip of this camera waits")).to_be_visible()
    inspected(page, f"camera-kept-{scheme}")
    assert CameraVersion.objects.get().zones == ZONES


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_reviewer_sees_where_the_zones_are_and_draws_across_them(
    clip: Clip, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None], scheme: Scheme
) -> None:
    make_user(username="carla")
    page = sign_in("carla", scheme)
    page.get_by_role("button", name="Next clip").click()
    page.wait_for_function("() => document.querySelector('#picture video')?.readyState >= 2")
    if scheme == "light":
        page.evaluate("() => document.documentElement.dataset.theme = 'light'")
    for number in (1, 2):
        zone = page.get_by_role("img", name=f"privacy zone {number}")
        expect(zone).to_be_visible()
        expect(zone.locator("text")).to_have_text(f"privacy zone {number}")
    expect(page.get_by_text("Privacy zones in the picture: 2.")).to_be_visible()
    page.keyboard.press("b")
    where = page.locator("#picture").bounding_box()
    assert where is not None
    page.mouse.move(where["x"] + 0.7 * where["width"], where["y"] + 0.2 * where["height"])
    page.mouse.down()
    page.mouse.move(where["x"] + 0.85 * where["width"], where["y"] + 0.4 * where["height"], steps=3)
    page.mouse.up()
    expect(page.locator("#picture .thing[aria-pressed='true']")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("#picture").click(position={"x": 0.1 * where["width"], "y": 0.9 * where["height"]})
    expect(page.locator("#picture [aria-pressed='true']")).to_have_count(0)  # a zone cannot be chosen
    inspected(page, f"labeling-zones-{scheme}")


def test_a_lead_sees_them_beside_the_labels(
    clip: Clip, sign_in: Callable[..., Page], inspected: Callable[[Page, str], None]
) -> None:
    make_user(Role.LEAD, username="lead")
    reviewer = make_user()
    assignment = services.next_clip(reviewer)
    assert assignment is not None
    services.submit(reviewer, assignment.public_id, make_body())
    page = sign_in("lead")
    page.goto(f"/review/adjudication/{assignment.task.public_id}/")
    expect(page.get_by_text("2, always filled")).to_be_visible()
    page.get_by_role("button", name="Show the clip").click()
    expect(page.locator("#boxes .zones text")).to_have_text(["privacy zone", "privacy zone"])
    inspected(page, "adjudication-zones")
