"""Stands for an exploited decoder: tries what it should not do, and prints the names of what was done.

`python break_out.py FOLDER UID MODE`: MODE is "free", "confined" (by Landlock and seccomp), or "no-landlock"
(confined on a system without it). The folder is open to the user.
"""

import ctypes
import errno
import json
import os
import resource
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from annotations.vision import confinement, landlock, system_calls

FOLDER, UID, MODE = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_DUMPABLE = 4

KERNEL_WITHOUT_LANDLOCK = confinement.assemble(
    [
        (confinement.LOAD, 0, 0, confinement.NUMBER_OFFSET),
        (confinement.JUMP_EQUAL, 0, 1, landlock.CREATE_RULESET),
        (confinement.RETURN, 0, 0, confinement.RETURN_ERRNO | errno.ENOSYS),
        (confinement.RETURN, 0, 0, confinement.RETURN_ALLOW),
    ]
)


def become_user() -> None:
    sysconfig.get_paths()  # loads a module that the user may not be able to read
    if os.getuid() != UID:
        os.setgroups([])
        os.setgid(UID)
        os.setuid(UID)
        LIBC.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # as a process that was this user's from its start


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


def system_call(name: str, *arguments: int) -> None:
    number = getattr({**system_calls.REFUSED, **system_calls.OWN_PROCESS_ONLY}[name], os.uname().machine)
    if LIBC.syscall(number, *(ctypes.c_long(argument) for argument in arguments)) < 0:
        raise OSError(ctypes.get_errno(), name)


def attempts(neighbour: int, inherited: int) -> dict[str, Callable[[], object]]:
    key, database, model = FOLDER / "key", FOLDER / "database", FOLDER / "models" / "model"
    return {
        "read a model": model.read_bytes,
        "write a model": lambda: model.open("r+b").close(),
        "write what was inherited": lambda: Path(f"/proc/self/fd/{inherited}").write_text("rendition"),
        "read what was inherited": lambda: Path(f"/proc/self/fd/{inherited}").read_text(),
        "truncate what was inherited": lambda: os.truncate(f"/proc/self/fd/{inherited}", 0),
        "read a key": key.read_bytes,
        "read the database": database.read_bytes,
        "open the database for writing": lambda: database.open("r+b").close(),
        "truncate the database": lambda: os.truncate(database, 5),
        "list a folder": lambda: os.listdir(FOLDER),
        "leave a message": lambda: (FOLDER / "message").write_text("x"),
        "make a folder": (FOLDER / "folder").mkdir,
        "make a pipe": lambda: os.mkfifo(FOLDER / "pipe"),
        "link": lambda: os.link(database, FOLDER / "link"),
        "link by name": lambda: os.symlink(database, FOLDER / "symlink"),
        "change a mode": lambda: os.chmod(database, 0o640),
        "change an owner": lambda: os.chown(database, UID, -1),
        "change a stamp": lambda: os.utime(database),
        "rename": lambda: os.rename(FOLDER / "spare", FOLDER / "renamed"),
        "remove": lambda: os.unlink(FOLDER / "unwanted"),
        "environment of another": lambda: Path(f"/proc/{neighbour}/environ").read_bytes(),
        "memory of another": lambda: Path(f"/proc/{neighbour}/mem").open("r+b").close(),
        "command line of another": lambda: Path(f"/proc/{neighbour}/cmdline").read_bytes(),
        "signal another": lambda: os.kill(neighbour, 0),
        "signal a thread of another": lambda: system_call("tgkill", neighbour, neighbour, 0),
        "hold another": lambda: os.pidfd_open(neighbour),
        "limits of another": lambda: resource.prlimit(neighbour, resource.RLIMIT_NOFILE, (64, 64)),
    }


def run(names: dict[str, Callable[[], object]]) -> list[str]:
    done = []
    for name, attempt in names.items():
        try:
            attempt()
        except OSError:
            continue
        done.append(name)
    return done


def main() -> None:
    become_user()
    make_files()
    names = attempts(start_neighbour(), os.memfd_create("inherited"))
    if MODE == "no-landlock":
        LIBC.prctl(confinement.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        confinement.load_filter(LIBC, KERNEL_WITHOUT_LANDLOCK)
    if MODE != "free":
        confinement.confine(
            confinement.Bounds(300_000_000, 5, 1_000_000, os.getppid(), [str(FOLDER / "models")])
        )
    sys.stdout.write(json.dumps(run(names)))


if __name__ == "__main__":
    main()
