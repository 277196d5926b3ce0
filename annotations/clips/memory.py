"""Files that live in memory only. Plaintext of a clip never touches a persistent disk."""

import os
from io import BufferedRandom


def memory_file(name: str) -> BufferedRandom:
    """An anonymous file in memory (memfd_create(2)); a child process reads it as `/proc/self/fd/N`."""
    return os.fdopen(os.memfd_create(name, os.MFD_CLOEXEC), "w+b")
