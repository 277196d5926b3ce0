"""Sample clips for the demonstration, made on the spot: drawn places, one public-domain portrait, no real home."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av

from reviewapp.samples.scenes import SCENES, Scene

__all__ = ["SCENES", "Scene", "make_samples"]


def make_samples(folder: Path, portrait: Path, scenes: Sequence[Scene] = SCENES) -> list[Path]:
    """Writes each scene as `NAME.mp4` into `folder` unless it is there already; the paths in the same order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for scene in scenes:
        path = folder / f"{scene.name}.mp4"
        if not path.exists():
            _write(scene, portrait, path)
        paths.append(path)
    return paths


def _write(scene: Scene, portrait: Path, path: Path) -> None:
    unfinished = path.with_suffix(".part")
    with av.open(str(unfinished), "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=scene.frame_rate, options={"crf": "23", "preset": "superfast"}
        )
        stream.width, stream.height, stream.pix_fmt = scene.width, scene.height, "yuv420p"
        for number, picture in enumerate(scene.frames(portrait)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, scene.frame_rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    unfinished.rename(path)
