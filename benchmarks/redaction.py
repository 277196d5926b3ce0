"""What hiding faces costs and how well it works, printed as one JSON object.

    python -m benchmarks.redaction CLIP_OR_FOLDER ... [--repeat 3] [--deface] [--variations] [--minutes 10]
    python -m benchmarks.redaction CLIP_OR_FOLDER ... --conditions [NAME ...] [--count 12] [--seed 1] [--deface]
        [--keep FOLDER] [--blind]

For each clip, in turns: a plain decode-and-encode with the same encoder settings and threads, and our whole pass
(probe, detect, screen, render, check), each in a process of its own; wall time and processor time of both, and their
ratios pair by pair. `--deface`: that tool too, with its defaults, in an environment of its own that is made under
`var/` on first use. `--variations`: clips with reference boxes mirrored, backwards, darker and so on, each hidden
and counted. `--minutes`: the clip in a loop of that length, for its peak memory. Reference boxes are read from
`faces/NAME.json` beside a clip.

`--conditions`: in place of all that, short clips of the conditions of real homes are made from the footage (see
`benchmarks/conditions`) and measured; a table goes to standard error, the figures of every clip to standard output.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Run as a script, Python looks into this folder first, and would take `queue.py` here for its own module.
sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "benchmarks")]

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

import av  # noqa: E402

from annotations.vision.faces import CenterFace  # noqa: E402
from annotations.vision.job import Clock  # noqa: E402
from annotations.vision.limits import ANY_SIZE, Limits  # noqa: E402
from annotations.vision.redact import redact  # noqa: E402
from annotations.vision.scoring import score  # noqa: E402
from annotations.vision.video.encode import X264_OPTIONS  # noqa: E402
from annotations.vision.video.probe import probe  # noqa: E402
from benchmarks.conditions.catalogue import CLIPS  # noqa: E402
from benchmarks.conditions.running import Order, measure_conditions  # noqa: E402
from benchmarks.conditions.table import table, totals  # noqa: E402
from benchmarks.transcoding import deface, plain  # noqa: E402
from benchmarks.variations import clips_in, read_references, sweep  # noqa: E402
from benchmarks.whole_pass import whole_pass  # noqa: E402


def alone(work: str, source: str, target: str) -> dict[str, Any]:
    """One piece of work in this process: seconds of wall time and of processor time, and our report."""
    found: dict[str, Any] = {}
    clock = Clock()
    with clock.stage("start"):
        job = whole_pass(source, target) if work == "ours" else None
    wall, processor = time.monotonic(), time.process_time()
    if job is None:
        plain(source, target)
    else:
        found["report"] = redact(job, clock)
    found["wall"], found["processor"] = time.monotonic() - wall, time.process_time() - processor
    return found


def apart(work: str, source: Path, target: Path) -> dict[str, Any]:
    """`alone` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.redaction", "--alone", work, str(target), str(source)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def looped(source: Path, target: Path, minutes: float) -> None:
    """The clip's pictures over and over, as they are coded, for this long."""
    with av.open(str(target), "w") as container:
        stream, shift, length = None, 0, 0.0
        while length < minutes * 60:
            with av.open(str(source)) as clip:
                incoming = clip.streams.video[0]
                stream = stream or container.add_stream_from_template(incoming)
                end = shift
                for packet in clip.demux(incoming):
                    if packet.pts is None or packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    end = max(end, packet.pts + (packet.duration or 1))
                    length = float(end * packet.time_base)
                    packet.stream = stream
                    container.mux(packet)
                shift = end


def deface_alone(source: Path, folder: Path) -> float:
    """Seconds that deface takes for one clip; its rendition comes into the folder."""
    copy = folder / source.name
    shutil.copy(source, copy)
    return deface([copy])


def measure(source: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Everything about one clip."""
    facts = probe(str(source), ANY_SIZE)
    references = read_references(source)
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(options.repeat):
            baseline = apart("plain", source, folder / "plain.mp4")
            pairs.append((baseline, apart("ours", source, folder / "ours.mp4")))
        report = pairs[-1][1]["report"]
        exposed = report["residual"]["exposed"]
        seconds = _median([ours["wall"] for _, ours in pairs])
        result: dict[str, Any] = {
            "clip": source.stem,
            "size": [facts.width, facts.height],
            "frames": facts.frames,
            "duration": facts.duration,
            "plain_seconds": _median([plain["wall"] for plain, _ in pairs]),
            "pass_seconds": seconds,
            "ratio": _median([ours["wall"] / plain["wall"] for plain, ours in pairs]),
            "plain_processor_seconds": _median([plain["processor"] for plain, _ in pairs]),
            "pass_processor_seconds": _median([ours["processor"] for _, ours in pairs]),
            "processor_ratio": _median([ours["processor"] / plain["processor"] for plain, ours in pairs]),
            "start_seconds": _median([ours["report"]["seconds"]["start"] for _, ours in pairs]),
            "real_time_factor": round(seconds / facts.duration, 3),
            "stages": report["seconds"],
            "peak_memory_mb": report["peak_memory_mb"],
            "residual": {
                "checked": report["residual"]["checked_frames"],
                "exposed": len(exposed),
            },
            "tracks": len(report["tracks"]),
            "findings": sorted({(f["label"], f["score"]) for f in report["findings"]}, key=lambda f: -f[1])[
                :5
            ],
        }
        if not exposed:
            result["score"] = score(str(source), str(folder / "ours.mp4"), report, references)
        if options.variations and references:
            result["variations"] = sweep(source, references, CenterFace())
        if options.minutes:
            looped(source, folder / "long.mp4", options.minutes)
            long = apart("ours", folder / "long.mp4", folder / "ours.mp4")["report"]
            result["long"] = {
                "frames": long["source"]["frames"],
                "duration": long["source"]["duration"],
                "peak_memory_mb": long["peak_memory_mb"],
            }
        if options.deface:
            defaced = _median([deface_alone(source, folder) for _ in range(options.repeat)])
            result["deface_seconds"] = defaced
            result["times_faster_than_deface"] = round(defaced / seconds, 2)
    return result


def print_conditions(options: argparse.Namespace) -> None:
    """Every figure as JSON to standard output, the table to standard error."""
    order = Order(
        options.conditions, options.count, options.seed, options.keep, options.deface, options.blind
    )
    measured = measure_conditions(clips_in(options.clips), order, whole_pass())
    print(table(measured), file=sys.stderr)
    print(json.dumps([{**each, "totals": totals(each["clips"])} for each in measured], indent=1))


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--deface", action="store_true")
    parser.add_argument("--variations", action="store_true")
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument(
        "--conditions", nargs="*", metavar="NAME", help="measure these, or all, and nothing else"
    )
    parser.add_argument("--count", type=int, default=CLIPS, help="clips of each condition")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other clips of the conditions")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep clips, renditions and contact sheets"
    )
    parser.add_argument(
        "--blind", action="store_true", help="hide nothing: what holds then is the second opinion"
    )
    parser.add_argument(
        "--alone", nargs=2, metavar=("WORK", "OUT"), help="only plain or ours, once, in this process"
    )
    options = parser.parse_args()
    if options.alone:
        work, target = options.alone
        print(json.dumps(alone(work, str(options.clips[0]), target)))
        return
    if options.conditions is not None:
        print_conditions(options)
        return
    print(
        json.dumps(
            {
                "cores": len(os.sched_getaffinity(0)),
                "encoder": X264_OPTIONS,
                "accepted": Limits().__dict__,
                "clips": [measure(clip, options) for clip in clips_in(options.clips)],
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
