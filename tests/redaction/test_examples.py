"""Missed faces as training examples: kept with consent, read by the trainer alone, destroyed with the consent."""

import inspect
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import get_commands
from django.db import transaction

import annotations.redaction
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import services as clips, vault
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.clips.services import place, release_hold
from annotations.core.wrapping import Damaged
from annotations.redaction import services, tasks
from annotations.redaction.models import RedactionRun, TrainingExample
from annotations.vision.boxes import as_box, overlap
from tests.factories import make_ready_clip, make_training_example
from tests.redaction.conftest import Submit
from tests.routes import routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]
FACE: dict[str, Any] = {"frame": 5, "box": [230.0, 30.0, 30.0, 36.0]}


def repaired(submit: Submit, path: Path, *, training: bool) -> Clip:
    clip = submit(path, training=training)
    services.redact(services.request_first(clip, WORKER).pk)
    services.redact(services.report_missed_regions(clip, [FACE], WORKER).pk)
    release_hold(clip, HoldReason.AWAITING_SCREENING, WORKER)
    return clip


@pytest.mark.once
def test_the_original_frame_is_kept_with_its_boxes_and_read_by_the_trainer(
    submit: Submit, passing_by: Path
) -> None:
    clip = repaired(submit, passing_by, training=True)
    kept = TrainingExample.objects.get(clip=clip)
    assert (kept.frames, kept.faces) == (1, 1)
    with storages["vault"].open(kept.name) as file:
        stored = file.read()
    assert b"PNG" not in stored
    assert b"manifest" not in stored
    (example,) = services.training_examples(WORKER)
    assert (example.frame, example.picture.shape) == (5, (240, 320, 3))
    assert ((230.0, 30.0, 30.0, 36.0), "drawn") in example.boxes
    assert LogEntry.objects.filter(clip=clip.public_id, action="example.read").count() == 1


@pytest.mark.once
def test_what_is_no_face_teaches_the_face_detector_nothing(submit: Submit, passing_by: Path) -> None:
    clip = submit(passing_by, training=True)
    services.redact(services.request_first(clip, WORKER).pk)
    services.redact(services.report_missed_regions(clip, [{**FACE, "kind": "other"}], WORKER).pk)
    assert not TrainingExample.objects.filter(clip=clip).exists()
    elsewhere = {"frame": FACE["frame"], "box": [20.0, 180.0, 30.0, 36.0]}
    services.redact(services.report_missed_regions(clip, [elsewhere], WORKER).pk)
    release_hold(clip, HoldReason.AWAITING_SCREENING, WORKER)
    (example,) = services.training_examples(WORKER)
    assert [box for box, source in example.boxes if source == "drawn"] == [tuple(elsewhere["box"])]
    assert not any(overlap(box, as_box(FACE["box"])) for box, _ in example.boxes)


@pytest.mark.once
def test_each_has_a_key_of_its_own(submit: Submit, passing_by: Path) -> None:
    one, other = (make_training_example(make_ready_clip()) for _ in range(2))
    with (
        pytest.raises(Damaged),
        vault.decrypted(other.clip, one.name, other.key_id, other.wrapped_key),
    ):
        pass


@pytest.mark.once
def test_nothing_is_kept_without_consent_to_training(submit: Submit, passing_by: Path) -> None:
    clip = repaired(submit, passing_by, training=False)
    assert RedactionRun.objects.filter(clip=clip, outcome="verified").count() == 2
    assert not TrainingExample.objects.exists()


@pytest.mark.parametrize("reason", [HoldReason.FLAGGED, HoldReason.LEGAL])
def test_a_held_clip_is_not_trained_on_and_its_examples_stay(reason: HoldReason) -> None:
    clip = make_ready_clip()
    make_training_example(clip)
    place(clip, reason, WORKER)
    assert list(services.training_examples(WORKER)) == []
    tasks.destroy_examples(str(clip.pk))
    assert TrainingExample.objects.filter(destroyed_at=None).exists()
    assert not LogEntry.objects.filter(clip=clip.public_id, action="example.read").exists()


def test_withdrawal_destroys_key_and_file(django_capture_on_commit_callbacks: object) -> None:
    clip = make_ready_clip()
    example = make_training_example(clip)
    clips.withdraw(clip, WORKER)
    assert list(services.training_examples(WORKER)) == []
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        tasks.destroy_examples(str(clip.pk))
    tasks.destroy_examples(str(clip.pk))
    name = example.name
    example.refresh_from_db()
    assert (example.name, example.wrapped_key, example.key_id) == ("", None, "")
    assert example.destroyed_at is not None
    assert not storages["vault"].exists(name)
    assert LogEntry.objects.filter(clip=clip.public_id, action="example.destroyed").count() == 1


def test_expiry_destroys_it_too() -> None:
    clip = make_ready_clip()
    make_training_example(clip)
    place(clip, HoldReason.EXPIRED, WORKER)
    with transaction.atomic():
        tasks.destroy_examples(str(clip.pk))
    assert not TrainingExample.objects.filter(destroyed_at=None).exists()


def test_no_route_and_no_command_leads_to_them() -> None:
    assert not [route.name for route in routes() if "example" in route.name]
    assert not [name for name in get_commands() if "example" in name]


def test_nothing_but_the_pass_the_clearing_and_the_trainer_knows_them() -> None:
    """Pages, exports and commands would have to import one of these names."""
    root = Path(inspect.getfile(annotations.redaction)).parents[1]
    users = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if any(
            name in path.read_text() for name in ("TrainingExample", "training_examples", "vision.examples")
        )
    }
    assert {user for user in users if "migrations" not in user} == {
        "redaction/log.py",
        "redaction/models.py",
        "redaction/selectors.py",
        "redaction/services/__init__.py",
        "redaction/services/erase.py",
        "redaction/services/examples.py",
        "rights/answer/records.py",  # tells an owner that there are any, and how many
        "rights/answer/sections.py",
        "rights/inventory/erased.py",
        "rights/probes.py",  # takes down names and keys, which an erasure must leave nowhere
        "vision/repair.py",
    }
