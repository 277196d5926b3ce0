"""A release of a few clips for exporters to write, and what it holds. Nothing here touches a database."""

import datetime
import io
from collections.abc import Iterable, Iterator
from typing import IO

from annotations.datasets.exports import frames
from annotations.datasets.exports.base import Exporter, Part
from annotations.datasets.exports.source import FrozenRelease, LabeledClip, Picture
from annotations.review.body import Body, Keyframe
from annotations.review.interpolation import box_at

WIDTH, HEIGHT, FRAMES = 96, 64, 30
TIMES = [n / 10 for n in range(FRAMES)]

RELEASE = FrozenRelease(
    id="7d444840-9dc0-41d1-b245-5ffdce74fad2",
    number=3,
    dataset_id="0e37df36-f698-41d6-8bdd-3cb4afafbae3",
    dataset_name="Porch Pörch 玄関",
    project_id="9b2d2f6e-8f2b-4b02-9d1a-1f4f3a1f7c11",
    project_name="Home 🏠",
    filters={"verdicts": ["threat"]},
    requested_by="p-engineer",
    frozen_at=datetime.datetime(2026, 3, 1, 12, 30, tzinfo=datetime.UTC),
    manifest_sha256="ab" * 32,
    tracks={"person": "Person Persön 人", "animal": "Animal"},
)


def key(frame: int, box: list[float], *, outside: bool = False, occluded: bool = False) -> Keyframe:
    return {"frame": frame, "box": box, "outside": outside, "occluded": occluded}


def labels(**fields: object) -> Body:
    """Labels with an event, and two tracks of which one leaves the picture and one crosses its edge."""
    body: Body = {
        "verdict": "threat",
        "events": [{"id": "e1", "label": "person_arrives", "start": 2, "end": 12}],
        "tracks": [
            {
                "id": "t1",
                "label": "person",
                "keyframes": [key(2, [10, 5, 20, 30]), key(20, [40, 5, 20, 30], outside=True)],
            },
            {
                "id": "t2",
                "label": "animal",
                "keyframes": [key(8, [-0.5, 40, 12, 8], occluded=True), key(29, [80, 40, 16.5, 8])],
            },
        ],
        "note": "Ein Gruß, 日本語, 🙂 and a right-to-left \u202e mark",
    }
    return {**body, **fields}  # type: ignore[typeddict-item]


def clip(number: int = 1, body: Body | None = None) -> LabeledClip:
    public_id = f"00000000-0000-4000-8000-{number:012d}"
    return LabeledClip(
        public_id=public_id,
        width=WIDTH,
        height=HEIGHT,
        times=TIMES,
        body=labels() if body is None else body,
        manifest={
            "clip": public_id,
            "rendition": {"sha256": f"{number:064x}", "frames": FRAMES},
            "labels": {"annotation": public_id, "sha256": "cd" * 32, "schema": 1, "reviewer": "p-reviewer"},
            "consent": {
                "id": public_id,
                "notice": "2026-01",
                "purposes": ["training"],
                "until": "2027-01-01",
            },
        },
        salt=bytes([number]) * 32,
    )


def unlabeled(number: int = 1) -> LabeledClip:
    return clip(number, {"verdict": "no_threat", "events": [], "tracks": [], "note": ""})


def pictures(of: LabeledClip, size: int = 100) -> Iterator[Picture]:
    """Stand-ins of `size` bytes for the clip's annotated frames; exporters store pictures as they are."""
    for frame in frames.annotated(of.body["tracks"], of.times):
        yield Picture(frame, of.width, of.height, b"\xff\xd8\xff" + frame.to_bytes() * (size - 3))


def write(
    exporter: type[Exporter],
    clips: Iterable[LabeledClip],
    file: IO[bytes],
    picture_bytes: int = 100,
    release: FrozenRelease = RELEASE,
) -> None:
    """Drives the exporter as the freeze does."""
    with exporter(file, release) as writer:
        writer.begin()
        for each in clips:
            writer.add(each)
            if Part.PICTURES in exporter.carries:
                for picture in pictures(each, picture_bytes):
                    writer.add_picture(each, picture)
        writer.finish()


def written(
    exporter: type[Exporter], clips: Iterable[LabeledClip], release: FrozenRelease = RELEASE
) -> bytes:
    file = io.BytesIO()
    write(exporter, clips, file, release=release)
    return file.getvalue()


def held(clips: Iterable[LabeledClip]) -> dict[Part, int]:
    """How much of everything the clips hold."""
    found = dict.fromkeys(Part, 0)
    for each in clips:
        tracks = each.body["tracks"]
        shown = frames.annotated(tracks, each.times)
        found[Part.CLIPS] += 1
        found[Part.EVENTS] += len(each.body["events"])
        found[Part.TRACKS] += len(tracks)
        found[Part.KEYFRAMES] += sum(len(track["keyframes"]) for track in tracks)
        found[Part.PICTURES] += len(shown)
        found[Part.BOXES] += sum(
            box_at(track["keyframes"], frame) is not None for track in tracks for frame in shown
        )
    return found
