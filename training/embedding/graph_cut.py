"""An ONNX graph cut off at one of its tensors."""

import onnx
from onnx import TensorProto, helper

from training.embedding.embedder import EmbedderError, no_such_tensor

LAYERS = ("Gemm", "MatMul")


def before_last_layer(model: onnx.ModelProto) -> str:
    """The tensor that the last linear layer is given: what the network knows of the sound, before it says a label."""
    layers = [node for node in model.graph.node if node.op_type in LAYERS]
    if not layers:
        raise EmbedderError(
            f"The graph has no {' or '.join(LAYERS)}, so it is not known what its embedding is; name a tensor."
        )
    return str(layers[-1].input[0])


def cut(model: onnx.ModelProto, tensor: str | None) -> onnx.ModelProto:
    """A copy with that tensor, or the first output, as its only output, without what that does not need."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    makers = {name: node for node in graph.node for name in node.output if name}
    wanted = tensor or graph.output[0].name
    if wanted not in makers:
        raise no_such_tensor("The graph", wanted, list(makers))
    needed, waiting = {wanted}, [wanted]
    while waiting:
        node = makers.get(waiting.pop())
        fresh = {name for name in node.input if name and name not in needed} if node else set()
        needed |= fresh
        waiting += fresh
    kept = [node for node in graph.node if needed & set(node.output)]
    weights = [one for one in graph.initializer if one.name in needed]
    for field, values in (("node", kept), ("initializer", weights)):
        graph.ClearField(field)
        getattr(graph, field).extend(values)
    graph.ClearField("value_info")  # sizes of the batch in it would bind whoever goes on from here
    graph.ClearField("output")
    graph.output.append(helper.make_tensor_value_info(wanted, TensorProto.FLOAT, None))
    return made
