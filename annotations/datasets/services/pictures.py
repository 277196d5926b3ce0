"""Frames of a rendition, read from storage."""

import hashlib
from collections.abc import Collection, Iterator

import cv2
import numpy as np
from django.core.files.storage import storages
from numpy.typing import NDArray

from annotations.clips.memory import memory_file
from annotations.core.errors import Conflict
from annotations.datasets.exports.source import Picture
from annotations.redaction.models import Rendition
from annotations.vision.limits import ANY_SIZE
from annotations.vision.video import decode

JPEG_QUALITY = 92


def read(rendition: Rendition, frames: Collection[int]) -> Iterator[Picture]:
    """These frames, ascending, one at a time.

    Raises Conflict `rendition_damaged` when the file is not what the redaction wrote, OSError when a frame cannot be
    encoded.
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
                rgb = decoded.rgb()
                yield Picture(decoded.index, rgb.shape[1], rgb.shape[0], _jpeg(rgb))
            if decoded.index == last:
                break


def _jpeg(rgb: NDArray[np.uint8]) -> bytes:
    encoded, data = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not encoded:
        raise OSError("A frame could not be written as JPEG.")
    return data.tobytes()
