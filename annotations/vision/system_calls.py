"""What a confined child may ask of the kernel: every other system call is refused (seccomp(2)).

The lists are what the commands of `annotations.vision` were seen to need over the corpus of
`tests/vision/malformed.py`, and what the C library, Python and onnxruntime ask in their place on other machines. All
of it is about the process itself and the descriptors that it has; where a call can do more, its argument decides.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Numbers(NamedTuple):
    """The numbers of one call; None where an architecture does not have it."""

    x86_64: int | None
    aarch64: int | None


class OneOf(NamedTuple):
    """The call passes when its argument (counted from 0) has one of these values."""

    argument: int
    values: Sequence[int]


class OnlyBits(NamedTuple):
    """The call passes when its argument has no other bits than these, and one of `needed` if there are any."""

    argument: int
    bits: int
    needed: int = 0


class NotAs(NamedTuple):
    """The call is refused when its argument, looked at through `mask`, has this value."""

    argument: int
    mask: int
    value: int


Condition = OneOf | OnlyBits | NotAs

ALLOWED = {
    # Descriptors that are open.
    "read": Numbers(0, 63),
    "write": Numbers(1, 64),
    "readv": Numbers(19, 65),
    "writev": Numbers(20, 66),
    "pread64": Numbers(17, 67),
    "pwrite64": Numbers(18, 68),
    "lseek": Numbers(8, 62),
    "close": Numbers(3, 57),
    "dup": Numbers(32, 23),
    "ftruncate": Numbers(77, 46),
    "fadvise64": Numbers(221, 223),
    # Looking at files. Opening is below; what may be opened is Landlock's.
    "stat": Numbers(4, None),
    "lstat": Numbers(6, None),
    "fstat": Numbers(5, 80),
    "newfstatat": Numbers(262, 79),
    "statx": Numbers(332, 291),
    "access": Numbers(21, None),
    "faccessat": Numbers(269, 48),
    "faccessat2": Numbers(439, 439),
    "readlink": Numbers(89, None),
    "readlinkat": Numbers(267, 78),
    "getdents64": Numbers(217, 61),
    "getcwd": Numbers(79, 17),
    # Private memory: RLIMIT_DATA counts it.
    "brk": Numbers(12, 214),
    "munmap": Numbers(11, 215),
    "mprotect": Numbers(10, 226),
    "mremap": Numbers(25, 216),
    "madvise": Numbers(28, 233),
    "mbind": Numbers(237, 235),
    # Threads, and signals that the process sends itself (`tgkill` is below).
    "futex": Numbers(202, 98),
    "set_robust_list": Numbers(273, 99),
    "rseq": Numbers(334, 293),
    "membarrier": Numbers(324, 283),
    "sched_yield": Numbers(24, 124),
    "sched_getaffinity": Numbers(204, 123),
    "gettid": Numbers(186, 178),
    "exit": Numbers(60, 93),
    "exit_group": Numbers(231, 94),
    "restart_syscall": Numbers(219, 128),
    "rt_sigaction": Numbers(13, 134),
    "rt_sigprocmask": Numbers(14, 135),
    "rt_sigreturn": Numbers(15, 139),
    "sigaltstack": Numbers(131, 132),
    # Time, chance, and who one is.
    "clock_gettime": Numbers(228, 113),
    "clock_getres": Numbers(229, 114),
    "clock_nanosleep": Numbers(230, 115),
    "nanosleep": Numbers(35, 101),
    "gettimeofday": Numbers(96, 169),
    "time": Numbers(201, None),
    "getrandom": Numbers(318, 278),
    "getpid": Numbers(39, 172),
    "getppid": Numbers(110, 173),
    "getuid": Numbers(102, 174),
    "geteuid": Numbers(107, 175),
    "getgid": Numbers(104, 176),
    "getegid": Numbers(108, 177),
    "getrlimit": Numbers(97, 163),
    "getrusage": Numbers(98, 165),
    "getcpu": Numbers(309, 168),
    "sysinfo": Numbers(99, 179),
    "uname": Numbers(63, 160),
}
"""Calls that pass whatever their arguments."""

CLONE_THREAD = 0x00010000
THREAD_FLAGS = 0x007D0F00
"""What the C libraries start a thread with: all is shared, and its own storage and number are set. No namespaces."""
PRIVATE_MAPPING = 0x0012D832
"""Flags of mmap but for MAP_SHARED, MAP_GROWSDOWN, MAP_HUGETLB and MAP_LOCKED: RLIMIT_DATA would count none of them."""
O_ACCMODE, O_TRUNC = 0x3, 0x200
PROCESS_NAMES = (15, 16)
"""PR_SET_NAME, PR_GET_NAME: onnxruntime names its threads."""
PROCESSOR_TILES = (0x1022, 0x1023)
"""ARCH_GET_XCOMP_PERM, ARCH_REQ_XCOMP_PERM: matrix units of newer processors."""
DESCRIPTOR_COMMANDS = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC. Not F_SETOWN (signals), F_SETPIPE_SZ, F_ADD_SEALS or locks."""
TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONCLEX, FIOCLEX: whether a file is a terminal, and closing on exec."""

CONDITIONAL: dict[str, tuple[Numbers, Condition]] = {
    "clone": (Numbers(56, 220), OnlyBits(0, THREAD_FLAGS, needed=CLONE_THREAD)),
    "mmap": (Numbers(9, 222), OnlyBits(3, PRIVATE_MAPPING)),
    # Truncating a file that is opened for reading is what the first versions of Landlock cannot refuse.
    "openat": (Numbers(257, 56), NotAs(2, O_ACCMODE | O_TRUNC, O_TRUNC)),
    "prctl": (Numbers(157, 167), OneOf(0, PROCESS_NAMES)),
    "arch_prctl": (Numbers(158, None), OneOf(0, PROCESSOR_TILES)),
    "fcntl": (Numbers(72, 25), OneOf(1, DESCRIPTOR_COMMANDS)),
    "ioctl": (Numbers(16, 29), OneOf(1, TERMINAL_QUESTIONS)),
}
"""Calls that pass by one of their arguments."""

OWN_PROCESS_ONLY = {"tgkill": Numbers(234, 131), "prlimit64": Numbers(302, 261)}
"""Calls whose first argument is a process: abort() and getrlimit() need them, for the child itself."""

NEWER_CALLS = 424
"""From here on all architectures number calls alike. Refused ones "do not exist": the C library then takes older ones,
as `clone` for `clone3`, whose arguments a filter cannot see."""
