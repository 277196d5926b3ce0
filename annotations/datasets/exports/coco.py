"""COCO detection format: a zip with `annotations.json` and the annotated frames under `images/`.

The format: https://cocodataset.org/#format-data. Beyond it, an image names its clip, frame and presentation time
(seconds, of the original's frame), a box its track. The archive is streamed, and its bytes depend on nothing but
what goes in: fixed dates, fixed order, no compression that could differ between versions.
"""

import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from typing import IO, Any, Self
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import cv2
import numpy as np
import orjson
from numpy.typing import NDArray

from annotations.datasets.exports.source import LabeledClip
from annotations.review.interpolation import box_at

JPEG_QUALITY = 92
EPOCH = (1980, 1, 1, 0, 0, 0)


class CocoArchive:
    """Writes the archive into `file`: in a `with` statement, `add` each clip in order, then `finish`.

    `categories` maps each track code to its name, in the order in which they are numbered from 1.
    """

    def __init__(self, file: IO[bytes], categories: dict[str, str], info: dict[str, Any]) -> None:
        self._stack = ExitStack()
        self._zip = self._stack.enter_context(ZipFile(file, "w", ZIP_STORED))
        self._info = info
        self._categories = categories
        self._numbers = {code: number for number, code in enumerate(categories, start=1)}
        self._images, self._boxes = _JsonList(), _JsonList()
        for entries in (self._images, self._boxes):
            self._stack.callback(entries.close)
        self._tracks = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def add(self, source: LabeledClip, pictures: Iterable[tuple[int, NDArray[np.uint8]]]) -> None:
        """Adds the clip's annotated frames: `pictures` gives (frame, height x width x 3, RGB) in ascending order."""
        first_track = self._tracks + 1
        self._tracks += len(source.body["tracks"])
        for frame, picture in pictures:
            name = f"images/{source.clip}/{frame:06d}.jpg"
            self._store(name, _jpeg(picture))
            height, width = picture.shape[:2]
            image = self._images.append(
                {
                    "file_name": name,
                    "width": width,
                    "height": height,
                    "clip": source.clip,
                    "frame": frame,
                    "time": source.times[frame],
                }
            )
            for number, track in enumerate(source.body["tracks"], start=first_track):
                shown = box_at(track["keyframes"], frame)
                if shown and (box := _inside(shown["box"], width, height)):
                    self._boxes.append(
                        {
                            "image_id": image,
                            "category_id": self._numbers[track["label"]],
                            "bbox": box,
                            "area": round(box[2] * box[3], 2),
                            "iscrowd": 0,
                            "segmentation": [],
                            "track_id": number,
                            "attributes": {
                                "occluded": shown["occluded"],
                                "keyframe": any(key["frame"] == frame for key in track["keyframes"]),
                            },
                        }
                    )

    def finish(self) -> None:
        """Writes `annotations.json`."""
        categories = [
            {"id": number, "name": code, "display_name": self._categories[code], "supercategory": ""}
            for code, number in self._numbers.items()
        ]
        with self._zip.open(ZipInfo("annotations.json", EPOCH), "w", force_zip64=True) as out:
            out.write(b'{"info":' + orjson.dumps(self._info, option=orjson.OPT_SORT_KEYS))
            out.write(b',"licenses":[],"categories":' + orjson.dumps(categories))
            for name, entries in (("images", self._images), ("annotations", self._boxes)):
                out.write(f',"{name}":['.encode())
                for block in entries.blocks():
                    out.write(block)
                out.write(b"]")
            out.write(b"}")

    def _store(self, name: str, content: bytes) -> None:
        entry = ZipInfo(name, EPOCH)
        entry.external_attr = 0o644 << 16
        self._zip.writestr(entry, content)


class _JsonList:
    """A list of JSON objects with ids from 1, kept in a file: a release may have millions."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._count = 0

    def close(self) -> None:
        self._file.close()

    def append(self, entry: dict[str, Any]) -> int:
        """Adds the entry and returns its id."""
        self._file.write(b"," if self._count else b"")
        self._count += 1
        self._file.write(orjson.dumps({"id": self._count, **entry}))
        return self._count

    def blocks(self) -> Iterable[bytes]:
        """What was written, in blocks."""
        self._file.seek(0)
        while block := self._file.read(1 << 20):
            yield block


def _inside(box: list[float], width: int, height: int) -> list[float] | None:
    """The part of the box that lies in the picture, to hundredths of a pixel; None when nothing does."""
    left, top = max(0.0, box[0]), max(0.0, box[1])
    right, bottom = min(float(width), box[0] + box[2]), min(float(height), box[1] + box[3])
    cut = [round(value, 2) for value in (left, top, right - left, bottom - top)]
    return cut if cut[2] > 0 and cut[3] > 0 else None


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    encoded, data = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not encoded:
        raise OSError("A frame could not be written as JPEG.")
    return data.tobytes()
