"""Which known content and which discarded clips a clip is held against. Reads only."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotations.clips.models import Clip, Hold
from annotations.clips.rules import FINAL
from annotations.core import clock
from annotations.moderation.cropped import crop_candidates, crop_hits, crops_of, recognise_crop
from annotations.moderation.enums import FlagState
from annotations.moderation.models import Fingerprint, Flag, HashList
from annotations.moderation.near_duplicates import (
    LEAST_RARE,
    Hashes,
    candidates,
    hits_either_way,
    is_known,
    recognise,
    unpacked,
)
from annotations.moderation.policy import Concern
from annotations.vision.pdq import LEAST_QUALITY

LIST, DISCARDED = "known-content", "discarded-clip"
"""What findings of this kind name as their model."""
_TOGETHER = 200


def known_content(fingerprint: Fingerprint) -> list[Concern]:
    """The lists that hold enough of the clip's pictures, and the discarded clips that show the same moment."""
    return [*_on_lists(fingerprint), *_discarded(fingerprint)]


def lists() -> QuerySet[HashList]:
    """The lists in force, by name."""
    return HashList.objects.filter(removed_at=None, kept_until__gt=clock.now()).order_by("name")


def upheld() -> QuerySet[Flag]:
    """The decisions by which clips are recognised: flags that were upheld, for as long as they are remembered."""
    since = clock.now() - datetime.timedelta(days=settings.KNOWN_CONTENT_DAYS)
    return Flag.objects.filter(state=FlagState.UPHELD, decided_at__gt=since)


def remembered_until(clip: Clip) -> datetime.datetime | None:
    """Until when the clip's fingerprint is kept although the clip is gone; None when it is not."""
    last = upheld().filter(clip=clip, clip__fingerprint__isnull=False).order_by("-decided_at").first()
    days = datetime.timedelta(days=settings.KNOWN_CONTENT_DAYS)
    return last.decided_at + days if last and last.decided_at else None


def discarded() -> QuerySet[Fingerprint]:
    """The fingerprints of the clips that were discarded, without what their pictures would be if they were cropped."""
    return Fingerprint.objects.filter(Exists(upheld().filter(clip=OuterRef("pk")))).defer("uncropped")


def purposeless() -> QuerySet[Fingerprint]:
    """Fingerprints that have outlived their purpose: the clip is gone or out of use, and was not discarded lately."""
    return Fingerprint.objects.filter(_over()).exclude(Exists(upheld().filter(clip=OuterRef("pk"))))


def to_recheck() -> QuerySet[Fingerprint]:
    """The fingerprints of the clips that may still be used, released ones too, in the order of their clips' ids."""
    out_for_good = Exists(Flag.objects.filter(state=FlagState.UPHELD, clip=OuterRef("pk")))
    return Fingerprint.objects.filter(~out_for_good, ~_over()).select_related("clip__owner").order_by("pk")


def on_list(fingerprint: Fingerprint, known: HashList, blocks: Collection[Hashes]) -> Concern | None:
    """What the list says of the clip; `blocks` are the list's hashes."""
    good = np.frombuffer(fingerprint.qualities, np.uint8) >= LEAST_QUALITY
    samples = unpacked(fingerprint.hashes)[good]
    found = hits_either_way(samples, blocks) if len(samples) else np.zeros(0, bool)
    if not is_known(found):
        found = crop_hits(samples, [crop[good] for crop in _crops(fingerprint)], blocks)
    if not is_known(found):
        return None
    return Concern(known.category, LIST, known.name, round(float(found.mean()), 3), int(found.sum()))


def like_discarded(fingerprint: Fingerprint, others: Sequence[Fingerprint]) -> Iterator[Concern]:
    """Those of the discarded clips that show the clip's moment."""
    for other, share, samples in _same_moments(fingerprint, others):
        flag = upheld().filter(clip=other.clip).latest("decided_at")
        yield Concern(flag.category, DISCARDED, str(other.clip.public_id), round(share, 3), samples)


def blocks_of(known: HashList) -> Iterator[Hashes]:
    """The hashes of a list, block by block."""
    return map(unpacked, known.blocks.values_list("hashes", flat=True).iterator(chunk_size=4))


def _on_lists(fingerprint: Fingerprint) -> Iterator[Concern]:
    for known in lists():
        if concern := on_list(fingerprint, known, list(blocks_of(known))):
            yield concern


def _crops(fingerprint: Fingerprint) -> list[Hashes]:
    return crops_of(fingerprint.uncropped, len(fingerprint.qualities))


def _discarded(fingerprint: Fingerprint) -> Iterator[Concern]:
    others = discarded().exclude(pk=fingerprint.pk).select_related("clip").order_by("pk")
    for together in _batched(others.iterator(chunk_size=_TOGETHER), _TOGETHER):
        yield from like_discarded(fingerprint, together)


def _over() -> Q:
    """The fingerprint's clip is gone or out of use."""
    ended = Hold.objects.filter(clip=OuterRef("pk"), released_at=None, reason__in=FINAL)
    return Q(Exists(ended)) | ~Q(clip__consent__withdrawn_at=None, clip__consent__until__gt=clock.now())


def _same_moments(
    fingerprint: Fingerprint, others: Sequence[Fingerprint]
) -> Iterator[tuple[Fingerprint, float, int]]:
    """Those that show the same moment, with the share and the number of samples by which one sees it."""
    mine = unpacked(fingerprint.hashes)
    content = fingerprint.clip.content_lookup
    for other in others:
        if content and other.clip.content_lookup == content:
            yield other, 1.0, len(mine)
    rest = [
        (other, hashes)
        for other in others
        if not (content and other.clip.content_lookup == content)
        and len(hashes := unpacked(other.hashes)) >= LEAST_RARE
    ]
    if len(mine) < LEAST_RARE or not rest:
        return
    theirs = [hashes for _, hashes in rest]
    found = {number: recognise(mine, theirs[number]) for number in candidates(mine, theirs)}
    crops = _crops(fingerprint)
    for number in crop_candidates(crops, theirs):
        if number not in found or not found[number].same_moment:
            found[number] = recognise_crop(mine, crops, theirs[number])
    for number, best in sorted(found.items()):
        if best.same_moment:
            yield rest[number][0], best.share, best.rare


def _batched(rows: Iterable[Fingerprint], size: int) -> Iterator[list[Fingerprint]]:
    """Lists of at most this many."""
    waiting = iter(rows)
    while together := list(islice(waiting, size)):
        yield together
