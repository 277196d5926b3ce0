"""Zones that are stated while passes end: on both databases nobody sees a clip that lacks one."""

from functools import partial

import pytest
from django.db import transaction

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER
from annotations.clips import gate
from annotations.clips.camera_rules import stated_camera
from annotations.clips.enums import HoldReason
from annotations.clips.models import CameraVersion, Clip, Device
from annotations.clips.services import release_hold, set_camera
from annotations.redaction import selectors
from annotations.redaction.models import RedactionRun, Rendition
from annotations.redaction.services import cameras
from tests.factories import make_clip, make_rendition, make_user
from tests.review.test_concurrency import at_once

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("fresh_database")]

WINDOW = stated_camera({"zones": [[[0.5, 0], [1, 0], [1, 0.5]]]})
DOOR = stated_camera({"zones": [[[0, 0], [0.2, 0], [0.2, 0.9]]]})


def published(clip: Clip, device: Device) -> str:
    """The end of a pass that began when nothing was known of the camera."""
    try:
        with transaction.atomic():
            cameras.check_zones(RedactionRun(clip=clip, camera_version=0), device)
            make_rendition(clip)
            release_hold(clip, HoldReason.AWAITING_REDACTION, WORKER)
    except cameras.CameraChanged:
        return "again"
    return "published"


def test_a_pass_that_ends_while_a_zone_is_stated_shows_nothing_without_it() -> None:
    operator = make_user(Role.OPERATOR)
    for _ in range(6):
        clip = make_clip(held=True)
        device = clip.device
        assert device is not None
        same = Device.objects.select_related("owner").get(pk=device.pk)
        how, _ = at_once(
            partial(published, clip, device),
            partial(set_camera, same, WINDOW, operator.actor),
        )
        assert HoldReason.AWAITING_REDACTION in gate.reasons(clip.pk)
        assert Rendition.objects.filter(clip=clip).exists() is (how == "published")
        assert selectors.clips_lacking_zones().filter(pk=clip.pk).exists() is (how == "published")


def test_of_two_operators_one_is_told_that_the_other_was_faster() -> None:
    device = make_clip().device
    assert device is not None
    one, other = (Device.objects.select_related("owner").get(pk=device.pk) for _ in range(2))
    people = make_user(Role.OPERATOR), make_user(Role.OPERATOR)
    outcomes = at_once(
        partial(set_camera, one, WINDOW, people[0].actor, version=0),
        partial(set_camera, other, DOOR, people[1].actor, version=0),
    )
    assert outcomes.count("changed_meanwhile") == 1
    assert CameraVersion.objects.filter(device=device).count() == 1
