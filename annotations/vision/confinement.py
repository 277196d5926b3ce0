"""The child's side of confinement: give up rights, then become the command line.

Run as `python -m annotations.vision.confinement BOUNDS COMMAND ...` (`confined` does). Before any byte of
the input is read, and before the decoding libraries are even loaded, this process bounds its memory, time
and files and dies with its parent. From then on it can read only programs and models, write only what it has
inherited open, and not reach the network, start a program or touch another process. Linux only; standard
library only.
"""

import ctypes
import errno
import json
import os
import platform
import resource
import runpy
import signal
import struct
import sys
import sysconfig
from collections.abc import Sequence
from typing import NamedTuple

from annotations.vision import (
    landlock,
    memory,  # noqa: F401 - opens what a confined process can only read when it is open already
)
from annotations.vision.system_calls import CLONE, CLONE3, OWN_PROCESS_ONLY, REFUSED, Numbers

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Classic BPF: load a word of the call's description, compare, return a verdict (linux/filter.h, seccomp(2))."""
RETURN_ALLOW, RETURN_KILL, RETURN_ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER_OFFSET, ARCHITECTURE_OFFSET, FIRST_ARGUMENT_OFFSET = 0, 4, 16
CLONE_THREAD = 0x00010000
X32_CALLS = 0x40000000

AUDIT_CODES = Numbers(x86_64=0xC000003E, aarch64=0xC00000B7)
"""How the kernel names the architecture of a call (linux/audit.h)."""

SYSTEM_PLACES = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/proc/cpuinfo", "/sys/devices/system/cpu", "/dev/urandom"
)  # fmt: skip
"""Shared libraries, and what numerical libraries ask about the processor."""


class Bounds(NamedTuple):
    """What the child may use: bytes of private memory, seconds of processor time, bytes of one file; and the
    files and folders, beside Python and the system's libraries, that it may read."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    parent: int
    readable: Sequence[str] = ()


def confine(bounds: Bounds) -> None:
    """Give up rights for good. Raises OSError when the system refuses, and then nothing may be decoded."""
    libc = ctypes.CDLL(None, use_errno=True)
    _prctl(libc, PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != bounds.parent:
        raise OSError("the parent process is gone")
    # Private memory, not address space: onnxruntime reserves several times what it uses.
    for limit, value in (
        (resource.RLIMIT_DATA, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.cpu_seconds),
        (resource.RLIMIT_FSIZE, bounds.file_bytes),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    _prctl(libc, PR_SET_NO_NEW_PRIVS, 1)
    landlock.allow_reading_only([*SYSTEM_PLACES, *_python_places(), *bounds.readable])
    machine = platform.machine()
    if machine not in Numbers._fields:
        raise OSError(f"there is no system call filter for {machine}")
    load_filter(libc, filter_program(machine, os.getpid()))


def _python_places() -> set[str]:
    """Where modules and the libraries beside them are, but not all of a prefix, which may hold a site's data."""
    paths = sysconfig.get_paths()
    modules = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return modules | {os.path.join(sys.base_prefix, "lib")}


def load_filter(libc: ctypes.CDLL, program: bytes) -> None:
    """Put a filter over this thread's system calls, and those of threads that it starts. Raises OSError."""
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    _prctl(libc, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header, len(header)))


def filter_program(machine: str, own: int) -> bytes:
    """The filter: another architecture's calls kill, refused calls fail with EPERM, the rest pass.

    Threads may be started, processes not. The arguments of clone3 cannot be seen from here: it "does not
    exist", and the C library falls back to clone. `own` is the number of this process.
    """
    refused = [number for call in REFUSED.values() if (number := getattr(call, machine)) is not None]
    signal_thread, limits = (getattr(call, machine) for call in OWN_PROCESS_ONLY.values())
    refuse = (RETURN, 0, 0, RETURN_ERRNO | errno.EPERM)
    allow = (RETURN, 0, 0, RETURN_ALLOW)
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_OFFSET),
        (JUMP_EQUAL, 1, 0, getattr(AUDIT_CODES, machine)),
        (RETURN, 0, 0, RETURN_KILL),
        (LOAD, 0, 0, NUMBER_OFFSET),
        (JUMP_EQUAL, 0, 1, getattr(CLONE3, machine)),
        (RETURN, 0, 0, RETURN_ERRNO | errno.ENOSYS),
        (JUMP_EQUAL, 0, 4, getattr(CLONE, machine)),
        (LOAD, 0, 0, FIRST_ARGUMENT_OFFSET),
        (JUMP_ANY_SET, 0, 1, CLONE_THREAD),
        allow,
        refuse,
        (JUMP_EQUAL, 1, 0, signal_thread),
        (JUMP_EQUAL, 0, 5, limits),
        (LOAD, 0, 0, FIRST_ARGUMENT_OFFSET),
        (JUMP_EQUAL, 2, 0, own),
        (JUMP_EQUAL, 1, 0, 0),
        refuse,
        allow,
        (JUMP_AT_LEAST, len(refused) + 1, 0, X32_CALLS),
        *((JUMP_EQUAL, len(refused) - position, 0, call) for position, call in enumerate(refused)),
        allow,
        refuse,
    ]
    return assemble(steps)


def assemble(steps: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Instructions (code, jumps when true and when false, operand) as the kernel reads them."""
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _prctl(libc: ctypes.CDLL, option: int, *arguments: object) -> None:
    padded = [argument if isinstance(argument, ctypes.Array) else ctypes.c_ulong(int(str(argument)))
              for argument in (*arguments, *(0,) * (4 - len(arguments)))]  # fmt: skip
    if libc.prctl(ctypes.c_int(option), *padded) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


def main() -> None:
    """Confine this process, and run the command line with what follows the bounds."""
    bounds = Bounds(**json.loads(sys.argv[1]))
    confine(bounds)
    sys.argv = ["annotations.vision", *sys.argv[2:]]
    runpy.run_module("annotations.vision", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
