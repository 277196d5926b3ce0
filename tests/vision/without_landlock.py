"""A system without Landlock: the kernel's answer to its first call is changed, for this process and its children.

`python -m tests.vision.without_landlock PROGRAM ...` becomes that program on such a system.
"""

import errno
import os
import sys

from annotations.vision import call_filter, landlock
from annotations.vision.confinement import PR_SET_NO_NEW_PRIVS, load_filter
from annotations.vision.own_memory import prctl

PROGRAM = call_filter.assemble(
    [
        (call_filter.LOAD, 0, 0, call_filter.NUMBER_OFFSET),
        (call_filter.JUMP_EQUAL, 0, 1, landlock.CREATE_RULESET),
        (call_filter.RETURN, 0, 0, call_filter.RETURN_ERRNO | errno.ENOSYS),
        call_filter.ALLOW,
    ]
)


def hide_landlock() -> None:
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    load_filter(PROGRAM)


if __name__ == "__main__":
    hide_landlock()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - the tests name it
