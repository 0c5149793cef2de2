"""The tensor libraries, told to keep to themselves."""

from __future__ import annotations

import torch
import transformers
from diffusers.utils import logging as diffusers_log


def prepare_libraries(threads: int) -> None:
    """Once in the thread that works with them. No progress bars on the worker's stderr, no advice
    about what is not installed; ``threads`` for torch."""
    torch.set_num_threads(threads)
    diffusers_log.set_verbosity_error()
    diffusers_log.disable_progress_bar()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
