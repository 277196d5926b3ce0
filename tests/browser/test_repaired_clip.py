"""A clip that was put together from copied and new groups of pictures, stepped through in Chromium."""

import base64
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from django.core.files.storage import storages
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from annotations.accounts.enums import Role
from annotations.audit.actors import COMMAND_LINE
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip
from annotations.clips.services import Reception, receive
from annotations.redaction.models import Method, RedactionRun, Rendition
from annotations.review.enums import AssignmentState
from annotations.review.models import Assignment
from annotations.review.services.projects import ensure_default_project
from annotations.vision.limits import ANY_SIZE
from annotations.vision.video.decode import decode
from annotations.vision.video.encode import KEY_FRAME_INTERVAL
from annotations.vision.video.splice import groups_of
from tests.engines.programs import Programs, wait_until
from tests.factories import make_submitter, make_terms, make_user
from tests.vision.clips import background, encode, paste_head

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(300)]

Green = NDArray[np.int16]
FRAMES = 232
DRAWN_ON = 120

# The green channel of what the video element shows, as base64.
ON_SCREEN = """() => {
    const video = document.querySelector("#picture video");
    const size = { width: video.videoWidth, height: video.videoHeight };
    const canvas = Object.assign(document.createElement("canvas"), size);
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0);
    const { data } = context.getImageData(0, 0, size.width, size.height);
    let text = "";
    for (let at = 1; at < data.length; at += 4) text += String.fromCharCode(data[at]);
    return btoa(text);
}"""


@pytest.fixture
def source(footage: Path | None, tmp_path: Path, every: int) -> Path:
    """Three scenes with somebody in each: the first frames of real footage where it is present, else generated.

    Of these, and of their rows and columns, it has every so many.

    What is drawn on frame DRAWN_ON is followed to the cuts around it, and no further.
    """
    path = tmp_path / "three scenes.mp4"
    if footage:
        frames = decode(str(footage / "asl-reel-a.mp4"), ANY_SIZE)
        encode(path, [frame.rgb()[::every, ::every] for frame in islice(frames, 0, FRAMES, every)], rate=25)
    else:
        pictures = []
        for number in range(0, FRAMES, every):
            scene = 0 if number < 77 else 1 if number < 186 else 2
            picture = background(640, 480, 1 + scene) // 3 + 70 * scene
            paste_head(picture, 100 + 2 * number, 200, 90)
            pictures.append(picture.astype(np.uint8)[::every, ::every])
        encode(path, pictures, rate=25)
    return path


@pytest.mark.parametrize(("reach", "every"), [(8, 2), pytest.param(FRAMES, 1, marks=pytest.mark.long)])
def test_every_frame_of_a_repaired_clip_shows_its_own_picture_across_every_splice(
    reach: int, every: int, live_site: str, programs: Programs, sign_in: Callable[..., Page], source: Path
) -> None:
    """So many frames before and after each splice; the long lane steps through the whole clip."""
    ensure_default_project(COMMAND_LINE)
    make_user(Role.CONTRACTOR, username="carla")
    programs.worker()
    submitter, content = make_submitter(), source.read_bytes()
    with memory_file("clip") as file:
        file.write(content)
        clip, _ = receive(
            submitter, submitter.actor, file, Reception("clip.mp4", len(content), make_terms(), owner="h")
        )
    programs.beat()
    wait_until(lambda: waits_for_people(clip), 60, "the first pass")
    first = Rendition.objects.get(clip=clip, current=True)
    page = sign_in("carla")
    open_next(page)
    report_a_face(page, DRAWN_ON // every)
    wait_until(lambda: waits_for_people(clip), 60, "the repair")
    repaired = Rendition.objects.select_related("run").get(clip=clip, current=True)
    assert repaired.run.method == Method.REPAIR
    changed = groups_of(new_frames(first.run, repaired.run))
    borders = [
        group * KEY_FRAME_INTERVAL
        for group in range(1, -(-repaired.frames // KEY_FRAME_INTERVAL))
        if (group in changed) != (group - 1 in changed)
    ]
    assert len(borders) == 2, "copied groups lie on both sides of what was encoded again"

    page.goto("/review/")
    open_next(page, "Resume")
    pictures = [
        frame.rgb()[:, :, 1].astype(np.int16)
        for frame in decode(storages["renditions"].path(repaired.name), ANY_SIZE)
    ]
    told_apart = steps = 0
    for border in borders:
        begin, end = max(1, border - reach), min(repaired.frames - 1, border + reach)
        go_to(page, begin, pictures)
        for frame in range(begin + 1, end + 1):
            told_apart += shows(page, "ArrowRight", frame, pictures)
        for frame in range(end - 1, begin - 2, -1):
            told_apart += shows(page, "ArrowLeft", frame, pictures)
        steps += 2 * (end - begin) + 1
    # Of pictures in which nothing moves it cannot be said which of them is shown.
    assert told_apart > steps / 2
    for border in borders:
        go_to(page, border - 5, pictures)
        shows(page, "Shift+ArrowRight", min(border + 5, repaired.frames - 1), pictures)
        shows(page, "Shift+ArrowLeft", min(border + 5, repaired.frames - 1) - 10, pictures)
        for frame in (border, border - 1, border):
            go_to(page, frame, pictures)


def waits_for_people(clip: Clip) -> bool:
    """Whether anybody may have it, or it is back with who reported a face in it."""
    waiting = Assignment.objects.filter(clip=clip, state__in=[AssignmentState.OPEN, AssignmentState.RETURNED])
    return waiting.exists() and gate.allows(clip.pk, Purpose.LABELING)


def open_next(page: Page, button: str = "Next clip") -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator("#stopped")).to_be_hidden()
    page.wait_for_function("() => document.querySelector('#picture video')?.readyState >= 2")
    if not page.locator("#picture video").evaluate("video => video.paused"):
        page.keyboard.press("Space")
    page.keyboard.press("Home")
    expect(page.locator("#frame-number")).to_contain_text("frame 1 of")


def report_a_face(page: Page, frame: int) -> None:
    """As a reviewer does it: go there, M, a box in the middle by Enter, send by Enter."""
    for _ in range(frame // 10):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#frame-number")).to_contain_text(f"frame {frame + 1} of")
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    wait_until(lambda: RedactionRun.objects.count() == 2, 20, "the report")


def new_frames(before: RedactionRun, after: RedactionRun) -> set[int]:
    """The frames of the tracks that only the repair has."""
    known = [track.boxes for track in before.tracks.all()]
    return {int(frame) for track in after.tracks.all() if track.boxes not in known for frame in track.boxes}


def shows(page: Page, key: str, frame: int, pictures: list[Green]) -> bool:
    """Presses the key and demands this frame's picture; whether it can be told from its neighbours."""
    page.keyboard.press(key)
    expect(page.locator("#frame-number")).to_have_text(f"frame {frame + 1} of {len(pictures)}")
    raw = base64.b64decode(page.evaluate(ON_SCREEN))
    shown = np.frombuffer(raw, np.uint8).reshape(pictures[0].shape).astype(np.int16)
    away = {
        number: float(cv2.absdiff(shown, pictures[number]).mean())
        for number in range(max(0, frame - 3), min(len(pictures), frame + 4))
    }
    own = away.pop(frame)
    # Browser and PyAV turn colours into RGB in slightly different ways.
    assert own < 3, (frame, own)
    assert own <= min(away.values()) + 0.05, (frame, own, away)
    return own < min(away.values()) - 0.05


def go_to(page: Page, frame: int, pictures: list[Green]) -> None:
    """Seeks there from the first frame, ten at a time and then one by one."""
    page.keyboard.press("Home")
    *steps, last = ["Shift+ArrowRight"] * (frame // 10) + ["ArrowRight"] * (frame % 10)
    for step in steps:
        page.keyboard.press(step)
    shows(page, last, frame, pictures)
