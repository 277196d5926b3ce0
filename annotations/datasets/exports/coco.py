"""COCO detection format: a zip with `annotations.json` and the annotated frames under `images/`.

The format: https://cocodataset.org/#format-data. Beyond it, an image names its clip, frame and presentation time
(seconds, of the original's frame), a box its track.
"""

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

import orjson
from django.utils.translation import gettext_lazy as _

from annotations.datasets.exports.archive import Archive
from annotations.datasets.exports.base import Exporter, Part
from annotations.datasets.exports.boxes import inside
from annotations.datasets.exports.source import FrozenRelease, LabeledClip, Picture
from annotations.review.body import Keyframe, Track, attributes
from annotations.review.interpolation import box_at, in_force


class Coco(Exporter):
    """A zip that `pycocotools` loads. Categories are the track labels, numbered from 1."""

    code = "coco"
    label = _("COCO (images and boxes)")
    suffix = "zip"
    content_type = "application/zip"
    version = 1
    carries = frozenset({Part.TRACKS, Part.BOXES, Part.PICTURES})

    def __init__(self, file: IO[bytes], release: FrozenRelease) -> None:
        super().__init__(file, release)
        self._archive = Archive(file)
        self.resources.callback(self._archive.close)
        self._images, self._boxes = _JsonList(), _JsonList()
        for entries in (self._images, self._boxes):
            self.resources.callback(entries.close)
        self._categories = {code: number for number, code in enumerate(release.tracks, start=1)}
        # The numbers of the current clip's tracks start at the first and end before the second.
        self._first_track, self._next_track = 1, 1

    def add(self, clip: LabeledClip) -> None:
        self._first_track = self._next_track
        self._next_track += len(clip.body["tracks"])

    def add_picture(self, clip: LabeledClip, picture: Picture) -> None:
        name = f"images/{clip.public_id}/{picture.frame:06d}.jpg"
        self._archive.store(name, picture.jpeg)
        image = self._images.append(
            {
                "file_name": name,
                "width": picture.width,
                "height": picture.height,
                "clip": clip.public_id,
                "frame": picture.frame,
                "time": clip.times[picture.frame],
            }
        )
        for number, track in enumerate(clip.body["tracks"], start=self._first_track):
            shown = box_at(track["keyframes"], picture.frame)
            if shown and (box := inside(shown["box"], picture.width, picture.height)):
                self._boxes.append(
                    {
                        "image_id": image,
                        "category_id": self._categories[track["label"]],
                        "bbox": box,
                        "area": round(box[2] * box[3], 2),
                        "iscrowd": 0,
                        "segmentation": [],
                        "track_id": number,
                        "attributes": {
                            **attributes(Keyframe, in_force(track["keyframes"], picture.frame)),
                            **attributes(Track, track),
                            "keyframe": any(key["frame"] == picture.frame for key in track["keyframes"]),
                        },
                    }
                )

    def finish(self) -> None:
        self._archive.store_blocks("annotations.json", self._annotations())
        self._archive.close()

    def _annotations(self) -> Iterator[bytes]:
        categories = [
            {"id": number, "name": code, "display_name": self.release.tracks[code], "supercategory": ""}
            for code, number in self._categories.items()
        ]
        yield b'{"info":' + orjson.dumps(_info(self.release), option=orjson.OPT_SORT_KEYS)
        yield b',"licenses":[],"categories":' + orjson.dumps(categories)
        for name, entries in (("images", self._images), ("annotations", self._boxes)):
            yield f',"{name}":['.encode()
            yield from entries.blocks()
            yield b"]"
        yield b"}"


def _info(release: FrozenRelease) -> dict[str, str]:
    return {
        "description": f"{release.dataset_name}, release {release.number}",
        "version": str(release.number),
        "release": release.id,
        "manifest_sha256": release.manifest_sha256,
        "date_created": release.frozen_at.isoformat(),
    }


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
