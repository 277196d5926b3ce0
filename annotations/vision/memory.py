"""The most memory that this process has used. Linux only; standard library only."""

import os
import re

_STATUS = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)
"""Opened when this is imported, which `confinement` does first: a confined process can no longer open it."""


def peak_mb() -> float:
    """Megabytes of memory that this process had in use at most, its program alone.

    Not `getrusage`: that takes over what the process that started this one had in memory (Linux adds it up when the
    program is exchanged), which may be more than a whole pass.
    """
    found = re.search(rb"^VmHWM:\s+(\d+) kB$", os.pread(_STATUS, 65_536, 0), re.MULTILINE)
    if found is None:
        raise OSError("The system does not tell how much memory is used.")
    return int(found[1]) / 1024
