"""What the repair of a missed face costs, printed as one JSON object.

    python -m benchmarks.repair [CLIP ...] [--repeat 3]

For each clip: one whole pass; then one of its face tracks is taken out of the report, as if it had been missed, and a
repair is ordered with one box of it, as the site does it: in the confined child, from memory files. Without clips, a
generated one of 25 seconds is measured; a clip without faces is given a box in its middle. `wall` is what the caller
waits, the start of the process included; `start` is that start alone (the imports and the models); `work` is
what the child says of its stages; `cpu` is the child's processor time, start included.
"""

import argparse
import contextlib
import json
import os
import resource
import statistics
import tempfile
import time
from io import BufferedRandom
from pathlib import Path
from typing import Any, cast

from annotations.vision import confined
from annotations.vision.errors import VideoError
from annotations.vision.limits import Limits
from annotations.vision.report import MissedFace, RepairOrder, Report
from annotations.vision.video.encode import KEY_FRAME_INTERVAL
from tests.vision import clips
from tests.vision.repairs import order_of


def memory(content: bytes = b"") -> BufferedRandom:
    file = os.fdopen(os.memfd_create("clip"), "w+b")
    file.write(content)
    file.flush()
    return file


def order_for(report: dict[str, Any]) -> RepairOrder:
    """The longest track of the report, missed: one box in its middle."""
    tracks = report["tracks"]
    width, height = report["rendition"]["width"], report["rendition"]["height"]
    box, frame = [width / 2, height / 2, width / 12, height / 8], report["rendition"]["frames"] // 2
    if report["tracks"] and report["frame_map"] is None:
        longest = max(report["tracks"], key=lambda track: len(track["boxes"]))
        frames = sorted(map(int, longest["boxes"]))
        frame = frames[len(frames) // 2]
        box = longest["boxes"][str(frame)]
        tracks = [track for track in report["tracks"] if track is not longest]
    earlier = cast(Report, {**report, "tracks": tracks})
    return order_of(earlier, [MissedFace(frame=frame, box=box)])


def measure(clip: Path, repeat: int) -> dict[str, Any]:
    options = confined.RedactOptions(screening=False, limits=Limits())
    source, before = memory(clip.read_bytes()), memory()
    report, _ = confined.redact(source.fileno(), before.fileno(), options)
    order = order_for(report)
    walls, works, cpus = [], [], []
    result: dict[str, Any] = {}
    for _ in range(repeat):
        with memory() as after:
            files = confined.RepairFiles(source.fileno(), before.fileno(), after.fileno())
            used, began = _children_cpu(), time.monotonic()
            result, _ = confined.repair(files, order, options)
            walls.append(time.monotonic() - began)
            cpus.append(_children_cpu() - used)
            works.append(sum(took for stage, took in result["seconds"].items() if stage != "start"))
    followed = [track for track in result["tracks"] if track["source"] == "person"]
    return {
        "clip": clip.stem,
        "frames": report["rendition"]["frames"],
        "size": [report["rendition"]["width"], report["rendition"]["height"]],
        "whole_pass_work": round(
            sum(took for stage, took in report["seconds"].items() if stage != "start"), 2
        ),
        "followed_frames": sum(len(track["boxes"]) for track in followed),
        "groups": -(-report["rendition"]["frames"] // KEY_FRAME_INTERVAL),
        "checked_groups": result["residual"]["checked_frames"],
        "wall": round(statistics.median(walls), 2),
        "work": round(statistics.median(works), 2),
        "cpu": round(statistics.median(cpus), 2),
        "start": round(_start(), 2),
        "stages": result["seconds"],
    }


def _start() -> float:
    """Seconds that a child takes which loads what a repair loads, and is refused its first byte."""
    began = time.monotonic()
    with memory() as empty, contextlib.suppress(VideoError):
        files = confined.RepairFiles(empty.fileno(), empty.fileno(), empty.fileno())
        confined.repair(files, _nothing(), confined.RedactOptions())
    return time.monotonic() - began


def _nothing() -> RepairOrder:
    earlier = {"presentation_times": [0.0], "frame_map": None}
    return RepairOrder(earlier=earlier, missed_faces=[], unredacted=[])  # type: ignore[typeddict-item]


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def generated(folder: Path) -> Path:
    """25 seconds at 30 frames a second, 640 x 480: somebody walks through for six."""
    path = folder / "generated.mp4"
    clips.scene(
        path, width=640, height=480, frames=750, rate=30, people=[clips.walking(60, 200, 70, 3, 300, 480)]
    )
    return path


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        chosen = options.clips or [generated(Path(name))]
        print(json.dumps([measure(clip, options.repeat) for clip in chosen], indent=1))


if __name__ == "__main__":
    main()
