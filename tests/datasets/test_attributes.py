"""An attribute that is added to the definition of the labels is kept, shown and exported; nothing else changes."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext_lazy

from annotations.accounts.enums import Role
from annotations.audit.actors import Actor
from annotations.core import clock
from annotations.core.errors import Invalid
from annotations.datasets import services
from annotations.datasets.filters import Filters
from annotations.datasets.models import Release
from annotations.review import services as review, workbench
from annotations.review.body import FIELDS, Event, Field, Keyframe, Kind, Track, digest
from annotations.review.models import Annotation, Draft
from annotations.review.schema import Choice
from annotations.review.sealed_words import body_of, draft_body
from annotations.rights.answer import compile_answer
from tests.factories import (
    make_accepted,
    make_assignment,
    make_body,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]
DISTANCES: tuple[Choice, ...] = (
    {"code": "near", "name": gettext_lazy("Near")},
    {"code": "far", "name": gettext_lazy("Far away")},
)
NEW: dict[type, dict[str, Field]] = {
    Event: {"at_door": Field(Kind.FLAG, required=False, default=False, title="At the door")},
    Track: {
        "distance": Field(Kind.CODE, required=False, default="near", choices=DISTANCES, title="Distance"),
        "remark": Field(Kind.TEXT, required=False, default="", maximum=10, title="Remark"),
    },
    Keyframe: {
        "blurred": Field(Kind.FLAG, required=False, default=False, title="Blurred"),
        "doubt": Field(Kind.TEXT, required=False, default="", maximum=30, title="Doubt"),
    },
}


@pytest.fixture(autouse=True)
def _defined(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody writes who adds attributes."""
    for shape, fields in NEW.items():
        monkeypatch.setitem(FIELDS, shape, {**FIELDS[shape], **fields})


def labeled() -> dict[str, Any]:
    body = make_body()
    body["events"][0]["at_door"] = True
    body["tracks"][0] |= {"distance": "far", "remark": "a cat?"}
    body["tracks"][0]["keyframes"][0] |= {"blurred": True, "doubt": "a reflection?"}
    body["tracks"][0]["keyframes"][1] |= {"blurred": False, "doubt": ""}
    return body


def exported(annotation: Annotation) -> Release:
    engineer = Actor("p-engineer", Role.ML_ENGINEER)
    dataset = services.create(engineer, "Porch", annotation.assignment.project, Filters())
    release = services.request(dataset, engineer)
    services.freeze(release.pk)
    return release


def content(release: Release, code: str) -> bytes:
    with storages["exports"].open(release.files.get(format=code).name) as file:
        return bytes(file.read())


def test_the_labeling_page_learns_of_it_and_a_draft_and_the_submission_keep_it() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    fields = workbench.present(assignment)["fields"]
    assert fields["event"]["at_door"] == {
        "kind": "flag",
        "title": "At the door",
        "default": False,
        "maximum": 0,
        "choices": [],
    }
    assert fields["track"]["distance"]["choices"] == list(DISTANCES)
    review.save_draft(reviewer, assignment.public_id, 0, labeled())
    assert draft_body(Draft.objects.get()) == labeled()
    assert body_of(review.submit(reviewer, assignment.public_id, labeled(), 1)) == labeled()


def test_labels_without_it_get_its_default_and_wrong_ones_are_refused_by_place() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    wrong = labeled()
    wrong["events"][0]["at_door"] = "yes"
    wrong["tracks"][0] |= {"distance": "package", "remark": "x" * 11}
    with pytest.raises(Invalid) as caught:
        review.submit(reviewer, assignment.public_id, wrong)
    assert {place: problem["code"] for place, problem in caught.value.extra["fields"].items()} == {
        "events[0].at_door": "wrong_type",
        "tracks[0].distance": "unknown_label",
        "tracks[0].remark": "too_long",
    }
    told = caught.value.extra["fields"]["tracks[0].distance"]["message"]
    assert told == "Distance is one of these codes: near, far."
    kept = review.submit(reviewer, assignment.public_id, make_body()).body
    assert kept["events"][0]["at_door"] is False
    assert (kept["tracks"][0]["distance"], kept["tracks"][0]["remark"]) == ("near", "")


def test_exports_tell_it_but_never_what_a_person_wrote() -> None:
    release = exported(make_accepted(body=labeled()))
    (line,) = content(release, "jsonl").splitlines()
    told = json.loads(line)
    assert told["events"][0]["at_door"] is True
    assert told["tracks"][0]["distance"] == "far"
    assert [keyframe["blurred"] for keyframe in told["tracks"][0]["keyframes"]] == [True, False]
    archive = zipfile.ZipFile(io.BytesIO(content(release, "coco")))
    boxes = json.loads(archive.read("annotations.json"))["annotations"]
    assert {json.dumps(box["attributes"]) for box in boxes} == {
        '{"occluded": false, "blurred": true, "distance": "far", "keyframe": true}',
        '{"occluded": false, "blurred": true, "distance": "far", "keyframe": false}',
    }
    for written in (b"a cat", b"a reflection"):
        assert written not in line + archive.read("annotations.json")


@pytest.mark.both
def test_labels_from_before_it_was_there_are_exported_by_its_default() -> None:
    annotation = make_accepted(body=labeled())
    before: Any = make_body()
    Annotation.objects.filter(pk=annotation.pk).update(body=before, sealed_note=None, sha256=digest(before))
    (line,) = content(exported(annotation), "jsonl").splitlines()
    told = json.loads(line)
    assert told["events"][0]["at_door"] is False
    assert [keyframe["blurred"] for keyframe in told["tracks"][0]["keyframes"]] == [False, False]


def test_the_lead_and_the_person_in_the_clip_read_it_in_words(client: Client) -> None:
    annotation = make_accepted(body=labeled())
    client.force_login(make_user(Role.LEAD))
    page = client.get(
        reverse("review:adjudicate", args=[annotation.assignment.task.public_id])
    ).content.decode()
    assert "At the door: yes" in page
    assert "Distance: Far away, Remark: a cat?" in page
    answer = compile_answer(annotation.assignment.clip.owner.pseudonym, clock.now())
    (event,) = answer["clips"][0]["labels"][0]["events"]
    assert event.startswith("person_arrives (")
    assert "At the door: yes" in event
