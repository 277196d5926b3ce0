"""What our pass is compared with: a plain decode-and-encode, and the tool `deface` with its defaults."""

import subprocess
import time
import venv
from collections.abc import Sequence
from pathlib import Path

import av
from av.video.frame import PictureType

from annotations.vision.video.decode import available_cores
from annotations.vision.video.encode import X264_OPTIONS

DEFACE = Path(__file__).resolve().parents[1] / "var" / "deface"
"""An environment of its own, made on first use."""
DEFACED = "_anonymized"
"""What deface appends to the name of a file."""


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


def deface(sources: Sequence[Path]) -> float:
    """Write `NAME_anonymized.mp4` beside each clip; seconds that deface takes with its defaults, its start included,
    as it cannot be told apart."""
    program = DEFACE / "bin" / "deface"
    if not program.exists():
        venv.create(DEFACE, with_pip=True)
        subprocess.run([DEFACE / "bin" / "pip", "install", "-q", "deface", "onnxruntime", "onnx"], check=True)
    start = time.monotonic()
    subprocess.run([program, *sources], check=True, capture_output=True)
    return time.monotonic() - start


def defaced(source: Path) -> Path:
    """Where `deface` puts its rendition of a clip."""
    return source.with_name(f"{source.stem}{DEFACED}{source.suffix}")
