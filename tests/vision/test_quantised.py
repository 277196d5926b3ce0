"""Models in 8 bits find what the models find."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from annotations.vision.boxes import overlap
from annotations.vision.content import NudeNet
from annotations.vision.faces import CenterFace
from annotations.vision.models import MODELS
from annotations.vision.quantised import quantised, rounded_tensors
from annotations.vision.runtime import run, session
from tests.vision import clips


def test_models_run_in_floats_unless_asked_otherwise() -> None:
    assert not CenterFace().rounded
    assert not NudeNet().rounded


def test_in_the_dark_the_detector_sees_what_it_does_not_see_in_8_bits() -> None:
    """Mean luma of about 9: ADR 24 was withdrawn for this."""
    exact, rounded = CenterFace(), CenterFace(rounded=True)
    scores = {"exact": 0.0, "rounded": 0.0}
    for height in (40, 64, 110):
        picture = clips.background(320, 224)
        clips.paste_head(picture, 160, 110, height)
        picture = (picture * 0.08).astype(np.uint8)
        found = exact.detect(picture, 0.2)
        assert found, f"a face of {height} pixels is not seen in the dark"
        scores["exact"] += found[0].score
        scores["rounded"] += max((face.score for face in rounded.detect(picture, 0.05)), default=0.0)
    assert scores["exact"] > scores["rounded"] + 0.1


def test_in_ordinary_light_the_rounded_detector_sees_the_same_faces() -> None:
    exact, rounded = CenterFace(), CenterFace(rounded=True)
    for height, brightness in ((24, 1.0), (40, 0.8), (64, 1.0), (110, 0.6)):
        picture = clips.background(320, 224)
        clips.paste_head(picture, 160, 110, height)
        picture = (picture * brightness).astype(np.uint8)
        (expected,), (found,) = (model.detect(picture, 0.4) for model in (exact, rounded))
        assert overlap(expected.box, found.box) > 0.75
        assert abs(expected.score - found.score) < 0.15


def test_either_form_is_recorded_with_the_digest_of_its_file() -> None:
    assert {CenterFace(rounded).sha256 for rounded in (True, False)} == {MODELS["centerface"].sha256}


@pytest.mark.parametrize("activation", ["Relu", "Sigmoid"])
def test_a_rounded_model_gives_nearly_what_the_model_gives(activation: str) -> None:
    model = _two_convolutions(activation)
    random = np.random.default_rng(3)
    batch = random.uniform(0, 1, (1, 3, 32, 32)).astype(np.float32)
    expected = run(session(model.SerializeToString()), None, batch)[0]
    names = rounded_tensors(model.graph)
    ranges = dict.fromkeys(names, (-4.0, 4.0))
    less = quantised(model, ranges)
    assert sum(node.op_type == "QuantizeLinear" for node in less.graph.node) == len(names) > 1
    found = run(session(less.SerializeToString()), None, batch)[0]
    assert np.abs(found - expected).mean() < 0.05 * np.abs(expected).mean()
    assert not np.array_equal(found, expected)


def test_layers_without_known_ranges_stay_as_they_are() -> None:
    model = _two_convolutions("Relu")
    before = model.SerializeToString()
    batch = np.ones((1, 3, 32, 32), np.float32)
    untouched = quantised(model, {})
    assert np.array_equal(
        run(session(untouched.SerializeToString()), None, batch)[0], run(session(before), None, batch)[0]
    )


def _two_convolutions(activation: str) -> onnx.ModelProto:
    """A rounded layer with its activation, and a last one."""
    random = np.random.default_rng(1)
    weights = {
        "w1": random.normal(0, 0.3, (8, 3, 3, 3)),
        "w2": random.normal(0, 0.3, (8, 8, 3, 3)),
        "w3": random.normal(0, 0.3, (2, 8, 1, 1)),
    }
    nodes = [
        helper.make_node("Conv", ["in", "w1"], ["a"]),
        helper.make_node(activation, ["a"], ["b"]),
        helper.make_node("Conv", ["b", "w2"], ["c"]),
        helper.make_node("Relu", ["c"], ["d"]),
        helper.make_node("Conv", ["d", "w3"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "two",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(values.astype(np.float32), name) for name, values in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
