"""Confined children that start warm: forked from a process in which the decoding libraries are loaded already.

Starting Python and loading the libraries takes about half a second of processor time for each child, most of what a
small file costs. A forked child has the same descriptors, bounds, confinement and command line as one that
`confined` starts, and gives up its rights before it reads a byte of the input; only the libraries are loaded before
that and not after. What depends on the start itself needs a real child.
"""

import fcntl
import gc
import importlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from annotations.vision import confinement, memory

COMMANDS = ("probe", "clean", "redact", "repair")
MODULE = "annotations.vision.confinement"
MOST_REQUEST = 100_000
MOST_DESCRIPTORS = 32
ABOVE_ALL = 400
"""Numbers of descriptors from here on are used by nobody."""
_Popen = subprocess.Popen


class WarmChild:
    """What `confined` uses of a `subprocess.Popen`."""

    def __init__(self, pid: int, answers: socket.socket, stdout: BinaryIO, stderr: BinaryIO) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self.returncode: int | None = None
        self.peak_mb = 0.0
        self._answers = answers

    def wait(self, timeout: float | None = None) -> int:
        """The exit status. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._answers.settimeout(timeout)
            try:
                answer = json.loads(self._answers.recv(MOST_REQUEST))
            except TimeoutError:
                raise subprocess.TimeoutExpired(MODULE, timeout or 0) from None
            self.returncode, self.peak_mb = int(answer["status"]), float(answer["peak_mb"])
        return self.returncode


class WarmStart:
    """Starts confined children, one at a time, in place of `subprocess.Popen`; `close` it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._environment: dict[str, str] = {}
        self._last: WarmChild | None = None

    @property
    def pid(self) -> int:
        """Of the process that forks; 0 before the first child."""
        return self._process.pid if self._process else 0

    @property
    def peak_mb(self) -> float:
        """The most memory that the last child had in use."""
        return self._last.peak_mb if self._last else 0.0

    def popen(
        self,
        command: Sequence[str],
        *,
        stdin: int,
        stdout: int,
        stderr: int,
        pass_fds: Sequence[int],
        env: dict[str, str],
        cwd: str,
        start_new_session: bool,
    ) -> WarmChild:
        """What `confined` calls; nothing else may."""
        assert list(command[:3]) == [sys.executable, "-m", MODULE]
        assert (stdin, stdout, stderr, cwd) == (subprocess.DEVNULL, subprocess.PIPE, subprocess.PIPE, "/")
        assert start_new_session
        self._start(env)
        streams = os.pipe(), os.pipe()
        order = {"arguments": list(command[3:]), "numbers": [1, 2, *pass_fds]}
        try:
            written = [write for _, write in streams]
            socket.send_fds(self._requests, [json.dumps(order).encode()], [*written, *pass_fds])
        finally:
            for _, write in streams:
                os.close(write)
        self._requests.settimeout(30)
        pid = int(json.loads(self._requests.recv(MOST_REQUEST))["pid"])
        out, remarks = (open(read, "rb") for read, _ in streams)  # noqa: SIM115 - `confined` closes them
        self._last = WarmChild(pid, self._requests, out, remarks)
        return self._last

    def _start(self, environment: dict[str, str]) -> None:
        if self._process is not None:
            assert environment == self._environment, "the libraries were loaded with other variables"
            return
        self._environment = environment
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.vision.warm_start", str(theirs.fileno())]
            self._process = _Popen(
                command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], env=environment
            )
        self._requests.settimeout(60)
        assert self._requests.recv(MOST_REQUEST) == b"ready"

    def close(self) -> None:
        if self._process is not None:
            self._requests.close()
            assert self._process.wait(30) == 0


def serve(requests: socket.socket) -> None:
    """Forks a child for each request, tells its number and, when it has ended, how. Ends when nobody asks any more."""
    for command in COMMANDS:
        importlib.import_module(f"annotations.vision.commands.{command}")
    assert len(list(Path("/proc/self/task").iterdir())) == 1, (
        "a library started a thread: it would not be forked"
    )
    gc.collect()
    gc.freeze()
    requests.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, MOST_REQUEST, MOST_DESCRIPTORS)
        if not message:
            return
        order = json.loads(message)
        forker = os.getpid()
        child = os.fork()
        if child == 0:
            requests.close()
            become(order, descriptors, forker)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        requests.send(json.dumps({"pid": child}).encode())
        _, status, usage = os.wait4(child, 0)
        ended = {"status": os.waitstatus_to_exitcode(status), "peak_mb": usage.ru_maxrss / 1024}
        requests.send(json.dumps(ended).encode())


def become(order: dict[str, Any], descriptors: list[int], forker: int) -> None:
    """The child that `confined` would have started: its session, folder, descriptors and arguments."""
    os.setsid()
    os.chdir("/")
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, ABOVE_ALL) for descriptor in descriptors]
    os.closerange(3, ABOVE_ALL)
    for source, number in zip(moved, order["numbers"], strict=True):
        os.dup2(source, number)
    os.closerange(ABOVE_ALL, ABOVE_ALL + len(moved))
    importlib.reload(memory)  # it keeps a descriptor that tells of the process that opened it
    bounds, *arguments = order["arguments"]
    sys.argv = ["", json.dumps({**json.loads(bounds), "parent": forker}), *arguments]
    try:
        confinement.main()
    except SystemExit as ended:
        if threading.active_count() > 1:
            raise  # the end waits for the other threads
        sys.stdout.flush()
        os._exit(int(ended.code or 0))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
