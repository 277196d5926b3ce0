"""Clips of conditions as files: the video, and beside it where the faces are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.conditions.catalogue import CLIPS, Cast, Condition, Shows
from benchmarks.conditions.scenes import Scene
from benchmarks.conditions.truth import LEAST_INSIDE, Polygon, bounding_box, inside_share, side


@dataclass(frozen=True)
class Face:
    """A face on a frame: its outline, the upright box around it, and its size (see `truth.side`) in pixels; `counts`
    when at least half of it lies inside the picture."""

    polygon: Polygon
    side: float
    counts: bool


@dataclass(frozen=True)
class Clip:
    """A clip of a condition: its video, and by frame the faces and the bodies without a visible head."""

    condition: str
    shows: Shows
    number: int
    source: str
    video: Path
    faces: Sequence[Sequence[Face]]
    bodies: Sequence[Sequence[Polygon]]


def write_clips(condition: Condition, cast: Cast, seed: int, folder: Path, count: int = CLIPS) -> list[Clip]:
    """Write this many clips of a condition to `folder/NAME/NUMBER.mp4` and their truth to `NUMBER.json`."""
    place = folder / condition.name
    place.mkdir(parents=True, exist_ok=True)
    clips = []
    for number in range(count):
        scene = condition.scene(cast, seed, number)
        video = place / f"{number}.mp4"
        _write_if_new(scene, video, condition.crf)
        clip = _clip(condition, scene, number, video)
        video.with_suffix(".json").write_text(json.dumps(_truth(clip, scene, seed)))
        clips.append(clip)
    return clips


def _write_if_new(scene: Scene, video: Path, crf: int) -> None:
    """Write the video, unless it lies there already just so; renditions of an earlier one are removed."""
    new = video.with_name(f"{video.stem}_new.mp4")
    write_video(scene, new, crf)
    if video.exists() and video.read_bytes() == new.read_bytes():
        new.unlink()
        return
    for old in video.parent.glob(f"{video.stem}_[!n]*.mp4"):
        old.unlink()
    new.replace(video)


def write_video(scene: Scene, target: Path, crf: int) -> None:
    """The pictures as H.264."""
    rate = Fraction(scene.rate).limit_denominator(1001)
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": str(crf)})
        stream.width, stream.height = scene.size
        stream.pix_fmt = "yuv420p"
        for picture in scene.pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _clip(condition: Condition, scene: Scene, number: int, video: Path) -> Clip:
    faces = [
        [Face(face, side(face), inside_share(face, *scene.size) >= LEAST_INSIDE) for face in frame]
        for frame in scene.faces
    ]
    bodies = scene.bodies or [[] for _ in scene.faces]
    return Clip(condition.name, condition.shows, number, scene.source, video, faces, bodies)


def _truth(clip: Clip, scene: Scene, seed: int) -> dict[str, Any]:
    width, height = scene.size
    return {
        "condition": clip.condition,
        "shows": clip.shows,
        "source": clip.source,
        "seed": seed,
        "rate": scene.rate,
        "width": width,
        "height": height,
        "frames": [
            {
                "faces": [
                    {
                        "polygon": np.round(face.polygon, 2).tolist(),
                        "box": np.round(bounding_box(face.polygon), 2).tolist(),
                        "side": round(face.side, 2),
                        "counts": face.counts,
                    }
                    for face in faces
                ],
                "bodies": [np.round(body, 2).tolist() for body in bodies],
            }
            for faces, bodies in zip(clip.faces, clip.bodies, strict=True)
        ],
    }
