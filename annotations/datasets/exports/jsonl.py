"""JSON lines: one clip per line, with its labels in frames and in seconds."""

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from annotations.datasets.exports.base import Exporter, Part
from annotations.datasets.exports.source import LabeledClip
from annotations.review.body import Event, Keyframe, Track, attributes


class JsonLines(Exporter):
    """One JSON object per clip and line, members in the order of their names."""

    code = "jsonl"
    label = _("JSON lines (one clip per line)")
    suffix = "jsonl"
    content_type = "application/jsonl"
    version = 1
    carries = frozenset({Part.CLIPS, Part.EVENTS, Part.TRACKS, Part.KEYFRAMES})

    def add(self, clip: LabeledClip) -> None:
        self.file.write(orjson.dumps(_labels(clip), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))


def _labels(clip: LabeledClip) -> dict[str, Any]:
    times, body, manifest = clip.times, clip.body, clip.manifest
    events = [
        {
            "label": event["label"],
            "start": times[event["start"]],
            "end": times[event["end"]],
            "start_frame": event["start"],
            "end_frame": event["end"],
            **attributes(Event, event),
        }
        for event in body["events"]
    ]
    tracks = [
        {
            "id": track["id"],
            "label": track["label"],
            "keyframes": [_keyframe(keyframe, times) for keyframe in track["keyframes"]],
            **attributes(Track, track),
        }
        for track in body["tracks"]
    ]
    return {
        "clip": clip.public_id,
        "width": clip.width,
        "height": clip.height,
        "frames": len(times),
        "seconds": times[-1] - times[0],
        "rendition_sha256": manifest["rendition"]["sha256"],
        "labels_sha256": manifest["labels"]["sha256"],
        "schema": manifest["labels"]["schema"],
        "reviewer": manifest["labels"]["reviewer"],
        "consent": manifest["consent"]["purposes"],
        "notice": manifest["consent"]["notice"],
        "verdict": body["verdict"],
        "events": events,
        "tracks": tracks,
    }


def _keyframe(keyframe: Keyframe, times: list[float]) -> dict[str, Any]:
    return {
        "frame": keyframe["frame"],
        "time": times[keyframe["frame"]],
        "box": keyframe["box"],
        "outside": keyframe["outside"],
        **attributes(Keyframe, keyframe),
    }
