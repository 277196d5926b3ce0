"""Frames of a rendition, read from storage."""

import hashlib
from collections.abc import Collection, Iterator

import numpy as np
from django.core.files.storage import storages
from numpy.typing import NDArray

from annotations.clips.memory import memory_file
from annotations.core.errors import Conflict
from annotations.redaction.models import Rendition
from annotations.vision.limits import ANY_SIZE
from annotations.vision.video import decode

# A frame's number and its picture: height x width x 3, RGB.
Numbered = tuple[int, NDArray[np.uint8]]


def read(rendition: Rendition, frames: Collection[int]) -> Iterator[Numbered]:
    """These frames, ascending, one at a time.

    Conflict `rendition_damaged` when the file is not what the redaction wrote.
    """
    wanted = set(frames)
    if not wanted:
        return
    last = max(wanted)
    with memory_file("rendition") as copy:
        digest = hashlib.sha256()
        with storages["renditions"].open(rendition.name, "rb") as stored:
            for block in stored.chunks():
                digest.update(block)
                copy.write(block)
        copy.flush()
        if digest.hexdigest() != rendition.sha256:
            raise Conflict("rendition_damaged", "A rendition in storage is not the one that was verified.")
        for decoded in decode(f"/proc/self/fd/{copy.fileno()}", ANY_SIZE):
            if decoded.index in wanted:
                yield decoded.index, decoded.rgb()
            if decoded.index == last:
                break
