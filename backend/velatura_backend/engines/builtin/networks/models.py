"""The networks' files, and sessions of onnxruntime over them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from importlib.resources import files

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Planes = NDArray[np.float32]
"""(3, height, width), encoded colours, nominal 0..1."""


class ModelName(Enum):
    """What each does is in the model card."""

    FAST_2 = "fast2"
    RESTORE = "restore"


def model_bytes(name: ModelName) -> bytes:
    """The file as it ships."""
    return files(__package__ or "").joinpath("weights", f"{name.value}.onnx").read_bytes()


@dataclass(frozen=True)
class Model:
    """``margin``: pixels of surroundings a result depends on; ``fold``: what the position and the
    sides of an input are to be multiples of.

    One thread a run: how onnxruntime splits work over threads could change the last bit, and tiles
    keep the other threads busy.
    """

    session: onnxruntime.InferenceSession
    scale: int
    margin: int
    fold: int

    def run(
        self,
        planes: Planes,
        options: onnxruntime.RunOptions | None = None,
        levels: tuple[float, ...] = (),
    ) -> Planes:
        """``planes`` enlarged by ``scale``. ``levels`` are what the network is told besides.

        :raises Exception: one of onnxruntime's, when ``options.terminate`` was set meanwhile
        """
        inputs = {"colours": np.ascontiguousarray(planes[None])}
        if levels:
            inputs["levels"] = np.array(levels, np.float32).reshape(1, -1, 1, 1)
        result = self.session.run(["result"], inputs, options)[0]
        return np.asarray(result, np.float32)[0]


def load_model(name: ModelName) -> Model:
    """A session of its own; some 20 ms."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4  # a terminated run is no error worth a line on stderr
    session = onnxruntime.InferenceSession(
        model_bytes(name), options, providers=["CPUExecutionProvider"]
    )
    facts = session.get_modelmeta().custom_metadata_map
    scale, margin, fold = (int(facts[fact]) for fact in ("scale", "margin", "fold"))
    return Model(session, scale, margin, fold)
