"""How models are run: onnxruntime with settings that keep memory low and share two cores fairly."""

from collections.abc import Sequence

import onnx
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from annotations.vision.errors import ModelError


def session(model: bytes | str, threads: int = 1) -> onnxruntime.InferenceSession:
    """A session on the CPU. `run` of one session may be called from several threads at once.

    Threads that wait do not spin, and memory is not planned ahead as inputs change their size. Raises
    ModelError.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no narrower base
        raise ModelError(f"The model cannot be loaded: {error}", "model_unusable") from error


def run(loaded: onnxruntime.InferenceSession, outputs: list[str] | None, batch: NDArray) -> list[NDArray]:  # type: ignore[type-arg]
    """Outputs of a model of one input."""
    result: list[NDArray] = loaded.run(outputs, {loaded.get_inputs()[0].name: batch})  # type: ignore[type-arg]
    return result


def free_shapes(path: str, input_name: str, outputs: Sequence[str]) -> onnx.ModelProto:
    """The model with batch, height and width of its input left open and only these outputs.

    Old exporters list weights as inputs and fix every shape; both keep onnxruntime from optimising and from
    taking other sizes.
    """
    model = onnx.load(path)
    graph = model.graph
    inputs = [value for value in graph.input if value.name == input_name]
    if len(inputs) != 1:
        raise ModelError(f"The model has no input named {input_name!r}.", "model_unusable")
    del graph.input[:]
    graph.input.extend(inputs)
    wanted = [value for value in graph.output if value.name in outputs]
    del graph.output[:]
    graph.output.extend(wanted)
    del graph.value_info[:]
    for value in (*graph.input, *graph.output):
        dimensions = value.type.tensor_type.shape.dim
        for position, letter in ((0, "batch"), (2, "height"), (3, "width")):
            if len(dimensions) == 4:
                dimensions[position].dim_param = f"{letter}_{value.name}"
    return model
