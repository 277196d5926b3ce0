"""Killing workers with `kill -9` while they put a repaired clip together: it is repaired or still held, never shown."""

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages

from annotations.audit.actors import WORKER
from annotations.clips import gate
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip
from annotations.clips.services import Reception, receive
from annotations.core.models import RunState
from annotations.redaction import services
from annotations.redaction.models import Method, RedactionRun, Rendition
from annotations.vision.boxes import covered
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import hidden_mask
from annotations.vision.scoring import LEAKING_CORRELATION, detail_correlation
from annotations.vision.video.decode import decode
from tests.engines.programs import Programs, wait_until
from tests.factories import make_project, make_submitter, make_terms
from tests.test_workers import Beat, beat, stored
from tests.vision.clips import Scene, scene, walking
from tests.vision.onnx_models import red_spot_detector

__all__ = ["beat"]

pytestmark = [pytest.mark.engines, pytest.mark.once, pytest.mark.timeout(400)]

WIDTH, HEIGHT, FRAMES = 640, 480, 300


@pytest.fixture
def walk(tmp_path: Path) -> Scene:
    """Twenty seconds in which somebody walks through the picture, all the time, too far away for a second opinion."""
    return scene(
        tmp_path / "walk.mp4", width=WIDTH, height=HEIGHT, frames=FRAMES, people=[walking(50, 200, 16, 1.8)]
    )


def submit(made: Scene) -> Clip:
    submitter, content = make_submitter(), made.path.read_bytes()
    with memory_file("clip") as file:
        file.write(content)
        reception = Reception("clip.mp4", len(content), make_terms(), owner="household")
        return receive(submitter, submitter.actor, file, reception)[0]


def shown_to_people(clip: Clip) -> bool:
    return (
        gate.allows(clip.pk, Purpose.LABELING) and Rendition.objects.filter(clip=clip, current=True).exists()
    )


def ancestors(process: int) -> Iterator[int]:
    """The process that started this one, the one that started that, and so on."""
    while process:
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        yield process


def splices(worker: int) -> Iterator[tuple[int, int]]:
    """The process and the bytes of each rendition under way that a repair of this worker has begun to write."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes().split(b"\0")
            if b"annotations.vision.confinement" not in command or b"repair" not in command:
                continue
            if worker not in ancestors(int(process.name)):
                continue
            target = command[command.index(b"repair") + 3].decode().rsplit("/", 1)[-1]
            written = (process / "fd" / target).stat().st_size
            if written:
                yield int(process.name), written


def alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_workers_killed_while_they_splice_leave_the_clip_held_until_the_next_has_repaired_it(
    programs: Programs, beat: Beat, walk: Scene, tmp_path: Path
) -> None:
    # A detector that sees no faces: the first pass misses the one that is there, and its check does not notice.
    programs.variables["REDACTION_DETECTOR"] = str(red_spot_detector(tmp_path))
    make_project()
    clip, moments = submit(walk), random.Random(5)
    victim = programs.worker(name="first")

    def ticking(true: bool) -> bool:
        beat.tick()
        return true

    wait_until(lambda: ticking(shown_to_people(clip)), 100, "the clip's way into the queue")
    face = walk.faces[150][0]
    run = services.report_missed_regions(clip, [{"frame": 150, "box": list(face)}], WORKER)
    files = stored(programs, "renditions"), stored(programs, "vault")
    assert files == (1, 1)

    for attempt in range(1, settings.RUN_ATTEMPTS):
        under_way: list[tuple[int, int]] = []

        def begun(found: list[tuple[int, int]] = under_way, worker: int = victim.pid) -> bool:
            beat.tick()
            assert not shown_to_people(clip)
            deadline = time.monotonic() + 1
            while not found and time.monotonic() < deadline:
                found.extend(splices(worker))
            return bool(found)

        wait_until(begun, 60, "a splice")
        time.sleep(moments.uniform(0, 0.05))
        [(child, written)] = under_way
        assert alive(child)
        programs.kill(victim)
        wait_until(lambda child=child: not alive(child), 5, "the end of the child")  # type: ignore[misc]
        run.refresh_from_db()
        assert (run.state, run.attempts) == (RunState.RUNNING, attempt), f"{written} bytes were written"
        assert HoldReason.AWAITING_REDACTION in gate.reasons(clip.pk)
        assert not Rendition.objects.filter(clip=clip, current=True).exists()
        assert (stored(programs, "renditions"), stored(programs, "vault")) == files
        victim = programs.worker(name=f"worker-{attempt}")

    wait_until(lambda: ticking(shown_to_people(clip)), 100, "the repaired clip's way back into the queue")
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.DONE, settings.RUN_ATTEMPTS)
    assert run.method == Method.REPAIR
    assert RedactionRun.objects.filter(clip=clip).count() == 2
    assert_the_face_is_hidden(walk, Rendition.objects.get(clip=clip, current=True))
    # The rendition before, the repaired one; the original, and the drawn face as the consent to training allows.
    assert (stored(programs, "renditions"), stored(programs, "vault")) == (2, 2)


def assert_the_face_is_hidden(made: Scene, rendition: Rendition) -> None:
    """On every frame, by the boxes of its tracks and by the pixels of the file that people get."""
    hidden = [
        {int(frame): tuple(box) for frame, box in track.boxes.items()} for track in rendition.run.tracks.all()
    ]
    shown = decode(storages["renditions"].path(rendition.name), ANY_SIZE)
    frames = 0
    for old, new in zip(decode(str(made.path), ANY_SIZE), shown, strict=True):
        box = made.faces[old.index][0]
        boxes = [track[old.index] for track in hidden if old.index in track]
        mask = hidden_mask(boxes, WIDTH, HEIGHT)
        assert covered(box, mask) >= 0.95
        detail = detail_correlation(old.picture().luma, new.picture().luma, box, mask)
        assert detail < LEAKING_CORRELATION
        frames += 1
    assert frames == FRAMES
