"""All tracks of a clip: of faces, and of heads that people's joints show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotations.vision.detections import Detections
from annotations.vision.faces import Face
from annotations.vision.tracking import Track, TrackingRules, link

HEADS = TrackingRules(strong=0.6, steady=0.4, lasting=0.3, weak=0.3, longest_gap=1.5, sampling=0.3)
"""Joints are found more seldom than faces, and where there is nobody more often: one detection must be a sure one."""


@dataclass(frozen=True)
class Stretch:
    """The frames of a clip from `start` to before `end`, at `rate` frames a second."""

    start: int
    end: int
    rate: float


def link_all(detections: Detections, stretch: Stretch, rules: TrackingRules) -> list[Track]:
    """The tracks of this stretch, numbered from 1, with a box on each of their frames. `rules` are those of faces."""
    tracks = [
        track
        for found, theirs in ((detections.faces, rules), (detections.heads, HEADS))
        for track in link(
            _since(found, stretch.start),
            rate=stretch.rate,
            frames=stretch.end,
            cuts=detections.cuts,
            rules=theirs,
        )
    ]
    for number, track in enumerate(tracks, 1):
        track.id = number
    return tracks


def _since(found: Mapping[int, Sequence[Face]], start: int) -> dict[int, Sequence[Face]]:
    return {frame: faces for frame, faces in found.items() if frame >= start}
