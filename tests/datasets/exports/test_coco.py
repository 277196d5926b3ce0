"""COCO, as `pycocotools` and the standard library read it."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pycocotools.coco import COCO

from annotations.datasets.exports.base import Part
from annotations.datasets.exports.coco import Coco
from tests.datasets.exports.samples import HEIGHT, RELEASE, WIDTH, clip, key, labels, unlabeled, written

DIGESTS = {1: "7f8682a04e74ce28c030197d3a9cc1ed13ea38e2f26a5d61da0f5ecd085202ff"}


def annotations(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found: dict[str, Any] = json.loads(archive.read("annotations.json"))
        assert {*archive.namelist()} == {
            "annotations.json",
            *(image["file_name"] for image in found["images"]),
        }
    return found


def counted(content: bytes) -> dict[Part, int]:
    found = annotations(content)
    return {
        Part.PICTURES: len(found["images"]),
        Part.BOXES: len(found["annotations"]),
        Part.TRACKS: len({box["track_id"] for box in found["annotations"]}),
    }


def boxes(keyframes: list[Any]) -> dict[int, dict[str, Any]]:
    """The boxes of one track by frame."""
    tracks = [{"id": "t1", "label": "person", "keyframes": keyframes}]
    found = annotations(written(Coco, [clip(body=labels(tracks=tracks))]))
    frame_of = {image["id"]: image["frame"] for image in found["images"]}
    return {frame_of[box["image_id"]]: box for box in found["annotations"]}


def test_pycocotools_loads_it(tmp_path: Path) -> None:
    content = written(Coco, [clip(1), clip(2)])
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    coco = COCO(str(tmp_path / "annotations.json"))
    people = coco.getAnnIds(catIds=coco.getCatIds(catNms=["person"]))
    assert {box["track_id"] for box in coco.loadAnns(people)} == {1, 3}
    for image in coco.loadImgs(coco.getImgIds()):
        assert (tmp_path / image["file_name"]).read_bytes().startswith(b"\xff\xd8\xff")
        assert (image["width"], image["height"]) == (WIDTH, HEIGHT)


def test_boxes_lie_where_the_reviewer_saw_them() -> None:
    # From frame 2 until it leaves on 20, ten frames a second: its keyframe, and every half second.
    found = boxes([key(2, [10, 5, 20, 30]), key(20, [40, 5, 20, 30], outside=True)])
    assert {frame: box["bbox"] for frame, box in found.items()} == {
        2: [10.0, 5.0, 20.0, 30.0],
        5: [15.0, 5.0, 20.0, 30.0],
        10: [23.33, 5.0, 20.0, 30.0],
        15: [31.67, 5.0, 20.0, 30.0],
    }
    assert found[5]["area"] == 600.0
    assert [box["attributes"]["keyframe"] for box in found.values()] == [True, False, False, False]


def test_boxes_are_cut_at_the_pictures_edge() -> None:
    found = boxes([key(0, [-0.5, -0.5, 10, 10]), key(1, [90.25, 60, 6.5, 4.5], occluded=True)])
    assert found[0]["bbox"] == [0.0, 0.0, 9.5, 9.5]
    assert found[1]["bbox"] == [90.25, 60.0, 5.75, 4.0]
    assert found[1]["attributes"] == {"occluded": True, "keyframe": True}


def test_images_name_their_clip_frame_and_presentation_time() -> None:
    each = clip()
    found = annotations(written(Coco, [each]))["images"]
    assert {image["clip"] for image in found} == {each.public_id}
    assert {image["frame"]: image["time"] for image in found} == {
        image["frame"]: each.times[image["frame"]] for image in found
    }


def test_categories_are_the_track_labels_in_the_releases_order() -> None:
    found = annotations(written(Coco, []))["categories"]
    assert [(each["id"], each["name"], each["display_name"]) for each in found] == [
        (number, code, name) for number, (code, name) in enumerate(RELEASE.tracks.items(), start=1)
    ]


def test_a_clip_without_boxes_has_no_image() -> None:
    assert annotations(written(Coco, [unlabeled()]))["images"] == []


def test_every_file_has_the_same_date() -> None:
    with zipfile.ZipFile(io.BytesIO(written(Coco, [clip()]))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("number", [1, 3])
def test_pictures_are_stored_as_they_are(number: int) -> None:
    with zipfile.ZipFile(io.BytesIO(written(Coco, [clip(n) for n in range(number)]))) as archive:
        sizes = [entry.file_size for entry in archive.infolist() if entry.filename.endswith(".jpg")]
    assert set(sizes) == {100}
