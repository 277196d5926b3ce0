"""Keeping the memory of this process from other processes of the same user. Linux only; standard library only."""

import ctypes
import os

PR_SET_DUMPABLE = 4


def make_unreadable() -> None:
    """From now on no process without the right to trace any other reads or writes what this one holds in memory.

    Closes `/proc/PID/mem`, `environ`, `maps` and `fd` as well as ptrace(2) and process_vm_readv(2), and stops core
    dumps (PR_SET_DUMPABLE in prctl(2)). What the process does itself stays as it is; a debugger needs root. Children
    that start a program are ordinary again. Raises OSError.
    """
    prctl(PR_SET_DUMPABLE, 0)


def prctl(option: int, *arguments: object) -> None:
    """Call prctl(2) with up to four numbers or buffers. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    padded = [argument if isinstance(argument, ctypes.Array) else ctypes.c_ulong(int(str(argument)))
              for argument in (*arguments, *(0,) * (4 - len(arguments)))]  # fmt: skip
    if libc.prctl(ctypes.c_int(option), *padded) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")
