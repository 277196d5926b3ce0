"""The system call filter of a confined child, as a program of the kernel's classic BPF (seccomp(2), linux/filter.h).

Written by hand from the lists in `system_calls`, so that no library has to be trusted with it. Linux only; standard
library only.
"""

import errno
import struct
from collections.abc import Iterator, Sequence

from annotations.vision.system_calls import (
    ALLOWED,
    CONDITIONAL,
    NEWER_CALLS,
    OWN_PROCESS_ONLY,
    Condition,
    NotAs,
    Numbers,
    OneOf,
    OnlyBits,
)

Step = tuple[int, int, int, int]
"""An instruction: its code, how many instructions to skip when true and when false, and its operand."""

LOAD, AND, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_SET, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
"""Load a word of the call's description, keep some of its bits, compare, return a verdict."""
RETURN_ALLOW, RETURN_KILL, RETURN_ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER_OFFSET, ARCHITECTURE_OFFSET = 0, 4
X32_CALLS = 0x40000000
"""Numbers from here on are calls of x86-64's 32-bit interface, which the lists do not know."""

AUDIT_CODES = Numbers(x86_64=0xC000003E, aarch64=0xC00000B7)
"""How the kernel names the architecture of a call (linux/audit.h)."""

ALLOW: Step = (RETURN, 0, 0, RETURN_ALLOW)
KILL: Step = (RETURN, 0, 0, RETURN_KILL)
REFUSE: Step = (RETURN, 0, 0, RETURN_ERRNO | errno.EPERM)
UNKNOWN: Step = (RETURN, 0, 0, RETURN_ERRNO | errno.ENOSYS)


def filter_program(machine: str, own: int) -> bytes:
    """The filter: calls of another architecture kill, allowed ones pass, the rest fail with EPERM or ENOSYS.

    `machine` is a field of `Numbers`, `own` the number of this process. Only the lower half of an argument is looked
    at: the kernel itself reads no more of those that are compared here.
    """
    own_only = {name: (call, OneOf(0, (0, own))) for name, call in OWN_PROCESS_ONLY.items()}
    allowed = [number for call in ALLOWED.values() if (number := getattr(call, machine)) is not None]
    last = len(allowed) - 1
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_OFFSET),
        (JUMP_EQUAL, 1, 0, getattr(AUDIT_CODES, machine)),
        KILL,
        (LOAD, 0, 0, NUMBER_OFFSET),
        (JUMP_AT_LEAST, 0, 1, X32_CALLS),
        KILL,
        *((JUMP_EQUAL, last - place, int(place == last), number) for place, number in enumerate(allowed)),
        ALLOW,
    ]
    for call, condition in (CONDITIONAL | own_only).values():
        if (number := getattr(call, machine)) is not None:
            decision = list(_decision(condition))
            steps += [(JUMP_EQUAL, 0, len(decision), number), *decision]
    return assemble([*steps, (JUMP_AT_LEAST, 0, 1, NEWER_CALLS), UNKNOWN, REFUSE])


def _decision(condition: Condition) -> Iterator[Step]:
    """Steps that end with a verdict in any case."""
    yield (LOAD, 0, 0, 16 + 8 * condition.argument)
    match condition:
        case OneOf(_, values):
            yield from ((JUMP_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values))
            yield REFUSE
            yield ALLOW
        case OnlyBits(_, bits, needed):
            yield (JUMP_ANY_SET, 1 if needed else 0, 0 if needed else 1, ~bits & 0xFFFFFFFF)
            if needed:
                yield (JUMP_ANY_SET, 1, 0, needed)
            yield REFUSE
            yield ALLOW
        case NotAs(_, mask, value):
            yield (AND, 0, 0, mask)
            yield (JUMP_EQUAL, 0, 1, value)
            yield REFUSE
            yield ALLOW


def assemble(steps: Sequence[Step]) -> bytes:
    """Instructions as the kernel reads them."""
    return b"".join(struct.pack("HBBI", *step) for step in steps)
