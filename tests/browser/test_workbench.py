"""The labeling page in Chromium: what its pure parts cannot show."""

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import av
import numpy as np
import pytest
from django.core.files.storage import storages
from playwright.sync_api import Browser, Page, Route, expect

from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE
from annotations.clips.enums import HoldReason
from annotations.clips.services import place
from annotations.core import clock
from annotations.redaction.models import RedactionRun, Rendition
from annotations.review.models import Annotation, Assignment, Draft
from annotations.review.sealed_words import draft_body
from tests.engines.programs import wait_until
from tests.factories import FRAMES, HEIGHT, PASSWORD, RATE, WIDTH, make_project, make_queued_clip, make_user

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(180)]

BITS = 5
# Reads the number of the frame that is on screen out of the picture itself.
FRAME_ON_SCREEN = f"""() => {{
    const video = document.querySelector("#picture video");
    const canvas = Object.assign(document.createElement("canvas"), {{ width: {WIDTH}, height: {HEIGHT} }});
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0);
    let number = 0;
    for (let bit = 0; bit < {BITS}; bit++) {{
        const [red] = context.getImageData(bit * 16 + 8, {HEIGHT} / 2, 1, 1).data;
        if (red > 128) number |= 1 << bit;
    }}
    return number;
}}"""


def numbered_video() -> bytes:
    """A video whose frames show their number as white and black stripes, the lowest bit at the left."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=RATE, options={"bf": "0", "g": "15", "preset": "ultrafast"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(FRAMES):
            picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
            for bit in range(BITS):
                picture[:, bit * 16 : bit * 16 + 16] = 255 * (number >> bit & 1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.fixture
def reviewer(live_site: str) -> User:
    """A contractor with three clips waiting."""
    make_project()
    content = numbered_video()
    for _ in range(3):
        clip = make_queued_clip()
        rendition = Rendition.objects.get(clip=clip)
        with storages["renditions"].open(rendition.name, "wb") as file:
            file.write(content)
        Rendition.objects.filter(pk=rendition.pk).update(bytes=len(content))
    return make_user(username="carla")


@pytest.fixture
def page(reviewer: User, browser: Browser, live_site: str) -> Iterator[Page]:
    """The labeling page with a clip, paused on its first frame."""
    context = browser.new_context(
        base_url=live_site,
        color_scheme="dark",
        reduced_motion="reduce",
        viewport={"width": 1280, "height": 720},
    )
    page = context.new_page()
    page.goto("/sign-in/?next=/review/")
    page.locator("input[name=username]").fill("carla")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.get_by_role("button", name="Next clip").click()
    expect(page.locator("#stopped")).to_be_hidden()
    page.wait_for_function("() => document.querySelector('#picture video')?.readyState >= 2")
    yield page
    context.close()


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


def current(page: Page) -> Assignment:
    return Assignment.objects.get(public_id=re.findall(r"/review/([0-9a-f-]{36})/", page.url)[0])


def test_every_step_shows_the_frame_that_it_names(page: Page) -> None:
    def step(key: str, frame: int) -> None:
        page.keyboard.press(key)
        expect(page.locator("#frame-number")).to_have_text(f"frame {frame + 1} of {FRAMES}")
        assert page.evaluate(FRAME_ON_SCREEN) == frame

    for frame in range(1, FRAMES):
        step("ArrowRight", frame)
    for frame in range(FRAMES - 2, -1, -1):
        step("ArrowLeft", frame)
    step("End", FRAMES - 1)
    step("Home", 0)
    step("Shift+ArrowRight", 10)


def test_a_clip_is_labeled_by_keyboard_alone_and_the_next_one_needs_no_wait(page: Page) -> None:
    first = current(page)
    for key in ("b", "Enter", "Alt+ArrowLeft", "Alt+Shift+ArrowDown", "2", "Escape"):
        page.keyboard.press(key)
    page.keyboard.press("i")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#frame-number")).to_have_text(f"frame 11 of {FRAMES}")
    for key in ("o", "3", "Escape", "1"):
        page.keyboard.press(key)
    saved(page)
    wait_until(lambda: Assignment.objects.filter(state="leased").count() == 2, 20, "the clip fetched ahead")
    page.wait_for_load_state("networkidle")

    held: list[Route] = []
    page.route("**/submit", lambda route: held.append(route))
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(re.compile(str(first.public_id)))
    expect(page.locator("#picture video")).to_have_count(1)
    assert not Annotation.objects.exists()
    held[0].continue_()
    wait_until(Annotation.objects.exists, 20, "the submission")
    body = Annotation.objects.get().body
    assert body["verdict"] == "threat"
    assert [(event["label"], event["start"], event["end"]) for event in body["events"]] == [
        ("package", 0, 10)
    ]
    [track] = body["tracks"]
    assert track["label"] == "vehicle"
    assert track["keyframes"] == [
        {"frame": 0, "box": [39, 24, 16, 17], "outside": False, "occluded": False},
    ]


def test_an_attribute_that_the_server_defines_is_offered_and_outlives_a_reload(page: Page) -> None:
    def define(route: Route) -> None:
        field = {"kind": "flag", "title": "At the door", "default": False, "maximum": 0, "choices": []}
        answer = route.fetch()
        defined = answer.text().replace('"event": {', f'"event": {{"at_door": {json.dumps(field)}, ')
        route.fulfill(response=answer, body=defined)

    page.route(page.url, define)
    page.reload()
    expect(page.locator("#stopped")).to_be_hidden()
    for key in ("i", "o"):
        page.keyboard.press(key)
    box = page.get_by_role("checkbox", name="At the door")
    expect(box).not_to_be_checked()
    box.check()
    saved(page)
    assert draft_body(Draft.objects.get())["events"][0]["at_door"] is True
    page.reload()
    page.locator("[data-focus^=item-event]").click()
    expect(box).to_be_checked()


def test_a_clip_that_is_withdrawn_leaves_the_screen(page: Page) -> None:
    place(current(page).clip, HoldReason.WITHDRAWN, COMMAND_LINE)
    page.keyboard.press("1")
    expect(page.get_by_role("alert").get_by_text("This clip was taken back")).to_be_visible()
    expect(page.locator("#picture video")).to_have_count(0)
    expect(page.get_by_role("button", name="Next clip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#picture video")).to_have_count(1)


def test_a_clip_that_cannot_be_extended_any_more_stays_on_screen_while_its_time_runs(page: Page) -> None:
    taken, soon = clock.now() - 4 * clock.seconds(20 * 60), clock.now() + clock.seconds(60)
    Assignment.objects.filter(pk=current(page).pk).update(leased_at=taken, lease_until=soon)
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.locator("#stopped")).to_be_hidden()
    page.get_by_role("button", name="More time").click()
    expect(page.locator("#status")).to_have_text(re.compile("for as long as one may"))
    expect(page.locator("#picture video")).to_have_count(1)


def test_a_clip_that_came_back_is_taken_up_from_the_queues_page(
    page: Page, inspected: Callable[[Page, str], Any]
) -> None:
    page.wait_for_load_state(
        "networkidle"
    )  # the page is through with fetching ahead, which would take the clip again
    address, assignment = page.url, current(page)
    Assignment.objects.filter(pk=assignment.pk).update(state="returned")
    page.goto(address)
    expect(page).to_have_url(re.compile(r"/review/$"))
    inspected(page, "review-home-returned")
    page.get_by_role("button", name="Take up again").click()
    expect(page).to_have_url(address)
    expect(page.locator("#picture video")).to_have_count(1)


def test_labels_survive_a_lost_connection_and_a_reload(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/draft", lambda route: route.abort())
    page.keyboard.press("2")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "offline")
    page.reload()
    page.unroute("**/draft")
    expect(page.get_by_role("button", name="False alarm")).to_have_attribute("aria-pressed", "true")
    saved(page)
    assert draft_body(Draft.objects.get())["verdict"] == "false_alarm"


def test_the_kind_of_what_is_to_be_hidden_is_chosen_with_one_key_and_remembered(
    page: Page, inspected: Callable[[Page, str], None]
) -> None:
    clip = current(page).clip
    page.keyboard.press("m")
    kinds = page.get_by_role("group", name="What it is")
    expect(kinds.get_by_role("button")).to_have_count(5)
    expect(kinds.get_by_role("button", name="Face")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text(re.compile("^Box 1: Face"))
    page.keyboard.press("2")
    expect(page.locator("#status")).to_have_text("To be hidden: Licence plate")
    expect(page.get_by_role("button", name="1 Licence plate, to be hidden")).to_be_visible()
    inspected(page, "something-to-hide")
    picture = page.locator("#picture svg.overlay").bounding_box()
    assert picture
    page.mouse.move(picture["x"] + 20, picture["y"] + 20)
    page.mouse.down()
    page.mouse.move(picture["x"] + 120, picture["y"] + 100, steps=4)
    page.mouse.up()
    expect(page.locator("#status")).to_have_text(re.compile("^Box 2: Licence plate"))
    kinds.get_by_role("button", name="Document or screen").click()
    expect(page.get_by_role("button", name="2 Document or screen, to be hidden")).to_be_visible()
    assert page.locator("#verdicts [aria-pressed=true]").count() == 0, "digits have decided nothing"
    page.get_by_role("button", name="Hide it now").click()
    expect(page.locator("#status")).to_have_text(re.compile("sent to be hidden again"))
    (run,) = RedactionRun.objects.filter(clip=clip, state="queued")
    assert [region["kind"] for region in run.missed_regions] == ["licence_plate", "document_or_screen"]


def test_two_tabs_ask_which_labels_to_keep_and_undo_brings_back_the_others(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#stopped")).to_be_hidden()
    other.keyboard.press("3")
    saved(other)
    other.close()
    page.keyboard.press("1")
    dialog = page.get_by_role("dialog", name="also changed in another tab")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Keep what is here").click()
    saved(page)
    assert draft_body(Draft.objects.get())["verdict"] == "threat"
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Unsure")).to_have_attribute("aria-pressed", "true")


def test_single_keys_act_outside_fields_and_can_be_changed_or_turned_off(
    page: Page, inspected: Callable[[Page, str], Any]
) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    inspected(page, "workbench-keys")
    dialog.get_by_role("button", name="Change the key of: Draw a box").click()
    page.keyboard.press("r")
    expect(dialog.get_by_text("R now does: Draw a box")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Box R")).to_have_attribute("aria-pressed", "true")
    inspected(page, "workbench-drawing")
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Note").fill("a parcel")
    page.locator("#picture").click()
    page.keyboard.press("3")
    expect(page.get_by_role("button", name="Unsure")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("a parcel")
    page.keyboard.press("?")
    dialog.get_by_label("Single keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Threat")).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.locator("#stopped")).to_be_hidden()
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Threat")).to_have_attribute("aria-pressed", "false")


def test_the_last_clip_of_the_queue_goes_with_a_confirmation(page: Page) -> None:
    status = page.locator("#status")
    for _ in range(2):
        shown = page.url
        for key in ("s", "1", "Control+Enter"):
            page.keyboard.press(key)
        expect(page).not_to_have_url(shown)
        expect(status).to_have_text("The clip was skipped.")
    for key in ("f", "1", "Control+Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="No clip is waiting")).to_be_visible()
    expect(status).to_have_text("The clip was flagged and has left the queue.")


def test_a_clip_that_was_submitted_in_another_tab_says_so_and_leaves_nothing_behind(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#stopped")).to_be_hidden()
    other.keyboard.press("2")
    other.keyboard.press("Control+Enter")
    wait_until(Annotation.objects.exists, 20, "the submission")
    other.close()
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="You have submitted this clip")).to_be_visible()
    assert page.evaluate("() => Object.keys(localStorage).filter((key) => key.includes(':draft:'))") == []


def test_keys_act_on_the_clip_after_a_dialog_and_each_act_says_what_it_did(page: Page) -> None:
    status, dialog = page.locator("#status"), page.get_by_role("dialog", name="Keys")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Keys").click()
    expect(dialog).to_be_visible()
    expect(page.locator("body")).not_to_have_attribute("data-playing", re.compile(""))
    for key in ("Escape", "Home"):
        page.keyboard.press(key)
    expect(page.locator("#frame-number")).to_have_text(f"frame 1 of {FRAMES}")
    for key in ("b", "Enter"):
        page.keyboard.press(key)
    expect(dialog).to_be_hidden()
    expect(page.locator("#verdicts kbd").first).to_be_hidden()
    page.keyboard.press("q")
    expect(status).to_have_text("Partly hidden from here.")
    page.get_by_role("spinbutton", name="x").fill("5000")
    page.keyboard.press("Tab")
    expect(status).to_contain_text("The box has to fit into the picture")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#frame-number")).to_have_text(f"frame 2 of {FRAMES}")
    page.keyboard.press("n")
    expect(status).to_have_text("Keyframe added.")
    page.keyboard.press("n")
    expect(status).to_have_text("Keyframe removed.")
    for key in ("Escape", "i", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator("#frame-number")).to_have_text(f"frame 3 of {FRAMES}")
    page.keyboard.press("o")
    expect(page.get_by_role("spinbutton", name="First frame")).to_have_value("2")
    expect(page.get_by_role("spinbutton", name="Last frame")).to_have_value("3")
    expect(page.locator("#verdicts kbd").first).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#verdicts kbd").first).to_be_visible()
    expect(status).to_be_empty(timeout=8000)


@pytest.mark.parametrize(("width", "height"), [(390, 640), (720, 450)])
def test_on_a_small_screen_nothing_covers_the_controls_under_the_picture(
    page: Page, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    for part in (page.get_by_role("button", name="Play or pause"), page.get_by_role("slider")):
        box = part.bounding_box()
        assert box
        assert box["y"] + box["height"] <= height
        part.click(trial=True)
