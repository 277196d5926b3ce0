"""Small models in the form that is published for TensorFlow.js, and what TensorFlow computes with them."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]


def text(value: str) -> dict[str, str]:
    return {"s": base64.b64encode(value.encode()).decode()}


def numbers(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


@dataclass
class Graph:
    """A graph on its way into its two files. Weights are kept in 16 bits, as published ones are."""

    nodes: list[dict[str, Any]] = field(default_factory=lambda: [{"name": "input", "op": "Placeholder"}])
    weights: dict[str, Values] = field(default_factory=dict)

    def constant(self, name: str, values: Any) -> str:
        kept = np.asarray(values)
        self.weights[name] = kept.astype(np.float16) if kept.dtype.kind == "f" else kept.astype(np.int32)
        self.nodes.append({"name": name, "op": "Const"})
        return name

    def node(self, operation: str, name: str, inputs: Sequence[str], **attributes: Any) -> str:
        self.nodes.append({"name": name, "op": operation, "input": list(inputs), "attr": attributes})
        return name

    def convolution(self, name: str, given: str, weights: Values, stride: int = 1, **attributes: Any) -> str:
        """With a bias where it is fused with something, padded to the same size unless told otherwise."""
        operation = attributes.pop("operation", "_FusedConv2D")
        inputs = [given, self.constant(f"{name}/weights", weights)]
        if "fused_ops" in attributes:
            channels = (
                weights.shape[3] if operation == "_FusedConv2D" else weights.shape[2] * weights.shape[3]
            )
            inputs.append(self.constant(f"{name}/bias", np.linspace(-1, 1, channels)))
            attributes["fused_ops"] = {"list": {"s": [text(op)["s"] for op in attributes["fused_ops"]]}}
        attributes = {"padding": text("SAME"), "dilations": numbers(1, 1, 1, 1)} | attributes
        return self.node(operation, name, inputs, strides=numbers(1, stride, stride, 1), **attributes)

    def save(self, folder: Path, **changes: Any) -> tuple[Path, Path]:
        """The graph's file and that of the weights; `changes` are other fields of each weight's entry."""
        entries = [self._entry(name) | changes for name in self.weights]
        graph, weights = folder / "model.json", folder / "model.bin"
        manifest = [{"paths": [weights.name], "weights": entries}]
        graph.write_text(json.dumps({"modelTopology": {"node": self.nodes}, "weightsManifest": manifest}))
        weights.write_bytes(b"".join(values.tobytes() for values in self.weights.values()))
        return graph, weights

    def _entry(self, name: str) -> dict[str, Any]:
        values = self.weights[name]
        entry: dict[str, Any] = {"name": name, "shape": list(values.shape), "dtype": "int32"}
        if values.dtype == np.float16:
            entry |= {"dtype": "float32", "quantization": {"dtype": "float16", "original_dtype": "float32"}}
        return entry


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Before and behind, as TensorFlow pads to ceil(size / stride): one more behind where it is odd."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def patches(picture: Values, kernel: int, stride: int, fill: float) -> Values:
    """Rows x columns x kernel x kernel x channels of what each result of a padded layer looks at."""
    sides = [same_padding(size, kernel, stride) for size in picture.shape[:2]]
    padded = np.pad(picture, [*sides, (0, 0)], constant_values=fill)
    return np.array(
        [
            [padded[y : y + kernel, x : x + kernel] for x in range(0, padded.shape[1] - kernel + 1, stride)]
            for y in range(0, padded.shape[0] - kernel + 1, stride)
        ]
    )


def convolved(picture: Values, weights: Values, stride: int) -> Values:
    result: Values = np.einsum(
        "yxijc,ijcd->yxd", patches(picture, len(weights), stride, 0), weights.astype(float)
    )
    return result


def convolved_by_channel(picture: Values, weights: Values, stride: int) -> Values:
    """TensorFlow's depthwise convolution: the multiplied channels of one stand beside each other."""
    result: Values = np.einsum(
        "yxijc,ijcm->yxcm", patches(picture, len(weights), stride, 0), weights.astype(float)
    )
    return result.reshape(*result.shape[:2], -1)


def pooled(picture: Values, kernel: int, stride: int) -> Values:
    result: Values = patches(picture, kernel, stride, -np.inf).max(axis=(2, 3))
    return result


def enlarged(picture: Values, factor: int) -> Values:
    """Bilinear, where the middles of pixels have halves as coordinates."""

    def along(values: Values, axis: int) -> Values:
        size = values.shape[axis]
        place = np.clip((np.arange(size * factor) + 0.5) / factor - 0.5, 0, size - 1)
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, size - 1)
        share = np.expand_dims(place - low, tuple(other for other in range(values.ndim) if other != axis))
        result: Values = values.take(low, axis) * (1 - share) + values.take(high, axis) * share
        return result

    return along(along(picture, 0), 1)
