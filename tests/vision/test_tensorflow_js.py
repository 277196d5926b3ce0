"""Models for TensorFlow.js compute the same after their conversion."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from annotations.vision.errors import ModelError
from annotations.vision.runtime import run, session
from annotations.vision.tensorflow_js import to_onnx
from tests.vision import tensorflow_graphs as tensorflow
from tests.vision.tensorflow_graphs import Graph, Values, numbers, text

RANDOM = np.random.default_rng(5)


def weights(*shape: int) -> Values:
    return RANDOM.normal(size=shape).astype(np.float16)


def computed(graph: Graph, folder: Path, output: str, picture: Values) -> Values:
    """What onnxruntime makes of a picture (rows x columns x channels) with the converted model."""
    model = to_onnx(*graph.save(folder), [output])
    onnx.checker.check_model(model, full_check=True)
    batch = picture.transpose(2, 0, 1)[np.newaxis].astype(np.float32)
    (result,) = run(session(model.SerializeToString()), [output], batch)
    return np.asarray(result[0].transpose(1, 2, 0))


@pytest.mark.parametrize("size", [(8, 12), (9, 7)])
@pytest.mark.parametrize("stride", [1, 2])
def test_convolutions_are_those_of_tensorflow(size: tuple[int, int], stride: int, tmp_path: Path) -> None:
    """Even and odd sizes: where padding is odd, TensorFlow pads more behind."""
    picture = RANDOM.normal(size=(*size, 3))
    graph = Graph()
    first, second = weights(3, 3, 3, 4), weights(3, 3, 4, 2)
    graph.convolution("first", "input", first, stride, fused_ops=["BiasAdd", "Relu6"])
    graph.convolution("second", "first", second, stride, operation="DepthwiseConv2dNative")
    whole = np.clip(tensorflow.convolved(picture, first, stride) + np.linspace(-1, 1, 4), 0, 6)
    expected = tensorflow.convolved_by_channel(whole, second, stride)
    assert np.allclose(computed(graph, tmp_path, "second", picture), expected, atol=1e-2)


def test_what_is_fused_with_a_convolution_by_channel_is_kept(tmp_path: Path) -> None:
    picture = RANDOM.normal(size=(6, 6, 3))
    graph, kernel = Graph(), weights(3, 3, 3, 1)
    fused = ["BiasAdd", "Relu"]
    graph.convolution("only", "input", kernel, operation="FusedDepthwiseConv2dNative", fused_ops=fused)
    expected = np.maximum(tensorflow.convolved_by_channel(picture, kernel, 1) + np.linspace(-1, 1, 3), 0)
    assert np.allclose(computed(graph, tmp_path, "only", picture), expected, atol=1e-2)


def test_a_convolution_without_padding_gives_less(tmp_path: Path) -> None:
    graph = Graph()
    graph.convolution("only", "input", weights(3, 3, 3, 1), padding=text("VALID"))
    assert computed(graph, tmp_path, "only", np.ones((6, 5, 3))).shape == (4, 3, 1)


def test_arithmetic_with_constants_by_channel(tmp_path: Path) -> None:
    picture = RANDOM.normal(size=(4, 6, 3))
    graph = Graph()
    graph.node("Cast", "cast", ["input"])
    graph.node("Sub", "sub", ["cast", graph.constant("mean", np.array([[[[1.0, 2.0, 3.0]]]]))])
    graph.node("Mul", "mul", ["sub", graph.constant("half", np.float32(0.5))])
    graph.node("AddV2", "sum", ["mul", "input"])
    graph.node("Sigmoid", "end", ["sum"])
    expected = 1 / (1 + np.exp(-((picture - [1, 2, 3]) / 2 + picture)))
    assert np.allclose(computed(graph, tmp_path, "end", picture), expected, atol=1e-5)


def test_pooling_channels_of_zeros_and_enlarging(tmp_path: Path) -> None:
    picture = RANDOM.normal(size=(7, 10, 3))
    graph = Graph()
    form = {"ksize": numbers(1, 3, 3, 1), "strides": numbers(1, 2, 2, 1), "padding": text("SAME")}
    graph.node("MaxPool", "pooled", ["input"], **form)
    graph.node("Pad", "padded", ["pooled", graph.constant("pads", [[0, 0], [0, 0], [0, 0], [1, 2]])])
    graph.node("Shape", "shape", ["padded"])
    graph.node("Mul", "size", ["shape", graph.constant("twice", [2, 2])])
    graph.node("ResizeBilinear", "enlarged", ["padded", "size"], half_pixel_centers={"b": True})
    graph.node("Relu", "end", ["enlarged"])
    padded = np.pad(tensorflow.pooled(picture, 3, 2), [(0, 0), (0, 0), (1, 2)])
    expected = np.maximum(tensorflow.enlarged(padded, 2), 0)
    assert np.allclose(computed(graph, tmp_path, "end", picture), expected, atol=1e-5)


def test_only_what_the_outputs_need_is_converted(tmp_path: Path) -> None:
    graph = Graph()
    graph.node("Relu", "wanted", ["input"])
    graph.node("TopKV2", "unknown", ["wanted"])
    model = to_onnx(*graph.save(tmp_path), ["wanted"])
    assert [node.op_type for node in model.graph.node] == ["Relu"]


def unknown_operation(graph: Graph) -> None:
    graph.node("TopKV2", "end", ["input"])


def unknown_activation(graph: Graph) -> None:
    graph.convolution("end", "input", weights(1, 1, 3, 1), fused_ops=["BiasAdd", "Elu"])


def another_resizing(graph: Graph) -> None:
    graph.node("Mul", "size", ["input", graph.constant("twice", [2, 2])])
    graph.node("ResizeBilinear", "end", ["input", "size"], half_pixel_centers={"b": False})


def without_an_end(graph: Graph) -> None:
    graph.node("Relu", "other", ["input"])


@pytest.mark.parametrize("build", [unknown_operation, unknown_activation, another_resizing, without_an_end])
def test_what_is_not_known_is_refused(build: Any, tmp_path: Path) -> None:
    graph = Graph()
    build(graph)
    with pytest.raises(ModelError) as caught:
        to_onnx(*graph.save(tmp_path), ["end"])
    assert caught.value.code == "model_unusable"


@pytest.mark.parametrize("damage", ["cut", "longer", "whole numbers", "no JSON"])
def test_weights_that_are_not_what_the_manifest_says_are_refused(damage: str, tmp_path: Path) -> None:
    graph = Graph()
    graph.convolution("end", "input", weights(1, 1, 3, 1))
    rounded = {"quantization": {"dtype": "uint8", "scale": 0.1, "min": 0}}
    description, content = graph.save(tmp_path, **(rounded if damage == "whole numbers" else {}))
    if damage == "cut":
        content.write_bytes(content.read_bytes()[:-1])
    elif damage == "longer":
        content.write_bytes(content.read_bytes() + b" ")
    elif damage == "no JSON":
        description.write_text("{")
    with pytest.raises(ModelError, match=r"model\.json"):
        to_onnx(description, content, ["end"])
