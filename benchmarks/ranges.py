"""Measure between which values a model's layers lie, for its 8-bit form: written to `annotations/vision/ranges`.

    python -m benchmarks.ranges

The pictures are generated: the public-domain portrait at many sizes and brightnesses, upright, mirrored and lying, with
and without colour, over soft rooms and noise. No footage: what is measured on footage is not tuned to it.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from annotations.vision import quantised
from annotations.vision.models import locate
from annotations.vision.runtime import free_shapes, session

FOLDER = Path(quantised.__file__).parent / "ranges"
WIDTH, HEIGHT = 416, 320
LEFT_ALONE = {
    "centerface": ("input.1",),
    "nudenet-320n": ("images", "/model.0/", "/model.1/", "/model.2/"),
}
"""Tensors (by the start of their names) that are not rounded: a picture's three channels are slower in 8 bits, and
NudeNet loses findings when its first layers are."""
FLAT = -8.0
"""A value times its sigmoid is next to nothing from here down."""
Rgb = NDArray[np.uint8]


def pictures() -> Iterator[Rgb]:
    random = np.random.default_rng(1)
    portrait = np.asarray(cv2.imread(str(locate("portrait"))), np.uint8)[:, :, ::-1]
    for number in range(48):
        cells = random.integers(2, 40, 2)
        coarse = random.integers(0, 256, (*cells, 3)).astype(np.uint8)
        room = np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
        for _ in range(number % 5):
            side = int(random.integers(40, HEIGHT + 1))
            head = np.asarray(cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
            if random.random() < 0.5:
                head = head[:, ::-1]
            if random.random() < 0.15:
                head = np.rot90(head, int(random.integers(1, 4)))
            x, y = random.integers(0, WIDTH - side + 1), random.integers(0, HEIGHT - side + 1)
            room[y : y + side, x : x + side] = head
        values = room.astype(np.float32) * random.uniform(0.3, 1.2) + random.normal(
            0, random.uniform(0, 12), room.shape
        )
        if number % 4 == 0:
            values = values.mean(axis=2, keepdims=True).repeat(3, axis=2)
        yield np.clip(values, 0, 255).astype(np.uint8)


def measure(model: onnx.ModelProto, scale: float, left_alone: tuple[str, ...]) -> dict[str, quantised.Range]:
    """Lowest and highest value of each tensor that is rounded; the model takes values of 0 to 255 times `scale`."""
    names = quantised.rounded_tensors(model.graph)
    taken = model.graph.input[0].name
    known = {value.name for value in model.graph.output}
    inside = [name for name in names if name != taken]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in inside if name not in known)
    loaded: onnxruntime.InferenceSession = session(model.SerializeToString())
    low, high = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    high[taken] = 255 * scale
    for picture in pictures():
        batch = picture.transpose(2, 0, 1)[np.newaxis].astype(np.float32) * np.float32(scale)
        for name, values in zip(inside, loaded.run(inside, {taken: batch}), strict=True):
            low[name] = min(low[name], float(values.min()))
            high[name] = max(high[name], float(values.max()))
    into_sigmoid = {node.input[0] for node in model.graph.node if node.op_type == "Sigmoid"}
    for name in into_sigmoid & set(names):
        low[name] = max(low[name], FLAT)
    return {
        name: (round(low[name], 4), round(high[name], 4)) for name in names if not name.startswith(left_alone)
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, model, scale in (
        ("centerface", free_shapes(str(locate("centerface")), "input.1", ("537", "538", "539")), 1.0),
        ("nudenet-320n", onnx.load(str(locate("nudenet-320n"))), 1 / 255),
    ):
        (FOLDER / f"{name}.json").write_text(
            json.dumps(measure(model, scale, LEFT_ALONE.get(name, ())), indent=0) + "\n"
        )


if __name__ == "__main__":
    main()
