"""Coding anew the groups of pictures in which something else is to be hidden than an earlier rendition hides."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby

from annotations.vision.boxes import Box
from annotations.vision.obscure import Hiding, obscure
from annotations.vision.report import RenditionReport
from annotations.vision.video.encode import KeyFrameListener
from annotations.vision.video.ranges import Ranges
from annotations.vision.video.splice import NotSpliceable, Splicer, groups_of

Hidden = Mapping[int, Sequence[Box]]


def changed_groups(shown: Sequence[int], old: Hidden, new: Hidden) -> set[int]:
    """The groups in which other boxes are to be hidden; `shown` has the original frame of each frame of the
    rendition, `old` and `new` go by original frame."""
    return groups_of(
        frame
        for frame, original in enumerate(shown)
        if sorted(old.get(original, ())) != sorted(new.get(original, ()))
    )


def recode(
    ranges: Ranges,
    earlier: str,
    target: str,
    changed: Collection[int],
    *,
    shown: Sequence[int],
    hidden: Hidden,
    effect: Hiding,
    on_key_frame: KeyFrameListener,
    on_frames: Callable[[int, int], None],
) -> RenditionReport:
    """Write the rendition at `earlier` to `target` with these groups made again from the original.

    `on_frames` hears how many of the frames are done, of how many. Raises NotSpliceable, VideoError.
    """
    splicer = Splicer(earlier, target, changed, on_key_frame=on_key_frame)
    try:
        done = 0
        for frames in _runs(splicer.awaited):
            originals = [shown[frame] for frame in frames]
            for decoded in ranges.between(originals[0], originals[-1]):
                repeats = originals.count(decoded.index)
                if not repeats:
                    continue
                picture = decoded.picture()
                if (picture.width, picture.height) != (splicer.width, splicer.height):
                    raise NotSpliceable("The clip changes its size.")
                obscure(picture, hidden.get(decoded.index, ()), effect)
                for _ in range(repeats):
                    splicer.write(picture)
                done += repeats
                on_frames(done, len(splicer.awaited))
    except BaseException:
        splicer.abandon()
        raise
    splicer.close()
    return RenditionReport(
        frames=splicer.layout.frames,
        frame_rate=float(splicer.layout.rate),
        width=splicer.width,
        height=splicer.height,
        bytes=os.stat(target).st_size,
    )


@contextmanager
def set_aside(path: str) -> Iterator[str]:
    """A copy of a file in memory, under a name of its own, so that the file can be written anew from it."""
    descriptor = os.memfd_create("earlier rendition")
    try:
        with open(path, "rb") as given, os.fdopen(os.dup(descriptor), "wb") as copy:
            while part := given.read(1 << 20):
                copy.write(part)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _runs(frames: Sequence[int]) -> list[list[int]]:
    """Runs of frames that follow each other."""
    runs = groupby(enumerate(frames), key=lambda pair: pair[1] - pair[0])
    return [[frame for _, frame in run] for _, run in runs]
