"""From boxes on single frames to tracks of faces through time.

A face that turns away for half a second is still there: gaps are bridged, weak detections count when they
continue a track, and tracks reach a little beyond their first and last detection.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from annotations.vision.boxes import Box, blend, by_frame, distance, grown, overlap, size
from annotations.vision.faces import Face
from annotations.vision.scenes import NO_CUTS, Cuts, Scene, places

STEADY_DETECTIONS = 3
"""Different detections of the score `TrackingRules.steady` that make a track."""
LASTING_DETECTIONS = 5
"""Different detections of the score `TrackingRules.lasting` that make one,"""
LASTING_SECONDS = 1.5
"""within this time: samples are up to 0.3 s apart. Of a clip that has less than ten frames in it, half of them do, but
never less than `STEADY_DETECTIONS`."""
CROWD = 12
"""Faces at once among which one is more likely than elsewhere: there, `CROWDED_DETECTIONS` different detections,"""
CROWDED_DETECTIONS = 4
"""as poor as may be,"""
CROWDED_SECONDS = 2.0
"""within this time make a track: half covered by masks, hands and others, faces seldom get more."""


@dataclass(frozen=True)
class TrackingRules:
    """Scores that start and continue a track; times in seconds."""

    strong: float = 0.45
    """A track needs one detection of this score,"""
    steady: float = 0.25
    """or this score on three different detections: profiles and small faces rarely get more,"""
    lasting: float = 0.2
    """or this score on `LASTING_DETECTIONS` different ones: what moves while the shutter is open gets less on
    most of them, at any scale, and what is no face seldom lasts."""
    weak: float = 0.15
    """What continues a track that was detected better before or after."""
    longest_gap: float = 1.0
    """A face that is not detected for longer begins a new track."""
    reach: float = 0.25
    """How far a track is continued before its first and after its last detection."""
    drift: float = 1.0
    """Sizes a second by which a box grows on each side while its face is not seen."""
    sampling: float = 0.15
    """Seconds from a detection within which nothing grows: samples are up to twice that apart."""
    sway: float = 0.07
    """A box is widened to hold where the face is found this much earlier and later: detections jitter, and what
    lies between two of them is a guess."""


@dataclass
class Track:
    """One face: detected boxes by frame, later every frame from first to last, and the best score."""

    id: int
    boxes: dict[int, Box] = field(default_factory=dict)
    score: float = 0.0
    distinct: dict[Box, float] = field(default_factory=dict)
    """Score of each different detection: a part of the picture that has not changed counts once."""
    seen: dict[int, Box] = field(default_factory=dict)
    """The boxes of the detections themselves, by frame in order."""

    @property
    def last(self) -> int:
        """The last frame of the track."""
        return max(self.boxes)


def link(
    detections: Mapping[int, Sequence[Face]],
    *,
    rate: float,
    frames: int,
    cuts: Cuts = NO_CUTS,
    rules: TrackingRules = TrackingRules(),
) -> list[Track]:
    """Tracks with a box on each of their frames.

    `detections` holds the faces (score at least `rules.weak`) of every frame that was sampled. No track crosses one of
    the `cuts`; scenes that show the same place decide together what is a face there, and what it did between them.
    """
    sampled = sorted(detections)
    tracks: list[Track] = []
    for place in places(cuts, frames):
        seen = {
            frame: detections[frame]
            for start, end in place
            for frame in sampled[bisect_left(sampled, start) : bisect_left(sampled, end)]
        }
        for whole in _faces_among(_link_place(seen, rate, rules), rate, rules):
            _fill_gaps(whole, rate, rules)
            _reach_out(whole, rate, rules, place[0][0], place[-1][1])
            for track in _by_scene(whole, place):
                _widen(track, max(1, round(rules.sway * rate)))
                track.id = len(tracks) + 1
                tracks.append(track)
    return tracks


def _by_scene(track: Track, scenes: Sequence[Scene]) -> list[Track]:
    """A track for each scene in which this one has boxes."""
    parts = [
        {frame: track.boxes[frame] for frame in range(*scene) if frame in track.boxes} for scene in scenes
    ]
    return [
        replace(track, boxes=boxes, seen={frame: box for frame, box in track.seen.items() if frame in boxes})
        for boxes in parts
        if boxes
    ]


def _link_place(detections: Mapping[int, Sequence[Face]], rate: float, rules: TrackingRules) -> list[Track]:
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
            _add(track, frame, face)
        for face_index, face in enumerate(detections[frame]):
            if face_index not in taken_faces:
                track = Track(0)
                _add(track, frame, face)
                tracks.append(track)
                open_tracks.append(track)
    return tracks


def _add(track: Track, frame: int, face: Face) -> None:
    track.boxes[frame] = face.box
    track.seen[frame] = face.box
    track.distinct[face.box] = max(face.score, track.distinct.get(face.box, 0.0))
    track.score = max(track.score, face.score)


def _faces_among(tracks: Sequence[Track], rate: float, rules: TrackingRules) -> list[Track]:
    """Those that are taken for faces, by themselves or in the crowd in which they are."""
    convincing: list[Track] = []
    others: list[Track] = []
    for track in tracks:
        (convincing if _convinces(track, rate, rules) else others).append(track)
    if len(convincing) < CROWD:
        return convincing
    at_once: Counter[int] = Counter()
    for track in convincing:
        at_once.update(range(min(track.boxes), track.last + 1))
    return convincing + [
        track
        for track in others
        if min(at_once[frame] for frame in track.boxes) >= CROWD
        and _is_repeated(track, rules.weak, CROWDED_DETECTIONS, CROWDED_SECONDS * rate)
    ]


def _convinces(track: Track, rate: float, rules: TrackingRules) -> bool:
    best = sorted(track.distinct.values(), reverse=True)
    if best[0] >= rules.strong or (
        len(best) >= STEADY_DETECTIONS and best[STEADY_DETECTIONS - 1] >= rules.steady
    ):
        return True
    within = LASTING_SECONDS * rate
    enough = max(STEADY_DETECTIONS, min(LASTING_DETECTIONS, int(within / 2)))
    return _is_repeated(track, rules.lasting, enough, within)


def _is_repeated(track: Track, score: float, times: int, within: float) -> bool:
    """Whether so many different detections of at least this score lie within so many frames."""
    first_seen: dict[Box, int] = {}
    for frame in sorted(track.boxes):
        first_seen.setdefault(track.boxes[frame], frame)
    seen = sorted(frame for box, frame in first_seen.items() if track.distinct[box] >= score)
    return any(last - first <= within for first, last in zip(seen, seen[times - 1 :], strict=False))


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


def _fill_gaps(track: Track, rate: float, rules: TrackingRules) -> None:
    """Boxes between detections, by interpolation; larger in the middle of gaps in which nothing was seen."""
    for before, after in pairwise(sorted(track.boxes)):
        for frame in range(before + 1, after):
            share = (frame - before) / (after - before)
            unseen = min(frame - before, after - frame) / rate - rules.sampling
            box = blend(track.boxes[before], track.boxes[after], share)
            track.boxes[frame] = grown(box, max(0.0, unseen) * rules.drift)
    track.boxes = dict(sorted(track.boxes.items()))


def _reach_out(track: Track, rate: float, rules: TrackingRules, start: int, end: int) -> None:
    """Continue a track with its outermost boxes, inside its scenes, growing as nobody knows where it went."""
    reach = round(rules.reach * rate) + 1
    first, last = min(track.boxes), track.last
    for step in range(1, reach + 1):
        growth = step / rate * rules.drift
        if first - step >= start:
            track.boxes[first - step] = grown(track.boxes[first], growth)
        if last + step < end:
            track.boxes[last + step] = grown(track.boxes[last], growth)
    track.boxes = dict(sorted(track.boxes.items()))


def _widen(track: Track, radius: int) -> None:
    """Replace every box of a filled track by the bounds of its neighbours up to `radius` frames away."""
    frames = list(track.boxes)
    corners = np.asarray([(x, y, x + width, y + height) for x, y, width, height in track.boxes.values()])
    for index, frame in enumerate(frames):
        near = corners[max(0, index - radius) : index + radius + 1]
        left, top = near[:, :2].min(0)
        right, bottom = near[:, 2:].max(0)
        track.boxes[frame] = (float(left), float(top), float(right - left), float(bottom - top))


def boxes_by_frame(tracks: Sequence[Track]) -> dict[int, list[Box]]:
    """All boxes of each frame that has any."""
    return by_frame(track.boxes for track in tracks)
