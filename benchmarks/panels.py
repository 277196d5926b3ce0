"""How far one box that is drawn around a plate or a screen leads (`vision/follow.py`), printed as one JSON object.

    python -m benchmarks.panels

Clips are drawn (`tests/vision/panels.py`): 90 frames at 15 a second. A box is drawn on the first, the middle and the
last frame on which the panel is in the picture, one at a time. `covered` is the share of its frames on which at least
95 % of the panel is hidden, `least` the least share of it that is; `hidden` is what is hidden in sizes of the panel's
box, as a mean; `cpu` is the processor time of following in seconds.
"""

import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from annotations.vision.boxes import by_frame, covered
from annotations.vision.follow import follow
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import Rectangle, hidden_mask
from annotations.vision.report import MissedFace
from annotations.vision.scoring import COVERED_SHARE
from annotations.vision.timeline import Timeline
from annotations.vision.video.ranges import Ranges
from tests.vision import panels
from tests.vision.clips import Rgb

FRAMES, RATE = 90, 15
SIZE, LARGE = (640, 360), (1920, 1080)


def passing(speed: float, width: float) -> panels.PoseByFrame:
    return lambda n: (60 + speed * n, 200, width, 0)


PLATES: dict[str, panels.PoseByFrame] = {
    "still": lambda _: (320, 200, 80, 0),
    "passing": passing(5, 80),
    "nearing": lambda n: (320 + n, 150 + n, 40 + 1.6 * n, 0),
    "leaving": lambda n: (320 - n, 250 - n, 180 - 1.6 * n, 0),
    "small": passing(4, 36),
    "behind a post": passing(5, 80),
    "out of the picture": lambda n: (300 + 7 * n, 200, 80, 0),
    "in 1080p": lambda n: (200 + 8 * n, 700, 70, 0),
}
SCREENS: dict[str, panels.PoseByFrame] = {
    "still": lambda _: (320, 180, 160, 0),
    "panned over": lambda n: (320 + 230 * math.sin(n / 6), 180, 120, 0),
    "held by hand": lambda n: (
        320 + 6 * math.sin(2.1 * n),
        180 + 5 * math.sin(1.7 * n),
        160 + 8 * math.sin(n / 9),
        5 * math.sin(n / 7),
    ),
    "turning": lambda n: (320, 180, 140, 0.5 * n),
}


def measure(
    path: Path, panel: Callable[[], Rgb], name: str, pose: panels.PoseByFrame
) -> list[dict[str, Any]]:
    """One row for each box that is drawn."""
    size = LARGE if name == "in 1080p" else SIZE
    post = (300, 330) if name == "behind a post" else None
    truth = panels.scene(path, panel(), [pose(n) for n in range(FRAMES)], rate=RATE, post=post, size=size)
    frames, rows = sorted(truth), []
    for frame in (frames[0], frames[len(frames) // 2], frames[-1]):
        drawn = [MissedFace(frame=frame, box=list(truth[frame]), kind="other")]
        began = time.process_time()
        tracks = follow(
            Ranges(str(path), ANY_SIZE, FRAMES), Timeline(FRAMES, float(RATE), None), drawn, None, {}
        )
        cpu = time.process_time() - began
        hidden = by_frame({n: Rectangle(*box) for n, box in track.boxes.items()} for track in tracks)
        masks = {n: hidden_mask(hidden.get(n, ()), *size) for n in truth}
        shares = [covered(box, masks[n]) for n, box in truth.items()]
        rows.append(
            {
                "panel": panel.__name__,
                "movement": name,
                "frame": frame,
                "covered": round(statistics.fmean(share >= COVERED_SHARE for share in shares), 3),
                "least": round(min(shares), 2),
                "hidden": round(
                    statistics.fmean(
                        float(masks[n].sum()) / (box[2] * box[3]) for n, box in truth.items() if n in hidden
                    ),
                    2,
                ),
                "cpu": round(cpu, 2),
            }
        )
    return rows


def main() -> None:
    kinds = ((panels.plate, PLATES), (panels.screen, SCREENS))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.mp4"
        rows = [
            row
            for panel, movements in kinds
            for name, pose in movements.items()
            for row in measure(path, panel, name, pose)
        ]
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
