"""A model's first layer on blocks of 2 x 2 pixels.

A picture has three channels, too few for the processor's 8-bit multiplications to be of use. A 3 x 3 convolution that
goes on by two pixels is the same as one of 2 x 2 that goes from block to block, whose twelve channels are the pixels of
a block: the same sums, in half the time, and of whole numbers without any rounding of the picture.
"""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from annotations.vision.errors import ModelError
from annotations.vision.quantised import knowing_whole_numbers

INPUT = "picture"
_PLACES = (0, 1), (1, 0), (1, 1)
"""Which of two blocks each of three pixels in a row is in, and which pixel of it: the first is the last one of the
block before."""


def on_blocks(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model (in place) with an input named ``INPUT`` (1 x height x width x 3, whole numbers of 8 bits, sides even)
    in the place of its own. Raises ModelError where its first layer is not such a convolution."""
    graph = model.graph
    first = graph.node[0]
    form = {attribute.name: list(attribute.ints) for attribute in first.attribute}
    if (form.get("kernel_shape"), form.get("strides"), form.get("pads")) != ([3, 3], [2, 2], [1, 1, 1, 1]):
        raise ModelError("The model does not begin as expected.", "model_unusable")
    weights = next(value for value in graph.initializer if value.name == first.input[1])
    weights.CopyFrom(numpy_helper.from_array(_of_blocks(numpy_helper.to_array(weights)), weights.name))
    del first.attribute[:]
    first.attribute.extend(
        helper.make_attribute(name, values)
        for name, values in (("kernel_shape", [2, 2]), ("strides", [1, 1]), ("pads", [1, 1, 0, 0]))
    )
    first.input[0] = "blocks"
    del graph.input[:]
    graph.input.append(helper.make_tensor_value_info(INPUT, TensorProto.UINT8, [1, "height", "width", 3]))
    graph.initializer.append(numpy_helper.from_array(np.asarray(1, np.float32), "one"))
    nodes = [
        helper.make_node("Transpose", [INPUT], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("SpaceToDepth", ["planes"], ["whole"], blocksize=2),
        helper.make_node("DequantizeLinear", ["whole", "one"], ["blocks"]),
        *graph.node,
    ]
    del graph.node[:]
    graph.node.extend(nodes)
    return knowing_whole_numbers(model)


def _of_blocks(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights (out x in x 3 x 3) by the pixels of blocks: out x 4 in x 2 x 2, in the order of SpaceToDepth."""
    outputs, inputs = weights.shape[:2]
    arranged = np.zeros((outputs, 2, 2, inputs, 2, 2), np.float32)
    for row, (block_row, row_inside) in enumerate(_PLACES):
        for column, (block_column, column_inside) in enumerate(_PLACES):
            arranged[:, row_inside, column_inside, :, block_row, block_column] = weights[:, :, row, column]
    return arranged.reshape(outputs, 4 * inputs, 2, 2)
