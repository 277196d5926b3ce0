"""What is known of a camera: stated, kept by version, logged, and what it does to clips; services, API and pages."""

import json
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings

from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.clips import gate, selectors
from annotations.clips.camera_rules import stated_camera
from annotations.clips.enums import HoldReason
from annotations.clips.models import CameraVersion, Clip, Device
from annotations.clips.services import set_camera, withdraw
from annotations.core.errors import NotAllowed
from annotations.core.models import Outbox
from annotations.core.shown import ChangedSince
from annotations.vision.camera import Camera
from tests.clips.test_api import CONSENT
from tests.clips.test_camera_rules import statements
from tests.factories import make_clip, make_ready_clip, make_submitter, make_user, reference_of, small_video

pytestmark = [pytest.mark.django_db, pytest.mark.once]

WINDOW = [[0.5, 0.0], [1.0, 0.0], [1.0, 0.5]]
DOOR = [[0.0, 0.0], [0.2, 0.0], [0.2, 0.9]]


def zones(*drawn: Any, **more: Any) -> Camera:
    return stated_camera({"zones": list(drawn), **more})


def told(action: str = "camera.set") -> list[dict[str, Any]]:
    entries = LogEntry.objects.filter(action=action).order_by("id")
    return [json.loads(bytes(entry.canonical))["data"] for entry in entries]


@pytest.fixture
def operator() -> User:
    return make_user(Role.OPERATOR)


@pytest.fixture
def clip() -> Clip:
    return make_ready_clip()


@pytest.fixture
def device(clip: Clip) -> Device:
    assert clip.device is not None
    return clip.device


def test_every_statement_is_a_version_and_on_the_log(device: Device, operator: User) -> None:
    for camera in (zones(WINDOW), zones(WINDOW, DOOR, quarter_turns=2, aspect="16:9"), zones()):
        set_camera(device, camera, operator.actor)
    versions = CameraVersion.objects.filter(device=device).order_by("version")
    assert [(each.version, len(each.zones), each.set_by) for each in versions] == [
        (1, 1, operator.pseudonym),
        (2, 2, operator.pseudonym),
        (3, 0, operator.pseudonym),
    ]
    entries = told()
    assert [entry["version"] for entry in entries] == [1, 2, 3]
    assert [entry["sha256"] for entry in entries] == [each.digest() for each in versions]
    assert (entries[1]["quarter_turns"], entries[1]["aspect"], entries[1]["zones"]) == (2, "16:9", 2)
    assert LogEntry.objects.filter(action="camera.set", subject=device.owner.pseudonym).count() == 3
    assert selectors.camera_of(device) == Camera(version=3)


def test_what_is_known_already_is_no_new_version(device: Device, operator: User) -> None:
    for _ in range(2):
        set_camera(device, zones(WINDOW), operator.actor)
    set_camera(device, zones(WINDOW), operator.actor, version=1)
    assert len(told()) == 1


def test_who_changes_what_somebody_else_has_changed_is_told(device: Device, operator: User) -> None:
    set_camera(device, zones(WINDOW), operator.actor, version=0)
    with pytest.raises(ChangedSince, match="changed_meanwhile"):
        set_camera(device, zones(), operator.actor, version=0)


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.LEAD, Role.ML_ENGINEER, Role.PRIVACY_OFFICER])
def test_nobody_else_states_anything(device: Device, role: Role) -> None:
    with pytest.raises(NotAllowed, match="operator_or_submitter_only"):
        set_camera(device, zones(WINDOW), make_user(role).actor)


@pytest.mark.both
def test_a_new_zone_takes_the_clips_of_its_camera_back_at_once(
    clip: Clip, device: Device, operator: User
) -> None:
    other = make_ready_clip()
    set_camera(device, zones(WINDOW), operator.actor)
    assert gate.reasons(clip.pk) == [HoldReason.AWAITING_REDACTION]
    assert gate.reasons(other.pk) == []
    assert told()[0]["clips"] == 1
    events = Outbox.objects.filter(type="clips.zones_added")
    assert [event.payload for event in events] == [{"clip": str(clip.pk)}]
    device.refresh_from_db()
    assert device.least_version == 1


@pytest.mark.both
def test_nothing_else_takes_a_clip_back(clip: Clip, device: Device, operator: User) -> None:
    for camera in (zones(quarter_turns=2), zones(aspect="16:9")):
        set_camera(device, camera, operator.actor)
    assert gate.reasons(clip.pk) == []
    Clip.objects.filter(pk=clip.pk).update(device=None)
    set_camera(device, zones(WINDOW, DOOR), operator.actor)
    Clip.objects.filter(pk=clip.pk).update(device=device)
    set_camera(device, zones(WINDOW), operator.actor)
    assert gate.reasons(clip.pk) == []
    device.refresh_from_db()
    assert device.least_version == 3


def test_a_camera_that_is_turned_with_its_zones_hides_no_more(
    clip: Clip, device: Device, operator: User
) -> None:
    Clip.objects.filter(pk=clip.pk).update(device=None)
    set_camera(device, zones(WINDOW), operator.actor)
    Clip.objects.filter(pk=clip.pk).update(device=device)
    turned = [[round(1 - x, 6), round(1 - y, 6)] for x, y in WINDOW]
    set_camera(device, zones(turned, quarter_turns=2), operator.actor)
    assert gate.reasons(clip.pk) == []
    set_camera(device, zones(turned), operator.actor)
    assert gate.reasons(clip.pk) == [HoldReason.AWAITING_REDACTION]


@pytest.mark.both
def test_clips_that_wait_already_or_whose_consent_has_ended_are_left_alone(
    device: Device, clip: Clip, operator: User
) -> None:
    waiting = make_clip(held=True)
    Clip.objects.filter(pk=waiting.pk).update(device=device)
    withdraw(clip, operator.actor)
    set_camera(device, zones(WINDOW), operator.actor)
    assert told()[0]["clips"] == 0
    assert not Outbox.objects.filter(type="clips.zones_added").exists()


class Api:
    """A submitter's program."""

    def __init__(self) -> None:
        self.user = make_submitter()
        key = accounts.create_key(self.user.actor, self.user)
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def address(self, owner: str = "household/7", device: str = "front door?") -> str:
        return reverse("clips:api_camera") + "?" + urlencode({"owner": owner, "device": device})

    def get(self, **called: str) -> Any:
        return self.client.get(self.address(**called))

    def put(self, statement: Any, **called: str) -> Any:
        content = statement if isinstance(statement, bytes) else orjson.dumps(statement)
        return self.client.put(self.address(**called), content, content_type="application/json")

    def submit(self, **fields: Any) -> Any:
        name = fields.pop("key", "")
        file = {"file": SimpleUploadedFile("porch.mp4", small_video())}
        return self.client.post(
            "/api/v1/clips", {**CONSENT, **file, **fields}, headers={"Idempotency-Key": name} if name else {}
        )


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.mark.both
def test_a_submitter_states_what_it_knows_before_the_first_clip(api: Api) -> None:
    assert (api.get().status_code, api.get().json()["code"]) == (404, "not_found")
    answer = api.put({"quarter_turns": 2, "aspect": "16:9", "zones": [WINDOW]})
    expected = {"version": 1, "quarter_turns": 2, "aspect": "16:9", "zones": [WINDOW]}
    assert (answer.status_code, answer.json()) == (200, expected)
    assert api.get().json() == expected
    assert api.put({"zones": []}).json() == {"version": 2, "quarter_turns": 0, "aspect": None, "zones": []}
    assert Device.objects.get().owner.submitter == api.user


def test_saying_nothing_of_an_unknown_camera_makes_none(api: Api) -> None:
    assert api.put({}).status_code == 200
    assert not Device.objects.exists()


@pytest.mark.both
def test_a_camera_of_another_submitter_does_not_exist(api: Api) -> None:
    Api().put({"zones": [WINDOW]})
    assert api.get().status_code == 404
    api.put({"zones": [DOOR]})
    assert sorted(len(each.camera_versions.all()) for each in Device.objects.all()) == [1, 1]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (b"{", "parse_error"),
        (b'{"zones": [[[0, 0], [NaN, 0], [1, 1]]]}', "parse_error"),
        ([], "camera_invalid"),
        ({"zones": [[[0, 0], [1, 1]]]}, "zone_corners"),
        ({"zones": [[[0, 0], [2, 0], [1, 1]]]}, "zone_outside"),
    ],
)
def test_what_is_wrong_is_told_by_a_code_and_nothing_is_kept(api: Api, statement: Any, code: str) -> None:
    answer = api.put(statement)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Device.objects.exists()


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(statement=statements)
def test_whatever_a_program_states_is_answered_and_what_is_taken_is_what_holds(
    api: Api, statement: Any
) -> None:
    known = api.put({"zones": [WINDOW]}).json()
    answer = api.put(json.dumps(statement).encode())
    if answer.status_code == 200:
        assert api.get().json() == answer.json()
    else:
        assert answer.status_code == 400
        assert set(answer.json()) == {"code", "message"}
        assert api.get().json() == known


def test_references_are_asked_for(api: Api) -> None:
    for called in ({"owner": ""}, {"device": ""}, {"device": "d" * 201}):
        answer = api.put({}, **called)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_clip_brings_what_is_known_of_its_camera(api: Api) -> None:
    camera = json.dumps({"zones": [WINDOW]})
    answer = api.submit(device="porch", camera=camera, key="one")
    assert answer.status_code == 201
    clip = Clip.objects.get()
    assert selectors.camera_of(clip.device).zones == zones(WINDOW).zones
    assert api.submit(device="porch", camera=camera, key="one").status_code == 200
    assert (
        api.submit(device="porch", camera='{"zones": []}', key="one").json()["code"]
        == "idempotency_key_reused"
    )
    assert len(told()) == 1


def test_a_clip_that_was_sent_late_does_not_undo_what_was_stated_since(api: Api) -> None:
    api.put({"zones": [WINDOW, DOOR]}, owner=CONSENT["owner"], device="porch")
    answer = api.submit(device="porch", camera=json.dumps({"zones": [WINDOW]}))
    assert (answer.status_code, answer.json()["code"]) == (409, "camera_known_otherwise")
    assert not Clip.objects.exists()
    assert api.submit(device="porch", camera=json.dumps({"zones": [WINDOW, DOOR]})).status_code == 201


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"camera": '{"zones": []}'}, "device_missing"),
        ({"camera": "{", "device": "porch"}, "invalid"),
        ({"camera": '{"zones": 3}', "device": "porch"}, "zone_invalid"),
        ({"camera": '{"zones": [[[0, 0], [Infinity, 0], [1, 1]]]}', "device": "porch"}, "invalid"),
    ],
)
def test_a_clip_with_a_wrong_statement_is_refused(api: Api, fields: dict[str, str], code: str) -> None:
    answer = api.submit(**fields)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Clip.objects.exists()


@pytest.fixture
def page(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


def sent(**fields: Any) -> dict[str, Any]:
    return {"quarter_turns": 0, "aspect": "", "zones": "0.5,0 1,0 1,0.5", "version": 0, **fields}


@pytest.mark.both
def test_an_operator_previews_and_keeps_zones_without_any_picture(
    page: Client, device: Device, clip: Clip
) -> None:
    address = reverse("clips:camera", args=[device.pk])
    preview = page.post(address, sent(preview="yes"))
    assert 'points="320.0,0.0 640.0,0.0 640.0,213.5"' in preview.content.decode()
    assert not CameraVersion.objects.exists()
    assert page.post(address, sent()).status_code == 302
    kept = page.get(address).content.decode()
    assert "0.5,0 1,0 1,0.5" in kept
    assert "1 clip of this camera waits" in kept
    for body in (kept, preview.content.decode()):
        assert "<img" not in body
        assert "<video" not in body
        assert "<image" not in body
        assert str(clip.public_id) not in body


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"zones": "here"}, "is no list of corners"),
        ({"zones": "0,0 nan,0 1,1"}, "shares from 0 to 1"),
        ({"zones": "0,0,0 1,0 1,1"}, "a corner is two numbers"),
        ({"aspect": "wide"}, "like 16:9"),
        ({"quarter_turns": 7}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(page: Client, device: Device, fields: Any, said: str) -> None:
    answer = page.post(reverse("clips:camera", args=[device.pk]), sent(**fields))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not CameraVersion.objects.exists()


@pytest.mark.both
def test_two_operators_do_not_overwrite_each_other(page: Client, device: Device, operator: User) -> None:
    set_camera(device, zones(DOOR), operator.actor)
    answer = page.post(reverse("clips:camera", args=[device.pk]), sent(), follow=True)
    assert answer.status_code == 409
    assert "Somebody else decided meanwhile" in answer.content.decode()
    assert CameraVersion.objects.count() == 1


@pytest.mark.both
def test_cameras_are_found_by_reference(page: Client, device: Device, clip: Clip) -> None:
    listed = page.get(reverse("clips:cameras"), {"reference": reference_of(device)[:-1]}).content.decode()
    assert reverse("clips:camera", args=[device.pk]) in listed
    assert reference_of(clip.owner) not in listed
    assert "No such camera" in page.get(reverse("clips:cameras"), {"reference": "nowhere"}).content.decode()
