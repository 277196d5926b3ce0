"""A tiny classifier for the demonstration: how much of the picture is strongly magenta.

It shows the way of a flagged clip without anything inappropriate: one sample clip carries the marker, and this is
registered through the same manifest as an operator's own classifier.
"""

import hashlib
import json
from pathlib import Path

import onnx
from onnx import TensorProto, helper

WIDTH, HEIGHT = 160, 90
# Red and blue exceed green by this much of full scale; this share of such pixels counts as certain.
_EXCESS, _CERTAIN = 0.45, 0.008


def make_marker(folder: Path) -> Path:
    """Writes `marker.onnx` and its manifest `marker.json` into `folder`; the manifest's path."""
    folder.mkdir(parents=True, exist_ok=True)
    content = _model().SerializeToString(deterministic=True)
    (folder / "marker.onnx").write_bytes(content)
    manifest = folder / "marker.json"
    description = {
        "name": "demo-marker",
        "path": "marker.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "input": {"width": WIDTH, "height": HEIGHT, "scale": 1 / 255, "layout": "NCHW", "color": "RGB"},
        "labels": ["nothing", "marker"],
        "ignore": ["nothing"],
        "activation": "none",
    }
    manifest.write_text(json.dumps(description, indent=2) + "\n")
    return manifest


def _model() -> onnx.ModelProto:
    """[1 - s, s] with s = min(1, share of pixels where min(red, blue) - green > excess, over the certain share)."""
    nodes = [
        helper.make_node("Split", ["picture"], ["red", "green", "blue"], axis=1, num_outputs=3),
        helper.make_node("Min", ["red", "blue"], ["lesser"]),
        helper.make_node("Sub", ["lesser", "green"], ["over"]),
        helper.make_node("Greater", ["over", "excess"], ["is_magenta"]),
        helper.make_node("Cast", ["is_magenta"], ["magenta"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["magenta"], ["share"], keepdims=0),
        helper.make_node("Div", ["share", "certain"], ["ratio"]),
        helper.make_node("Min", ["ratio", "one"], ["score"]),
        helper.make_node("Sub", ["one", "score"], ["rest"]),
        helper.make_node("Reshape", ["rest", "shape"], ["first"]),
        helper.make_node("Reshape", ["score", "shape"], ["second"]),
        helper.make_node("Concat", ["first", "second"], ["scores"], axis=1),
    ]
    constants = [
        helper.make_tensor("excess", TensorProto.FLOAT, [], [_EXCESS]),
        helper.make_tensor("certain", TensorProto.FLOAT, [], [_CERTAIN]),
        helper.make_tensor("one", TensorProto.FLOAT, [], [1.0]),
        helper.make_tensor("shape", TensorProto.INT64, [2], [1, 1]),
    ]
    graph = helper.make_graph(
        nodes,
        "marker",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 2])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model
