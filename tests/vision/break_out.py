"""Stands for an exploited decoder: tries what it should not do, and prints what became of each attempt.

`python break_out.py FOLDER UID MODE START`: MODE is "free", "confined" (by Landlock and the filter), or "no-landlock"
(confined on a system without it, which somebody has accepted). START is "plain", or "warm": forked from a process that
has loaded the decoding libraries. The folder is open to the user. The output is a JSON object: "done", or the name of
the error. `MODE lethal NAME`, in place of START, makes one attempt that ends the process.
"""

import ctypes
import errno
import importlib
import json
import mmap
import os
import resource
import signal
import socket
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from pathlib import Path

from annotations.vision import confinement, own_memory, system_calls
from tests.vision.refused_calls import REFUSED
from tests.vision.without_landlock import hide_landlock

FOLDER, UID, MODE, START = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
MACHINE = os.uname().machine
MEMORY, MORE = 300_000_000, 400_000_000
FILE = 1_000_000
BEYOND_ADDRESSES = 30_000_000_000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
Attempts = dict[str, Callable[[], object]]


def become_user() -> None:
    sysconfig.get_paths()  # loads a module that the user may not be able to read
    if os.getuid() != UID:
        os.setgroups([])
        os.setgid(UID)
        os.setuid(UID)
        own_memory.prctl(own_memory.PR_SET_DUMPABLE, 1)  # as a process that was this user's from its start


def make_files() -> None:
    for name in ("key", "database", "spare", "unwanted"):
        (FOLDER / name).write_text("contents")
    (FOLDER / "models").mkdir()
    (FOLDER / "models" / "model").write_text("model")


def start_neighbour() -> int:
    """Another process of the same user, which ends with this one."""
    read, write = os.pipe()
    neighbour = os.fork()
    if not neighbour:
        os.close(write)
        os.read(read, 1)
        os._exit(0)
    os.close(read)
    return neighbour


def call(numbers: system_calls.Numbers, *arguments: int) -> int:
    """A system call by its number, past the C library. Raises OSError."""
    result = LIBC.syscall(getattr(numbers, MACHINE), *(ctypes.c_long(argument) for argument in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return int(result)


def known(name: str) -> system_calls.Numbers:
    conditional = {other: numbers for other, (numbers, _) in system_calls.CONDITIONAL.items()}
    return {**REFUSED, **conditional, **system_calls.OWN_PROCESS_ONLY}[name]


def named(name: str, *arguments: int) -> Callable[[], object]:
    return lambda: call(known(name), *arguments)


def map_memory(
    flags: int, size: int = mmap.PAGESIZE, protection: int = mmap.PROT_READ
) -> Callable[[], object]:
    return named("mmap", 0, size, protection, flags, -1, 0)


def clone(flags: int) -> None:
    if (process := call(known("clone"), flags, 0, 0, 0, 0)) == 0:
        os._exit(0)
    os.waitpid(process, 0)


def files(inherited: int, to_read: int) -> Attempts:
    key, database, model = FOLDER / "key", FOLDER / "database", FOLDER / "models" / "model"
    return {
        "read a model": model.read_bytes,
        "write a model": lambda: model.open("r+b").close(),
        "write what was inherited": lambda: Path(f"/proc/self/fd/{inherited}").write_text("rendition"),
        "read what was inherited": lambda: Path(f"/proc/self/fd/{inherited}").read_text(),
        "truncate what was inherited": lambda: os.ftruncate(inherited, 0),
        "read what is to be read": lambda: Path(f"/proc/self/fd/{to_read}").read_text(),
        "write what is to be read": lambda: os.pwrite(to_read, b"x", 0),
        "open what is to be read for writing": lambda: Path(f"/proc/self/fd/{to_read}").open("r+b").close(),
        "truncate what is to be read": lambda: os.ftruncate(to_read, 0),
        "write too much into what was inherited": lambda: os.pwrite(inherited, b"x", FILE),
        "read a key": key.read_bytes,
        "read the database": database.read_bytes,
        "open the database for writing": lambda: database.open("r+b").close(),
        "truncate the database": lambda: os.truncate(database, 5),
        "truncate a model that is read": lambda: os.close(os.open(model, os.O_RDONLY | os.O_TRUNC)),
        "list a folder": lambda: os.listdir(FOLDER),
        "leave a message": lambda: (FOLDER / "message").write_text("x"),
        "make a folder": (FOLDER / "folder").mkdir,
        "make a pipe in a folder": lambda: os.mkfifo(FOLDER / "pipe"),
        "link": lambda: os.link(database, FOLDER / "link"),
        "link by name": lambda: os.symlink(database, FOLDER / "symlink"),
        "change a mode": lambda: os.chmod(database, 0o640),
        "change an owner": lambda: os.chown(database, UID, -1),
        "change a stamp": lambda: os.utime(database),
        "rename": lambda: os.rename(FOLDER / "spare", FOLDER / "renamed"),
        "remove": lambda: os.unlink(FOLDER / "unwanted"),
    }


def memory(inherited: int) -> Attempts:
    return {
        "some private memory": lambda: bytearray(MEMORY // 30),
        "too much private memory": lambda: bytearray(MORE),
        "too many addresses": map_memory(mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, BEYOND_ADDRESSES),
        "shared memory": map_memory(mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, MORE),
        "a stack of one's own": map_memory(mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x100, MORE),
        "locked memory": map_memory(mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x2000),
        "what was inherited as shared memory": named(
            "mmap", 0, FILE, mmap.PROT_READ, mmap.MAP_SHARED, inherited, 0
        ),
        "a memory file": lambda: os.close(os.memfd_create("more")),
        "a segment of shared memory": named("shmget", 0, MORE, 0o1600),
        "a pipe": os.pipe,
        "a larger pipe": named("fcntl", 2, 1031, 4096),
        "a pair of sockets": socket.socketpair,
    }


def processes(neighbour: int, parent: int) -> Attempts:
    return {
        "a thread": lambda: call(known("tgkill"), os.getpid(), threading_number(), 0),
        "a process": lambda: clone(signal.SIGCHLD),
        "a process in other namespaces": lambda: clone(CLONE_NEWUSER | signal.SIGCHLD),
        "a thread in other namespaces": lambda: clone(CLONE_NEWNET | system_calls.CLONE_THREAD),
        "a program": named("execve", 0, 0, 0),
        "environment of another": lambda: Path(f"/proc/{neighbour}/environ").read_bytes(),
        "memory of another": lambda: Path(f"/proc/{neighbour}/mem").open("r+b").close(),
        "command line of another": lambda: Path(f"/proc/{neighbour}/cmdline").read_bytes(),
        "environment of the parent": lambda: Path(f"/proc/{parent}/environ").read_bytes(),
        "memory of the parent": lambda: Path(f"/proc/{parent}/mem").open("r+b").close(),
        "files of the parent": lambda: os.readlink(f"/proc/{parent}/fd/0"),
        "signal another": lambda: os.kill(neighbour, 0),
        "signal a thread of another": named("tgkill", neighbour, neighbour, 0),
        "hold another": lambda: os.close(os.pidfd_open(neighbour)),
        "limits of another": lambda: resource.prlimit(neighbour, resource.RLIMIT_NOFILE, (64, 64)),
        "limits of one's own": lambda: resource.prlimit(0, resource.RLIMIT_NOFILE),
        "processors of another": lambda: os.sched_setaffinity(neighbour, os.sched_getaffinity(0)),
        "scheduling of another": lambda: os.sched_setscheduler(neighbour, os.SCHED_BATCH, os.sched_param(0)),
        "priority of another": lambda: os.setpriority(os.PRIO_PROCESS, neighbour, 19),
        "priority of another at the disk": named("ioprio_set", 1, neighbour, (2 << 13) | 7),
        "be told by signals": named("fcntl", 0, 8, neighbour),
        "outlive the parent": named("prctl", 1, 0),
        "be dumpable again": named("prctl", own_memory.PR_SET_DUMPABLE, 1),
        "be another": named("personality", 0x0008),
        "change segments": named("modify_ldt", 0, 0, 0),
        "work behind one's back": named("io_setup", 1, ctypes.addressof(CONTEXT)),
        "type into a terminal": named("ioctl", 0, 0x5412, 0),
    }


CONTEXT = ctypes.c_ulong(0)


def threading_number() -> int:
    """The number of this thread, as the kernel counts, after another one has run."""
    started = threading.Thread(target=time.sleep, args=(0,))
    started.start()
    started.join()
    return threading.get_native_id()


def raw(_: int = 0) -> Attempts:
    """Every call that must be refused, with arguments that mean nothing."""
    return {
        f"call {name}": named(name, *(-1,) * 6)
        for name in REFUSED
        if getattr(REFUSED[name], MACHINE) is not None
    }


def foreign_call() -> None:
    """A call of 32-bit x86, whose numbers mean other calls: getpid."""
    code = mmap.mmap(
        -1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_WRITE | mmap.PROT_EXEC | 1
    )
    code.write(b"\xb8\x14\0\0\0\xcd\x80\xc3")
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


LETHAL: Attempts = {
    "foreign": foreign_call,
    "x32": lambda: LIBC.syscall(0x40000000 + 39),
}


def run(attempts: Attempts) -> dict[str, str]:
    outcomes = {}
    for name, attempt in attempts.items():
        try:
            attempt()
        except OSError as error:
            outcomes[name] = errno.errorcode[error.errno or 0]
        except MemoryError:
            outcomes[name] = "ENOMEM"
        else:
            outcomes[name] = "done"
    return outcomes


def confine(to_read: int) -> None:
    if MODE == "no-landlock":
        hide_landlock()
    if MODE != "free":
        accepted = MODE == "no-landlock"
        confinement.confine(
            confinement.Bounds(
                *(MEMORY, 5, FILE, os.getppid(), [str(FOLDER / "models")]),
                without_landlock=accepted,
                read_only=[to_read],
            )
        )


def break_out(neighbour: int, parent: int) -> None:
    inherited, to_read = os.memfd_create("inherited"), os.memfd_create("to read")
    confine(to_read)
    if START == "lethal":
        LETHAL[sys.argv[5]]()
        return
    attempts = files(inherited, to_read) | memory(inherited) | processes(neighbour, parent)
    outcomes = run(attempts if MODE == "free" else attempts | raw())
    sys.stdout.write(json.dumps(outcomes))
    sys.stdout.flush()


def main() -> None:
    """As `child.run` does it: the parent's memory is closed, and the child gives up its rights."""
    if START == "warm":
        for command in ("probe", "clean", "redact", "repair"):
            importlib.import_module(f"annotations.vision.commands.{command}")
    become_user()
    make_files()
    neighbour = start_neighbour()
    if MODE != "free":
        own_memory.make_unreadable()
    parent = os.getpid()
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        sys.exit(abs(os.waitstatus_to_exitcode(status)))
    own_memory.prctl(own_memory.PR_SET_DUMPABLE, 1)  # as a program that was started
    break_out(neighbour, parent)


if __name__ == "__main__":
    main()
