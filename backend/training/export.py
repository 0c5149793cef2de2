"""From weights to the file that ships: ``python -m training.export CHECKPOINT… --to FOLDER``

The graph is built by hand, of operators that onnxruntime fuses, its weights kept in fp16 and cast
once when a session is made. Convolutions are padded with zeros, so a result is right from
``margin`` pixels inside the border on; whoever runs it brings that much of the surroundings.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx  # pyright: ignore[reportMissingImports]
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper  # pyright: ignore[reportMissingImports]

from .checkpoints import State, load
from .networks import SLOPE, Plan, cubic_kernel

Weights = NDArray[np.float32]

_OPSET = 18
_IR = 10
_SHIFT = 0.5
_CUBIC_REACH = 2


@dataclass
class Graph:
    """Nodes and weights as they are added; names are counted."""

    nodes: list[onnx.NodeProto] = field(default_factory=list[onnx.NodeProto])
    weights: list[onnx.TensorProto] = field(default_factory=list[onnx.TensorProto])

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: object) -> str:
        output = output or f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def weight(self, name: str, values: Weights) -> str:
        half = numpy_helper.from_array(values.astype(np.float16), f"{name}.half")
        self.weights.append(half)
        return self.add("Cast", f"{name}.half", output=name, to=TensorProto.FLOAT)

    def conv(self, source: str, name: str, weight: Weights, bias: Weights | None = None) -> str:
        inputs = [source, self.weight(f"{name}.weight", weight)]
        if bias is not None:
            inputs.append(self.weight(f"{name}.bias", bias))
        edge = weight.shape[-1] // 2
        groups = 3 if name == "cubic" else 1
        return self.add("Conv", *inputs, pads=[edge] * 4, group=groups)

    def leaky(self, source: str) -> str:
        return self.add("LeakyRelu", source, alpha=SLOPE)


def margin(plan: Plan) -> int:
    """How far a result looks, in pixels of the input."""
    return max(_CUBIC_REACH, plan.fold * (2 + 2 * plan.pairs))


def build(state: State) -> onnx.ModelProto:
    plan, graph = state.plan, Graph()
    weights = {name: value.numpy() for name, value in state.mean.items()}
    features = _head(graph, plan, weights)
    for index in range(plan.pairs):
        inner = graph.leaky(_conv(graph, features, weights, f"trunk.{index}.first"))
        inner = _conv(graph, inner, weights, f"trunk.{index}.second")
        features = graph.leaky(graph.add("Add", inner, features))
    grow = plan.fold * plan.scale
    change = _conv(graph, features, weights, "tail")
    if plan.scale > 1:
        kernel = np.tile(cubic_kernel(plan.scale).numpy(), (3, 1, 1, 1))
        change = graph.add("Add", change, graph.conv("colours", "cubic", kernel))
        graph.add("DepthToSpace", change, output="result", blocksize=grow, mode="CRD")
    else:
        change = graph.add("DepthToSpace", change, blocksize=grow, mode="CRD")
        graph.add("Add", change, "colours", output="result")
    return _model(graph, plan, state.step)


def _head(graph: Graph, plan: Plan, weights: dict[str, Weights]) -> str:
    """The shift of colours by a half goes into the bias; the levels, which are the same
    everywhere, become a bias of their own."""
    weight, bias = weights["head.weight"], weights["head.bias"]
    colours = weight.shape[1] - plan.maps
    bias = bias - _SHIFT * weight[:, :colours].sum(axis=(1, 2, 3))
    source = "colours"
    if plan.fold > 1:
        source = graph.add("SpaceToDepth", source, blocksize=plan.fold)
        order = np.arange(colours).reshape(3, -1).T.reshape(-1)  # torch's order to ONNX's
        features = graph.conv(source, "head", weight[:, order], bias)
    else:
        features = graph.conv(source, "head", weight[:, :colours], bias)
    if plan.maps:
        spread = weight[:, colours:].sum(axis=(2, 3), keepdims=True)
        features = graph.add("Add", features, graph.conv("levels", "levels", spread))
    return graph.leaky(features)


def _conv(graph: Graph, source: str, weights: dict[str, Weights], name: str) -> str:
    return graph.conv(source, name, weights[f"{name}.weight"], weights[f"{name}.bias"])


def _model(graph: Graph, plan: Plan, step: int) -> onnx.ModelProto:
    inputs = [_tensor("colours", [1, 3, "height", "width"])]
    if plan.maps:
        inputs.append(_tensor("levels", [1, plan.maps, 1, 1]))
    outputs = [_tensor("result", [1, 3, "result_height", "result_width"])]
    built = helper.make_graph(graph.nodes, plan.name, inputs, outputs, graph.weights)
    opsets = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(built, opset_imports=opsets, ir_version=_IR)
    model.producer_name = "velatura"
    facts = {"scale": plan.scale, "margin": margin(plan), "fold": plan.fold, "steps": step}
    helper.set_model_props(model, {name: str(value) for name, value in facts.items()})
    onnx.checker.check_model(model, full_check=True)
    return model


def _tensor(name: str, shape: list[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    for path in arguments.checkpoints:
        state = load(path)
        data = build(state).SerializeToString()
        target = arguments.to / f"{state.plan.name}.onnx"
        target.write_bytes(data)
        print(target.name, len(data), hashlib.sha256(data).hexdigest(), state.step)  # noqa: T201


if __name__ == "__main__":
    main()
