"""When a clip is a crop of another, and when its pictures are crops of known ones. Pure, as `near_duplicates` is.

For each crop that may have been made, a clip has the hashes that its pictures would have if nothing had been cut off
(`annotations.vision.uncropped`), the same crop for the whole clip. Another moment of a camera, which shows the same
view uncropped, must not pass for one: a crop counts only where it agrees better than the pictures as they are.
"""

from collections.abc import Collection, Sequence

import numpy as np

from annotations.moderation.near_duplicates import (
    KNOWN_SHARE,
    LEAST_RARE,
    NOTHING_ALIKE,
    SAME_MOMENT,
    WORDS,
    Alignment,
    Flags,
    Hashes,
    hits,
    hits_either_way,
    is_known,
    mirrored,
    nearest,
    recognise,
    unpacked,
)

NEAR_UNCROPPED = 48
"""Bits of 256 by which the hash that a cropped picture would have may differ: what was cut off is not known. Chosen on
drawn scenes, where no other moment came to be taken for a crop, as is the next."""
NEAR_LISTED = 44
"""The same on a list: there no order in time speaks against chance."""
_PROBES = 12
"""Samples by which each crop is tried on a list."""
_TRIED = 3
"""Crops that look best so, which are tried with all samples."""


def crops_of(blob: bytes | memoryview, samples: int) -> list[Hashes]:
    """The clip's hashes by the crop that may have been made, from those of each sample one after the other.

    A fingerprint of before has none.
    """
    by_sample = unpacked(blob).reshape(samples, -1, WORDS) if blob else np.zeros((0, 0, WORDS), np.uint64)
    return [np.ascontiguousarray(by_sample[:, crop]) for crop in range(by_sample.shape[1])]


def recognise_crop(clip: Hashes, crops: Sequence[Hashes], other: Hashes) -> Alignment:
    """How well the clip agrees with another that it may be a crop of; not at all where it is none."""
    likely = [crop for crop in crops if crop_candidates([crop], [other])]
    alignments = [recognise(crop, other, NEAR_UNCROPPED) for crop in likely]
    best = max(alignments, key=Alignment.rank, default=NOTHING_ALIKE)
    if best.same_moment and best.bits < recognise(clip, other, NEAR_UNCROPPED).bits:
        return best
    return NOTHING_ALIKE


def crop_candidates(crops: Sequence[Hashes], others: Sequence[Hashes]) -> list[int]:
    """The numbers of those clips that the clip may be a crop of. Every second sample is looked at, and a quarter of
    the rare ones may be far: of eight, two must be near."""
    likely = np.zeros(len(others), bool)
    for crop in crops:
        for view in (crop, mirrored(crop)):
            near = nearest(view[::2], others) <= NEAR_UNCROPPED
            likely |= near.sum(0) >= SAME_MOMENT * LEAST_RARE - LEAST_RARE / 2
    return [int(number) for number in np.nonzero(likely)[0]]


def crop_hits(clip: Hashes, crops: Sequence[Hashes], bank: Collection[Hashes]) -> Flags:
    """Which of the clip's samples are crops of pictures of a bank, by the crop that has most.

    None where the pictures as they are have as many, or where what was found is not enough.
    """
    none = np.zeros(len(clip), bool)
    views = [view for crop in crops for view in (crop, mirrored(crop))]
    if not views or not len(clip):
        return none
    probes = [view[:: max(1, len(clip) // _PROBES)] for view in views]
    shares = hits(np.concatenate(probes), bank, NEAR_LISTED).reshape(len(views), -1).mean(1)
    tried = [number for number in np.argsort(-shares)[:_TRIED] if shares[number] >= KNOWN_SHARE / 2]
    best = max((hits(views[number], bank, NEAR_LISTED) for number in tried), key=np.sum, default=none)
    if is_known(best) and best.sum() > hits_either_way(clip, bank, NEAR_LISTED).sum():
        return best
    return none
