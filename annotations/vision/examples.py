"""Training examples of missed faces: original frames with boxes, as one archive that is never plain on a disk.

The archive is a ZIP of `manifest.json` and of one PNG for each frame (RGB, displayed size, nothing hidden). The
manifest is `{"format": 1, "frames": [{"file", "frame", "width", "height", "boxes": [{"box", "source"}]}]}`:
`frame` counts the original's frames, `box` is [x, y, width, height] in pixels. `source` is "drawn" for what a
person drew on this very frame, "person" for what was followed from a drawn box, "detector" for what the detector
found: a trainer may trust them in this order.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, as_box
from annotations.vision.errors import VisionError
from annotations.vision.report import TrackReport
from annotations.vision.video.ranges import Ranges

FORMAT = 1
DRAWN = "drawn"
MOST_FRAMES = 12
"""Frames of one report that are kept, spread evenly: neighbours teach little that is new."""


@dataclass(frozen=True)
class Example:
    """An original frame (height x width x 3, RGB) and its face boxes with their sources."""

    frame: int
    picture: NDArray[np.uint8]
    boxes: list[tuple[Box, str]]


def write(
    path: str, ranges: Ranges, drawn: Mapping[int, Sequence[Box]], tracks: Sequence[TrackReport]
) -> None:
    """Write the archive of the frames on which faces were `drawn`, by original frame."""
    frames = sorted(drawn)
    chosen = frames if len(frames) <= MOST_FRAMES else frames[:: -(-len(frames) // MOST_FRAMES)]
    entries: list[dict[str, Any]] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for frame in chosen:
            (decoded,) = ranges.between(frame, frame)
            picture = decoded.rgb()
            written, data = cv2.imencode(".png", np.ascontiguousarray(picture[:, :, ::-1]))
            if not written:
                raise VisionError("internal_failure", "A training example could not be written.")
            name = f"{frame:06}.png"
            archive.writestr(name, data.tobytes())
            boxes = [{"box": list(box), "source": DRAWN} for box in drawn[frame]]
            boxes += [
                {"box": track["boxes"][str(frame)], "source": track["source"]}
                for track in tracks
                if str(frame) in track["boxes"]
            ]
            height, width = picture.shape[:2]
            entries.append({"file": name, "frame": frame, "width": width, "height": height, "boxes": boxes})
        archive.writestr("manifest.json", json.dumps({"format": FORMAT, "frames": entries}))


def read(archive: BinaryIO) -> Iterator[Example]:
    """The examples of an archive. Raises VisionError when it has another format."""
    with zipfile.ZipFile(archive) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        if manifest["format"] != FORMAT:
            raise VisionError("unknown_format", "These training examples are of another format.")
        for entry in manifest["frames"]:
            data = np.frombuffer(opened.read(entry["file"]), np.uint8)
            picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1]
            boxes = [(as_box(each["box"]), str(each["source"])) for each in entry["boxes"]]
            yield Example(int(entry["frame"]), picture, boxes)
