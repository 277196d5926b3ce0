"""Following a face that a person drew, both ways through time.

Between two frames a face goes where the points in its box go (median of pyramidal Lucas-Kanade flow, forward and
backward: Kalal, Mickalczyk, Matas, "Forward-backward error", 2010). A few times a second the detector looks around the
place where the face should be, and takes its doubtful finds there for the face: the person has said that there is one.
A face that neither the detector sees nor its own earlier looks resemble is lost after a second; cuts end it, too.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from annotations.vision.change_detection import coarse_luma
from annotations.vision.boxes import (
    Box,
    around,
    blend,
    centre,
    covered,
    distance,
    grown,
    intersection,
    scaled,
    size,
)
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.flow import Luma, inside, likeness, moved, patch, towards
from annotations.vision.detection_pass import CUT_DIFFERENCE, SMALL_FACE, luma_of, rgb_of
from annotations.vision.obscure import hidden_mask
from annotations.vision.report import MissedFace
from annotations.vision.tracking import Track, TrackingRules, link
from annotations.vision.video.ranges import Ranges

CHUNK_BYTES = 64_000_000
"""Of small pictures, decoded at a time at most: most clips have their next key frame before. A few chunks are kept."""
CHUNKS = 3
CHECK_SECONDS = 0.1
"""Time between the detector's looks."""
LEAST_SCORE = 0.12
LOST_SECONDS = 1.0
"""A face without support for this long is lost, and what was guessed since is taken back."""
SETTLED_SECONDS = 1.0
"""A face that has been hidden by other tracks for this long is theirs."""
ALIKE = 0.65
"""Correlation with an earlier look at the face that counts as seeing it."""
LOOKS = 8
"""How many earlier looks are kept."""
PACE_SECONDS = 0.3
"""What a face did for this long it goes on doing while it is not seen."""
SAME_FACE = 1.0
"""Boxes whose centres are less than this many sizes apart are the same face, when one was followed to the other."""
NEAR, FARTHER_EACH_SECOND = 0.6, 1.0
"""How many sizes away a find may lie, and how many more for each second in which the face was not seen: its pace is
guessed from the last frames before it went behind something, when less and less of it showed."""
LEAST_INSIDE = 0.3


@dataclass(frozen=True)
class Timeline:
    """What is known of a clip: its frames, frames a second, and the original frame that each frame of the rendition
    shows (None: the same)."""

    frames: int
    rate: float
    frame_map: Sequence[int] | None

    @classmethod
    def of(cls, times: Sequence[float], frame_map: Sequence[int] | None) -> "Timeline":
        return cls(len(times), (len(times) - 1) / times[-1] if len(times) > 1 else 1.0, frame_map)

    def original(self, shown: int) -> int:
        return self.frame_map[shown] if self.frame_map is not None else shown

    def drawn(self, faces: Sequence[MissedFace]) -> dict[int, list[Box]]:
        """The boxes that were drawn on the rendition, by original frame."""
        boxes: dict[int, list[Box]] = {}
        for face in faces:
            x, y, width, height = face["box"]
            boxes.setdefault(self.original(face["frame"]), []).append((x, y, width, height))
        return boxes

    def shown(self) -> list[int]:
        """The original frame of every frame of the rendition."""
        return list(self.frame_map) if self.frame_map is not None else list(range(self.frames))


class Pictures:
    """Small pictures of a clip's frames, decoded when they are asked for, by whichever thread."""

    def __init__(self, ranges: Ranges, frames: int, step: int) -> None:
        self._ranges, self._frames = ranges, frames
        self._chunks: OrderedDict[int, list[VideoFrame]] = OrderedDict()
        self._scaler = VideoReformatter()
        self._lock = Lock()
        first = next(ranges.between(0, 0)).geometry
        self.width, self.height = first.width, first.height
        self._small = working_size(self.width, self.height, step)
        self._longest = max(16, CHUNK_BYTES * 2 // 3 // (self._small[0] * self._small[1]))

    def __getitem__(self, number: int) -> VideoFrame:
        with self._lock:
            first = self._chunk_of(number)
            if first not in self._chunks:
                self._chunks[first] = list(self._read(first))
                if len(self._chunks) > CHUNKS:
                    self._chunks.popitem(last=False)
            self._chunks.move_to_end(first)
            return self._chunks[first][number - first]

    def _chunk_of(self, number: int) -> int:
        """The first frame of its chunk. Chunks start with the clip's own key frames: what is decoded is wanted."""
        key = self._ranges.start_before(number)
        return key + (number - key) // self._longest * self._longest

    def _read(self, first: int) -> Iterator[VideoFrame]:
        last = min(self._frames, first + self._longest) - 1
        while self._ranges.start_before(last) > first:
            last = self._ranges.start_before(last) - 1
        for decoded in self._ranges.between(first, last):
            yield decoded.scaled(*self._small, self._scaler)

    def is_cut(self, one: int, other: int) -> bool:
        """Whether two neighbouring frames belong to different scenes."""
        difference = cv2.absdiff(coarse_luma(luma_of(self[one])), coarse_luma(luma_of(self[other])))
        return float(difference.mean()) > CUT_DIFFERENCE


def follow(
    ranges: Ranges,
    timeline: Timeline,
    drawn: Sequence[MissedFace],
    detector: FaceDetector,
    hidden: Mapping[int, Sequence[Box]],
) -> list[Track]:
    """A track for each face that was drawn, perhaps more than once, in pixels of the displayed picture.

    `hidden` has the face boxes that other tracks hide, by original frame. Numbers of tracks start at 1.
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
        tracks += link(seen, rate=timeline.rate, frames=end, cuts=[start] if start else [])
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
        for number, box in found.items():
            known = self.boxes.get(number)
            if number == frame or known is None:
                self.boxes[number] = box
            elif number not in self.drawn:
                self.boxes[number] = around(known, box)
        self.drawn.add(frame)


class _Trail:
    """Where a face is (small pixels), frame after frame: `box` by the flow of its points, `guess` by its pace.

    The two are the same while the face is seen; `unseen` counts the frames since. Behind a post the points stay
    with the post, and the face goes on.
    """

    def __init__(self, box: Box, picture: Luma, memory: int) -> None:
        self.box = self.guess = box
        self.unseen = 0
        self._looks = [patch(picture, box)]
        self._steps: deque[tuple[float, float]] = deque(maxlen=max(2, memory))

    def step(self, before: Luma, now: Luma) -> None:
        old = centre(self.box)
        self.box = moved(before, now, self.box)
        if likeness(now, self.box, self._looks) >= ALIKE:
            new = centre(self.box)
            self._steps.append((new[0] - old[0], new[1] - old[1]))
            self._seen()
            return
        self.unseen += 1
        if self._steps:
            across, down = np.mean(self._steps, axis=0).tolist()
            x, y, width, height = self.guess
            self.guess = x + across, y + down, width, height

    def found_again(self, now: Luma, box: Box) -> None:
        self.box = box
        self._seen()
        self.remember(now)

    def remember(self, now: Luma) -> None:
        """Keep what the face looks like now; what was drawn is kept for good."""
        self._looks = [self._looks[0], *self._looks[1:][-(LOOKS - 2) :], patch(now, self.box)]

    def _seen(self) -> None:
        self.unseen, self.guess = 0, self.box


def _fill_gap(found: dict[int, Box], drawn: Box, start: int, end: int, now: Box) -> None:
    """Widen the boxes between two certain finds to where the face must have been: on its way from one to the other."""
    last, step = found.get(start, drawn), 1 if end > start else -1
    for number in range(start + step, end, step):
        found[number] = around(found[number], blend(last, now, (number - start) / (end - start)))


class _Follower:
    def __init__(
        self,
        ranges: Ranges,
        timeline: Timeline,
        detector: FaceDetector,
        certain: Mapping[int, Sequence[Box]],
        hidden: Mapping[int, Sequence[Box]],
    ) -> None:
        self._timeline, self._detector = timeline, detector
        self._pictures = Pictures(ranges, timeline.frames, detector.step)
        self._certain, self._hidden = certain, hidden
        self._check_every = max(1, round(timeline.rate * CHECK_SECONDS))

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
        trail = _Trail(scaled(drawn, 1 / across, 1 / down), luma_of(small), round(rate * PACE_SECONDS))
        found: dict[int, Box] = {}
        certain_at = frame
        """Where it was drawn, or last found without doubt."""
        settled = 0
        """Frames for which the face has been hidden by others."""
        while 0 <= frame + direction < self._timeline.frames:
            before, frame = frame, frame + direction
            if pictures.is_cut(before, frame):
                break
            small = pictures[frame]
            now = luma_of(small)
            trail.step(luma_of(pictures[before]), now)
            if inside(trail.box, now) < LEAST_INSIDE:
                break
            # At once when it is lost from sight, then as often as while it is seen: every frame tells little more.
            if frame % self._check_every == 0 or trail.unseen % self._check_every == 1:
                near = NEAR + FARTHER_EACH_SECOND * trail.unseen / rate
                detected = self._look(small, trail.box, near)
                if trail.unseen and not detected:
                    detected = self._look(small, trail.guess, near)
                if detected:
                    if detected.score >= TrackingRules().steady:
                        if abs(frame - certain_at) <= LOST_SECONDS * rate:
                            _fill_gap(found, drawn, certain_at, frame, scaled(detected.box, across, down))
                        certain_at = frame
                    trail.found_again(now, towards(trail.box, detected.box))
            if not trail.unseen and frame % (3 * self._check_every) == 0:
                trail.remember(now)
            unsure = max(0.0, trail.unseen / rate - TrackingRules().looks_apart) * TrackingRules().drift
            found[frame] = scaled(grown(around(trail.box, trail.guess), unsure), across, down)
            certain = self._drawn_near(frame, found[frame])
            if certain is not None:
                found[frame] = certain
                break
            settled = settled + 1 if self._is_hidden(frame, found[frame]) else 0
            if trail.unseen > LOST_SECONDS * rate or settled > SETTLED_SECONDS * rate:
                break
        for number in range(trail.unseen):
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
        return covered(box, mask) >= 0.98

    def _look(self, small: VideoFrame, box: Box, near: float) -> Face | None:
        """The detector's find nearest to where the face should be, at most `near` sizes away, in pixels of the small
        picture."""
        step = self._detector.step
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
        for face in self._detector.detect(window, LEAST_SCORE):
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
