"""The child's side of confinement: give up rights, then become the command line.

Run as `python -m annotations.vision.confinement BOUNDS COMMAND ...` (`confined` does). Before any byte of
the input is read, and before the decoding libraries are even loaded, this process bounds its memory, time
and files and dies with its parent. From then on it can read only programs and models, write only what it has
inherited open, and ask the kernel for nothing but what decoding takes (`system_calls`): not for the network, another
program, another process or memory that is not counted. Linux only; standard library only.
"""

import ctypes
import json
import os
import platform
import resource
import runpy
import signal
import stat
import struct
import sys
import sysconfig
from collections.abc import Sequence
from typing import NamedTuple

from annotations.vision import (
    landlock,
    memory,  # noqa: F401 - opens what a confined process can only read when it is open already
    scratch,
)
from annotations.vision.call_filter import filter_program
from annotations.vision.own_memory import make_unreadable, prctl
from annotations.vision.system_calls import Numbers

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2

CAPABILITY_VERSION = 0x20080522
"""Of the form in which capset(2) takes capabilities: two words for each set."""
CAP_DAC_READ_SEARCH = 1 << 2

MOST_RESERVED = 16_000_000_000
"""Bytes of addresses beyond the memory: onnxruntime and threads reserve several times what they use. More would only
serve to fill memory with page tables, which no other limit counts."""
MOST_STACK = 8_388_608
"""Bytes of the first thread's stack, which RLIMIT_DATA does not count."""

SYSTEM_PLACES = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/proc/cpuinfo", "/sys/devices/system/cpu", "/dev/urandom"
)  # fmt: skip
"""Shared libraries, and what numerical libraries ask about the processor."""


class Bounds(NamedTuple):
    """What the child may use: bytes of private memory, seconds of processor time, bytes of one file; the files and
    folders, beside Python and the system's libraries, that it may read; the descriptor of a memory file for what it
    sets aside; whether it may go on where the system has no Landlock; and the descriptors that are for reading only."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    parent: int
    readable: Sequence[str] = ()
    scratch: int | None = None
    without_landlock: bool = False
    read_only: Sequence[int] = ()


def confine(bounds: Bounds) -> None:
    """Give up rights for good. Raises OSError when the system refuses, and then nothing may be decoded."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != bounds.parent:
        raise OSError("the parent process is gone")
    if not landlock.version() and not bounds.without_landlock:
        raise OSError("there is no Landlock")
    machine = platform.machine()
    if machine not in Numbers._fields:
        raise OSError(f"there is no system call filter for {machine}")
    scratch.take(bounds.scratch)
    for descriptor in bounds.read_only:
        _only_read(descriptor)
    for limit, value in (
        (resource.RLIMIT_DATA, bounds.memory_bytes),
        (resource.RLIMIT_AS, bounds.memory_bytes + MOST_RESERVED),
        (resource.RLIMIT_STACK, MOST_STACK),
        (resource.RLIMIT_CPU, bounds.cpu_seconds),
        (resource.RLIMIT_FSIZE, bounds.file_bytes),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CORE, 0),
    ):
        _lower(limit, value)
    make_unreadable()
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    landlock.allow_reading_only([*SYSTEM_PLACES, *_python_places(), *bounds.readable])
    _drop_capabilities()
    load_filter(filter_program(machine, os.getpid()))


def _only_read(descriptor: int) -> None:
    """Give up writing into a memory file for good: nor can it be opened again for that, by its name under /proc.

    The parent goes on writing through the descriptor that it has. Files with a name are left alone: their modes are
    not ours to change, and Landlock keeps them.
    """
    name = f"/proc/self/fd/{descriptor}"
    if os.readlink(name).startswith("/memfd:"):
        os.fchmod(descriptor, stat.S_IRUSR)
        again = os.open(name, os.O_RDONLY)
        os.dup2(again, descriptor)
        os.close(again)


def _lower(limit: int, value: int) -> None:
    """Bound a resource by this value, or by less where that is so already."""
    _, most = resource.getrlimit(limit)
    lowest = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(limit, (lowest, lowest))


def _python_places() -> set[str]:
    """Where modules and the libraries beside them are, but not all of a prefix, which may hold a site's data."""
    paths = sysconfig.get_paths()
    modules = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return modules | {os.path.join(sys.base_prefix, "lib")}


def _drop_capabilities() -> None:
    """Be no more than any user, where the site runs as root: not even its parent's memory may be read then.

    Reading files of other users stays, since the program itself may be one. Raises OSError.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    sets = ctypes.create_string_buffer(24)
    if libc.capget(header, sets) == 0:
        kept = struct.unpack("6I", sets.raw)[1] & CAP_DAC_READ_SEARCH
        if libc.capset(header, struct.pack("6I", kept, kept, 0, 0, 0, 0)) == 0:
            return
    raise OSError(ctypes.get_errno(), f"capabilities: {os.strerror(ctypes.get_errno())}")


def load_filter(program: bytes) -> None:
    """Put a filter over this thread's system calls, and those of threads that it starts. Raises OSError."""
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header, len(header)))


def main() -> None:
    """Confine this process, and run the command line with what follows the bounds."""
    bounds = Bounds(**json.loads(sys.argv[1]))
    confine(bounds)
    sys.argv = ["annotations.vision", *sys.argv[2:]]
    runpy.run_module("annotations.vision", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
