"""Tiny ONNX models made on the spot, with their manifests."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from annotations.vision.models import digest


def write_manifest(folder: Path, model: Path, **fields: Any) -> Path:
    manifest = folder / f"{model.stem}.json"
    manifest.write_text(json.dumps({"path": model.name, "sha256": digest(model), **fields}))
    return manifest


def _save(graph: onnx.GraphProto, path: Path) -> None:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def red_spot_detector(folder: Path) -> Path:
    """A detector of the one largest very red place: boxes (x0, y0, x1, y1) and scores, of any input size."""
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", "width"])
    boxes = helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, 4])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1])
    # Red minus the mean of green and blue, above 0.9 of the range.
    weights = np.asarray([1, -0.5, -0.5], np.float32).reshape(1, 3, 1, 1)
    constants: dict[str, Any] = {
        "weights": weights,
        "limit": np.asarray(0.9, np.float32),
        "one": np.asarray(1, np.float32),
        "zero": np.asarray(0, np.float32),
        "far": np.asarray(1e6, np.float32),
        "across": np.asarray([0, 1, 2], np.int64),
        "down": np.asarray([0, 1, 3], np.int64),
        "first": np.asarray(0, np.int64),
        "axis": np.asarray([0], np.int64),
        "ten": np.asarray(10, np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["image", "weights"], ["redness"]),
        helper.make_node("Greater", ["redness", "limit"], ["red"]),
        helper.make_node("Cast", ["red"], ["spot"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["spot"], ["columns"], axes=[0, 1, 2], keepdims=0),
        helper.make_node("ReduceMax", ["spot"], ["rows"], axes=[0, 1, 3], keepdims=0),
    ]
    for name in ("columns", "rows"):
        nodes += [
            helper.make_node("Shape", [name], [f"{name}_shape"]),
            helper.make_node("Squeeze", [f"{name}_shape", "axis"], [f"{name}_count"]),
            helper.make_node("Cast", [f"{name}_count"], [f"{name}_length"], to=TensorProto.FLOAT),
            helper.make_node("Range", ["zero", f"{name}_length", "one"], [f"{name}_place"]),
            helper.make_node("Sub", ["one", name], [f"{name}_not"]),
            helper.make_node("Mul", [f"{name}_not", "far"], [f"{name}_away"]),
            helper.make_node("Add", [f"{name}_place", f"{name}_away"], [f"{name}_low"]),
            helper.make_node("ReduceMin", [f"{name}_low"], [f"{name}_begin"], keepdims=1),
            helper.make_node("Mul", [f"{name}_place", name], [f"{name}_high"]),
            helper.make_node("ReduceMax", [f"{name}_high"], [f"{name}_last"], keepdims=1),
            helper.make_node("Add", [f"{name}_last", "one"], [f"{name}_end"]),
        ]
    nodes += [
        helper.make_node(
            "Concat", ["columns_begin", "rows_begin", "columns_end", "rows_end"], ["flat"], axis=0
        ),
        helper.make_node("Unsqueeze", ["flat", "axis"], ["boxes"]),
        helper.make_node("ReduceMax", ["spot"], ["any"], keepdims=0),
        helper.make_node("Unsqueeze", ["any", "axis"], ["scores"]),
    ]
    used = {name for node in nodes for name in node.input}
    initializers = [numpy_helper.from_array(v, k) for k, v in constants.items() if k in used]
    _save(helper.make_graph(nodes, "red", [image], [boxes, scores], initializers), folder / "red.onnx")
    return write_manifest(
        folder,
        folder / "red.onnx",
        name="red spots",
        input={"scale": 1 / 255},
        outputs={"boxes": "boxes", "scores": "scores"},
        step=32,
    )


def brightness_classifier(folder: Path, **manifest: Any) -> Path:
    """A classifier of two labels, "dark" and "bright": the mean of its 8 x 8 input, and one minus it."""
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 8, 8])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 2])
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["mean", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "offset"], ["scores"]),
    ]
    initializers = [
        numpy_helper.from_array(np.asarray([[-1 / 3, 1 / 3]] * 3, np.float32), "weights"),
        numpy_helper.from_array(np.asarray([[1, 0]], np.float32), "offset"),
    ]
    _save(helper.make_graph(nodes, "brightness", [image], [scores], initializers), folder / "light.onnx")
    fields: dict[str, Any] = {
        "name": "light",
        "input": {"width": 8, "height": 8, "scale": 1 / 255, "layout": "NCHW", "color": "RGB"},
        "labels": ["dark", "bright"],
        "activation": "none",
    }
    return write_manifest(folder, folder / "light.onnx", **{**fields, **manifest})


def like_yunet(folder: Path, stride: int = 8) -> Path:
    """A model of YuNet's form, input and outputs, that takes very red squares of 8 strides for faces.

    Of the three scales (strides 8, 16 and 32) the one of `stride` sees; the others are blind. A square's score
    is 1 where a cell's window covers it. The form is that of `face_detection_yunet_2023mar.onnx` as
    OpenCV's `face_detect.cpp` reads it: for each stride `cls`, `obj` (1 x cells x 1), `bbox` (x 4: centre in
    cells from the cell's corner, logarithm of the size in cells) and `kps` (x 10); blue, green, red.
    """
    image = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 640, 640])
    # Red minus the mean of the others, 0 up to 0.8 of the range and 1 at its end.
    weights: dict[str, Any] = {
        "red": np.asarray([-2.5, -2.5, 5], np.float32).reshape(1, 3, 1, 1) / np.float32(255),
        "limit": np.asarray([-4], np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["input", "red", "limit"], ["redness"]),
        helper.make_node("Relu", ["redness"], ["spot"]),
    ]
    outputs = []
    for step in (8, 16, 32):
        # Twice the covered share less one: half a square and less is nothing.
        side = 8 * step if step == stride else step
        share = np.full((1, 1, side, side), (step == stride) * 2 / side**2, np.float32)
        box = np.asarray([0.5, 0.5, np.log(8), np.log(8)], np.float32)
        for name, kernel, bias in (
            ("cls", share, np.asarray([-1], np.float32)),
            ("obj", share, np.asarray([-1], np.float32)),
            ("bbox", np.zeros((4, 1, step, step), np.float32), box),
            ("kps", np.zeros((10, 1, step, step), np.float32), np.full(10, 0.5, np.float32)),
        ):
            out = f"{name}_{step}"
            weights |= {f"{out}_kernel": kernel, f"{out}_bias": bias}
            weights[f"{out}_shape"] = np.asarray([1, -1, len(bias)], np.int64)
            around = [(kernel.shape[-1] - step) // 2] * 4
            inputs = ["spot", f"{out}_kernel", f"{out}_bias"]
            nodes += [
                helper.make_node("Conv", inputs, [f"{out}_map"], strides=[step, step], pads=around),
                helper.make_node("Transpose", [f"{out}_map"], [f"{out}_last"], perm=[0, 2, 3, 1]),
                helper.make_node("Reshape", [f"{out}_last", f"{out}_shape"], [out]),
            ]
            shape = [1, (640 // step) ** 2, len(bias)]
            outputs.append(helper.make_tensor_value_info(out, TensorProto.FLOAT, shape))
    initializers = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    path = folder / f"like-yunet-{stride}.onnx"
    _save(helper.make_graph(nodes, "like YuNet", [image], outputs, initializers), path)
    return path
