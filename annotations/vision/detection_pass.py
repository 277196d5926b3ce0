"""The detection pass over a clip: which frames are sampled, in which regions, and which faces they have.

The first frame and every new scene are searched as a whole. Then every `stride`-th frame is searched where it
changed, now and then also where it changed only slightly; where much changed, in a small picture as well, in which
large faces are found; where two samples disagree, or something came and went between them, frames between them are
searched, too. Pictures taken in the dark are enhanced before. Now and then what changed is searched in all
orientations.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.vision.agreement import NOTABLE, disputed_boxes, is_expected
from annotations.vision.boxes import Box, intersection, size
from annotations.vision.change_detection import (
    CHANGED,
    ChangeDetector,
    Luma,
    Rectangle,
    RegionOfInterest,
    is_scene_cut,
)
from annotations.vision.crowds import SAMPLES_PER_SEARCH, faces_in_crowd, is_crowd
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.fruitless_search import FruitlessSearches
from annotations.vision.heads import PeopleDetector, heads_in
from annotations.vision.job import Job
from annotations.vision.low_light import Enhancement, enhancement_for
from annotations.vision.orientation import TURNS, Orientations
from annotations.vision.passing import fullest, passing
from annotations.vision.region_detection import SURE, besides, detect_in, is_large, large_faces, merged
from annotations.vision.scenes import ScenesSeen
from annotations.vision.segments import Pictures, Segment, SegmentFaces
from annotations.vision.straightening import is_round
from annotations.vision.tracking import STEADY_DETECTIONS
from annotations.vision.video.picture import luma_of

NEAR_SHARE = 0.3
"""From this share of the picture on that changed, there may be a face that fills it: the first sample of a scene and
every other one after it search for it, and each one while a large face is known."""
LIKELY_LARGE = 0.4
"""Score from which a large face is known, so that the next samples search small pictures for doubtful ones, too."""
SAMPLES_PER_SENSITIVE_ONE = 30
"""Samples after which one also goes where the picture changed slightly: light that rises slowly shows faces."""
SLIGHTLY_CHANGED = 3.0
"""As `CHANGED`, for those: above what coding adds to a picture in which nothing happens by day."""
TURNED = 0.5
"""Score from which a face makes its orientation one that is tried on every sample;"""
OFTEN_TURNED = 0.25
"""so does this one on as many samples as make a track."""
SAMPLES_PER_SEARCH_FOR_PEOPLE = 2
"""Samples from one on which people are sought to the next, if anything has changed."""
SHORT_SCENE = 2
"""Samples of a scene that is not searched in all orientations at its end, if that was done lately."""
OTHER_SIZE = 3.0
"""Sizes of a face from which a known one at its place is not the same."""
TRIED_AGAIN = 5
"""Of the samples last searched, those in which a turned face has to be found again to make its orientation one."""
RECENT = 32
"""Samples that are searched again in an orientation in which somebody was found."""

Sample = tuple[int, Sequence[Face]]
"""A frame by its place in a segment, and its faces."""


@dataclass
class _Searched:
    """A sample that can be searched again: its frame number in the clip, picture, regions and faces."""

    frame: int
    picture: RgbPicture
    coarse: Luma
    """As it was compared."""
    regions: Sequence[RegionOfInterest]
    slightly: bool
    """Whether they are those that changed only slightly, too."""
    faces: list[Face]
    in_all_turns: bool = False
    """Whether all orientations have been tried since: what they were to find then, they have found."""

    @property
    def area(self) -> int:
        """Pixels that changed."""
        return sum(region.inner[2] * region.inner[3] for region in self.regions)


class DetectionPass:
    """Goes through a clip, segment by segment in order. What was found stays where nothing changes."""

    def __init__(self, job: Job, stride: int) -> None:
        """`stride` is the number of frames from sample to sample."""
        self._detector = job.detector
        self._weakest = job.rules.weak
        self._strong = job.rules.strong
        self._people = job.people
        self._whole_persons = job.whole_persons
        self._stride = stride
        self._orientations = Orientations(job.camera.seen_turns)
        self._heads: list[Face] = []
        self._heads_are_old = False
        self._enhancement: Enhancement | None = None
        self._changes: ChangeDetector | None = None
        self._faces: list[Face] = []
        self._last_plain: NDArray[np.uint8] | None = None
        self._scenes = ScenesSeen()
        self._samples = 0
        self._crowd_is_due = 0
        """Of the samples of a scene, the first on which a crowd is searched again."""
        self._since_turns = Orientations.EVERY
        """Samples since all orientations were tried."""
        self._since_people = SAMPLES_PER_SEARCH_FOR_PEOPLE
        """Samples since people were sought."""
        self._untried: list[Rectangle] = []
        """What changed since all orientations were tried."""
        self._recent: deque[_Searched] = deque(maxlen=RECENT)
        self._fruitless = FruitlessSearches()

    def end(self) -> SegmentFaces:
        """What is found when there are no more segments: orientations that were not tried lately are tried now."""
        found = SegmentFaces()
        self._since_turns = Orientations.EVERY
        if self._changes is not None:
            self._end_scene(self._changes, found)
        return found

    def _end_scene(self, changes: ChangeDetector, found: SegmentFaces) -> None:
        # Where scenes last a few frames, one in a few is searched so.
        due = self._samples > SHORT_SCENE or self._since_turns >= Orientations.EVERY
        if self._untried and due and (turns := self._orientations.untried()):
            self._try_turns(changes, found, turns)
        self._untried.clear()
        self._recent.clear()
        self._fruitless.clear()

    @property
    def seen_turns(self) -> list[int]:
        """The turns, in eighths, in which somebody was found so far."""
        return [warp for warp in self._orientations.confirmed if warp in TURNS]

    def run(self, segment: Segment) -> SegmentFaces:
        """The faces of a segment that follows on the one before."""
        found = SegmentFaces()
        enhancement = enhancement_for(luma_of(segment.frames[0]), self._enhancement)
        if enhancement is not self._enhancement:
            if self._changes is not None:
                self._end_scene(self._changes, found)
            self._enhancement, self._changes = enhancement, None
            self._scenes.forget()
        pictures = Pictures(segment, enhancement, self._last_plain)
        cuts = self._cuts(pictures, found)
        last = len(segment.frames) - 1
        due = {*range(self._stride - 1, last, self._stride), last}
        due |= {index for cut in cuts for index in (cut - 1, cut) if index >= 0}
        if self._changes is None:
            due.add(0)
        previous = -1
        for index in sorted(due):
            before, changes = self._faces, self._changes
            new_scene = changes is None or index in cuts
            if changes is not None and new_scene:
                self._end_scene(changes, found)
            if changes is None or new_scene:
                frame = segment.frames[index]
                self._changes = changes = ChangeDetector(frame.width, frame.height, self._detector.step)
                self._samples = self._crowd_is_due = 0
                self._orientations.is_round = is_round(pictures.plain[index])
            self._sample(changes, pictures, index, found)
            if not new_scene:
                self._resolve(pictures, (previous, before), (index, self._faces), found)
            found.faces[segment.first + index] = self._faces
            if self._people is not None and self._are_people_due:
                self._since_people = 0
                found.heads[segment.first + index] = self._find_heads(self._people, pictures, index)
            previous = index
        self._last_plain = pictures.plain[-1]
        return found

    def _cuts(self, pictures: Pictures, found: SegmentFaces) -> list[int]:
        """The first frames of new scenes, by their place in the segment."""
        previous = [pictures.last, *pictures.coarse[:-1]]
        cuts = []
        for index, (old, new) in enumerate(zip(previous, pictures.coarse, strict=True)):
            if old is not None and is_scene_cut(old, new):
                cuts.append(index)
                frame = pictures.first + index
                found.cuts[frame] = self._scenes.cut(frame, old, new)
        return cuts

    def _sample(self, changes: ChangeDetector, pictures: Pictures, index: int, found: SegmentFaces) -> None:
        """Detect where the picture changed, and bring what is known of its faces up to date."""
        self._samples += 1
        self._since_turns += 1
        self._since_people += 1
        sensitive = self._samples % SAMPLES_PER_SENSITIVE_ONE == 0
        least = SLIGHTLY_CHANGED if sensitive else CHANGED
        regions = changes.regions(pictures.coarse[index], [face.box for face in self._faces], least)
        if regions:
            kept = [face for face in self._faces if not _owned(face, regions)]
            picture = pictures.rgb(index)
            self._faces = merged([*kept, *self._with_crowd(picture, regions)])
            self._heads_are_old = True
            self._untried += [region.inner for region in regions]
            coarse, frame = pictures.coarse[index], pictures.first + index
            self._recent.append(_Searched(frame, picture, coarse, regions, sensitive, self._faces))
        if self._untried and self._since_turns >= Orientations.EVERY:
            turns = self._orientations.due(self._since_turns, self._is_explained(changes))
            if turns or self._samples == 1:
                self._try_turns(changes, found, turns or self._orientations.untried())

    def _with_crowd(self, picture: RgbPicture, regions: Sequence[RegionOfInterest]) -> list[Face]:
        """The faces in these regions of a picture; those of a crowd also as they are seen at twice the size."""
        faces = self._detect(picture, regions)
        if not is_crowd(faces) or self._samples < self._crowd_is_due:
            return faces
        self._crowd_is_due = self._samples + SAMPLES_PER_SEARCH
        crowd = faces_in_crowd(picture, faces, self._detector, self._weakest, self._orientations.turns)
        return [*faces, *(face for face in crowd if any(region.owns(face.box) for region in regions))]

    @property
    def _are_people_due(self) -> bool:
        """Whether people are to be sought on this sample: more often where nothing but joints shows a head."""
        return self._since_people >= SAMPLES_PER_SEARCH_FOR_PEOPLE or not self._heads_have_faces

    def _find_heads(self, people: PeopleDetector, pictures: Pictures, index: int) -> list[Face]:
        """The heads of people on this frame; those found before where nothing has changed since."""
        if self._heads_are_old:
            self._heads = heads_in(pictures.rgb(index), people, self._orientations.turns, self._whole_persons)
            self._heads_are_old = False
        return self._heads

    def _try_turns(self, changes: ChangeDetector, found: SegmentFaces, turns: Sequence[int]) -> None:
        """Detect in these orientations, in which nobody was found so far, what was not searched so before, on the
        sample since the last time on which most changed. If somebody is found, all recent samples are searched so."""
        self._untried.clear()
        self._since_turns = 0
        since = [searched for searched in self._recent if not searched.in_all_turns]
        busiest, regions = self._busiest(changes, since)
        for searched in since:
            searched.in_all_turns = True
        doubtful: list[Box] = []
        for turn in turns if regions else ():
            likely = self._new(
                detect_in(regions, busiest.picture, self._detector, OFTEN_TURNED, [turn]), busiest.faces
            )
            if not likely:
                continue
            doubtful += [face.box for face in likely]
            around = changes.regions_around([face.box for face in likely])
            best = []
            for each in list(self._recent)[-TRIED_AGAIN:]:
                faces = detect_in(around, each.picture, self._detector, self._weakest, [turn])
                best.append(max((face.score for face in self._new(faces, each.faces)), default=0.0))
            best.sort(reverse=True)
            if best[0] < TURNED and (
                len(best) < STEADY_DETECTIONS or best[STEADY_DETECTIONS - 1] < OFTEN_TURNED
            ):
                continue
            self._orientations.found(turn)
            for each in self._recent:
                faces = detect_in(each.regions, each.picture, self._detector, self._weakest, [turn])
                each.faces = found.faces[each.frame] = merged([*each.faces, *faces])
            self._faces = self._recent[-1].faces
        self._fruitless.add(changes, busiest.coarse, regions, doubtful)

    def _busiest(
        self, changes: ChangeDetector, since: Sequence[_Searched]
    ) -> tuple[_Searched, list[RegionOfInterest]]:
        """Of the samples that show what was not searched in all orientations before, the one on which most changed, and
        where it does."""
        by_area = sorted(since, key=lambda searched: (searched.slightly, -searched.area))
        for searched in by_area:
            if regions := changes.regions_of(self._fruitless.unknown(changes, searched.coarse)):
                return searched, regions
        return by_area[0], []

    def _new(self, faces: Sequence[Face], known: Sequence[Face]) -> list[Face]:
        """Those at whose place no face is known that makes a track by itself, or whose score is half of theirs: upright
        ones are found when they are turned a little, too, and others a little when they are not turned. One that is
        many times as large is another."""
        return [
            face
            for face in faces
            if not any(
                intersection(face.box, other.box) and size(other.box) < OTHER_SIZE * size(face.box)
                for other in known
                if other.score >= min(self._strong, face.score / 2)
            )
        ]

    def _is_explained(self, changes: ChangeDetector) -> bool:
        """Whether all that changed since all orientations were tried has a face, and every person."""
        regions = changes.joined(self._untried)
        return self._heads_have_faces and all(
            any(region.owns(face.box) for face in self._faces if face.score >= SURE) for region in regions
        )

    @property
    def _heads_have_faces(self) -> bool:
        """Whether every head that was found last has a face, too."""
        sure = [face.box for face in self._faces if face.score >= SURE]
        return all(any(intersection(head.box, box) for box in sure) for head in self._heads)

    def _detect(self, picture: RgbPicture, regions: Sequence[RegionOfInterest]) -> list[Face]:
        faces: list[Face] = []
        for turn in self._orientations.seen:
            turned_faces = detect_in(regions, picture, self._detector, self._weakest, [turn])
            if any(face.score >= TURNED for face in self._new(turned_faces, faces)):
                self._orientations.found(turn)
            else:
                self._orientations.missed(turn)
            faces += turned_faces
        faces = merged(faces)
        height, width = picture.shape[:2]
        area = sum(region.inner[2] * region.inner[3] for region in regions)
        was_large = any(
            face.score >= LIKELY_LARGE and is_large(face.box, picture) and _owned(face, regions)
            for face in self._faces
        )
        if was_large or (area > NEAR_SHARE * width * height and self._samples % 2):
            # Furniture, bodies and the disc of a lens get up to 0.52 in small pictures, again and again.
            least = self._weakest if was_large else SURE
            for turn in self._orientations.turns:
                large = large_faces(picture, self._detector, least, turn)
                others = besides(large, faces, picture)
                faces = merged([*faces, *(face for face in others if _owned(face, regions))])
        return faces

    def _resolve(self, pictures: Pictures, left: Sample, right: Sample, found: SegmentFaces) -> None:
        """Detect on a frame between two samples that disagree, or between which something passed, and so on: on the
        middle one (bisection), or on the one that shows most of what passed."""
        if right[0] - left[0] < 2 or self._changes is None:
            return
        disputed = disputed_boxes(left[1], right[1])
        between = (
            self._bisected(pictures, left, right, disputed)
            if disputed
            else self._passed(pictures, left, right)
        )
        if between is None:
            return
        found.faces[pictures.first + between[0]] = list(between[1])
        self._resolve(pictures, left, between, found)
        self._resolve(pictures, between, right, found)

    def _bisected(
        self, pictures: Pictures, left: Sample, right: Sample, disputed: Sequence[Box]
    ) -> Sample | None:
        """The faces of the frame in the middle, around what is disputed and where something passes."""
        index, before = (left[0] + right[0]) // 2, pictures.at(left[0])
        passes = (
            [] if before is None else passing(pictures.coarse[index], before, pictures.coarse[right[0]]).boxes
        )
        return index, self._detect_around(pictures, index, [*disputed, *passes])

    def _passed(self, pictures: Pictures, left: Sample, right: Sample) -> Sample | None:
        """A frame on which there are faces that neither sample leads one to expect, and its faces, if there is one."""
        start, before = left[0] + 1, pictures.at(left[0])
        if before is None:
            return None
        for place, seen in fullest(pictures.coarse[start : right[0]], before, pictures.coarse[right[0]]):
            index = start + place
            share = (index - left[0]) / (right[0] - left[0])
            faces = self._detect_around(pictures, index, seen.boxes)
            if any(f.score >= NOTABLE and not is_expected(f.box, left[1], right[1], share) for f in faces):
                return index, faces
        return None

    def _detect_around(self, pictures: Pictures, index: int, boxes: Sequence[Box]) -> list[Face]:
        if self._changes is None:
            return []
        return merged(self._detect(pictures.rgb(index), self._changes.regions_around(boxes)))


def _owned(face: Face, regions: Sequence[RegionOfInterest]) -> bool:
    return any(region.owns(face.box) for region in regions)
