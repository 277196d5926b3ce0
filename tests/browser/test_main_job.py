"""The whole main job in a browser, each step by its own role: from submitting a clip to the officer's log."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pycocotools.coco import COCO

from annotations.accounts.enums import Role
from annotations.audit.actors import COMMAND_LINE
from annotations.clips.models import Clip
from annotations.review.models import Annotation
from annotations.review.services.projects import ensure_default_project
from tests.engines.programs import Programs, wait_until
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(300)]

Inspect = Callable[[Page, str], None]
SignIn = Callable[..., Page]


@pytest.fixture
def site(live_site: str, programs: Programs) -> None:
    """A site with its worker, a project, and one person of each role."""
    ensure_default_project(COMMAND_LINE)
    for role in (Role.OPERATOR, Role.CONTRACTOR, Role.LEAD, Role.ML_ENGINEER, Role.PRIVACY_OFFICER):
        make_user(role, username=role.value, display_name=role.label)
    programs.worker()


def test_from_submission_to_training_set_with_every_step_on_the_log(
    site: None, sign_in: SignIn, inspected: Inspect, a_clip: Path, tmp_path: Path
) -> None:
    submit(sign_in("operator"), inspected, a_clip)
    clip = Clip.objects.get()
    label(sign_in("contractor", "dark"), inspected)
    accept(sign_in("lead"), inspected)
    exported = freeze_and_download(sign_in("ml_engineer"), inspected, tmp_path)
    check_coco(exported, tmp_path, str(clip.public_id))
    read_the_log(sign_in("privacy_officer"), inspected, str(clip.public_id))


def submit(page: Page, inspected: Inspect, a_clip: Path) -> None:
    page.goto("/operations/")
    inspected(page, "operations-empty")
    page.get_by_role("link", name="Submit a clip").click()
    inspected(page, "submit")
    page.get_by_label("Video file").set_input_files(a_clip)
    page.get_by_label("Owner reference").fill("household-17")
    page.get_by_label("Troubleshooting").check()
    page.get_by_label("Training").check()
    page.get_by_role("button", name="Submit clip").click()
    expect(page.get_by_text("received. Its faces are being hidden")).to_be_visible()
    page.goto("/operations/")
    expect(page.get_by_text("Verified")).to_be_visible(timeout=60_000)
    inspected(page, "operations")


def label(page: Page, inspected: Inspect) -> None:
    """Two boxes, one event, a verdict, by mouse and keyboard as a contractor works."""
    page.goto("/review/")
    inspected(page, "review-home")
    page.get_by_role("button", name="Next clip").click()
    video = page.locator("#picture video").first
    page.wait_for_function("() => document.querySelector('#picture video')?.readyState >= 2")
    if not video.evaluate("video => video.paused"):
        page.keyboard.press("Space")
    draw(page, (0.1, 0.2), (0.3, 0.8))
    draw(page, (0.6, 0.3), (0.8, 0.9))
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("o")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="False alarm").click()
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved", timeout=10_000)
    inspected(page, "workbench")
    page.keyboard.press("Control+Enter")
    wait_until(lambda: Annotation.objects.count() == 1, 20, "the submission")
    page.goto("/review/")
    inspected(page, "review-home-after")
    body = Annotation.objects.get().body
    assert (len(body["tracks"]), len(body["events"]), body["verdict"]) == (2, 1, "false_alarm")


def draw(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drags a box over the picture, in shares of its width and height."""
    box = page.locator("#picture").bounding_box()
    assert box
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    page.mouse.up()


def accept(page: Page, inspected: Inspect) -> None:
    page.goto("/flagged/")
    inspected(page, "flagged-empty")
    page.goto("/review/adjudication/")
    inspected(page, "adjudication")
    page.locator("table.data tbody a").first.click()
    page.get_by_role("button", name="Show the clip").click()
    expect(page.get_by_text("This view is on the log")).to_be_visible()
    inspected(page, "adjudication-task")
    page.get_by_role("button", name=re.compile("Accept")).first.click()
    expect(page.get_by_role("status").or_(page.locator(".messages")).first).to_be_visible()


def freeze_and_download(page: Page, inspected: Inspect, tmp_path: Path) -> Path:
    page.goto("/datasets/")
    inspected(page, "datasets-empty")
    page.goto("/datasets/new/")
    inspected(page, "datasets-new")
    page.get_by_label("Name").fill("Front doors")
    page.get_by_role("button", name="Create").click()
    inspected(page, "dataset")
    page.get_by_role("button", name="Freeze a release").click()
    link = page.get_by_role("link", name=re.compile("COCO"))
    expect(link).to_be_visible(timeout=60_000)
    page.reload()
    inspected(page, "release")
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("COCO")).click()
    target = tmp_path / "coco.zip"
    started.value.save_as(target)
    return target


def check_coco(exported: Path, folder: Path, clip: str) -> None:
    """The export loads with pycocotools and holds both tracks of the clip, with their pictures."""
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(folder / "coco")
        names = archive.namelist()
    annotations = next((folder / "coco").rglob("annotations.json"))
    coco = COCO(str(annotations))
    assert len(coco.getAnnIds()) >= 2
    assert {coco.loadCats(a["category_id"])[0]["name"] for a in coco.loadAnns(coco.getAnnIds())} == {"person"}
    images = coco.loadImgs(coco.getImgIds())
    assert all(any(name.endswith(image["file_name"]) for name in names) for image in images)
    text = annotations.read_text()
    assert clip in text
    assert "household-17" not in text
    assert "contractor" not in json.dumps(json.loads(text))


def read_the_log(page: Page, inspected: Inspect, clip: str) -> None:
    page.goto("/audit/")
    inspected(page, "audit")
    page.goto(f"/audit/?clip={clip}")
    inspected(page, "audit-filtered")
    page.goto(f"/audit/clips/{clip}/")
    inspected(page, "dossier")
    text = page.locator("main").inner_text()
    steps = [
        "Clip received",
        "Original decrypted",
        "Faces hidden and verified",
        "Content checked",
        "View granted",
        "delivered",
    ]
    missing = [step for step in steps if step not in text]
    assert missing == []
    page.goto("/consents/")
    inspected(page, "consents")


def test_sign_in_page(live_site: str, browser: Browser, inspected: Inspect) -> None:
    page = browser.new_page(base_url=live_site)
    page.goto("/sign-in/")
    inspected(page, "sign-in")
    page.locator("input[name=username]").fill("nobody")
    page.locator("input[name=password]").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    inspected(page, "sign-in-failed")
    page.close()
