"""A convolutional model in whole numbers of 8 bits: half the processor time where the processor multiplies them.

Nothing runs in this form unless it is asked for: it leaves faces visible in the dark (ADR 24).

Weights are rounded for each output channel, what flows between layers for each tensor, within ranges that were
measured on pictures without footage in them (`benchmarks/ranges.py`). The form is that of ONNX (QuantizeLinear and
DequantizeLinear around each convolution), from which onnxruntime makes its own 8-bit layers. The last layers stay as
they are, so that scores and sizes are not rounded.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Range = tuple[float, float]
OPSET = 13
"""The first version in which weights may be rounded for each channel."""


def loadable(name: str, model: onnx.ModelProto, rounded: bool) -> bytes:
    """The named model's bytes as they are to be run: in 8 bits where `rounded`, else in floats as it is."""
    if rounded:
        ranges = json.loads((Path(__file__).parent / "ranges" / f"{name}.json").read_text())
        model = quantised(model, ranges)
    return bytes(model.SerializeToString())


def rounded_tensors(graph: onnx.GraphProto) -> list[str]:
    """Names of what flows into and out of the convolutions that are rounded: their ranges have to be known."""
    readers = _readers(graph)
    names: dict[str, None] = {}
    for node in _convolutions(graph):
        names[node.input[0]] = None
        names[_activated(readers, node)] = None
        for reader in readers.get(node.output[0], ()):
            if reader.op_type == "Sigmoid":
                names[reader.output[0]] = None
    return list(names)


def quantised(model: onnx.ModelProto, ranges: Mapping[str, Range]) -> onnx.ModelProto:
    """The model with its convolutions rounded, as far as their ranges are given (in place)."""
    graph = model.graph
    if model.opset_import[0].version < OPSET:
        model.opset_import[0].version = OPSET
    model.ir_version = max(model.ir_version, 8)
    weights = {value.name: value for value in graph.initializer}
    readers = _readers(graph)
    wanted = [name for name in rounded_tensors(graph) if name in ranges]
    made: list[onnx.NodeProto] = []
    for node in _convolutions(graph):
        if node.input[0] in ranges and _activated(readers, node) in ranges:
            made.append(_round_weights(graph, node, numpy_helper.to_array(weights.pop(node.input[1]))))
    for name in wanted:
        made += _round_flow(graph, name, ranges[name], readers.get(name, ()))
    used = {name for node in (*graph.node, *made) for name in node.input}
    kept = [value for value in graph.initializer if value.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    _place(graph, made)
    return model


Readers = Mapping[str, Sequence[onnx.NodeProto]]


def _readers(graph: onnx.GraphProto) -> Readers:
    """The nodes that read each tensor."""
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    return readers


def _convolutions(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """All but the last ones, whose result goes to the outputs."""
    outputs = {value.name for value in graph.output}
    ends = {name for node in graph.node if outputs & {*node.output} for name in (*node.input, *node.output)}
    return [node for node in graph.node if node.op_type == "Conv" and node.output[0] not in ends]


def _activated(readers: Readers, node: onnx.NodeProto) -> str:
    """What a convolution gives: behind its Relu, if that is all that follows."""
    following = readers.get(node.output[0], ())
    alone = len(following) == 1 and following[0].op_type == "Relu"
    return str(following[0].output[0] if alone else node.output[0])


def _round_weights(
    graph: onnx.GraphProto, node: onnx.NodeProto, weights: NDArray[np.float32]
) -> onnx.NodeProto:
    """Eight bits with a scale for each output channel."""
    largest = np.abs(weights).max(axis=(1, 2, 3))
    scale = (np.maximum(largest, 1e-8) / 127).astype(np.float32)
    rounded = np.clip(np.rint(weights / scale[:, None, None, None]), -127, 127).astype(np.int8)
    name = f"{node.output[0]}.weights"
    parts = {
        f"{name}.rounded": rounded,
        f"{name}.scale": scale,
        f"{name}.zero": np.zeros(len(scale), np.int8),
    }
    graph.initializer.extend(numpy_helper.from_array(values, part) for part, values in parts.items())
    node.input[1] = name
    return helper.make_node("DequantizeLinear", list(parts), [name], axis=0)


def _round_flow(
    graph: onnx.GraphProto, name: str, limits: Range, readers: Sequence[onnx.NodeProto]
) -> list[onnx.NodeProto]:
    """Eight bits for a tensor between layers: everybody who reads it gets it rounded."""
    low, high = min(limits[0], 0.0), max(limits[1], 0.0)
    scale = max(high - low, 1e-6) / 255
    for node in readers:
        for position, given in enumerate(node.input):
            if given == name:
                node.input[position] = f"{name}.flow"
    form = [f"{name}.flow.scale", f"{name}.flow.zero"]
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.asarray(scale, np.float32), form[0]),
            numpy_helper.from_array(np.asarray(round(-low / scale), np.uint8), form[1]),
        ]
    )
    return [
        helper.make_node("QuantizeLinear", [name, *form], [f"{name}.rounded"]),
        helper.make_node("DequantizeLinear", [f"{name}.rounded", *form], [f"{name}.flow"]),
    ]


def _place(graph: onnx.GraphProto, made: Sequence[onnx.NodeProto]) -> None:
    """Put each new node behind the one whose result it reads: nodes stand in the order in which they run."""
    behind: dict[str, list[onnx.NodeProto]] = {}
    for node in made:
        behind.setdefault(node.input[0], []).append(node)
    ordered: list[onnx.NodeProto] = []

    def put(names: Iterable[str]) -> None:
        for name in names:
            for node in behind.pop(name, ()):
                ordered.append(node)
                put(node.output)

    put([value.name for value in (*graph.initializer, *graph.input)])
    for node in graph.node:
        ordered.append(node)
        put(node.output)
    del graph.node[:]
    graph.node.extend(ordered)
