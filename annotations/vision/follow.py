"""Following a face, or something else that a person drew, both ways through time.

Between two frames a face goes where the points in its box go (median of pyramidal Lucas-Kanade flow, forward and
backward: Kalal, Mickalczyk, Matas, "Forward-backward error", 2010). A few times a second the detector is run around the
place where the face should be, and its doubtful finds there count as the face: the person has said that there is one.
A face that neither the detector finds nor its own earlier templates resemble is lost after a second; cuts end it, too.

What is no face (a plate, a screen) goes the same way, with its own looks in the place of the detector (`lookalike`),
and turns in the picture as its points turn around each other.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from av.video.frame import VideoFrame

from annotations.vision.boxes import (
    Box,
    BoxesByFrame,
    blend,
    centre,
    covered,
    distance,
    enclosing,
    grown,
    intersection,
    scaled,
    size,
)
from annotations.vision.faces import Face, FaceDetector
from annotations.vision.flow import Luma, inside, moved, patch, similarity, towards, turned
from annotations.vision.frame_cache import FrameCache
from annotations.vision.lookalike import Lookalike
from annotations.vision.obscure import hidden_mask
from annotations.vision.region_detection import SMALL_FACE
from annotations.vision.report import MissedFace
from annotations.vision.scenes import NO_CUTS
from annotations.vision.timeline import Timeline
from annotations.vision.tracking import Track, TrackingRules, link
from annotations.vision.video.picture import luma_of, rgb_of
from annotations.vision.video.ranges import Ranges

ANY_STEP = 32
"""Sides of the small pictures are multiples of it where no detector asks for another."""
DETECTION_SECONDS = 0.1
"""Time between detections."""
LEAST_SCORE = 0.12
"""Of a detection at the place where the face should be."""
LOST_SECONDS = 1.0
"""A face without support for this long is lost, and what was guessed since is taken back."""
ALREADY_HIDDEN_SECONDS = 1.0
"""A face that has been hidden by other tracks for this long is theirs."""
SIMILAR = 0.65
"""Correlation with a template of the face that counts as seeing it."""
TEMPLATES = 8
"""How many templates are kept."""
PACE_SECONDS = 0.3
"""What a face did for this long it goes on doing while it is not seen."""
SAME_FACE = 1.0
"""Boxes whose centres are less than this many sizes apart are the same face, when one was followed to the other."""
NEAR, FARTHER_EACH_SECOND, FARTHEST = 0.6, 1.0, 0.85
"""How many sizes away a detection may lie, how many more for each second in which the face was not seen, and how many
at most. The pace of an unseen face is guessed from the last frames before it went behind something, when less and less
of it showed; a detection that lies farther off is another face, after a cut that nobody noticed, say."""
HIDDEN_SHARE = 0.98
"""Of a box: what others hide as much of is theirs."""
LEAST_INSIDE = 0.3
"""Share of the box that lies in the picture, below which the face has left it."""

Finder = Callable[[Box, float], Face | None]
"""The find nearest to where something should be, at most so many sizes away, in pixels of the small picture."""


def follow(
    ranges: Ranges,
    timeline: Timeline,
    drawn: Sequence[MissedFace],
    detector: FaceDetector | None,
    hidden: BoxesByFrame,
) -> list[Track]:
    """A track for each thing that was drawn, perhaps more than once, in pixels of the displayed picture.

    `detector` is None where they are no faces: then they are followed by what they look like alone. `hidden` has the
    boxes that other tracks hide, by original frame. Numbers of tracks start at 1.
    """
    certain = timeline.drawn(drawn)
    follower = _Follower(ranges, timeline, detector, certain, hidden)
    faces: list[_DrawnFace] = []
    for frame in sorted(certain):
        for box in certain[frame]:
            found = follower.both_ways(frame, box)
            same = next((face for face in faces if face.meets(found, frame)), None)
            if same is None:
                faces.append(_DrawnFace(found, {frame}))
            else:
                same.take(found, frame)
    tracks: list[Track] = []
    for face in faces:
        seen = {frame: [Face(box, 1.0)] for frame, box in face.boxes.items()}
        start, end = follower.scene(min(seen), max(seen))
        tracks += link(seen, rate=timeline.rate, frames=end, cuts={start: start} if start else NO_CUTS)
    for number, track in enumerate(tracks, 1):
        track.id = number
    return tracks


@dataclass
class _DrawnFace:
    """Boxes by frame, and the frames on which they were drawn."""

    boxes: dict[int, Box]
    drawn: set[int]

    def meets(self, found: Mapping[int, Box], frame: int) -> bool:
        """Whether what was followed from a box drawn on `frame` led to one of this face's, or the other way round."""
        return any(
            number in self.boxes
            and number in found
            and distance(self.boxes[number], found[number]) < SAME_FACE
            for number in {*self.drawn, frame}
        )

    def take(self, found: Mapping[int, Box], frame: int) -> None:
        """Add what was followed from another box of this face, drawn on `frame`."""
        for number, box in found.items():
            known = self.boxes.get(number)
            if number == frame or known is None:
                self.boxes[number] = box
            elif number not in self.drawn:
                self.boxes[number] = enclosing(known, box)
        self.drawn.add(frame)


class _MotionModel:
    """Where a face is (small pixels), frame after frame: `box` by the flow of its points, `guess` by its pace.

    The two are the same while the face is seen; `unseen` counts the frames since, `turn` the radians by
    which it has turned. Behind a post the points stay with the post, and the face goes on.
    """

    def __init__(self, box: Box, picture: Luma, memory: int) -> None:
        self.box = self.guess = box
        self.unseen = 0
        self.turn = 0.0
        self._templates = [patch(picture, box)]
        self._steps: deque[tuple[float, float]] = deque(maxlen=max(2, memory))

    def step(self, before: Luma, now: Luma) -> None:
        """Go on to the next frame, whose picture is `now`."""
        old = centre(self.box)
        step = moved(before, now, self.box)
        self.box = step.box
        self.turn += step.turn
        if similarity(now, self.box, self._templates) >= SIMILAR:
            new = centre(self.box)
            self._steps.append((new[0] - old[0], new[1] - old[1]))
            self._confirm()
            return
        self.unseen += 1
        if self._steps:
            across, down = np.mean(self._steps, axis=0).tolist()
            x, y, width, height = self.guess
            self.guess = x + across, y + down, width, height

    def found_again(self, now: Luma, box: Box) -> None:
        """Take the detector's word for where the face is."""
        self.box = box
        self._confirm()
        self.remember(now)

    def remember(self, now: Luma) -> None:
        """Keep what the face looks like now; what was drawn is kept for good."""
        self._templates = [self._templates[0], *self._templates[1:][-(TEMPLATES - 2) :], patch(now, self.box)]

    def _confirm(self) -> None:
        self.unseen, self.guess = 0, self.box


def _fill_gap(found: dict[int, Box], drawn: Box, start: int, end: int, now: Box) -> None:
    """Widen the boxes between two certain finds to where the face must have been: on its way from one to the other."""
    last, step = found.get(start, drawn), 1 if end > start else -1
    for number in range(start + step, end, step):
        found[number] = enclosing(found[number], blend(last, now, (number - start) / (end - start)))


class _Follower:
    def __init__(
        self,
        ranges: Ranges,
        timeline: Timeline,
        detector: FaceDetector | None,
        certain: BoxesByFrame,
        hidden: BoxesByFrame,
    ) -> None:
        self._timeline, self._detector = timeline, detector
        self._pictures = FrameCache(ranges, timeline.frames, detector.step if detector else ANY_STEP)
        self._certain, self._hidden = certain, hidden
        self._detect_every = max(1, round(timeline.rate * DETECTION_SECONDS))

    def both_ways(self, frame: int, drawn: Box) -> dict[int, Box]:
        """The face's boxes by frame, around the one on which it was drawn."""
        with ThreadPoolExecutor(2) as pool:
            back, forth = pool.map(lambda way: self._one_way(frame, drawn, way), (-1, 1))
        return dict(sorted({**back, frame: drawn, **forth}.items()))

    def scene(self, first: int, last: int) -> tuple[int, int]:
        """The frames, as far as a track can reach beyond these, that no cut parts from them."""
        reach = round(TrackingRules().reach * self._timeline.rate) + 2
        start, end = max(0, first - reach), min(self._timeline.frames, last + 1 + reach)
        before = [n for n in range(start + 1, first + 1) if self._pictures.is_cut(n - 1, n)]
        after = [n for n in range(last + 1, end) if self._pictures.is_cut(n - 1, n)]
        return max(before, default=start if start else 0), min(after, default=end)

    def _one_way(self, frame: int, drawn: Box, direction: int) -> dict[int, Box]:
        rate, pictures = self._timeline.rate, self._pictures
        small = pictures[frame]
        across, down = pictures.width / small.width, pictures.height / small.height
        motion = _MotionModel(scaled(drawn, 1 / across, 1 / down), luma_of(small), round(rate * PACE_SECONDS))
        lookalike = Lookalike(luma_of(small), motion.box)
        found: dict[int, Box] = {}
        certain_at = frame  # where it was drawn, or last found without doubt
        already_hidden = 0  # frames for which the face has been hidden by others
        while 0 <= frame + direction < self._timeline.frames:
            before, frame = frame, frame + direction
            if pictures.is_cut(before, frame):
                break
            small = pictures[frame]
            now = luma_of(small)
            motion.step(luma_of(pictures[before]), now)
            if inside(motion.box, now) < LEAST_INSIDE:
                break
            # At once when it is no longer seen, then as often as while it is seen: every frame adds little.
            if frame % self._detect_every == 0 or motion.unseen % self._detect_every == 1:
                near = min(FARTHEST, NEAR + FARTHER_EACH_SECOND * motion.unseen / rate)
                find = self._finder(small, now, lookalike)
                detected = find(motion.box, near)
                if motion.unseen and not detected:
                    detected = find(motion.guess, near)
                if detected:
                    if detected.score >= TrackingRules().steady:
                        if abs(frame - certain_at) <= LOST_SECONDS * rate:
                            _fill_gap(found, drawn, certain_at, frame, scaled(detected.box, across, down))
                        certain_at = frame
                    motion.found_again(now, towards(motion.box, detected.box))
            if not motion.unseen and frame % (3 * self._detect_every) == 0:
                motion.remember(now)
                lookalike.remember(now, motion.box)
            unsure = max(0.0, motion.unseen / rate - TrackingRules().sampling) * TrackingRules().drift
            box = grown(enclosing(motion.box, motion.guess), unsure)
            if self._detector is None:  # a head hides what a face turns to
                box = turned(box, motion.turn)
            found[frame] = scaled(box, across, down)
            certain = self._drawn_near(frame, found[frame])
            if certain is not None:
                found[frame] = certain
                break
            already_hidden = already_hidden + 1 if self._is_hidden(frame, found[frame]) else 0
            if motion.unseen > LOST_SECONDS * rate or already_hidden > ALREADY_HIDDEN_SECONDS * rate:
                break
        for number in range(motion.unseen):
            found.pop(frame - direction * number, None)
        return found

    def _drawn_near(self, frame: int, box: Box) -> Box | None:
        near = [other for other in self._certain.get(frame, ()) if distance(box, other) < SAME_FACE]
        return min(near, key=lambda other: distance(box, other), default=None)

    def _is_hidden(self, frame: int, box: Box) -> bool:
        others = [other for other in self._hidden.get(frame, ()) if intersection(box, other)]
        if not others:
            return False
        mask = hidden_mask(others, self._pictures.width, self._pictures.height)
        return covered(box, mask) >= HIDDEN_SHARE

    def _finder(self, small: VideoFrame, now: Luma, lookalike: Lookalike) -> Finder:
        """What finds in this picture what was drawn: the detector where it is a face, else its own looks."""
        if self._detector is None:
            return lambda box, near: lookalike.find(now, box, near)
        return partial(self._detect, self._detector, small)

    def _detect(self, detector: FaceDetector, small: VideoFrame, box: Box, near: float) -> Face | None:
        """The detector's find nearest to where the face should be, at most `near` sizes away, in pixels of the small
        picture."""
        step = detector.step
        zoom = 2 if size(box) < SMALL_FACE else 1
        reach = max(2 * step // zoom, -(-int(2.5 * max(box[2], box[3]) * zoom) // step) * step // zoom)
        width, height = min(reach, small.width // step * step), min(reach, small.height // step * step)
        x = int(max(0, min(box[0] + box[2] / 2 - width / 2, small.width - width)))
        y = int(max(0, min(box[1] + box[3] / 2 - height / 2, small.height - height)))
        window = np.ascontiguousarray(rgb_of(small)[y : y + height, x : x + width])
        if zoom > 1:
            window = np.asarray(
                cv2.resize(window, (zoom * width, zoom * height), interpolation=cv2.INTER_CUBIC), np.uint8
            )
        best: tuple[float, Face] | None = None
        for face in detector.detect(window, LEAST_SCORE):
            inside = scaled(face.box, 1 / zoom, 1 / zoom)
            there: Box = (inside[0] + x, inside[1] + y, inside[2], inside[3])
            away = distance(there, box)
            if (
                away < near
                and 0.5 < size(there) / max(1e-6, size(box)) < 2
                and (best is None or away < best[0])
            ):
                best = away, Face(there, face.score)
        return best[1] if best else None
