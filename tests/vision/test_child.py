"""Children that do not do as they should: each in place of the program that `child.run` starts."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from annotations.vision import child, child_streams, confined, usage
from annotations.vision.child import Observer, Sandbox
from annotations.vision.errors import VideoError, VisionError

START = """
import json, os, sys, time
bounds, arguments = json.loads(sys.argv[1]), sys.argv[2:]
def after(option): return arguments[arguments.index(option) + 1]
"""
Misbehave = Callable[[str], None]


@pytest.fixture
def in_its_place(monkeypatch: pytest.MonkeyPatch) -> Misbehave:
    """Has Python run other code as the child, with the descriptors, arguments and environment of the real one."""
    real = subprocess.Popen

    def put(code: str) -> None:
        def popen(command: list[str], **options: Any) -> "subprocess.Popen[bytes]":
            return real([sys.executable, "-c", START + code, *command[3:]], **options)

        monkeypatch.setattr(subprocess, "Popen", popen)

    return put


def code_of(observer: Observer = child.NOBODY, **sandbox: Any) -> str:
    with pytest.raises(VideoError) as caught:
        child.run(["redact"], Sandbox(50, **sandbox), observer)
    return caught.value.code


@pytest.mark.parametrize(
    "code",
    [
        "os.write(int(after('--progress')), b'{\"stage\": \"render\"}\\n'); time.sleep(60)",
        "os.write(int(after('--progress')), b'x' * 2000); time.sleep(60)",
        "os.write(int(after('--progress')), b'half a li')",
        'while True: os.write(int(after(\'--progress\')), b\'{"stage": "a", "done": 1, "total": 2}\\n\' * 1000)',
        "while True: os.write(1, b'x' * 60000)",
        "while True: os.write(2, b'x\\n' * 30000)",
        "os.kill(os.getpid(), 9)",
        "os.abort()",
    ],
)
def test_a_child_that_says_too_much_or_nonsense_has_crashed(code: str, in_its_place: Misbehave) -> None:
    """At once: after its time it would be told that it takes too long."""
    in_its_place(code)
    seen: list[dict[str, Any]] = []
    assert code_of(Observer(seen.append)) == "decoder_crashed"


def test_progress_comes_in_order_and_what_was_said_last_is_kept(in_its_place: Misbehave) -> None:
    in_its_place(
        "for n in range(500): os.write(int(after('--progress')), json.dumps("
        "{'stage': 'render', 'done': n, 'total': 500}).encode() + b'\\n')\n"
        "os.write(1, b'x' * 1_500_000 + b'\\nlast'); os.write(2, b'remark\\xff'); sys.exit(3)"
    )
    seen: list[dict[str, Any]] = []
    done = child.run(["redact"], Sandbox(20), Observer(seen.append))
    assert [told["done"] for told in seen] == list(range(500))
    assert (done.status, done.stderr) == (3, "remark\N{REPLACEMENT CHARACTER}")
    assert done.stdout.endswith("x\nlast")
    assert len(done.stdout) == child_streams.MOST_KEPT


def test_a_child_that_closes_its_streams_and_lives_on_is_ended(
    in_its_place: Misbehave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "ENDING_SECONDS", 1.5)
    in_its_place("os.closerange(1, 200); time.sleep(60)")
    beats: list[float] = []
    start = time.monotonic()
    assert code_of(Observer(heartbeat=lambda: beats.append(time.monotonic()))) == "decoder_crashed"
    assert time.monotonic() - start < 10
    assert beats, "the lease of the run must not end meanwhile"


def test_a_child_that_takes_its_time_to_end_is_waited_for(in_its_place: Misbehave) -> None:
    in_its_place("os.write(1, b'done'); os.closerange(1, 200); time.sleep(0.5); os._exit(0)")
    done = child.run(["redact"], Sandbox(20))
    assert (done.status, done.stdout) == (0, "done")


def test_files_count_together_with_memory(in_its_place: Misbehave) -> None:
    """What no limit of the child adds up: each file is within its bound."""
    in_its_place(
        "for fd in (*map(int, arguments[1:]), bounds['scratch']): os.pwrite(fd, b'x' * 30_000_000, 60_000_000)\n"
        "time.sleep(60)"
    )
    files = [os.memfd_create(name) for name in ("rendition", "report")]
    os.write(files[0], b"x" * 60_000_000)  # what was there before is not the child's
    try:
        with pytest.raises(VideoError) as caught:
            child.run(["redact", *map(str, files)], Sandbox(20, outputs=files, memory_bytes=80_000_000))
    finally:
        for file in files:
            os.close(file)
    assert (caught.value.code, "memory" in caught.value.message) == ("decoder_crashed", True)


@pytest.mark.parametrize(
    "code",
    [
        "held = bytearray(120_000_000)",
        "import mmap; held = mmap.mmap(-1, 120_000_000); held.write(b'x' * 120_000_000)",
    ],
    ids=["private", "shared"],
)
def test_memory_of_any_kind_is_seen(code: str, in_its_place: Misbehave) -> None:
    in_its_place(f"{code}\ntime.sleep(60)")
    assert code_of(memory_bytes=100_000_000) == "decoder_crashed"


def test_threads_are_counted(in_its_place: Misbehave, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "MOST_THREADS", 20)
    in_its_place(
        "import threading\nfor _ in range(30): threading.Thread(target=time.sleep, args=(60,)).start()"
    )
    assert code_of() == "decoder_crashed"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("print('not JSON')", "decoder_crashed"),
        ("print(json.dumps({'ok': True, 'frames': 3}))", "decoder_crashed"),
        ("print('x'); sys.exit(2)", "decoder_crashed"),
        ("print(json.dumps({'ok': False, 'code': 'too_long', 'message': 'Long.'})); sys.exit(2)", "too_long"),
        ("sys.exit(1)", "internal_failure"),
        ("raise ZeroDivisionError('\\0')", "internal_failure"),
    ],
)
def test_probing_believes_no_child(code: str, expected: str, in_its_place: Misbehave) -> None:
    in_its_place(code)
    with pytest.raises(VisionError) as caught:
        confined.probe(os.open("/dev/null", os.O_RDONLY))
    assert caught.value.code == expected
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "code",
    [
        "sys.exit(0)",
        "sys.exit(3)",
        "open(after('--report'), 'w').write('{}')",
        "open(after('--report'), 'w').write('[' * 10_000)",
        "os.ftruncate(int(after('--report').rpartition('/')[2]), 900_000_000)",
    ],
)
def test_a_report_that_is_none_is_a_crash(code: str, in_its_place: Misbehave) -> None:
    in_its_place(code)
    with pytest.raises(VideoError) as caught:
        confined.redact(0, 1, confined.RedactOptions(timeout_s=20))
    assert caught.value.code == "decoder_crashed"
