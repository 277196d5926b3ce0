"""Privacy zones from the statement to the rendition, whatever else happens to the clip meanwhile."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import storages

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.clips import gate
from annotations.clips.camera_rules import stated_camera
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Device
from annotations.clips.references import known_device
from annotations.clips.services import release_hold, set_camera
from annotations.core import clock
from annotations.core.models import RunState
from annotations.redaction import selectors, services, tasks
from annotations.redaction.models import Method, Outcome, RedactionRun, Rendition
from annotations.redaction.services import cameras
from annotations.vision import confined
from annotations.vision.camera import Camera, turned
from annotations.vision.limits import ANY_SIZE
from annotations.vision.video.decode import decode
from annotations.vision.video.zones import FILL_LEVELS, hidden_blocks
from tests.factories import make_rendition, make_user
from tests.redaction.conftest import Submit
from tests.vision.clips import scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]

WINDOW = [[0.6, 0.0], [1.0, 0.0], [1.0, 0.3], [0.6, 0.3]]
STREET = [[0.0, 0.8], [1.0, 0.8], [1.0, 1.0], [0.0, 1.0]]
LAMP = {"frame": 5, "box": [150.0, 100.0, 30.0, 36.0]}


@pytest.fixture
def operator() -> User:
    return make_user(Role.OPERATOR)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of an empty room."""
    path = tmp_path_factory.mktemp("scene") / "room.mp4"
    scene(path, frames=16, rate=15)
    return path


@pytest.fixture
def clip(submit: Submit, short: Path, settings: Any) -> Clip:
    """A clip of a camera of which nothing is known yet."""
    settings.SCREENING_NUDENET = False
    clip = submit(short)
    clip.device = known_device(clip.owner, "porch")
    clip.save(update_fields=["device"])
    return clip


@pytest.fixture
def device(clip: Clip) -> Device:
    assert clip.device is not None
    return clip.device


def passed(clip: Clip) -> RedactionRun:
    services.redact(services.request(clip, WORKER).pk)
    return RedactionRun.objects.filter(clip=clip).latest("created_at")


def fills(clip: Clip, *zones: Any) -> bool:
    """Whether all of the zones are grey in the current rendition."""
    rendition = Rendition.objects.get(clip=clip, current=True)
    drawn = stated_camera({"zones": list(zones)}).zones
    hidden = hidden_blocks(drawn, rendition.width, rendition.height)
    first = next(decode(storages["renditions"].path(rendition.name), ANY_SIZE)).picture()
    return all(
        np.abs(plane[hidden].astype(int) - level).max() < 12
        for plane, level in zip((first.blue, first.red), FILL_LEVELS[1:], strict=True)
    )


@pytest.mark.once
def test_the_first_pass_fills_what_was_stated_before(clip: Clip, device: Device, operator: User) -> None:
    set_camera(device, stated_camera({"zones": [WINDOW]}), operator.actor)
    run = passed(clip)
    assert (run.outcome, run.camera_version, run.camera["zones"]) == (Outcome.VERIFIED, 1, [WINDOW])
    assert fills(clip, WINDOW)
    assert not fills(clip, STREET)


def test_a_zone_that_comes_later_is_filled_by_a_whole_pass_and_nobody_sees_the_clip_before(
    clip: Clip, device: Device, operator: User
) -> None:
    passed(clip)
    release_hold(clip, HoldReason.AWAITING_SCREENING, WORKER)
    services.redact(services.report_missed_regions(clip, [LAMP], WORKER).pk)
    release_hold(clip, HoldReason.AWAITING_SCREENING, WORKER)
    assert gate.allows(clip.pk, "labeling")
    before = Rendition.objects.get(clip=clip, current=True)
    set_camera(device, stated_camera({"zones": [WINDOW]}), operator.actor)
    assert not gate.allows(clip.pk, "labeling")
    assert list(selectors.clips_lacking_zones()) == [clip]
    tasks.hide_zones(str(clip.pk))
    assert not selectors.clips_lacking_zones().exists()
    assert not Rendition.objects.filter(clip=clip, current=True).exists()
    run = RedactionRun.objects.get(clip=clip, state=RunState.QUEUED)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.method, run.camera_version, run.missed_regions) == (Method.WHOLE, 1, [LAMP])
    assert run.tracks.filter(source="person").exists()  # what people drew stays hidden
    assert fills(clip, WINDOW)
    assert gate.reasons(clip.pk) == [HoldReason.AWAITING_SCREENING]
    after = Rendition.objects.get(clip=clip, current=True)
    assert (after.width, after.height, after.frames) == (before.width, before.height, before.frames)
    assert services.hide_zones(clip, WORKER) is None


@pytest.mark.once
def test_a_face_reported_on_filled_pictures_is_repaired_there(
    clip: Clip, device: Device, operator: User
) -> None:
    set_camera(device, stated_camera({"zones": [WINDOW]}), operator.actor)
    passed(clip)
    run = services.report_missed_regions(clip, [LAMP], WORKER)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.method, run.whole_because, run.camera_version) == (Method.REPAIR, "", 1)
    assert fills(clip, WINDOW)


@pytest.mark.parametrize("then", [[WINDOW, STREET], []], ids=["added", "taken away"])
@pytest.mark.once
def test_a_repair_does_not_build_on_pictures_with_other_zones(
    clip: Clip, device: Device, operator: User, then: list[Any]
) -> None:
    set_camera(device, stated_camera({"zones": [WINDOW]}), operator.actor)
    passed(clip)
    run = services.report_missed_regions(clip, [LAMP], WORKER)
    set_camera(device, stated_camera({"zones": then}), operator.actor)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.method, run.camera_version) == (Method.WHOLE, 2)
    assert "known of the camera" in run.whole_because
    assert (fills(clip, WINDOW), fills(clip, STREET)) == (bool(then), bool(then))


def test_a_pass_during_which_a_zone_was_added_publishes_nothing_and_is_done_again(
    clip: Clip, device: Device, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[Camera] = []
    real = confined.redact

    def redact(*arguments: Any) -> tuple[dict[str, Any], int]:
        """The pass as ever, and an operator who is faster."""
        if not added:
            added.append(set_camera(device, stated_camera({"zones": [WINDOW]}), operator.actor))
        return real(*arguments)

    monkeypatch.setattr(confined, "redact", redact)
    run = passed(clip)
    assert (run.state, run.attempts, run.failure_code) == (RunState.QUEUED, 1, "camera_changed")
    assert not Rendition.objects.filter(clip=clip).exists()
    assert HoldReason.AWAITING_REDACTION in gate.reasons(clip.pk)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.state, run.camera_version) == (RunState.DONE, 1)
    assert fills(clip, WINDOW)


def test_a_clip_that_is_being_made_again_is_not_asked_for_twice(
    clip: Clip, device: Device, operator: User
) -> None:
    passed(clip)
    set_camera(device, stated_camera({"zones": [WINDOW]}), operator.actor)
    assert services.hide_zones(clip, WORKER) is not None
    assert services.hide_zones(clip, WORKER) is None
    assert RedactionRun.objects.filter(clip=clip, state=RunState.QUEUED).count() == 1


@pytest.mark.once
def test_the_first_rendition_settles_how_a_clip_is_turned_and_zones_stay_on_the_same_things(
    clip: Clip, device: Device, operator: User
) -> None:
    set_camera(device, stated_camera({"quarter_turns": 2, "aspect": "16:9"}), operator.actor)
    run = passed(clip)
    first = Rendition.objects.get(clip=clip, current=True)
    assert (run.camera["quarter_turns"], first.width, first.height) == (2, 320, 180)
    set_camera(device, stated_camera({"quarter_turns": 1, "zones": [WINDOW]}), operator.actor)
    known = selectors.camera_for(clip)
    window = tuple((float(x), float(y)) for x, y in WINDOW)
    assert (known.quarter_turns, known.aspect, known.zones) == (2, Fraction(16, 9), (turned(window, 1),))
    later = Clip(device=device)
    assert selectors.camera_for(later).quarter_turns == 1


@pytest.mark.once
def test_a_clip_without_a_device_has_no_camera(submit: Submit, short: Path) -> None:
    clip = submit(short)
    assert passed(clip).camera == Camera().as_dict()


@pytest.mark.once
def test_the_orientations_in_which_faces_were_found_are_remembered(
    clip: Clip, device: Device, operator: User
) -> None:
    run = passed(clip)
    cameras.learn(run, device, [4, 2])
    cameras.learn(run, device, [])
    cameras.learn(run, device, [2])
    device.refresh_from_db()
    assert device.seen_turns == [2, 4]
    assert selectors.camera_for(Clip(device=device)).seen_turns == (2, 4)
    set_camera(device, stated_camera({"quarter_turns": 2}), operator.actor)
    device.refresh_from_db()
    assert device.seen_turns == [6, 0]  # the pictures are turned now
    cameras.learn(run, device, [4])  # a clip that is turned as before
    assert device.seen_turns == [0, 6]
    cameras.learn(run, device, [0, 1])
    assert device.seen_turns == [4, 5, 0]


def test_a_rendition_from_before_cameras_were_known_is_read(
    clip: Clip, device: Device, operator: User
) -> None:
    rendition = make_rendition(clip)
    assert rendition.run.camera == {}
    set_camera(device, stated_camera({"quarter_turns": 1, "zones": [WINDOW]}), operator.actor)
    assert selectors.camera_for(clip).quarter_turns == 0
    older = clock.seconds(60)
    assert not selectors.clips_lacking_zones(older).exists()  # its message may still come
    assert selectors.clips_lacking_zones().exists()
