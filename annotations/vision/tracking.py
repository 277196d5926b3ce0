"""From boxes on single frames to tracks of faces through time.

A face that turns away for half a second is still there: gaps are bridged, weak detections count when they
continue a track, and tracks reach a little beyond their first and last sight.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from annotations.vision.boxes import Box, blend, distance, overlap, size
from annotations.vision.faces import Face


@dataclass(frozen=True)
class TrackingRules:
    """Scores that start and continue a track; times in seconds."""

    strong: float = 0.5
    """A track needs one detection of this score, or ``steady`` over several looks."""
    weak: float = 0.25
    longest_gap: float = 1.0
    reach: float = 0.25
    """How far a track is continued before its first and after its last detection."""


@dataclass
class Track:
    """One face: detected boxes by frame, later every frame from first to last, and the best score."""

    id: int
    boxes: dict[int, Box] = field(default_factory=dict)
    score: float = 0.0

    @property
    def last(self) -> int:
        return max(self.boxes)


def link(
    detections: Mapping[int, Sequence[Face]],
    *,
    rate: float,
    frames: int,
    cuts: Sequence[int] = (),
    rules: TrackingRules = TrackingRules(),
) -> list[Track]:
    """Tracks with a box on each of their frames.

    ``detections`` holds the faces (score at least ``rules.weak``) of every frame that was looked at;
    ``cuts`` are the first frames of new scenes, which no track crosses.
    """
    boundaries = sorted({0, frames, *cuts})
    tracks: list[Track] = []
    for start, end in pairwise(boundaries):
        scene = {frame: faces for frame, faces in detections.items() if start <= frame < end}
        for track in _link_scene(scene, rate, rules):
            if track.score < rules.strong:
                continue
            _fill_gaps(track)
            _reach_out(track, round(rules.reach * rate) + 1, start, end)
            track.id = len(tracks) + 1
            tracks.append(track)
    return tracks


def _link_scene(detections: Mapping[int, Sequence[Face]], rate: float, rules: TrackingRules) -> list[Track]:
    tracks: list[Track] = []
    open_tracks: list[Track] = []
    for frame in sorted(detections):
        open_tracks = [track for track in open_tracks if frame - track.last <= rules.longest_gap * rate]
        pairs = sorted(
            (
                (cost, track_index, face_index)
                for track_index, track in enumerate(open_tracks)
                for face_index, face in enumerate(detections[frame])
                if (cost := _cost(track, frame, face.box, rate)) is not None
            ),
        )
        taken_tracks: set[int] = set()
        taken_faces: set[int] = set()
        for _, track_index, face_index in pairs:
            if track_index in taken_tracks or face_index in taken_faces:
                continue
            taken_tracks.add(track_index)
            taken_faces.add(face_index)
            face = detections[frame][face_index]
            track = open_tracks[track_index]
            track.boxes[frame] = face.box
            track.score = max(track.score, face.score)
        for face_index, face in enumerate(detections[frame]):
            if face_index not in taken_faces:
                track = Track(0, {frame: face.box}, face.score)
                tracks.append(track)
                open_tracks.append(track)
    return tracks


def _cost(track: Track, frame: int, box: Box, rate: float) -> float | None:
    """How badly a box continues a track; None when it cannot be the same face."""
    last = track.boxes[track.last]
    gap = (frame - track.last) / rate
    ratio = size(box) / max(1e-6, size(last))
    if not 0.5 < ratio < 2.0:
        return None
    # A walking face moves about three of its sizes a second at most, and boxes jitter by half their size.
    away = min(distance(last, box), distance(_predicted(track, frame), box))
    if away > 0.6 + 3.0 * gap and overlap(last, box) == 0:
        return None
    if away > 0.6 + 3.0 * gap:
        return None
    return away + abs(ratio - 1)


def _predicted(track: Track, frame: int) -> Box:
    """The last box moved on at the speed of the last two detections, for a third of a second at most."""
    if len(track.boxes) < 2:
        return track.boxes[track.last]
    before, last = sorted(track.boxes)[-2:]
    steps = min(frame - last, 3 * (last - before)) / (last - before)
    a, b = track.boxes[before], track.boxes[last]
    return b[0] + steps * (b[0] - a[0]), b[1] + steps * (b[1] - a[1]), b[2], b[3]


def _fill_gaps(track: Track) -> None:
    known = sorted(track.boxes)
    for before, after in pairwise(known):
        for frame in range(before + 1, after):
            share = (frame - before) / (after - before)
            track.boxes[frame] = blend(track.boxes[before], track.boxes[after], share)
    track.boxes = dict(sorted(track.boxes.items()))


def _reach_out(track: Track, reach: int, start: int, end: int) -> None:
    """Continue a track with its outermost boxes, inside its scene."""
    first, last = min(track.boxes), track.last
    for frame in range(max(start, first - reach), first):
        track.boxes[frame] = track.boxes[first]
    for frame in range(last + 1, min(end, last + 1 + reach)):
        track.boxes[frame] = track.boxes[last]
    track.boxes = dict(sorted(track.boxes.items()))


def boxes_by_frame(tracks: Sequence[Track]) -> dict[int, list[Box]]:
    """All boxes of each frame that has any."""
    by_frame: dict[int, list[Box]] = {}
    for track in tracks:
        for frame, box in track.boxes.items():
            by_frame.setdefault(frame, []).append(box)
    return by_frame
