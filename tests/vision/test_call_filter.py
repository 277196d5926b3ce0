"""The filter's program, run by the kernel's rules (seccomp(2)) over every call there is, for both architectures."""

import errno
import struct

import pytest

from annotations.vision import call_filter
from annotations.vision.system_calls import ALLOWED, CONDITIONAL, NEWER_CALLS, OWN_PROCESS_ONLY, Numbers
from tests.vision.refused_calls import REFUSED

OWN = 4711
ALLOW, KILL = call_filter.RETURN_ALLOW, call_filter.RETURN_KILL
REFUSE, UNKNOWN = (call_filter.RETURN_ERRNO | number for number in (errno.EPERM, errno.ENOSYS))
MOST_STEPS = 4096
"""BPF_MAXINSNS: the kernel takes no longer program."""
ALL_NUMBERS = range(700)


def result_of(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the program says of a call, in the kernel's words."""
    known = getattr(call_filter.AUDIT_CODES, machine) if architecture is None else architecture
    given = struct.pack("=IIQ6Q", number, known, 0, *arguments, *(0,) * (6 - len(arguments)))
    program = list(struct.iter_unpack("HBBI", call_filter.filter_program(machine, OWN)))
    assert len(program) < MOST_STEPS
    place: int = 0
    held: int = 0
    while True:
        code, when_true, when_false, operand = program[place]
        place += 1
        match code:
            case call_filter.LOAD:
                (held,) = struct.unpack_from("=I", given, operand)
            case call_filter.AND:
                held &= operand
            case call_filter.JUMP_EQUAL:
                place += when_true if held == operand else when_false
            case call_filter.JUMP_AT_LEAST:
                place += when_true if held >= operand else when_false
            case call_filter.JUMP_ANY_SET:
                place += when_true if held & operand else when_false
            case call_filter.RETURN:
                return int(operand)
            case _:
                raise AssertionError(code)


def of(name: str, machine: str, *arguments: int) -> int:
    numbers = {**OWN_PROCESS_ONLY, **{other: call for other, (call, _) in CONDITIONAL.items()}}[name]
    return result_of(machine, getattr(numbers, machine), *arguments)


@pytest.mark.parametrize("machine", Numbers._fields)
def test_what_is_not_on_the_list_is_refused(machine: str) -> None:
    allowed = {getattr(call, machine) for call in ALLOWED.values()}
    by_argument = {getattr(call, machine) for call, _ in CONDITIONAL.values()}
    by_argument |= {getattr(call, machine) for call in OWN_PROCESS_ONLY.values()}
    assert not allowed & by_argument - {None}
    for number in set(ALL_NUMBERS) - by_argument:
        refusal = UNKNOWN if number >= NEWER_CALLS else REFUSE
        assert result_of(machine, number, *(2**64 - 1,) * 6) == (ALLOW if number in allowed else refusal), (
            number
        )


@pytest.mark.parametrize("machine", Numbers._fields)
def test_no_call_that_is_known_to_be_dangerous_is_on_the_list(machine: str) -> None:
    for name, call in REFUSED.items():
        if (number := getattr(call, machine)) is not None:
            assert result_of(machine, number) in {REFUSE, UNKNOWN}, name


@pytest.mark.parametrize("machine", Numbers._fields)
@pytest.mark.parametrize(
    ("name", "arguments", "passes"),
    [
        ("clone", (0x3D0F00,), True),  # as glibc starts a thread
        ("clone", (0x7D0F00,), True),  # as musl does
        ("clone", (0x11,), False),  # a process
        ("clone", (0x4111,), False),  # vfork
        ("clone", (0x3D0F00 | 0x40000000,), False),  # a network of its own
        ("clone", (0x3D0F00 | 0x02000000,), False),  # control groups of its own
        ("clone", (0x200F00,), False),
        ("mmap", (0, 0, 3, 0x22), True),
        ("mmap", (0, 0, 3, 0x4022), True),  # reserved
        ("mmap", (0, 0, 1, 0x812), True),  # a library
        ("mmap", (0, 0, 3, 0x21), False),  # shared
        ("mmap", (0, 0, 3, 0x03), False),  # shared, and checked
        ("mmap", (0, 0, 3, 0x122), False),  # growing down
        ("mmap", (0, 0, 3, 0x40022), False),  # huge pages
        ("openat", (0, 0, 0), True),
        ("openat", (0, 0, 0x241), True),  # for writing, emptied
        ("openat", (0, 0, 0x202), True),
        ("openat", (0, 0, 0x200), False),  # read and truncated
        ("prctl", (15,), True),
        ("prctl", (1, 0), False),  # outlive the parent
        ("prctl", (4, 1), False),  # be dumpable
        ("prctl", (22, 2), False),  # another filter
        ("fcntl", (3, 1030), True),
        ("fcntl", (3, 8, 1), False),  # signals to others
        ("fcntl", (3, 1031, 2**20), False),  # a larger pipe
        ("fcntl", (3, 1033, 1), False),  # seals
        ("ioctl", (0, 0x5401), True),
        ("ioctl", (0, 0x5412), False),  # typing
        ("tgkill", (OWN, OWN, 6), True),
        ("tgkill", (OWN + 1, OWN + 1, 6), False),
        ("tgkill", (0, 0, 6), True),  # the kernel refuses it
        ("prlimit64", (0, 7), True),
        ("prlimit64", (OWN, 7), True),
        ("prlimit64", (1, 7), False),
    ],
)
def test_arguments_decide(machine: str, name: str, arguments: tuple[int, ...], passes: bool) -> None:
    assert of(name, machine, *arguments) == (ALLOW if passes else REFUSE)


@pytest.mark.parametrize("machine", Numbers._fields)
def test_other_architectures_kill(machine: str) -> None:
    others = [getattr(call_filter.AUDIT_CODES, other) for other in Numbers._fields if other != machine]
    for architecture in (0x40000003, 0, *others):
        assert result_of(machine, 0, architecture=architecture) == KILL
    for number in (call_filter.X32_CALLS, call_filter.X32_CALLS + 512, 2**32 - 1):
        assert result_of(machine, number) == KILL
