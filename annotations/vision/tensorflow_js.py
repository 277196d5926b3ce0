"""Models published for TensorFlow.js as ONNX: as much of their graphs as the models here are made of.

A published model is a graph in JSON (TensorFlow's GraphDef and a manifest of weights) and one file of weights. What
is kept is what the wanted outputs need. Tensors are turned from TensorFlow's order of axes (batch, height, width,
channel) to ONNX's (batch, channel, height, width), and height and width are left open.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from annotations.vision.errors import ModelError

OPSET = 13
IR_VERSION = 8
"""The oldest versions that have everything that is used."""

INPUT = "input"
"""Name of the only input of each model that is converted."""

TO_CHANNELS_FIRST = (0, 3, 1, 2)
"""Positions of ONNX's axes among TensorFlow's."""

Weights = Mapping[str, NDArray[Any]]


def to_onnx(graph_file: Path, weights_file: Path, outputs: Sequence[str]) -> onnx.ModelProto:
    """The part of a published model that gives `outputs`: from batch x 3 x height x width, in single precision.

    Raises ModelError when the graph has an operation, or a form of one, that is not known here.
    """
    try:
        published = json.loads(graph_file.read_text())
        weights = read_weights(published["weightsManifest"], weights_file.read_bytes())
        return _Conversion(published["modelTopology"]["node"], weights).model(outputs)
    except (KeyError, ValueError, TypeError) as error:
        raise ModelError(f"{graph_file.name} cannot be read: {error!r}", "model_unusable") from error


def read_weights(manifest: Sequence[Mapping[str, Any]], content: bytes) -> Weights:
    """Constants by name, as they are used: those that were rounded to 16 bits are widened again.

    Raises ValueError when the file has another length than the manifest says, or was rounded in another way.
    """
    weights: dict[str, NDArray[Any]] = {}
    position = 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        rounding = entry.get("quantization", {"dtype": entry["dtype"]})
        if "scale" in rounding:
            raise ValueError(f"{entry['name']} is rounded to whole numbers")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        stored = np.frombuffer(content, rounding["dtype"], count, position)
        weights[entry["name"]] = stored.reshape(entry["shape"]).astype(entry["dtype"])
        position += stored.nbytes
    if position != len(content):
        raise ValueError(f"{len(content)} bytes of weights, {position} expected")
    return weights


class _Node:
    """An operation of the published graph."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.name = str(fields["name"])
        self.operation = str(fields["op"])
        # Behind a colon stands which of several results is meant; those that are known here have one.
        self.inputs = [str(name).split(":")[0] for name in fields.get("input", ())]
        self._attributes = fields.get("attr", {})

    def numbers(self, name: str) -> list[int]:
        return [int(value) for value in self._attributes[name]["list"]["i"]]

    def text(self, name: str) -> str:
        return base64.b64decode(self._attributes[name]["s"]).decode()

    def texts(self, name: str) -> list[str]:
        values = self._attributes.get(name, {}).get("list", {}).get("s", ())
        return [base64.b64decode(value).decode() for value in values]

    def flag(self, name: str) -> bool:
        return bool(self._attributes.get(name, {}).get("b", False))


class _Conversion:
    """One model on its way."""

    def __init__(self, nodes: Sequence[Mapping[str, Any]], weights: Weights) -> None:
        self._published = {node.name: node for node in map(_Node, nodes)}
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, NDArray[Any]] = {}

    def model(self, outputs: Sequence[str]) -> onnx.ModelProto:
        for node in self._needed(outputs):
            self._convert(node)
        graph = helper.make_graph(
            self._nodes,
            "converted",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["batch", 3, "height", "width"])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * 4) for name in outputs],
            [numpy_helper.from_array(values, name) for name, values in self._constants.items()],
        )
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)

    def _convert(self, node: _Node) -> None:
        match node.operation:
            case "_FusedConv2D" | "FusedDepthwiseConv2dNative" | "DepthwiseConv2dNative":
                self._convolution(node)
            case "Sub" | "Mul":
                self._arithmetic(node, node.operation)
            case "AddV2":
                self._arithmetic(node, "Add")
            case "Relu" | "Sigmoid":
                self._write(node.operation, node.inputs, node.name)
            case "Cast":
                # Whole numbers become floats where a picture comes in: here it comes in floats.
                self._write("Identity", node.inputs, node.name)
            case "MaxPool":
                self._pooling(node)
            case "Pad":
                self._padding(node)
            case "ResizeBilinear":
                self._enlargement(node)
            case _:
                raise ValueError(f"{node.name} is a {node.operation}")

    def _needed(self, outputs: Sequence[str]) -> Iterator[_Node]:
        """What the outputs depend on, each behind what it reads."""
        done = {INPUT, *self._weights}
        waiting = list(reversed(outputs))
        while waiting:
            name = waiting[-1]
            if name in done:
                waiting.pop()
                continue
            node = self._published[name]
            missing = [given for given in _read_by(node) if given not in done]
            if missing:
                waiting += reversed(missing)
                continue
            done.add(name)
            yield node

    def _write(self, operation: str, inputs: Sequence[str], output: str, **attributes: Any) -> None:
        self._nodes.append(helper.make_node(operation, list(inputs), [output], **attributes))

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants[name] = np.asarray(values, order="C")
        return name

    def _convolution(self, node: _Node) -> None:
        weights = self._weights[node.inputs[1]]
        if node.operation == "_FusedConv2D":
            groups, kernel = 1, weights.transpose(3, 2, 0, 1)
        else:
            groups = weights.shape[2]
            kernel = weights.transpose(2, 3, 0, 1).reshape(-1, 1, *weights.shape[:2])
        inputs = [node.inputs[0], self._constant(node.inputs[1], kernel)]
        fused = node.texts("fused_ops")
        if "BiasAdd" in fused:
            inputs.append(self._constant(node.inputs[2], self._weights[node.inputs[2]]))
        activation = [name for name in fused if name != "BiasAdd"]
        result = f"{node.name}/linear" if activation else node.name
        self._write(
            "Conv",
            inputs,
            result,
            group=groups,
            kernel_shape=kernel.shape[2:],
            strides=node.numbers("strides")[1:3],
            dilations=node.numbers("dilations")[1:3],
            auto_pad=_padding_of(node),
        )
        if activation == ["Relu6"]:
            bounds = [self._constant(f"relu6/{limit}", np.array(limit, np.float32)) for limit in (0, 6)]
            self._write("Clip", [result, *bounds], node.name)
        elif activation == ["Relu"]:
            self._write("Relu", [result], node.name)
        elif activation:
            raise ValueError(f"{node.name} is fused with {activation}")

    def _arithmetic(self, node: _Node, operation: str) -> None:
        for name in node.inputs:
            if name in self._weights:
                values = self._weights[name]
                self._constant(name, values.transpose(TO_CHANNELS_FIRST) if values.ndim == 4 else values)
        self._write(operation, node.inputs, node.name)

    def _pooling(self, node: _Node) -> None:
        self._write(
            "MaxPool",
            node.inputs,
            node.name,
            kernel_shape=node.numbers("ksize")[1:3],
            strides=node.numbers("strides")[1:3],
            auto_pad=_padding_of(node),
        )

    def _padding(self, node: _Node) -> None:
        amounts = self._weights[node.inputs[1]][list(TO_CHANNELS_FIRST)]
        pads = self._constant(node.inputs[1], amounts.T.reshape(-1).astype(np.int64))
        self._write("Pad", [node.inputs[0], pads], node.name)

    def _enlargement(self, node: _Node) -> None:
        """To a constant times its input's size."""
        size = self._published[node.inputs[1]]
        if not node.flag("half_pixel_centers") or size.operation != "Mul":
            raise ValueError(f"{node.name} is another form of resizing")
        factors = np.concatenate([np.ones(2), self._weights[size.inputs[1]]]).astype(np.float32)
        scales = self._constant(f"{node.name}/scales", factors)
        self._write(
            "Resize",
            [node.inputs[0], "", scales],
            node.name,
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )


def _read_by(node: _Node) -> list[str]:
    """What a node reads at run time. The size of what is enlarged is not: it becomes a constant factor."""
    return node.inputs[:1] if node.operation == "ResizeBilinear" else node.inputs


def _padding_of(node: _Node) -> str:
    return {"SAME": "SAME_UPPER", "VALID": "VALID"}[node.text("padding")]
