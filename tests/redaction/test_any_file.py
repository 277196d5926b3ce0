"""Whatever file comes goes the worker's way: intake and pass. It ends well, and nothing is left of what did not."""

import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.storage import storages

from annotations.audit.actors import WORKER
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip, Original
from annotations.clips.services import Reception, receive
from annotations.core.errors import DomainError
from annotations.core.models import RunState
from annotations.redaction import services
from annotations.redaction.models import Outcome, RedactionRun, Rendition
from annotations.vision import memory
from annotations.vision.errors import VIDEO_ERRORS
from tests.factories import make_submitter, make_terms
from tests.open_files import open_files
from tests.vision.malformed import corpus
from tests.vision.warm_start import WarmStart


@dataclass(frozen=True)
class End:
    """How a file ended: where it was decided, and `accepted`, `held` for people to judge, or the code."""

    where: str
    outcome: str


PARTS = 18
USUAL_PARTS = 1
"""The corpus is sorted by name: every part has files of all kinds. The others are for the long lane."""
SECONDS = 60
"""That a file may take, on a machine that does other things as well; the slowest is far below on one that does not."""
MEMORY_MB = 600
REFUSALS = {*VIDEO_ERRORS, "wrong_extension"}
KNOWN = {
    "320-streams.mkv": End("pass", "accepted"),
    "320-streams.mp4": End("pass", "accepted"),
    "10-bit-4-2-2.mp4": End("pass", "accepted"),
    "interlaced.mp4": End("pass", "accepted"),
    "odd-both.mp4": End("pass", "accepted"),
    "turned-270.mp4": End("pass", "accepted"),
    "variable.mkv": End("pass", "accepted"),
    "times-falling.ts": End("pass", "accepted"),
    "key-frame-cut-away.ts": End("pass", "accepted"),
    "swapped-trak.mp4": End("pass", "accepted"),
    "flipped-9.webm": End(
        "pass", "held"
    ),  # the second opinion sees faces in what the damage left of its picture
    "swapped-mdia.mp4": End("intake", "no_video_stream"),
    "side-8192.avi": End("intake", "decoder_failed"),
    "1000-a-second.mkv": End("intake", "bad_frame_rate"),
    "time-scale-0.mp4": End("intake", "no_frames"),
    "endless.ts": End("intake", "too_long"),
    "empty.mp4": End("intake", "empty_file"),
    "playlist.m3u8": End("intake", "not_a_video"),
    "wrong-name.mp4": End("intake", "wrong_extension"),
}
USUAL = {
    "turned-270.mp4",
    "times-falling.ts",
    "swapped-mdia.mp4",
    "endless.ts",
    "playlist.m3u8",
    "wrong-name.mp4",
}
"""Of the known ones, one of each kind: taken as it is, taken although its stamps fall, and refused for its tracks, its
length, its kind and its name."""


def through_the_worker(name: str, content: bytes) -> End:
    """Hands the file in and, if it is taken, does its pass as often as the worker would."""
    submitter = make_submitter()
    with memory_file("test") as file:
        file.write(content)
        reception = Reception(name, len(content), make_terms(), owner="household")
        try:
            clip, _ = receive(submitter, submitter.actor, file, reception)
        except DomainError as error:
            return End("intake", error.code)
    run = services.request_first(clip, WORKER)
    while run.state == RunState.QUEUED:
        services.redact(run.pk)
        run.refresh_from_db()
    if run.state == RunState.DONE:
        return End("pass", "accepted" if run.outcome == Outcome.VERIFIED else "held")
    return End("pass", run.failure_code)


def stored(storage: str) -> set[str]:
    """Names of the files in one of the site's storages."""
    root = Path(storages[storage].path(""))
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def children(process: int | str = "self") -> list[str]:
    """Processes that this one started and that are there still."""
    return [
        number
        for task in Path(f"/proc/{process}/task").iterdir()
        for number in (task / "children").read_text().split()
    ]


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files would be."""
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def check(name: str, spool: Path, before: object) -> End:
    """Sends the file through the worker: it ends well, in time, and leaves nothing behind."""
    content = corpus()[name]
    start = time.monotonic()
    end = through_the_worker(name, content)
    assert end.outcome in {"accepted", *REFUSALS} or name in KNOWN, (name, end)
    assert end == KNOWN.get(name, end), (name, end)
    assert time.monotonic() - start < SECONDS, (name, end)
    assert (open_files("/memfd:", "pipe:"), children()) == before, (name, end)
    assert list(spool.iterdir()) == [], (name, end)
    assert stored("vault") == set(Original.objects.values_list("name", flat=True)), (name, end)
    assert stored("renditions") == set(Rendition.objects.values_list("name", flat=True)), (name, end)
    return end


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.once
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "part",
    [part if part < USUAL_PARTS else pytest.param(part, marks=pytest.mark.long) for part in range(PARTS)],
)
def test_every_file_ends_accepted_or_rejected_with_its_code(part: int, spool: Path, warm: WarmStart) -> None:
    names = sorted(corpus())[part::PARTS]
    assert len(names) >= 500 // PARTS
    through_the_worker("text.mp4", corpus()["text.mp4"])  # so that the process that forks is there
    before = open_files("/memfd:", "pipe:"), children()
    for name in names:
        end = check(name, spool, before)
        assert children(warm.pid) == [], (name, end)
        assert warm.peak_mb < MEMORY_MB, (name, end)
    assert not RedactionRun.objects.exclude(state__in=[RunState.DONE, RunState.FAILED]).exists()
    assert Clip.objects.count() == RedactionRun.objects.count()


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize(
    "name", [name if name in USUAL else pytest.param(name, marks=pytest.mark.long) for name in sorted(KNOWN)]
)
def test_the_worker_s_own_children_end_a_file_of_each_kind_the_same_way(name: str, spool: Path) -> None:
    check(name, spool, (open_files("/memfd:", "pipe:"), children()))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    # A child counts at least as much as this process has in memory: Linux takes it over when the program is exchanged.
    assert peak < max(MEMORY_MB, memory.peak_mb() + 1)
