"""Files as cameras and phones write them: a folder `shared/cases/files` beside the checkout, or the same kinds drawn.

Each drawn file has what makes the given one hard. Where people have to be found there is a portrait in it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.vision import clips, drawn

PLACES = (parent / "shared" / "cases" / "files" for parent in Path(__file__).resolve().parents)
FOLDER = next((place for place in PLACES if place.is_dir()), None)

PQ_TAGS = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"


def case(name: str, folder: Path) -> Path:
    """The file of this name; drawn into `folder` where it is not given."""
    if FOLDER is not None and (FOLDER / name).exists():
        return FOLDER / name
    path = folder / name
    DRAWN[name](path)
    return path


def walk(path: Path, **encoding: Any) -> clips.Scene:
    """Somebody walks past, for two seconds."""
    people = [clips.walking(200, 200, 110, 3)]
    return clips.scene(path, width=640, height=480, frames=60, rate=30, people=people, **encoding)


def trimmed(path: Path) -> None:
    walk(path, options={"g": "30", "bf": "2"})
    path.write_bytes(drawn.edited(path.read_bytes(), [(1300, 1024 + 21 * 512)]))


def shows_120_of_150(path: Path) -> None:
    drawn.draw(path, 150, rate=30, options={"g": "150", "bf": "2"})
    path.write_bytes(drawn.edited(path.read_bytes(), [(4000, 1024 + 10 * 512)]))


def mirrored(path: Path) -> None:
    walk(path, matrix=(-1, 0, 0, 1))


def hdr(path: Path, transfer: str = "smpte2084") -> None:
    """SDR pictures whose signal is squeezed as PQ squeezes light, in ten bits."""
    scene = walk(path)
    tags = {"x265-params": PQ_TAGS.replace("smpte2084", transfer) + ":log-level=none"}
    dim = [(40 + picture * 0.4).astype(np.uint8) for picture in scene.pictures]
    clips.encode(path, dim, rate=30, codec="libx265", pixel_format="yuv420p10le", options=tags)


def gap_and_doubled_stamp(path: Path) -> None:
    drawn.draw(path, 120, rate=30, options={"bf": "0"})
    stamps = [round(n * 100 / 3) + (5000 if n >= 60 else 0) for n in range(120)]
    stamps[11] = stamps[10]
    drawn.restamp(path, stamps)


def one_a_second(path: Path, *, step: float = 1.0, lost: int | None = None) -> None:
    drawn.with_times(path, [n * step for n in range(20) if n != lost])


def one_a_minute(path: Path) -> None:
    drawn.with_times(path, [n * 60.0 for n in range(40)])


def cut_fragmented(path: Path) -> None:
    walk(
        path,
        options={"g": "30", "bf": "2"},
        container_options={"movflags": "frag_keyframe+empty_moov+default_base_moof"},
    )
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 7 // 10])


def bare(path: Path) -> None:
    walk(path.with_suffix(".mp4"))
    with av.open(str(path.with_suffix(".mp4"))) as source, av.open(str(path), "w", format="h264") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)


DRAWN: dict[str, Callable[[Path], object]] = {
    "trimmed-without-recoding.mp4": trimmed,
    "edit-list-shows-120-of-150.mp4": shows_120_of_150,
    "mirrored-matrix.mp4": mirrored,
    "hdr-pq.mp4": hdr,
    "gap-and-doubled-stamp.mkv": gap_and_doubled_stamp,
    "one-fps-drift.mp4": lambda path: one_a_second(path, step=1.002),
    "one-fps-one-drop.mp4": lambda path: one_a_second(path, lost=7),
    "one-picture-a-minute.mp4": one_a_minute,
    "cut-fragmented.mp4": cut_fragmented,
    "bare-stream.h264": bare,
}
