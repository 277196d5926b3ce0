"""Landlock: a process gives up the file system for good, but for reading a few places (landlock(7)).

Memory files and pipes belong to no place: what a process has inherited it may go on reading and writing, also
by opening `/proc/self/fd/N` again. Linux only; standard library only.
"""

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

READ_FILE, READ_DIRECTORY = 1 << 2, 1 << 3
FILE_RIGHTS_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""The rights over files that each version can take away: all that it knows."""
NETWORK_SINCE, NETWORK_RIGHTS = 4, 0b11
"""TCP bind and connect."""
SCOPES_SINCE, SCOPES = 6, 0b11
"""Abstract sockets and signals of other processes."""

ABSENT = {errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}
"""Not in the kernel, not enabled at boot, or withheld by a container's own filter."""


def version() -> int:
    """Version of Landlock that this process can use, 0 for none."""
    try:
        return _call(CREATE_RULESET, None, 0, CREATE_RULESET_VERSION)
    except OSError as error:
        if error.errno in ABSENT:
            return 0
        raise


def allow_reading_only(places: Iterable[str]) -> None:
    """From now on this thread, and those it starts, open nothing but files at or below these places, to read.

    Places that do not exist are left out. Needs "no new privileges". Does nothing where `version` is 0.
    Raises OSError.
    """
    known = version()
    if not known:
        return
    rights = max(mask for since, mask in FILE_RIGHTS_BY_VERSION.items() if since <= known)
    network = NETWORK_RIGHTS if known >= NETWORK_SINCE else 0
    scopes = SCOPES if known >= SCOPES_SINCE else 0
    attributes = struct.pack("=QQQ", rights, network, scopes)
    ruleset = _call(CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for place in places:
            _allow(ruleset, place)
        _call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, place: str) -> None:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        rights = READ_FILE | READ_DIRECTORY if is_directory else READ_FILE
        _call(ADD_RULE, ruleset, RULE_PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    words = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result: int = libc.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result
