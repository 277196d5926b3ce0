"""The child's side of confinement: give up rights, then become the command line.

Run as ``python -m annotations.vision.confinement BOUNDS COMMAND ...`` (``confined`` does). Before any byte of
the input is read, and before the decoding libraries are even loaded, this process bounds its memory, time
and files, dies with its parent, and can no longer open a network socket or start a program. Linux only;
standard library only.
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
from typing import NamedTuple

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2

# Classic BPF: load a word of the call's description, compare, return a verdict (linux/filter.h, seccomp(2)).
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
VERDICT_ALLOW, VERDICT_KILL, VERDICT_ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER_OFFSET, ARCHITECTURE_OFFSET, FIRST_ARGUMENT_OFFSET = 0, 4, 16
CLONE3 = 435
CLONE_THREAD = 0x00010000
X32_CALLS = 0x40000000


class Architecture(NamedTuple):
    audit_code: int
    clone: int
    refused: tuple[int, ...]


# socket socketpair bind listen accept accept4 connect sendto sendmsg; execve execveat; ptrace
# process_vm_readv process_vm_writev pidfd_getfd; io_uring_setup io_uring_enter io_uring_register; bpf
# perf_event_open userfaultfd; add_key request_key keyctl; mount unshare setns; (x86_64 only: fork vfork)
ARCHITECTURES = {
    "x86_64": Architecture(
        0xC000003E,
        56,
        (41, 53, 49, 50, 43, 288, 42, 44, 46, 59, 322, 101, 310, 311, 438, 425, 426, 427, 321, 298, 323,
         248, 249, 250, 165, 272, 308, 57, 58),
    ),
    "aarch64": Architecture(
        0xC00000B7,
        220,
        (198, 199, 200, 201, 202, 242, 203, 206, 211, 221, 281, 117, 270, 271, 438, 425, 426, 427, 280, 241,
         282, 217, 218, 219, 40, 97, 268),
    ),
}  # fmt: skip


class Bounds(NamedTuple):
    """What the child may use: bytes of private memory, seconds of processor time, bytes of one file."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    parent: int


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
    _refuse_calls(libc)


def _refuse_calls(libc: ctypes.CDLL) -> None:
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise OSError(f"there is no system call filter for {machine}")
    program = filter_program(ARCHITECTURES[machine])
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    _prctl(libc, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header, len(header)))


def filter_program(architecture: Architecture) -> bytes:
    """The filter: another architecture's calls kill, refused calls fail with EPERM, the rest pass.

    Threads may be started, processes not. The arguments of clone3 cannot be seen from here: it "does not
    exist", and the C library falls back to clone.
    """
    refused = architecture.refused
    refuse = (RETURN, 0, 0, VERDICT_ERRNO | errno.EPERM)
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_OFFSET),
        (JUMP_EQUAL, 1, 0, architecture.audit_code),
        (RETURN, 0, 0, VERDICT_KILL),
        (LOAD, 0, 0, NUMBER_OFFSET),
        (JUMP_EQUAL, 0, 1, CLONE3),
        (RETURN, 0, 0, VERDICT_ERRNO | errno.ENOSYS),
        (JUMP_EQUAL, 0, 4, architecture.clone),
        (LOAD, 0, 0, FIRST_ARGUMENT_OFFSET),
        (JUMP_ANY_SET, 0, 1, CLONE_THREAD),
        (RETURN, 0, 0, VERDICT_ALLOW),
        refuse,
        (JUMP_AT_LEAST, len(refused) + 1, 0, X32_CALLS),
        *((JUMP_EQUAL, len(refused) - position, 0, call) for position, call in enumerate(refused)),
        (RETURN, 0, 0, VERDICT_ALLOW),
        refuse,
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _prctl(libc: ctypes.CDLL, option: int, *arguments: object) -> None:
    padded = [argument if isinstance(argument, ctypes.Array) else ctypes.c_ulong(int(str(argument)))
              for argument in (*arguments, *(0,) * (4 - len(arguments)))]  # fmt: skip
    if libc.prctl(ctypes.c_int(option), *padded) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


def main() -> None:
    bounds = Bounds(**json.loads(sys.argv[1]))
    confine(bounds)
    sys.argv = ["annotations.vision", *sys.argv[2:]]
    runpy.run_module("annotations.vision", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
