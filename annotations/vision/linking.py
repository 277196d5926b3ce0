"""All tracks of a clip: of faces, and of heads that people's joints show. Where both show one, either may be poor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotations.vision.boxes import distance
from annotations.vision.detections import Detections
from annotations.vision.faces import Face
from annotations.vision.joining import SAME_HEAD, joined
from annotations.vision.tracking import Track, TrackingRules, link

HEADS = TrackingRules(strong=0.6, steady=0.4, lasting=0.3, weak=0.3, longest_gap=1.5, sampling=0.3)
"""Joints are found more seldom than faces, and where there is nobody more often: one detection must be a sure one."""

LIKELY_FACE, LIKELY_HEAD = 0.25, 0.4
"""Scores from which a face and a head in one place confirm each other."""


@dataclass(frozen=True)
class Stretch:
    """The frames of a clip from `start` to before `end`, at `rate` frames a second."""

    start: int
    end: int
    rate: float


def link_all(detections: Detections, stretch: Stretch, rules: TrackingRules) -> list[Track]:
    """The tracks of this stretch, numbered from 1, with a box on each of their frames. `rules` are those of faces."""
    faces, heads = (
        link(
            _since(found, stretch.start),
            rate=stretch.rate,
            frames=stretch.end,
            cuts=detections.cuts,
            rules=theirs,
        )
        for found, theirs in ((confirmed(detections), rules), (detections.heads, HEADS))
    )
    tracks = joined(faces, heads, round(rules.sampling * stretch.rate))
    for number, track in enumerate(tracks, 1):
        track.id = number
    return tracks


def confirmed(detections: Detections) -> dict[int, list[Face]]:
    """The faces by frame, those where joints show a head with the score that not both are wrong (noisy or: Pearl,
    "Probabilistic Reasoning in Intelligent Systems", 1988, 4.3.2). The two models have nothing in common."""
    return {
        frame: [_with_head(face, detections.heads.get(frame, ())) for face in faces]
        for frame, faces in detections.faces.items()
    }


def _with_head(face: Face, heads: Sequence[Face]) -> Face:
    there = [head.score for head in heads if distance(head.box, face.box) < SAME_HEAD]
    best = max(there, default=0.0)
    if face.score < LIKELY_FACE or best < LIKELY_HEAD:
        return face
    return Face(face.box, 1 - (1 - face.score) * (1 - best))


def _since(found: Mapping[int, Sequence[Face]], start: int) -> dict[int, Sequence[Face]]:
    return {frame: faces for frame, faces in found.items() if frame >= start}
