"""The child process that touches untrusted bytes."""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from annotations.vision import child, confined
from annotations.vision.child import Observer
from annotations.vision.errors import VideoError, VisionError
from annotations.vision.models import folder
from annotations.vision.report import MissedFace
from tests.vision import clips, onnx_models


def memory_file(content: bytes) -> int:
    descriptor = os.memfd_create("clip")
    os.write(descriptor, content)
    return descriptor


@pytest.fixture
def clip(tmp_path: Path) -> int:
    clips.scene(tmp_path / "a.mp4", frames=20, people=[clips.standing(160, 110, 60)])
    return memory_file((tmp_path / "a.mp4").read_bytes())


def in_confinement(code: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process that has given up its rights."""
    setup = (
        "import os, json, sys\nfrom annotations.vision.confinement import Bounds, confine\n"
        "confine(Bounds(300_000_000, 5, 1000, os.getppid()))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", setup + code], capture_output=True, text=True, timeout=30, check=False
    )


def test_the_parent_loads_no_decoder() -> None:
    heavy = ("av", "numpy", "cv2", "django")
    code = f"import sys, annotations.vision.confined; print([m for m in {heavy} if m in sys.modules])"
    # What measures coverage loads Django for its own sake.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=variables
    )
    assert done.stdout.strip() == "[]"


def test_probe_and_redact_through_memory_files(clip: int) -> None:
    facts = confined.probe(clip)
    assert facts["frames"] == 20
    target = os.memfd_create("out")
    seen: list[dict[str, object]] = []
    report, status = confined.redact(clip, target, confined.RedactOptions(), Observer(seen.append))
    assert status == 0
    assert report["rendition"]["bytes"] == os.fstat(target).st_size > 0
    assert seen[-1] == {"stage": "render", "done": 20, "total": 20}
    assert len(report["tracks"]) == 1


def test_bad_input_comes_back_with_its_code() -> None:
    with pytest.raises(VideoError) as caught:
        confined.probe(memory_file(b"nothing to see"))
    assert caught.value.code == "not_a_video"


@pytest.fixture
def hanging() -> Iterator[tuple[list[str], list[int]]]:
    """A command that waits for ever: its classifier's manifest is a pipe into which nobody writes."""
    read, write = os.pipe()
    yield (
        ["redact", "in", "out", "--report", "report", "--classifier", f"/proc/self/fd/{read}"],
        [read, write],
    )
    os.close(read)
    os.close(write)


def test_a_heartbeat_that_raises_stops_the_child(hanging: tuple[list[str], list[int]]) -> None:
    class LeaseLostError(Exception):
        pass

    def beat() -> None:
        raise LeaseLostError

    with pytest.raises(LeaseLostError):
        child.run(hanging[0], child.Sandbox(20, inputs=hanging[1]), Observer(heartbeat=beat))


def test_a_child_that_hangs_is_ended_in_time(hanging: tuple[list[str], list[int]]) -> None:
    start = time.monotonic()
    with pytest.raises(VideoError) as caught:
        child.run(hanging[0], child.Sandbox(2, inputs=hanging[1]))
    assert caught.value.code == "decoder_timeout"
    assert time.monotonic() - start < 6


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket()",
        "import subprocess; subprocess.run(['/bin/true'])",
        "os.execv('/bin/true', ['true'])",
        "os.fork()",
        "bytearray(400_000_000)",
        "f = open(os.memfd_create('x'), 'wb', buffering=0); [f.write(b'x' * 600) for _ in range(3)]",
    ],
)
def test_rights_are_given_up(code: str) -> None:
    done = in_confinement(code)
    assert done.returncode != 0
    assert "Error" in done.stderr


NOBODY = 65534
USERS = [0, NOBODY] if os.getuid() == 0 else [os.getuid()]
HANDED_OVER = {
    "read a model",
    "write what was inherited",
    "read what was inherited",
    "read what is to be read",
    "truncate what was inherited",
    "some private memory",
    "a thread",
    "limits of one's own",
}
FILES = {
    "write a model",
    "read a key",
    "read the database",
    "open the database for writing",
    "list a folder",
    "leave a message",
    "command line of another",
}
OTHERS = {"environment of another", "memory of another"}
"""Of an ordinary process of the same user, which the site's own are not."""
REFUSALS = {"EPERM", "EACCES", "ENOSYS", "ENOMEM", "EFBIG"}
OPEN_FOR_READING = {"write what is to be read": "EBADF", "truncate what is to be read": "EINVAL"}
"""What the kernel says of descriptors that are not open for writing."""
NEVER_DONE = {"a thread in other namespaces", "a program", "type into a terminal"}
"""These lack something beside the right to do them, which the kernel says where they are allowed."""


def break_out(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    Path(folder).chmod(0o777)
    return subprocess.run(
        [sys.executable, "-m", "tests.vision.break_out", folder, *arguments],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(child.CHECKOUT)},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(
    ("mode", "start"),
    [("free", "plain"), ("confined", "plain"), ("confined", "warm"), ("no-landlock", "plain")],
)
def test_an_exploited_decoder_reaches_what_it_was_handed_and_no_more(
    user: int, mode: str, start: str
) -> None:
    """Unconfined, all of it can be done; where the system has no Landlock, files remain within reach."""
    with tempfile.TemporaryDirectory() as folder:
        ended = break_out(folder, str(user), mode, start)
    assert ended.returncode == 0, ended.stderr
    outcomes = json.loads(ended.stdout)
    done = {name for name, outcome in outcomes.items() if outcome == "done"}
    if mode == "free":
        assert outcomes.keys() - done == NEVER_DONE
        assert not {outcomes[name] for name in NEVER_DONE} & REFUSALS
        return
    assert done == HANDED_OVER | {"confined": set(), "no-landlock": FILES | (OTHERS if user else set())}[mode]
    assert outcomes.items() >= OPEN_FOR_READING.items()
    assert {outcomes[name] for name in outcomes.keys() - done - OPEN_FOR_READING.keys()} <= REFUSALS
    raw = {outcome for name, outcome in outcomes.items() if name.startswith("call ")}
    assert raw == {"EPERM", "ENOSYS"}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="there are no others on this machine")
@pytest.mark.parametrize("name", ["foreign", "x32"])
def test_calls_by_other_numbers_end_the_child(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ended = break_out(folder, str(USERS[-1]), "confined", "lethal", name)
    assert (ended.returncode, ended.stdout) == (signal.SIGSYS, ""), ended.stderr


WITHOUT_LANDLOCK = """
import ctypes, os, sys
from annotations.vision import confined
from annotations.vision.errors import VisionError
clip = os.memfd_create("clip")
os.write(clip, open(sys.argv[1], "rb").read())
for accepted in (False, True):
    try:
        print(confined.probe(clip, confined.DecodeOptions(without_landlock=accepted))["frames"])
    except VisionError as error:
        print(error.code)
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
"""


def test_without_landlock_nothing_is_decoded_unless_that_is_accepted(tmp_path: Path) -> None:
    """On a system whose kernel says that it has none. After the first child this process cannot be read any more."""
    clips.scene(tmp_path / "a.mp4", frames=20, people=[])
    command = [sys.executable, "-m", "tests.vision.without_landlock", sys.executable, "-c", WITHOUT_LANDLOCK]
    done = subprocess.run([*command, str(tmp_path / "a.mp4")], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["decoder_unconfined", "20", "0"], done.stderr


def test_a_child_does_not_rely_on_its_parent_to_ask_for_landlock() -> None:
    code = "import os; from annotations.vision.confinement import *; confine(Bounds(10**9, 5, 1000, os.getppid()))"
    command = [sys.executable, "-m", "tests.vision.without_landlock", sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.endswith("OSError: there is no Landlock\n")


def test_a_classifier_of_the_operators_own_is_read_and_its_neighbours_are_not(
    clip: int, tmp_path: Path
) -> None:
    manifest = onnx_models.brightness_classifier(tmp_path)
    (tmp_path / "passwords").write_text('{"path": "model"}')
    reached = confined.RedactOptions(screening=False, classifiers=[manifest])
    report, status = confined.redact(clip, os.memfd_create("out"), reached)
    assert status == 0
    assert [entry["role"] for entry in report["models"]].count("content") == 1
    stray = child.run(
        ["redact", "in", "out", "--report", "report", "--classifier", str(tmp_path / "passwords")],
        child.Sandbox(20, readable=[manifest]),
    )
    assert "Permission denied" in stray.stdout


def test_any_number_of_missed_faces_is_handed_over(clip: int) -> None:
    # All but the first are of moments after the end: what is tried here is handing over, not tracking.
    faces = [MissedFace(frame=1000 * index, box=[20.25, 200.125, 24.25, 28.125]) for index in range(5000)]
    assert len(json.dumps(faces)) > 131_072, "more than one argument may hold"
    report, status = confined.redact(
        clip, os.memfd_create("out"), confined.RedactOptions(screening=False, missed_faces=faces)
    )
    assert status == 0
    assert [track["score"] for track in report["tracks"]].count(1) == 1


def test_the_filter_leaves_ordinary_work_alone() -> None:
    done = in_confinement(
        "import threading; t = threading.Thread(target=print, args=('done',)); t.start(); t.join()"
    )
    assert done.stdout == "done\n", done.stderr


def test_a_child_dies_with_its_parent(hanging: tuple[list[str], list[int]]) -> None:
    code = (
        "import os\nfrom annotations.vision import child\n"
        "def beat(): print(open(f'/proc/self/task/{os.getpid()}/children').read().split()[0], flush=True)\n"
        f"child.run({hanging[0]}, child.Sandbox(60, inputs={hanging[1]}), child.Observer(heartbeat=beat))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, pass_fds=hanging[1]
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"
    parent.stdout.close()


def test_the_child_inherits_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "very secret")
    assert "SECRET_KEY" not in child.Sandbox(1).environment()


def test_without_a_model_that_doubts_it_nothing_is_hidden_unless_that_was_accepted(
    clip: int, tmp_path: Path
) -> None:
    """In the child, whose models are those that decide alone."""
    models = tmp_path / "models"
    shutil.copytree(folder(), models, ignore=lambda *_: ["blazeface-back.bin", "nudenet", "skimage"])
    options = confined.RedactOptions(screening=False, models_dir=models)
    with pytest.raises(VisionError) as caught:
        confined.redact(clip, os.memfd_create("out"), options)
    assert caught.value.code == "no_second_opinion"
    accepted = replace(options, without_second_opinion=True)
    report, status = confined.redact(clip, os.memfd_create("out"), accepted)
    assert (status, report["residual"]["evidence"]) == (0, [])
    assert "opinion" not in {model["role"] for model in report["models"]}
