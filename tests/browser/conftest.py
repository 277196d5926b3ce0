"""Chromium, a served site with its worker, and pages that are looked at as they are used."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ROOT
from tests.factories import PASSWORD
from tests.vision.clips import scene

expect.set_options(timeout=20_000)  # other tests run beside these
SCREENSHOTS = ROOT / "build" / "screenshots" if os.environ.get("SCREENSHOTS") else None
# Colours that are still changing from one scheme to the other are nobody's: axe would judge what is on its way.
ANIMATIONS_ENDED = """async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const ends = (animation) => animation.effect.getComputedTiming().endTime < Infinity;
    await Promise.allSettled(document.getAnimations().filter(ends).map((animation) => animation.finished));
}"""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session", autouse=True)
def _database_beside_playwright() -> Iterator[None]:
    """Playwright's loop runs in this thread; Django would take plain queries for ones inside a coroutine."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium: a browser of Playwright's own cannot be had everywhere."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert path, "Chromium is not installed: apt-get install chromium"
    quiet = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    return {"executable_path": path, "args": [*quiet, "--no-first-run"]}


@pytest.fixture
def sign_in(browser: Browser, live_site: str) -> Iterator[Callable[..., Page]]:
    """Opens the site as a person, in a browser context of their own. No page may log an error."""
    contexts = []
    problems: list[str] = []

    def open_as(username: str, scheme: Literal["light", "dark"] = "light") -> Page:
        context = browser.new_context(
            base_url=live_site, color_scheme=scheme, viewport={"width": 1440, "height": 900}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda m: problems.append(f"{page.url}: {m.text}") if m.type == "error" else None)
        page.goto("/sign-in/")
        page.get_by_label("User name").or_(page.locator("input[name=username]")).first.fill(username)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(re.compile(r"^(?!.*sign-in).*$"))
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def inspected() -> Callable[[Page, str], None]:
    """Lets axe judge the page: WCAG 2.2 A and AA, no violation at all. Where they are asked for, keeps a screenshot."""
    axe = Axe()

    def inspect(page: Page, name: str) -> None:
        page.evaluate(ANIMATIONS_ENDED)
        if SCREENSHOTS:
            page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        results = axe.run(
            page, options={"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
        )
        found = [
            f"{violation['id']}: {violation['help']} {[node['target'] for node in violation['nodes']]}"
            for violation in results.response["violations"]
        ]
        assert found == [], name

    return inspect


@pytest.fixture
def a_clip(footage: Path | None, tmp_path: Path) -> Path:
    """A real clip with faces where the footage is present, else a generated one."""
    if footage:
        return footage / "face-demographics-walking.mp4"
    path = tmp_path / "walking.mp4"
    scene(path, width=640, height=360, frames=45, rate=15, people=[lambda n: (160 + 6 * n, 160, 70)])
    return path
