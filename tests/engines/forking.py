"""Programs that start quickly: forked from a process in which the libraries of other people are loaded already.

Loading them is most of what starting a program costs, and the tests start more than a hundred. A forked program reads
its settings and loads all of our code itself, in a session of its own, as `python ARGUMENTS` would. The tests of
`./workbench up`, of the supervisor and of the command line start theirs the long way.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from annotations import vision  # noqa: F401 - before onnxruntime, which would start a thread

ROOT = Path(__file__).resolve().parent.parent.parent
LIBRARIES = (
    *(
        "asyncio",
        "av",
        "cv2",
        "dateutil.parser",
        "email.headerregistry",
        "http.server",
        "numpy",
        "onnx",
        "onnxruntime",
    ),
    *(
        "PIL.Image",
        "psycopg_pool",
        "redis",
        "rich",
        "sqlite3",
        "structlog",
        "unittest.mock",
        "xml.dom.minidom",
        "yaml",
    ),
    *("celery.app.base", "celery.apps.worker", "celery.concurrency.prefork", "celery.fixups.django"),
    *("kombu.transport.filesystem", "kombu.transport.redis", "pygments.formatters.html"),
    *("cryptography.hazmat.primitives.asymmetric.ed25519", "cryptography.hazmat.primitives.ciphers.aead"),
    *("ahocorasick_rs", "cryptography.x509", "fido2.server", "orjson", "requests", "rfc8785", "segno"),
    *("joserfc.jwk", "joserfc.jwt", "joserfc.registry", "uritemplate"),
    *("django.core.handlers.wsgi", "django.core.management", "django.db.models", "django.forms"),
    *("django.template.defaulttags", "django.test", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread"),
)
"""Loaded without settings."""
MOST = 100_000


class Program:
    """What the tests use of a `subprocess.Popen`."""

    def __init__(self, pid: int, forker: "Forker") -> None:
        self.pid = pid
        self._forker = forker

    def poll(self) -> int | None:
        """The exit status (negative: the signal that ended it), or None while it runs."""
        return self._forker.status(self.pid, 0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status. Raises subprocess.TimeoutExpired."""
        status = self._forker.status(self.pid, timeout)
        if status is None:
            raise subprocess.TimeoutExpired(f"program {self.pid}", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Forker:
    """`start` programs, `stop` it when all of them have ended."""

    def __init__(self) -> None:
        self._statuses: dict[int, int] = {}
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.engines.forking", str(theirs.fileno())],
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "OPENBLAS_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def start(self, arguments: tuple[str, ...], environment: dict[str, str], log: BinaryIO) -> Program:
        """Starts `python ARGUMENTS` in the checkout; its output goes to the file."""
        order = json.dumps({"arguments": arguments, "environment": environment}).encode()
        assert len(order) < MOST
        socket.send_fds(self._requests, [order], [log.fileno()])
        while (told := self._receive(60)) is None or "started" not in told:
            assert told is not None, "no program was started within a minute"
        return Program(told["started"], self)

    def status(self, pid: int, timeout: float | None) -> int | None:
        """The exit status of a program, waited for so many seconds (None: as long as it takes), or None."""
        until = None if timeout is None else time.monotonic() + timeout
        while pid not in self._statuses:
            if self._receive(None if until is None else max(0.0, until - time.monotonic())) is None:
                return None
        return self._statuses[pid]

    def _receive(self, timeout: float | None) -> dict[str, int] | None:
        """The next message, within so many seconds; the ends of programs are noted."""
        if not select.select([self._requests], [], [], timeout)[0]:
            return None
        message = self._requests.recv(MOST)
        assert message, "the process that starts programs has ended"
        told: dict[str, int] = json.loads(message)
        if "ended" in told:
            self._statuses[told["ended"]] = told["status"]
        return told

    def stop(self) -> None:
        self._requests.close()
        self._process.wait(30)


def serve(requests: socket.socket) -> None:
    """Forks a program for each request and tells of the end of each. Ends when nobody asks any more."""
    for module in LIBRARIES:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # so that no collection copies the shared pages
    assert len(os.listdir("/proc/self/task")) == 1, "a library started a thread: it would not be forked"
    wake, waken = os.pipe()
    os.set_blocking(waken, False)
    signal.set_wakeup_fd(waken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([requests.fileno(), wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
            tell_of_the_ended(requests)
        if requests.fileno() in ready:
            message, descriptors, _, _ = socket.recv_fds(requests, MOST, 1)
            if not message:
                return
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                requests.close()
                os.close(wake)
                os.close(waken)
                become(json.loads(message), descriptors[0])
                return
            os.close(descriptors[0])
            requests.send(json.dumps({"started": child}).encode())


def tell_of_the_ended(requests: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            told = {"ended": found[0], "status": os.waitstatus_to_exitcode(found[1])}
            requests.send(json.dumps(told).encode())


def become(order: dict[str, Any], log: int) -> None:
    """The program, in a session of its own, with this environment and these arguments."""
    os.setsid()
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.environ.clear()
    os.environ.update(order["environment"])
    first, *rest = order["arguments"]
    if first == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [first, *rest]
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
