"""The hashes that a picture would have if something had been cut off its edges, for the commonest cuts.

Somebody crops a copy, and what was cut off is gone. But a picture that is laid into a larger frame, with its edges
drawn out to the frame's, has a hash near the one of the picture it was cut from: PDQ looks at large forms. So a cropped
copy is held against hashes of whole pictures, on lists from elsewhere and of clips from before, too.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from annotations.vision.pdq import BITS, COSINES, KEPT, SIDE, hashes_of

SHARES = (0.04, 0.07, 0.1)
"""Of the width and of the height, that may have been cut off. A cut between two of them is near to one."""
PLACES = ((1.0, 0.0), (0.0, 1.0), (0.5, 0.5))
"""How a cut is divided between the two sides of an axis: all at the first, all at the last, half at each."""


def _waves_of_inside(first: float, last: float) -> NDArray[np.float32]:
    """The cosine transform (16 x 64) of 64 values that lie in a larger row, which has so much more before and after.

    `first` and `last` are shares of the larger row. The outermost values are drawn out to its ends.
    """
    inside = ((np.arange(SIDE) + 0.5) / SIDE - first) / (1 - first - last)
    place = np.clip(inside * SIDE - 0.5, 0, SIDE - 1)
    before = np.minimum(place.astype(int), SIDE - 2)
    laid = np.zeros((SIDE, SIDE), np.float32)
    laid[np.arange(SIDE), before] = before + 1 - place
    laid[np.arange(SIDE), before + 1] = place - before
    return np.asarray(COSINES @ laid, np.float32)


_CUTS = [(0.0, 0.0), *((share * first, share * last) for share in SHARES for first, last in PLACES)]
"""Of one axis; the first is none."""
_WAVES = np.concatenate([_waves_of_inside(*cut) for cut in _CUTS])
_PAIRS = [
    (down, across)
    for down, across in product(range(len(_CUTS)), repeat=2)
    if (down or across)
    and (not down or not across or (down - 1) // len(PLACES) == (across - 1) // len(PLACES))
]
"""Along one axis, or the same share along both."""
COUNT = len(_PAIRS)


def uncropped(small: NDArray[np.float32]) -> bytes:
    """The hashes (`COUNT`, 32 bytes each) of a decimated picture (64 x 64), one for each cut."""
    every = (_WAVES @ small @ _WAVES.T).reshape(len(_CUTS), KEPT, len(_CUTS), KEPT)
    down, across = np.transpose(_PAIRS)
    return hashes_of(every[down, :, across].reshape(COUNT, BITS))
