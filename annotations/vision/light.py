"""How bright and how colourful a rendition is, from a few of its key frames."""

import numpy as np

from annotations.vision.limits import ANY_SIZE
from annotations.vision.report import Light
from annotations.vision.video.decode import decode

EVERY = 8
"""One key frame in so many is measured: about one in four seconds."""


def light_of(path: str) -> Light:
    """The light of the video at `path`. Raises VideoError when it cannot be decoded."""
    lumas, colours = [], []
    for decoded in decode(path, ANY_SIZE, key_frames_only=True):
        if decoded.index % EVERY == 0:
            picture = decoded.picture()
            lumas.append(float(picture.luma[::4, ::4].mean()))
            planes = (picture.blue[::4, ::4], picture.red[::4, ::4])
            colours.append(float(np.mean([np.abs(plane.astype(np.int16) - 128).mean() for plane in planes])))
    return Light(luma=round(float(np.mean(lumas)), 1), colour=round(float(np.mean(colours)), 2))
