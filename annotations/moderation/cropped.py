"""When a clip is a crop of another, and when its pictures are crops of known ones. Pure, as `near_duplicates` is.

For each cut that may have been made, a clip has the hashes that its pictures would have if nothing had been cut off
(`annotations.vision.uncropped`), the same cut for the whole clip. Another moment of a camera, which shows the same view
uncropped, must not pass for a crop: a cut counts only where it agrees better than the pictures as they are.
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

NEAR_UNCROPPED = 40
"""Bits of 256 by which the hash that a cropped picture would have may differ: what was cut off is not known."""
_PROBES = 12
"""Samples by which each cut is tried on a list."""
_TRIED = 3
"""Cuts that look best so, which are tried with all samples."""


def cuts_of(blob: bytes | memoryview, samples: int) -> list[Hashes]:
    """The clip's hashes by the cut that may have been made, from those of each sample one after the other.

    A fingerprint of before has none.
    """
    by_sample = unpacked(blob).reshape(samples, -1, WORDS) if blob else np.zeros((0, 0, WORDS), np.uint64)
    return [np.ascontiguousarray(by_sample[:, cut]) for cut in range(by_sample.shape[1])]


def recognise_crop(clip: Hashes, cuts: Sequence[Hashes], other: Hashes) -> Alignment:
    """How well the clip agrees with another that it may be a crop of; not at all where it is none."""
    likely = [cut for cut in cuts if crop_candidates([cut], [other])]
    alignments = [recognise(cut, other, NEAR_UNCROPPED) for cut in likely]
    best = max(alignments, key=Alignment.rank, default=NOTHING_ALIKE)
    if best.same_moment and best.bits < recognise(clip, other, NEAR_UNCROPPED).bits:
        return best
    return NOTHING_ALIKE


def crop_candidates(cuts: Sequence[Hashes], others: Sequence[Hashes]) -> list[int]:
    """The numbers of those clips that the clip may be a crop of. Every second sample is looked at, and a quarter of
    the rare ones may be far: of eight, two must be near."""
    likely = np.zeros(len(others), bool)
    for cut in cuts:
        for view in (cut, mirrored(cut)):
            near = nearest(view[::2], others) <= NEAR_UNCROPPED
            likely |= near.sum(0) >= SAME_MOMENT * LEAST_RARE - LEAST_RARE / 2
    return [int(number) for number in np.nonzero(likely)[0]]


def crop_hits(clip: Hashes, cuts: Sequence[Hashes], bank: Collection[Hashes]) -> Flags:
    """Which of the clip's samples are crops of pictures of a bank, by the cut that has most; none where the pictures as
    they are have as many."""
    none = np.zeros(len(clip), bool)
    views = [view for cut in cuts for view in (cut, mirrored(cut))]
    if not views or not len(clip):
        return none
    probes = [view[:: max(1, len(clip) // _PROBES)] for view in views]
    shares = hits(np.concatenate(probes), bank, NEAR_UNCROPPED).reshape(len(views), -1).mean(1)
    tried = [number for number in np.argsort(-shares)[:_TRIED] if shares[number] >= KNOWN_SHARE / 2]
    best = max((hits(views[number], bank, NEAR_UNCROPPED) for number in tried), key=np.sum, default=none)
    if is_known(best) and best.sum() > hits_either_way(clip, bank, NEAR_UNCROPPED).sum():
        return best
    return none
