"""Which frames of a clip become images. Pure."""

from collections.abc import Sequence

from annotations.review.body import Track
from annotations.review.interpolation import box_at

PER_SECOND = 2


def annotated(tracks: Sequence[Track], times: Sequence[float]) -> list[int]:
    """The frames, ascending, that show a box: every keyframe, and two a second between them.

    `times` are the presentation times in seconds, so the spacing holds for a varying frame rate as well.
    """
    keyframes = {keyframe["frame"] for track in tracks for keyframe in track["keyframes"]}
    candidates = keyframes | set(sampled(times))
    return sorted(
        frame
        for frame in candidates
        if frame < len(times) and any(box_at(track["keyframes"], frame) for track in tracks)
    )


def sampled(times: Sequence[float]) -> list[int]:
    """The first frame of each half second, counted from the first frame."""
    found: list[int] = []
    last = -1
    for frame, time in enumerate(times):
        # A stamp may lie a rounding error before its half second.
        step = int((time - times[0]) * PER_SECOND + 1e-6)
        if step > last:
            found.append(frame)
            last = step
    return found
