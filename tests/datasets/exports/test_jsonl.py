"""JSON lines."""

import dataclasses
import json
from typing import Any

from annotations.datasets.exports.base import Part
from annotations.datasets.exports.jsonl import JsonLines
from annotations.review.body import Event, Keyframe, attributes
from tests.datasets.exports.samples import TIMES, clip, written

DIGESTS = {1: "2b5d803c325c299ee08d6fd7e977ef150772971fff147a460d279734231a8230"}


def counted(content: bytes) -> dict[Part, int]:
    lines = [json.loads(line) for line in content.splitlines()]
    tracks = [track for line in lines for track in line["tracks"]]
    return {
        Part.CLIPS: len(lines),
        Part.EVENTS: sum(len(line["events"]) for line in lines),
        Part.TRACKS: len(tracks),
        Part.KEYFRAMES: sum(len(track["keyframes"]) for track in tracks),
    }


def line(**fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(JsonLines, [dataclasses.replace(clip(), **fields)]))
    return found


def test_labels_are_in_frames_and_in_the_originals_seconds() -> None:
    times = [0.5 + n / 10 + (0.05 if n > 9 else 0) for n in range(30)]
    found = line(times=times)
    (event,) = found["events"]
    assert event == {
        "label": "person_arrives",
        "start": times[2],
        "end": times[12],
        "start_frame": 2,
        "end_frame": 12,
        **attributes(Event, {}),
    }
    assert [[key["time"] for key in track["keyframes"]] for track in found["tracks"]] == [
        [times[2], times[20]],
        [times[8], times[29]],
    ]
    assert found["seconds"] == times[-1] - times[0]


def test_keyframes_are_as_drawn() -> None:
    first = line()["tracks"][0]["keyframes"][0]
    assert first == {
        "frame": 2,
        "box": [10, 5, 20, 30],
        "outside": False,
        "time": TIMES[2],
        **attributes(Keyframe, {}),
    }


def test_a_line_names_digests_pseudonyms_and_the_purposes_of_the_consent() -> None:
    found = line()
    assert found["clip"] == clip().public_id
    assert found["rendition_sha256"] == clip().manifest["rendition"]["sha256"]
    assert found["reviewer"] == "p-reviewer"
    assert found["consent"] == ["training"]
    assert found["verdict"] == "threat"
    assert "note" not in found
