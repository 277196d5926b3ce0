"""Encoding again the groups of pictures in which something else is to be hidden than an earlier rendition hides."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from annotations.vision.boxes import BoxesByFrame
from annotations.vision.job import Job
from annotations.vision.obscure import HidingPlan, obscure
from annotations.vision.pool import Pool
from annotations.vision.rendering import Rendered
from annotations.vision.report import RenditionReport
from annotations.vision.residual import ResidualCheck
from annotations.vision.scratch import scratch_file
from annotations.vision.video.decode import available_cores
from annotations.vision.video.encode import KeyFrameCallback
from annotations.vision.video.ranges import Ranges
from annotations.vision.video.splice import NotSpliceable, Splicer, groups_of

FramesCallback = Callable[[int, int], None]
"""Is given how many of the frames are done, and of how many."""

COPY_BYTES = 1 << 20
"""Of a file, copied at a time."""


@dataclass(frozen=True)
class Splice:
    """Where the parts of a spliced rendition come from: the earlier rendition's file, and the original frames for the
    groups that changed. `shown` has the original frame of every frame of the rendition."""

    earlier: str
    target: str
    original: Ranges
    shown: Sequence[int]
    changed: Collection[int]


def changed_groups(shown: Sequence[int], old: BoxesByFrame, new: BoxesByFrame) -> set[int]:
    """The groups in which other boxes are to be hidden; `shown` has the original frame of each frame of the
    rendition, `old` and `new` go by original frame."""
    return groups_of(
        frame
        for frame, original in enumerate(shown)
        if sorted(old.get(original, ())) != sorted(new.get(original, ()))
    )


def reencode(
    splice: Splice, plan: HidingPlan, on_key_frame: KeyFrameCallback, on_frames: FramesCallback
) -> RenditionReport:
    """Write the rendition whose changed groups hide what is planned and whose other groups are the earlier one's.

    Raises NotSpliceable, VideoError.
    """
    splicer = Splicer(splice.earlier, splice.target, splice.changed, on_key_frame=on_key_frame)
    try:
        done = 0
        for frames in _runs(splicer.awaited):
            originals = [splice.shown[frame] for frame in frames]
            for decoded in splice.original.between(originals[0], originals[-1]):
                repeats = originals.count(decoded.index)
                if not repeats:
                    continue
                picture = decoded.picture()
                if (picture.width, picture.height) != (splicer.width, splicer.height):
                    raise NotSpliceable("The clip changes its size.")
                obscure(picture, plan.boxes.get(decoded.index, ()), plan.effect)
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
        bytes=os.stat(splice.target).st_size,
    )


def reencode_and_check(
    job: Job, splice: Splice, plan: HidingPlan, unredacted: BoxesByFrame | None = None
) -> Rendered:
    """As `reencode`, and check the key frames of the new groups for faces.

    `unredacted` are regions (face boxes by original frame) in which a face is no reason to object: two people agreed.
    """
    exempt: BoxesByFrame = unredacted or {}
    hidden_as_shown = {
        frame: [*plan.boxes.get(original, ()), *exempt.get(original, ())]
        for frame, original in enumerate(splice.shown)
        if original in plan.boxes or original in exempt
    }
    with Pool(available_cores()) as pool:
        check = ResidualCheck(job.detector, pool, hidden_as_shown, 0.0, job.opinions)
        rendition = reencode(
            splice, plan, check.add_coded, lambda done, total: job.on_progress("render", done, total)
        )
        residual = check.report()
        # Of these groups alone: whether the clip can be judged, the whole pass has told.
        residual["unjudgeable"] = ""
        return Rendered(rendition, residual, plan.boxes)


@contextmanager
def set_aside(path: str) -> Iterator[str]:
    """A copy of a file in memory, under a name of its own, so that the file can be written again from it."""
    with scratch_file() as descriptor:
        with open(path, "rb") as given, os.fdopen(os.dup(descriptor), "wb") as copy:
            while part := given.read(COPY_BYTES):
                copy.write(part)
        yield f"/proc/self/fd/{descriptor}"


def _runs(frames: Sequence[int]) -> list[list[int]]:
    """Runs of frames that follow each other."""
    runs = groupby(enumerate(frames), key=lambda pair: pair[1] - pair[0])
    return [[frame for _, frame in run] for _, run in runs]
