"""Hide the faces in the clips of a condition, and count what stays visible: by boxes and by pixels, and what deface
leaves by the same pixel measure."""

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypedDict

import cv2
import numpy as np

from annotations.vision.faces import Face as FoundFace, RgbPicture
from annotations.vision.job import Job
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import hidden_mask
from annotations.vision.redact import redact
from annotations.vision.scoring import excess, report_boxes
from annotations.vision.video.decode import decode
from benchmarks.conditions.files import Clip, Face
from benchmarks.conditions.pixels import MOST_SHOWN, Luma, shown_share
from benchmarks.conditions.truth import SMALL_FACE, Mask, bounding_box, pixels
from benchmarks.transcoding import deface, defaced, plain

LEAST_HIDDEN = 0.6
"""Of the pixels of a face's outline inside the picture; with less it counts as exposed."""


class Count(TypedDict):
    """Face-frames, and of those the exposed ones: by what the report says is hidden, by the rendition's pixels, and
    by the pixels of deface's rendition. None where there is no rendition to look at."""

    faces: int
    exposed: int
    exposed_pixels: int | None
    deface_pixels: int | None


class Row(TypedDict):
    """What was measured of a clip: faces of at least 12 pixels, and `small` ones apart. `bodies_hidden` is the mean
    share of people without a visible head that is hidden, in percent; seconds are processor time."""

    clip: int
    source: str
    large: Count
    small: Count
    held: bool
    tracks: int
    hidden_percent: float
    excess_percent: float
    bodies_hidden: float | None
    pass_seconds: float
    plain_seconds: float


@dataclass
class SeesNothing:
    """A detector that never finds a face, in place of another."""

    name: str
    sha256: str
    step: int

    def detect(self, picture: RgbPicture, threshold: float) -> list[FoundFace]:
        return []


def blinded(job: Job) -> Job:
    """The job with nothing that could hide a face: what is held then, the second opinion alone has seen."""
    detector = job.detector
    return replace(job, detector=SeesNothing(detector.name, detector.sha256, detector.step), people=None)


def held(report: Mapping[str, Any]) -> bool:
    """Whether nobody is shown this rendition: the check, or a second opinion, found something or could not judge."""
    residual = report["residual"]
    return any(residual.get(part) for part in ("exposed", "evidence", "unjudgeable"))


def measure(clip: Clip, models: Job, blind: bool = False) -> Row:
    """Run the pass over a clip, with the models of a job. Its rendition is written beside the clip."""
    target = rendition(clip)
    job = replace(models, source=str(clip.video), target=str(target))
    start = time.process_time()
    report = redact(blinded(job) if blind else job)
    passed = time.process_time()
    transcoded = clip.video.with_name(f"{clip.number}_plain.mp4")
    plain(str(clip.video), str(transcoded))
    ended = time.process_time()
    transcoded.unlink()

    size = report["source"]["width"], report["source"]["height"]
    boxes = report_boxes(report)
    masks = [hidden_mask(boxes.get(number, ()), *size) for number in range(len(clip.faces))]
    is_held = held(report)
    frame_map = report["frame_map"]
    ours = None if is_held else _exposed_in(clip, target, frame_map)
    theirs = _exposed_in(clip, defaced(clip.video), None) if defaced(clip.video).exists() else None
    bodies = [
        float(mask[pixels(body, *size)].mean())
        for frame, mask in zip(clip.bodies, masks, strict=True)
        for body in frame
        if pixels(body, *size).any()
    ]
    return Row(
        clip=clip.number,
        source=clip.source,
        large=_count(clip, masks, (ours, theirs), small=False),
        small=_count(clip, masks, (ours, theirs), small=True),
        held=is_held,
        tracks=len(report["tracks"]),
        hidden_percent=round(100 * float(np.mean([mask.mean() for mask in masks])), 3),
        excess_percent=round(
            100 * float(np.mean([_excess(clip, n, mask) for n, mask in enumerate(masks)])), 3
        ),
        bodies_hidden=round(100 * float(np.mean(bodies)), 1) if bodies else None,
        pass_seconds=round(passed - start, 3),
        plain_seconds=round(ended - passed, 3),
    )


def run_deface(clips: Sequence[Clip]) -> None:
    """Have deface hide the faces of these clips, beside them; those that it has done before are left as they are."""
    missing = [clip.video for clip in clips if not defaced(clip.video).exists()]
    if not missing:
        return
    # Apart, so that a rendition that is there is a whole one.
    with tempfile.TemporaryDirectory(dir=missing[0].parent) as apart:
        copies = [Path(shutil.copy(video, apart)) for video in missing]
        deface(copies)
        for video, copy in zip(missing, copies, strict=True):
            defaced(copy).replace(defaced(video))


def rendition(clip: Clip) -> Path:
    """Where the rendition of a clip is written."""
    return clip.video.with_name(f"{clip.number}_hidden.mp4")


Exposed = list[list[bool]]
"""By frame and face: whether the pixels of a rendition show it."""


def _count(
    clip: Clip, masks: Sequence[Mask], seen: tuple[Exposed | None, Exposed | None], small: bool
) -> Count:
    chosen = [
        (number, index, face)
        for number, faces in enumerate(clip.faces)
        for index, face in enumerate(faces)
        if face.counts and (face.side < SMALL_FACE) == small
    ]
    ours, theirs = (
        None if exposed is None else sum(exposed[number][index] for number, index, _ in chosen)
        for exposed in seen
    )
    return Count(
        faces=len(chosen),
        exposed=sum(_hidden_share(face, masks[number]) < LEAST_HIDDEN for number, _, face in chosen),
        exposed_pixels=ours,
        deface_pixels=theirs,
    )


def _hidden_share(face: Face, mask: Mask) -> float:
    height, width = mask.shape
    return float(mask[pixels(face.polygon, width, height)].mean())


def _excess(clip: Clip, number: int, mask: Mask) -> float:
    faces = [bounding_box(face.polygon) for face in clip.faces[number]]
    return excess(mask, [*faces, *(bounding_box(body) for body in clip.bodies[number])])


def _exposed_in(clip: Clip, shown: Path, frame_map: Sequence[int] | None) -> Exposed:
    """Which faces a rendition still shows, where it shows an original frame for the first time."""
    originals = [frame.picture().luma for frame in decode(str(clip.video), ANY_SIZE)]
    exposed: Exposed = [[False] * len(faces) for faces in clip.faces]
    seen: set[int] = set()
    for frame in decode(str(shown), ANY_SIZE):
        number = frame_map[frame.index] if frame_map else frame.index
        if number in seen or number >= len(originals):
            continue
        seen.add(number)
        picture = _fitted(frame.picture().luma, originals[number])
        exposed[number] = [
            face.counts and shown_share(originals[number], picture, face.polygon) > MOST_SHOWN
            for face in clip.faces[number]
        ]
    return exposed


def _fitted(picture: Luma, like: Luma) -> Luma:
    """In the size of the original: deface changes sides that are no multiples of 16."""
    if picture.shape == like.shape:
        return picture
    return np.asarray(cv2.resize(picture, like.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
