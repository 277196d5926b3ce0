"""What hiding faces costs and how well it works, printed as one JSON object.

    python benchmarks/redaction.py CLIP_OR_FOLDER ... [--repeat 3] [--deface]

For each clip, in turns: a plain decode-and-encode with the same encoder settings and threads, and our whole pass
(probe, detect, screen, render, check). With ``--deface``, that tool too, with its defaults, in an environment of
its own that is made under ``var/`` on first use. Reference boxes are read from ``faces/NAME.json`` beside a clip.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Run as a script, Python looks into this folder first, and would take `queue.py` here for its own module.
sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "benchmarks")]

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
import venv  # noqa: E402
from typing import Any  # noqa: E402

import av  # noqa: E402

from annotations.vision.limits import ANY_SIZE, Limits  # noqa: E402
from annotations.vision.scoring import score  # noqa: E402
from annotations.vision.video.decode import available_cores  # noqa: E402
from annotations.vision.video.encode import X264_OPTIONS  # noqa: E402
from annotations.vision.video.probe import probe  # noqa: E402

DEFACE = ROOT / "var" / "deface"


def plain(source: str, target: str) -> float:
    """Seconds to decode a clip and encode its frames as they are."""
    start = time.monotonic()
    with av.open(source) as clip, av.open(target, "w", format="mp4") as rendition:
        incoming = clip.streams.video[0]
        incoming.codec_context.thread_count = available_cores()
        incoming.thread_type = "AUTO"
        outgoing = rendition.add_stream("libx264", rate=incoming.average_rate, options=X264_OPTIONS)
        outgoing.width, outgoing.height, outgoing.pix_fmt = incoming.width, incoming.height, "yuv420p"
        outgoing.codec_context.thread_count = available_cores()
        for frame in clip.decode(incoming):
            frame.pict_type = 0
            rendition.mux(outgoing.encode(frame))
        rendition.mux(outgoing.encode())
    return time.monotonic() - start


def ours(source: Path, folder: Path) -> tuple[dict[str, Any], int]:
    """The report of one pass in a process of its own, and its exit status."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "annotations.vision", "redact", str(source), str(folder / "ours.mp4")]
    done = subprocess.run(
        [
            *command,
            "--report",
            str(report),
            "--max-seconds",
            "100000",
            "--max-bytes",
            "100000000000",
            "--max-frames",
            "1000000",
        ],
        cwd=ROOT,
        check=False,
    )
    return json.loads(report.read_text()), done.returncode


def plain_apart(source: Path, folder: Path) -> float:
    """The plain pass in a process of its own, as ours is."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.redaction",
        "--plain",
        str(folder / "plain.mp4"),
        str(source),
    ]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout)


def deface(source: Path, folder: Path) -> float:
    """Seconds that deface takes with its defaults, its start included, as it cannot be told apart."""
    program = DEFACE / "bin" / "deface"
    if not program.exists():
        venv.create(DEFACE, with_pip=True)
        subprocess.run([DEFACE / "bin" / "pip", "install", "-q", "deface", "onnxruntime", "onnx"], check=True)
    start = time.monotonic()
    subprocess.run([program, source, "-o", folder / "deface.mp4"], check=True, capture_output=True)
    return time.monotonic() - start


def measure(source: Path, repeat: int, with_deface: bool) -> dict[str, Any]:
    """Everything about one clip."""
    facts = probe(str(source), ANY_SIZE)
    references = source.parent / "faces" / f"{source.stem}.json"
    passes, plains, ratios, starts, defaced = [], [], [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(repeat):
            baseline = plain_apart(source, folder)
            report, status = ours(source, folder)
            seconds = sum(took for stage, took in report["seconds"].items() if stage != "start")
            plains.append(baseline)
            passes.append(seconds)
            starts.append(report["seconds"]["start"])
            ratios.append(seconds / baseline)
        result: dict[str, Any] = {
            "clip": source.stem,
            "size": [facts.width, facts.height],
            "frames": facts.frames,
            "duration": facts.duration,
            "exit_status": status,
            "plain_seconds": _median(plains),
            "pass_seconds": _median(passes),
            "start_seconds": _median(starts),
            "ratio": _median(ratios),
            "real_time_factor": round(_median(passes) / facts.duration, 3),
            "stages": report["seconds"],
            "peak_memory_mb": report["peak_memory_mb"],
            "residual": {
                "checked": report["residual"]["checked_frames"],
                "exposed": len(report["residual"]["exposed"]),
            },
            "tracks": len(report["tracks"]),
            "findings": sorted({(f["label"], f["score"]) for f in report["findings"]}, key=lambda f: -f[1])[
                :5
            ],
        }
        if status == 0:
            known = json.loads(references.read_text())["tracks"] if references.exists() else []
            result["score"] = score(str(source), str(folder / "ours.mp4"), report, known)
        if with_deface:
            defaced = [deface(source, folder) for _ in range(repeat)]
            result["deface_seconds"] = _median(defaced)
            result["times_faster_than_deface"] = round(_median(defaced) / _median(passes), 2)
    return result


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--deface", action="store_true")
    parser.add_argument("--plain", metavar="OUT", help="only the plain pass of one clip; prints its seconds")
    options = parser.parse_args()
    if options.plain:
        print(plain(str(options.clips[0]), options.plain))
        return
    clips = [
        clip
        for given in options.clips
        for clip in (sorted(given.glob("*.mp4")) if given.is_dir() else [given])
    ]
    print(
        json.dumps(
            {
                "cores": len(os.sched_getaffinity(0)),
                "encoder": X264_OPTIONS,
                "accepted": Limits().__dict__,
                "clips": [measure(clip, options.repeat, options.deface) for clip in clips],
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
