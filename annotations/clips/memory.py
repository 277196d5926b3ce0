"""Files that live in memory only. Plaintext of a clip never touches a persistent disk."""

import os
from typing import BinaryIO, cast


def memory_file(name: str) -> BinaryIO:
    """An anonymous file in memory (memfd_create(2)); a child process reads it as `/proc/self/fd/N`."""
    return cast(BinaryIO, os.fdopen(os.memfd_create(name, os.MFD_CLOEXEC), "w+b"))
