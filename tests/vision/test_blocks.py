"""A first layer on blocks of pixels gives what it gave on pixels."""

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from annotations.vision.blocks import INPUT, on_blocks
from annotations.vision.errors import ModelError
from annotations.vision.runtime import run, session


@pytest.mark.parametrize(("height", "width"), [(2, 2), (32, 64), (18, 10)])
def test_the_layer_gives_the_same_up_to_the_edges_of_the_picture(height: int, width: int) -> None:
    random = np.random.default_rng(height)
    picture = random.integers(0, 256, (1, height, width, 3), np.uint8)
    planes = np.ascontiguousarray(picture.transpose(0, 3, 1, 2), np.float32)
    before = run(session(_model(strides=2).SerializeToString()), None, planes)[0]
    model = on_blocks(_model(strides=2))
    assert [value.name for value in model.graph.input] == [INPUT]
    after = run(session(model.SerializeToString()), None, picture)[0]
    assert after.shape == before.shape
    assert np.allclose(after, before, rtol=1e-5, atol=1e-3)


def test_a_model_that_begins_otherwise_is_refused() -> None:
    with pytest.raises(ModelError, match="does not begin as expected"):
        on_blocks(_model(strides=1))


def _model(strides: int) -> ModelProto:
    weights = np.random.default_rng(1).normal(0, 0.3, (8, 3, 3, 3)).astype(np.float32)
    layer = helper.make_node(
        "Conv", ["in", "w"], ["out"], kernel_shape=[3, 3], strides=[strides] * 2, pads=[1, 1, 1, 1]
    )
    graph = helper.make_graph(
        [layer],
        "one",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, 3, "height", "width"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(weights, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
