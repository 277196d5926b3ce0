"""Which known content and which discarded clips a clip is held against. Reads only."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotations.clips.enums import HoldReason
from annotations.clips.models import Hold
from annotations.core import clock
from annotations.vision.pdq import LEAST_QUALITY

from .enums import FlagState
from .likeness import LEAST_RARE, align, candidates, hits, is_known, unpacked
from .models import Fingerprint, Flag, HashList
from .policy import Concern

LIST, DISCARDED = "known-content", "discarded-clip"
"""What findings of this kind name as their model."""
ENDED = (HoldReason.WITHDRAWN, HoldReason.EXPIRED, HoldReason.ERASED)
"""Holds under which a clip is not used any more."""
_TOGETHER = 200


def known_content(print_: Fingerprint) -> list[Concern]:
    """The lists that hold enough of the clip's pictures, and the discarded clips that show the same moment."""
    return [*_on_lists(print_), *_discarded(print_)]


def lists() -> QuerySet[HashList]:
    """The lists in force, by name."""
    return HashList.objects.filter(removed_at=None, kept_until__gt=clock.now()).order_by("name")


def upheld() -> QuerySet[Flag]:
    """The decisions by which clips are recognised: flags that were upheld, for as long as they are remembered."""
    since = clock.now() - datetime.timedelta(days=settings.KNOWN_CONTENT_DAYS)
    return Flag.objects.filter(state=FlagState.UPHELD, decided_at__gt=since)


def discarded() -> QuerySet[Fingerprint]:
    """The fingerprints of the clips that were discarded."""
    return Fingerprint.objects.filter(Exists(upheld().filter(clip=OuterRef("pk"))))


def purposeless() -> QuerySet[Fingerprint]:
    """Fingerprints that have outlived their purpose: the clip is gone or out of use, and was not discarded lately."""
    over = Hold.objects.filter(clip=OuterRef("pk"), lifted_at=None, reason__in=ENDED)
    consented = Q(clip__consent__withdrawn_at=None, clip__consent__until__gt=clock.now())
    remembered = Exists(upheld().filter(clip=OuterRef("pk")))
    return Fingerprint.objects.filter(~remembered).filter(Exists(over) | ~consented)


def _on_lists(print_: Fingerprint) -> Iterator[Concern]:
    good = np.frombuffer(print_.qualities, np.uint8) >= LEAST_QUALITY
    samples = unpacked(print_.hashes)[good]
    if not len(samples):
        return
    for known in lists():
        blocks = known.blocks.values_list("hashes", flat=True).iterator(chunk_size=4)
        found = hits(samples, map(unpacked, blocks))
        if is_known(found):
            yield Concern(known.category, LIST, known.name, round(float(found.mean()), 3), int(found.sum()))


def _discarded(print_: Fingerprint) -> Iterator[Concern]:
    others = discarded().exclude(pk=print_.pk).select_related("clip").order_by("pk")
    for together in _batched(others.iterator(chunk_size=_TOGETHER), _TOGETHER):
        for other, share, samples in _same_moments(print_, together):
            flag = upheld().filter(clip=other.clip).latest("decided_at")
            label = str(other.clip.public_id)
            yield Concern(flag.category, DISCARDED, label, round(share, 3), samples)


def _same_moments(
    print_: Fingerprint, others: Sequence[Fingerprint]
) -> Iterator[tuple[Fingerprint, float, int]]:
    """Those that show the same moment, with the share and the number of samples by which one sees it."""
    mine = unpacked(print_.hashes)
    for other in others:
        if other.clip.sha256 == print_.clip.sha256:
            yield other, 1.0, len(mine)
    rest = [
        (other, hashes)
        for other in others
        if other.clip.sha256 != print_.clip.sha256 and len(hashes := unpacked(other.hashes)) >= LEAST_RARE
    ]
    if len(mine) < LEAST_RARE or not rest:
        return
    for number in candidates(mine, [hashes for _, hashes in rest]):
        other, hashes = rest[number]
        best = align(mine, hashes)
        if best.same_moment:
            yield other, best.share, best.rare


def _batched(rows: Iterable[Fingerprint], size: int) -> Iterator[list[Fingerprint]]:
    """Lists of at most this many."""
    waiting = iter(rows)
    while together := list(islice(waiting, size)):
        yield together
