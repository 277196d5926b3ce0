"""How far one drawn box leads through a clip (`vision/follow.py`), printed as one JSON object.

    python -m benchmarks.following CLIP_OR_FOLDER ... [--blind] [--random 5] [--seed 1]

For each reference track (`faces/NAME.json` beside a clip) a box is drawn on its first, middle and last frame and on
some at random, one at a time, and followed as in a repair of a clip in which nothing is hidden. `covered` is the
share of the track's boxes that are covered then, in the scorer's sense; `excess_percent` is what is hidden outside
twice the size of the frame's reference boxes, whoever's they are, as a mean over the frames on which anything is;
`seconds` is the time of following alone. `--blind`: with a detector that sees nothing.
"""

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from annotations.vision.boxes import Box, by_frame, track_boxes
from annotations.vision.faces import CenterFace, FaceDetector
from annotations.vision.follow import follow
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import hidden_mask
from annotations.vision.report import MissedFace
from annotations.vision.scoring import excess
from annotations.vision.timeline import Timeline
from annotations.vision.video.decode import decode
from annotations.vision.video.ranges import Ranges
from benchmarks.variations import clips_in, read_references
from tests.vision.following import Blind, share_covered

Truth = Mapping[int, Box]


def measure(clip: Path, detector: FaceDetector, options: argparse.Namespace) -> list[dict[str, Any]]:
    """One row for each box that is drawn on a clip."""
    stamps, size = [], (0, 0)
    for decoded in decode(str(clip), ANY_SIZE):
        stamps.append(float(decoded.time or 0))
        size = decoded.geometry.width, decoded.geometry.height
    truths = [track_boxes(track) for track in read_references(clip)]
    rows = []
    for number, truth in enumerate(truths):
        for start, frame in _starts(sorted(truth), options).items():
            ranges = Ranges(str(clip), ANY_SIZE, len(stamps))
            drawn = [MissedFace(frame=frame, box=list(truth[frame]))]
            began = time.monotonic()
            tracks = [track.boxes for track in follow(ranges, Timeline.of(stamps, None), drawn, detector, {})]
            seconds = time.monotonic() - began
            rows.append(
                {
                    "clip": clip.stem,
                    "track": number,
                    "boxes": len(truth),
                    "start": start,
                    "frame": frame,
                    "covered": round(share_covered(tracks, truth, *size), 4),
                    "excess_percent": round(_excess(tracks, truths, *size), 3),
                    "followed_frames": len(by_frame(tracks)),
                    "seconds": round(seconds, 2),
                }
            )
    return rows


def _starts(frames: Sequence[int], options: argparse.Namespace) -> dict[str, int]:
    chance = np.random.default_rng(options.seed)
    drawn = {f"random {number}": int(chance.choice(frames)) for number in range(1, options.random + 1)}
    return {"first": frames[0], "middle": frames[len(frames) // 2], "last": frames[-1], **drawn}


def _excess(tracks: Sequence[Truth], truths: Sequence[Truth], width: int, height: int) -> float:
    shares = [
        excess(hidden_mask(boxes, width, height), [truth[frame] for truth in truths if frame in truth])
        for frame, boxes in by_frame(tracks).items()
    ]
    return 100 * statistics.fmean(shares)


def _summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    worst = min(rows, key=lambda row: float(row["covered"]))
    return {
        "drawn": len(rows),
        "covered_mean": round(statistics.fmean(row["covered"] for row in rows), 4),
        "covered_least": worst["covered"],
        "least_at": {name: worst[name] for name in ("clip", "track", "start", "frame")},
        "whole": sum(row["covered"] == 1 for row in rows),
        "excess_percent_mean": round(statistics.fmean(row["excess_percent"] for row in rows), 3),
        "excess_percent_most": max(row["excess_percent"] for row in rows),
        "seconds_mean": round(statistics.fmean(row["seconds"] for row in rows), 2),
        "seconds_most": max(row["seconds"] for row in rows),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--blind", action="store_true")
    parser.add_argument("--random", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    detector: FaceDetector = Blind() if options.blind else CenterFace()
    rows = [row for clip in clips_in(options.clips) for row in measure(clip, detector, options)]
    if not rows:
        parser.error("None of these clips has reference tracks.")
    starts = {row["start"]: [each for each in rows if each["start"] == row["start"]] for row in rows}
    print(
        json.dumps(
            {
                "all": _summary(rows),
                "by_start": {start: _summary(chosen) for start, chosen in starts.items()},
                "rows": rows,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
