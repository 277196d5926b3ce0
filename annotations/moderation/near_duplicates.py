"""When two clips show the same moment, and when a clip shows known pictures. Pure: arrays of hashes in, a verdict out.

Hashes are PDQ's (`annotations.vision.pdq`), n x 4 words of 64 bits, in time order at equal steps. The pictures of a
fixed camera resemble each other, so no single pair of near hashes means anything: what counts is a share of a clip's
pictures, and of two home-camera clips only pictures that are rare in both, at the same distance in time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.vision.pdq import BITS

Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]

WORDS = 4
NEAR = 31
"""Bits of 256 by which two hashes of the same picture may differ: the bound that PDQ's authors give."""
COMMON = 0.1
"""A picture that resembles more than this share of its own clip (more than a second away) is the camera's view
without anything happening, and says nothing about which moment it is."""
APART = 4
LEAST_RARE = 8
"""Samples (two seconds) of something happening that two clips must share at least."""
LEAST_OVERLAP = 0.8
"""Of the shorter clip: a trimmed copy lies within its source."""
SAME_MOMENT = 0.75
"""Of the rare samples that must be near. On footage copies reached 0.92 and more, other moments 0.44 at most."""
KNOWN_SHARE = 0.5
"""Of a clip's samples that must be near hashes of one list,"""
LEAST_KNOWN = 4
"""and at least this many: a second."""

_BLOCK = 200_000
_TURNED = np.packbits(np.tile(np.arange(16) % 2, 16).astype(np.uint8)).view(np.uint64)
"""The bits of odd numbers of half waves across: numbers 16 to 1 in each row of a hash, highest first."""


@dataclass(frozen=True)
class Alignment:
    """The best way to lay one clip over another: the share of rare samples that agree, how many there are, the sample
    of the other clip at which the first sample of this one lies, and in how many bits they differ on average."""

    share: float
    rare: int
    offset: int
    bits: float

    def rank(self) -> tuple[float, float]:
        """More is better: the share, and of equal ones the fewer bits."""
        return self.share, -self.bits

    @property
    def same_moment(self) -> bool:
        return self.share >= SAME_MOMENT


NOTHING_ALIKE = Alignment(0.0, 0, 0, BITS)


def unpacked(blob: bytes | memoryview) -> Hashes:
    """Hashes of 32 bytes each as rows of four words."""
    return np.frombuffer(blob, np.uint64).reshape(-1, WORDS)


def packed(hashes: Sequence[str]) -> bytes:
    """The bytes of hashes in 64 hexadecimal digits each."""
    return b"".join(map(bytes.fromhex, hashes))


def distances(a: Hashes, b: Hashes) -> NDArray[np.uint16]:
    """Bits in which each hash of `a` differs from each of `b`."""
    total = np.zeros((len(a), len(b)), np.uint16)
    for word in range(WORDS):
        total += np.bitwise_count(a[:, word, np.newaxis] ^ b[np.newaxis, :, word])
    return total


def mirrored(hashes: Hashes) -> Hashes:
    """What these hashes would be if left and right changed places in the pictures, but for a few bits.

    PDQ's bits tell the signs of cosine waves; mirroring turns those with an odd number of half waves across.
    """
    return hashes ^ _TURNED


def recognise(clip: Hashes, other: Hashes, limit: int = NEAR) -> Alignment:
    """How well two clips agree, one of them mirrored or not."""
    return max((align(view, other, limit) for view in (clip, mirrored(clip))), key=Alignment.rank)


def align(clip: Hashes, other: Hashes, limit: int = NEAR) -> Alignment:
    """How well two clips agree where they agree best: in samples that differ in `limit` bits at most. The share is 0
    when too little happens to compare."""
    apart = distances(clip, other)
    least_apart = apart.copy()  # trimmed copies are sampled at other instants: the neighbours count, too
    least_apart[:, 1:] = np.minimum(least_apart[:, 1:], apart[:, :-1])
    least_apart[:, :-1] = np.minimum(least_apart[:, :-1], apart[:, 1:])
    rare, others_rare = _rare(clip), _rare(other)
    least = max(LEAST_RARE, int(np.ceil(LEAST_OVERLAP * min(apart.shape))))
    best = NOTHING_ALIKE
    for offset in range(least - len(clip), len(other) - least + 1):
        start, end = max(0, -offset), min(len(clip), len(other) - offset)
        telling = rare[start:end] & others_rare[start + offset : end + offset]
        count = int(telling.sum())
        if count >= LEAST_RARE:
            bits = np.diagonal(least_apart[start:end, start + offset : end + offset])[telling]
            found = Alignment(float((bits <= limit).mean()), count, offset, float(bits.mean()))
            best = max(best, found, key=Alignment.rank)
    return best


def candidates(clip: Hashes, others: Sequence[Hashes]) -> list[int]:
    """The numbers of those clips that may show the same moment: enough samples have something near them there.

    A quick filter that misses nothing that `recognise` would find; none of the others is empty.
    """
    likely = np.zeros(len(others), bool)
    for view in (clip, mirrored(clip)):
        likely |= (nearest(view, others) <= NEAR).sum(0) >= SAME_MOMENT * LEAST_RARE
    return [int(number) for number in np.nonzero(likely)[0]]


def nearest(clip: Hashes, others: Sequence[Hashes]) -> NDArray[np.uint16]:
    """Bits by which each of the clip's samples differs from the nearest of each of the others (samples x others); none
    of the others is empty."""
    starts = np.cumsum([0, *(len(other) for other in others[:-1])])
    return np.asarray(np.minimum.reduceat(distances(clip, np.concatenate(others)), starts, axis=1), np.uint16)


def _rare(clip: Hashes) -> Flags:
    """The samples that resemble little of the rest of their clip."""
    near = distances(clip, clip) <= NEAR
    place = np.arange(len(clip))
    away = np.abs(place[:, np.newaxis] - place) > APART
    share = (near & away).sum(1) / np.maximum(1, away.sum(1))
    return np.asarray((share <= COMMON) & away.any(1))


def hits_either_way(clip: Hashes, bank: Iterable[Hashes], limit: int = NEAR) -> Flags:
    """`hits` of the clip as it is or mirrored, whichever are more."""
    found = hits(np.concatenate([clip, mirrored(clip)]), bank, limit).reshape(2, -1)
    return np.asarray(found[int(found[1].sum() > found[0].sum())])


def hits(clip: Hashes, bank: Iterable[Hashes], limit: int = NEAR) -> Flags:
    """Which of the clip's samples differ in at most `limit` bits from any hash of a bank, in blocks of any size."""
    found = np.zeros(len(clip), bool)
    for block in _blocks(bank):
        for sample in np.nonzero(~found)[0]:
            # Half of the words leave almost nothing of strangers: 64 bits of 128 differ, 40 hardly ever do.
            half = np.bitwise_count(block[:, 0] ^ clip[sample, 0]) + np.bitwise_count(
                block[:, 1] ^ clip[sample, 1]
            )
            likely = block[half <= limit]
            found[sample] = len(likely) > 0 and bool(
                (distances(clip[sample : sample + 1], likely) <= limit).any()
            )
    return found


def _blocks(bank: Iterable[Hashes]) -> Iterator[Hashes]:
    """Pieces that stay in the processor's cache while every sample is held against them."""
    for part in bank:
        for start in range(0, len(part), _BLOCK):
            yield part[start : start + _BLOCK]


def is_known(found: Flags) -> bool:
    """Whether enough of a clip's samples are on a list."""
    return int(found.sum()) >= max(LEAST_KNOWN, KNOWN_SHARE * len(found))
