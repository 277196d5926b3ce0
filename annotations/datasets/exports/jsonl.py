"""JSON lines: one clip per line, with its labels in frames and in seconds. Pure."""

from typing import Any

import orjson

from annotations.datasets.exports.source import LabeledClip


def line(source: LabeledClip) -> bytes:
    """The clip's line with its line feed: members in the order of their names, so equal clips give equal bytes."""
    return orjson.dumps(_labels(source), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _labels(source: LabeledClip) -> dict[str, Any]:
    times, body, manifest = source.times, source.body, source.manifest
    events = [
        {
            "label": event["label"],
            "start": times[event["start"]],
            "end": times[event["end"]],
            "start_frame": event["start"],
            "end_frame": event["end"],
        }
        for event in body["events"]
    ]
    tracks = [
        {
            "id": track["id"],
            "label": track["label"],
            "keyframes": [{**keyframe, "time": times[keyframe["frame"]]} for keyframe in track["keyframes"]],
        }
        for track in body["tracks"]
    ]
    return {
        "clip": source.clip,
        "width": source.width,
        "height": source.height,
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
