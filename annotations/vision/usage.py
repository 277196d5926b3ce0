"""What a child and the memory files that it was handed use, seen from outside. Standard library only.

The child's own limits refuse private memory beyond the bound, and its filter memory of any other kind. This is the
second line: it counts what is there, and the files, which no limit of the child adds up.
"""

import os
import re
from collections.abc import Sequence

from annotations.vision.errors import decoder_crashed

COUNTED = ("RssAnon", "RssShmem", "VmSwap", "VmPTE")
"""Memory of a process that it alone has: lines of `/proc/PID/status`, in kB (proc_pid_status(5)). Programs and
libraries (RssFile) are shared with everybody."""
MOST_THREADS = 1000
"""Each costs the kernel some 30 kB, which nothing counts. A pass has a dozen, and some for every processor."""
_LINES = re.compile(rb"^(\w+):\s+(\d+)(?: kB)?$", re.MULTILINE)
_BLOCK = 512
"""Bytes in the unit of `st_blocks`, whatever the file system."""


class UsageLimit:
    """Of a child that was started with these descriptors; what lay in its files before is not its own."""

    def __init__(self, descriptors: Sequence[int], memory_bytes: int) -> None:
        self._descriptors, self._most = descriptors, memory_bytes
        self._before = self._in_files()

    def check(self, pid: int) -> None:
        """Raises VideoError("decoder_crashed") when the child uses more than it may.

        Where the system hides processes from each other (`hidepid`), only the files are seen.
        """
        numbers = _status(pid)
        memory = 1024 * sum(numbers.get(name, 0) for name in COUNTED)
        if memory + self._in_files() - self._before > self._most:
            raise decoder_crashed("The video needs more memory than is allowed.")
        if numbers.get("Threads", 0) > MOST_THREADS:
            raise decoder_crashed()

    def _in_files(self) -> int:
        return sum(os.fstat(descriptor).st_blocks * _BLOCK for descriptor in self._descriptors)


def _status(pid: int) -> dict[str, int]:
    """Numbers that the system tells of a process; none when it is gone."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            return {name.decode(): int(number) for name, number in _LINES.findall(file.read())}
    except OSError:
        return {}
