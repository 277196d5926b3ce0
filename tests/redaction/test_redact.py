"""The machine pass through the service, with a confined child and the real models."""

import json
from pathlib import Path
from typing import Any

import av
import pytest
from django.core.files.storage import storages

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.audit.registry import lookup
from annotations.clips import gate, vault
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip, Original
from annotations.clips.services import Reception, receive
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid
from annotations.core.models import Outbox, RunState
from annotations.redaction import services
from annotations.redaction.models import HiddenTrack, Outcome, RedactionRun, Rendition
from annotations.vision import confined
from annotations.vision.errors import VisionError
from annotations.vision.models import digest
from tests.factories import FRAMES, make_ready_clip, make_submitter, make_terms, make_user
from tests.vision import onnx_models
from tests.vision.clips import scene
from tests.vision.lack_of_landlock import answer_without_landlock

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("warm")]

SEEN = {"frame": 3, "box": [1, 2, 30, 30], "score": 0.9, "model": "second", "kind": "head"}


@pytest.fixture(scope="module")
def walking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds in which a portrait moves through a room."""
    path = tmp_path_factory.mktemp("scene") / "walking.mp4"
    scene(path, frames=30, rate=15, people=[lambda n: (80 + 4 * n, 110, 60)])
    return path


def submitted(path: Path) -> Clip:
    submitter = make_submitter()
    with memory_file("test") as file:
        size = file.write(path.read_bytes())
        return receive(
            submitter, submitter.actor, file, Reception(path.name, size, make_terms(), owner="household")
        )[0]


def actions(clip: Clip) -> list[str]:
    return list(LogEntry.objects.filter(clip=clip.public_id).order_by("id").values_list("action", flat=True))


def test_a_pass_publishes_a_verified_rendition_and_frees_the_clip_for_screening(walking: Path) -> None:
    clip = submitted(walking)
    run = services.request_first(clip, WORKER)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.state, run.outcome, run.failure_message) == (RunState.DONE, Outcome.VERIFIED, "")
    rendition = Rendition.objects.get(clip=clip, current=True)
    assert (rendition.frames, len(rendition.presentation_times)) == (30, 30)
    assert HiddenTrack.objects.filter(run=run).count() >= 1
    assert gate.reasons(clip.pk) == [HoldReason.AWAITING_SCREENING]
    assert Outbox.objects.filter(type="redaction.finished", payload={"run": str(run.pk)}).exists()
    assert "clip.original_opened" in actions(clip)
    assert actions(clip).index("clip.original_opened") < actions(clip).index("redaction.verified")
    with av.open(storages["renditions"].path(rendition.name)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert sum(1 for _ in container.decode(video=0)) == 30
    assert run.models_used
    assert run.seconds["total"] > 0


@pytest.mark.once
def test_a_detector_of_the_sites_own_does_the_pass_and_is_recorded(
    walking: Path, tmp_path: Path, settings: Any
) -> None:
    manifest = onnx_models.red_spot_detector(tmp_path)
    settings.REDACTION_DETECTOR = str(manifest)
    run = services.request_first(submitted(walking), WORKER)
    services.redact(run.pk)
    run.refresh_from_db()
    (used,) = [model for model in run.models_used if model["role"] == "face"]
    assert (used["name"], used["sha256"]) == ("red spots", digest(tmp_path / "red.onnx"))


@pytest.mark.once
def test_a_detector_whose_file_was_changed_fails_the_pass_closed(
    walking: Path, tmp_path: Path, settings: Any
) -> None:
    settings.REDACTION_DETECTOR = str(onnx_models.red_spot_detector(tmp_path))
    with (tmp_path / "red.onnx").open("ab") as model:
        model.write(b" ")
    clip = submitted(walking)
    run = services.request_first(clip, WORKER)
    services.redact(run.pk)
    run.refresh_from_db()
    assert run.failure_code == "model_changed"
    assert HoldReason.AWAITING_REDACTION in gate.reasons(clip.pk)
    assert not Rendition.objects.exists()


@pytest.mark.usefixtures("remembered")
def test_a_second_delivery_of_the_message_does_nothing(walking: Path) -> None:
    clip = submitted(walking)
    run = services.request_first(clip, WORKER)
    services.redact(run.pk)
    before = actions(clip)
    services.redact(run.pk)
    assert services.request_first(clip, WORKER) == run
    assert actions(clip) == before
    assert RedactionRun.objects.filter(clip=clip).count() == 1


@pytest.mark.once
def test_an_original_that_was_tampered_with_is_never_shown(walking: Path) -> None:
    clip = submitted(walking)
    path = Path(storages["vault"].path(clip.original.name))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))
    run = services.request_first(clip, WORKER)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure_code, run.attempts) == (RunState.FAILED, "vault_damaged", 1)
    assert HoldReason.REDACTION_FAILED in gate.reasons(clip.pk)
    assert not Rendition.objects.exists()


@pytest.mark.usefixtures("remembered")
@pytest.mark.once
def test_a_face_that_stays_visible_holds_the_clip(walking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The residual check's answer is the boundary here: the pass itself is tested in tests/vision."""
    real = confined.redact

    def exposed(*arguments: Any, **options: Any) -> tuple[dict[str, Any], int]:
        report, _ = real(*arguments, **options)
        report["residual"]["exposed"] = [{"frame": 3, "box": [1, 2, 30, 30], "score": 0.9}]
        return report, 3

    monkeypatch.setattr(confined, "redact", exposed)
    clip = submitted(walking)
    run = services.request_first(clip, WORKER)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.state, run.outcome) == (RunState.DONE, Outcome.EXPOSED)
    assert not Rendition.objects.exists()
    assert not storages["renditions"].exists("") or storages["renditions"].listdir("") == ([], [])
    assert HoldReason.REDACTION_UNVERIFIED in gate.reasons(clip.pk)
    assert not any(gate.allows(clip.pk, purpose) for purpose in Purpose.values)
    assert actions(clip)[-2:] == ["redaction.exposed", "clip.held"]
    monkeypatch.undo()
    again = services.retry(run, make_user(Role.OPERATOR).actor)
    services.redact(again.pk)
    assert gate.reasons(clip.pk) == [HoldReason.AWAITING_SCREENING]


@pytest.mark.parametrize(
    ("residual", "because", "counted"),
    [
        ({"evidence": [SEEN, SEEN], "unjudgeable": "too_dark"}, "evidence", (2, "too_dark")),
        ({"evidence": [], "unjudgeable": "too_small"}, "too_small", (0, "too_small")),
    ],
)
@pytest.mark.once
@pytest.mark.usefixtures("remembered")
def test_what_the_second_opinion_does_not_verify_is_held_whatever_the_child_says(
    residual: dict[str, Any],
    because: str,
    counted: tuple[int, str],
    walking: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The report is the boundary here: nothing in the pass gives a second opinion to this test."""
    real = confined.redact

    def doubted(*arguments: Any, **options: Any) -> tuple[dict[str, Any], int]:
        report, status = real(*arguments, **options)
        report["residual"].update(residual)
        return report, status

    monkeypatch.setattr(confined, "redact", doubted)
    clip = submitted(walking)
    run = services.request_first(clip, WORKER)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.held_because, run.unverified) == (Outcome.EXPOSED, because, "waiting")
    assert not Rendition.objects.exists()
    assert HoldReason.REDACTION_UNVERIFIED in gate.reasons(clip.pk)
    entry = LogEntry.objects.get(clip=clip.public_id, action="redaction.exposed")
    data = json.loads(bytes(entry.canonical))["data"]
    assert (data["exposed"], data["evidence"], data["unjudgeable"]) == (0, *counted)
    assert lookup("redaction.exposed").present({"run": "", "models": [], "exposed": 3}) == (
        "Not verified; faces that may still be visible: 3, other evidence: 0, not judged: no"
    )


@pytest.mark.usefixtures("remembered")
@pytest.mark.once
def test_a_strict_pass_is_ordered_of_the_child_and_stays_strict_in_its_repairs(
    walking: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child's options are the boundary here: what whole persons are is the pass's to know."""
    ordered: list[bool] = []
    for name in ("redact", "repair"):
        real = getattr(confined, name)

        def noted(*arguments: Any, real: Any = real) -> tuple[dict[str, Any], int]:
            ordered.append(arguments[2].whole_persons)
            result: tuple[dict[str, Any], int] = real(*arguments)
            return result

        monkeypatch.setattr(confined, name, noted)
    clip = submitted(walking)
    services.redact(services.request(clip, WORKER, strict=True).pk)
    face = {"frame": 0, "box": [4.0, 4.0, 20.0, 20.0]}
    repair = services.report_missed_regions(clip, [face], WORKER)
    services.redact(repair.pk)
    assert repair.strict
    assert ordered == [True, True]


def test_failures_are_tried_again_and_then_parked_with_their_reason(
    walking: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any, **options: Any) -> None:
        raise VisionError("internal_failure", "the model could not be read")

    monkeypatch.setattr(confined, "redact", broken)
    clip = submitted(walking)
    run = services.request_first(clip, WORKER)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.QUEUED, 1)
    services.redact(run.pk)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure_code) == (RunState.FAILED, "internal_failure")
    assert "the model could not be read" in run.failure_message
    assert HoldReason.REDACTION_FAILED in gate.reasons(clip.pk)


@pytest.mark.once
def test_a_system_that_cannot_confine_decoders_decodes_nothing(
    walking: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = submitted(walking)
    run = services.request_first(clip, WORKER)
    answer_without_landlock(monkeypatch)
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure_code, run.attempts) == (RunState.FAILED, "decoder_unconfined", 1)
    assert "no Landlock" in run.failure_message
    assert HoldReason.REDACTION_FAILED in gate.reasons(clip.pk)
    monkeypatch.undo()
    again = services.retry(run, WORKER)
    services.redact(again.pk)
    assert gate.reasons(clip.pk) == [HoldReason.AWAITING_SCREENING]


@pytest.mark.both
def test_a_run_whose_workers_were_all_killed_is_given_up(walking: Path) -> None:
    clip = submitted(walking)
    run = services.request_first(clip, WORKER)
    long_ago = clock.now() - clock.seconds(3600)
    RedactionRun.objects.filter(pk=run.pk).update(
        state=RunState.RUNNING, attempts=3, token=run.pk, lease_until=long_ago
    )
    for _ in range(2):
        services.redact(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure_code, run.attempts) == (RunState.FAILED, "worker_lost", 3)
    assert LogEntry.objects.filter(action="redaction.failed").count() == 1
    assert HoldReason.REDACTION_FAILED in gate.reasons(clip.pk)


@pytest.mark.both
@pytest.mark.usefixtures("remembered")
def test_a_worker_that_lost_its_lease_publishes_nothing(
    walking: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = submitted(walking)
    run = services.request_first(clip, WORKER)
    real = confined.redact

    def slow(*arguments: Any, **options: Any) -> Any:
        answer = real(*arguments, **options)
        RedactionRun.objects.filter(pk=run.pk).update(token=clip.pk)  # a successor has taken it
        return answer

    monkeypatch.setattr(confined, "redact", slow)
    services.redact(run.pk)
    assert not Rendition.objects.exists()
    assert HoldReason.AWAITING_REDACTION in gate.reasons(clip.pk)
    folders, files = storages["renditions"].listdir("")
    assert [name for folder in folders for name in storages["renditions"].listdir(folder)[1]] + files == []


@pytest.mark.both
@pytest.mark.usefixtures("remembered")
def test_a_missed_face_takes_the_clip_back_at_once_and_the_next_pass_hides_it(walking: Path) -> None:
    clip = submitted(walking)
    services.redact(services.request_first(clip, WORKER).pk)
    face = {"frame": 10, "box": [200.0, 150.0, 24.0, 30.0]}
    run = services.report_missed_regions(clip, [face], WORKER)
    assert HoldReason.AWAITING_REDACTION in gate.reasons(clip.pk)
    assert not Rendition.objects.filter(current=True).exists()
    with pytest.raises(Conflict):
        services.report_missed_regions(clip, [face], WORKER)
    services.redact(run.pk)
    rendition = Rendition.objects.get(clip=clip, current=True)
    assert rendition.run_id == run.pk
    hidden = [track.boxes["10"] for track in HiddenTrack.objects.filter(run=run) if "10" in track.boxes]
    assert any(abs(box[0] - 200) < 10 and abs(box[1] - 150) < 10 for box in hidden), json.dumps(hidden)


@pytest.mark.parametrize(
    "faces",
    [
        [],
        [{"frame": 0}],
        [{"frame": FRAMES, "box": [0, 0, 10, 10]}],
        [{"frame": 0, "box": [0, 0, 1000, 10]}],
        [{"frame": 0, "box": [-5, 0, 10, 10]}],
        [{"frame": 0, "box": ["a", 0, 10, 10]}],
        [{"frame": 0, "box": [0, 0, float("nan"), 10]}],
    ],
)
def test_faces_outside_the_picture_are_refused_and_change_nothing(faces: Any) -> None:
    clip = make_ready_clip()
    with pytest.raises(Invalid):
        services.report_missed_regions(clip, faces, WORKER)
    assert Rendition.objects.filter(current=True).exists()
    assert gate.reasons(clip.pk) == []


@pytest.mark.once
def test_the_vault_gives_the_child_a_file_in_memory(walking: Path) -> None:
    clip = submitted(walking)
    with vault.opened(Original.objects.get(clip=clip)) as plain:
        assert Path(f"/proc/self/fd/{plain.fileno()}").readlink().name.startswith("memfd:")
