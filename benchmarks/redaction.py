"""What hiding faces costs and how well it works, printed as one JSON object.

    python -m benchmarks.redaction CLIP_OR_FOLDER ... [--repeat 3] [--deface] [--variations] [--minutes 10]

For each clip, in turns: a plain decode-and-encode with the same encoder settings and threads, and our whole pass
(probe, detect, screen, render, check), each in a process of its own; wall time and processor time of both, and their
ratios pair by pair. `--deface`: that tool too, with its defaults, in an environment of its own that is made under
`var/` on first use. `--variations`: clips with reference boxes mirrored, backwards, darker and so on, each hidden
and counted. `--minutes`: the clip in a loop of that length, for its peak memory. Reference boxes are read from
`faces/NAME.json` beside a clip.
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
from av.video.frame import PictureType  # noqa: E402

from annotations.vision.content import NudeNet  # noqa: E402
from annotations.vision.faces import CenterFace  # noqa: E402
from annotations.vision.job import Clock, Job  # noqa: E402
from annotations.vision.limits import ANY_SIZE, Limits  # noqa: E402
from annotations.vision.redact import redact  # noqa: E402
from annotations.vision.scoring import score  # noqa: E402
from annotations.vision.video.decode import available_cores  # noqa: E402
from annotations.vision.video.encode import X264_OPTIONS  # noqa: E402
from annotations.vision.video.probe import probe  # noqa: E402
from benchmarks.variations import clips_in, read_references, sweep  # noqa: E402

DEFACE = ROOT / "var" / "deface"


def plain(source: str, target: str) -> None:
    """Decode a clip and encode its frames as they are."""
    with av.open(source) as clip, av.open(target, "w", format="mp4") as rendition:
        incoming = clip.streams.video[0]
        incoming.codec_context.thread_count = available_cores()
        incoming.thread_type = "AUTO"
        outgoing = rendition.add_stream("libx264", rate=incoming.average_rate, options=X264_OPTIONS)
        outgoing.width, outgoing.height, outgoing.pix_fmt = incoming.width, incoming.height, "yuv420p"
        outgoing.codec_context.thread_count = available_cores()
        for frame in clip.decode(incoming):
            frame.pict_type = PictureType.NONE
            rendition.mux(outgoing.encode(frame))
        rendition.mux(outgoing.encode())


def alone(work: str, source: str, target: str) -> dict[str, Any]:
    """One piece of work in this process: seconds of wall time and of processor time, and our report."""
    found: dict[str, Any] = {}
    clock = Clock()
    with clock.stage("start"):
        models = (CenterFace(), NudeNet()) if work == "ours" else None
    wall, processor = time.monotonic(), time.process_time()
    if models is None:
        plain(source, target)
    else:
        found["report"] = redact(
            Job(source, target, detector=models[0], screeners=models[1:], limits=ANY_SIZE), clock
        )
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


def deface(source: Path, folder: Path) -> float:
    """Seconds that deface takes with its defaults, its start included, as it cannot be told apart."""
    program = DEFACE / "bin" / "deface"
    if not program.exists():
        venv.create(DEFACE, with_pip=True)
        subprocess.run([DEFACE / "bin" / "pip", "install", "-q", "deface", "onnxruntime", "onnx"], check=True)
    start = time.monotonic()
    subprocess.run([program, source, "-o", folder / "deface.mp4"], check=True, capture_output=True)
    return time.monotonic() - start


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
            defaced = _median([deface(source, folder) for _ in range(options.repeat)])
            result["deface_seconds"] = defaced
            result["times_faster_than_deface"] = round(defaced / seconds, 2)
    return result


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
        "--alone", nargs=2, metavar=("WORK", "OUT"), help="only plain or ours, once, in this process"
    )
    options = parser.parse_args()
    if options.alone:
        work, target = options.alone
        print(json.dumps(alone(work, str(options.clips[0]), target)))
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
