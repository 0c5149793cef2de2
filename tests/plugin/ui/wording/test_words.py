from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import JOB
from velatura_plugin.ui.wording.words import NAME_LENGTH, layer_name, operation_name, sentence
from velatura_protocol.errors import (
    BackendUnavailable,
    BadTask,
    DataDirectoryInUse,
    ErrorCode,
    LimitExceeded,
    MaskMismatch,
    NotFound,
    NothingSelected,
    OutOfMemory,
    TooLarge,
    UnreadableFile,
    Unsupported,
    VelaturaError,
    WorkerLost,
)
from velatura_protocol.faults import FileFault, ModelFault, TaskFault, UnsupportedWhat
from velatura_protocol.messages import ErrorInfo
from velatura_protocol.tasks import Intent, Operation


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_has_one_line_even_without_its_parameters(code: ErrorCode) -> None:
    text = sentence(ErrorInfo(code))
    assert text.endswith(".")
    assert text[0].isupper()
    assert not set("{}\n") & set(text)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NothingSelected(), "Select something first."),
        (
            MaskMismatch(mask_width=10, mask_height=20, width=4000, height=3000),
            "The mask is 10 × 20 pixels and the picture 4000 × 3000. "
            "Give a mask of the picture's size.",
        ),
        (
            TooLarge(pixels=20_000_000, limit=10_000_000),
            "Too large: 20\u202f000\u202f000 pixels, where 10\u202f000\u202f000 are possible. "
            "Take a smaller area.",
        ),
        (
            OutOfMemory(device="cuda:0", needed=6_200_000_000, free=1_900_000),
            "Not enough memory on cuda:0: 6.2 GB needed, 2 MB free. Your document is unchanged; "
            "close other programs or take a smaller area.",
        ),
        (
            WorkerLost(exit_code=-9),
            "The engine stopped unexpectedly (exit code -9). Your document is unchanged; "
            "try again.",
        ),
        (
            BadTask(field="seed", reason="must be a whole number"),
            "This cannot be done as asked: seed must be a whole number.",
        ),
        (
            Unsupported(what=UnsupportedWhat.PROMPT),
            "None of the engines here understands words. Clear the prompt, or install one.",
        ),
        (
            Unsupported(what=UnsupportedWhat.COLOUR_MODEL, model="CMYK"),
            "Velatura works on RGB and grey, and this picture is CMYK. It stays as it is; "
            "convert a copy of it and open that.",
        ),
        (
            Unsupported(what=UnsupportedWhat.SCALED_DOCUMENT),
            "The picture was scaled meanwhile, so these results no longer fit it. They stay in "
            "its history; start the job again.",
        ),
        (
            BadTask(field="picture", reason=TaskFault.OTHER_COLOURS),
            "The picture was converted meanwhile, so these results no longer fit its colours. "
            "They stay in its history; start the job again.",
        ),
        (
            BadTask(field="region", reason=TaskFault.OUTSIDE_CANVAS),
            "What is to be captured lies outside the canvas. Select something inside it.",
        ),
        (
            BadTask(field="inputs", reason=TaskFault.NO_COLOURS_TO_TAKE),
            "Colouring needs colour strokes or a reference in colour. The document is "
            "unchanged; choose one of them.",
        ),
        (
            Unsupported(what=UnsupportedWhat.GREY_PICTURE),
            "This picture is grey and cannot hold colours. It stays as it is; convert a copy of "
            "it to RGB and open that.",
        ),
        (
            Unsupported(what=UnsupportedWhat.ICC_PROFILE),
            "The picture's colour profile cannot be used. It stays as it is; assign another one "
            "to a copy of it.",
        ),
        (Unsupported(what="cut_out"), "No engine here can do this: Cut out."),
        (
            NotFound(what="layer", id="{6b1f2c3d-0000-4000-8000-000000000000}"),
            "A layer that was chosen is gone. Choose another.",
        ),
        (
            NotFound(what="document", id="document-1"),
            "The picture was closed. What was finished is in its history.",
        ),
        (
            BackendUnavailable(reason="ended with exit code 3"),
            "The engine is not running (ended with exit code 3). Start it.",
        ),
        (NotFound(what="document", id=""), "No picture is open. Open one first."),
        (NotFound(what="layer", id="Sky"), "The layer “Sky” is gone. Choose another."),
        (NotFound(what="palette", id="x"), "The palette “x” was not found."),
        (
            LimitExceeded(limit="inputs", value=300, maximum=256),
            "Over the engine's limit for pictures and masks of one job: 300, where at most 256 are "
            "possible.",
        ),
        (
            UnreadableFile(reason=FileFault.GONE, name="sky.png"),
            "The file “sky.png” is gone. Choose another.",
        ),
        (
            UnreadableFile(reason=ModelFault.CUT_OFF),
            "The file cannot be read: it is not whole.",
        ),
        (UnreadableFile(reason="no luck"), "The file cannot be read: no luck."),
        (Unsupported(what="no code {x}"), "No engine here can do this: no code {x}."),
        (
            DataDirectoryInUse(pid=17),
            "Another Velatura (process 17) is using the data directory. Stop it first.",
        ),
    ],
)
def test_sentences(error: VelaturaError, expected: str) -> None:
    assert sentence(error) == expected
    assert sentence(ErrorInfo.of(error)) == expected


def test_what_comes_over_the_wire_is_not_a_template() -> None:
    assert sentence(BadTask(field="{reason.__class__}", reason="{0}")) == (
        "This cannot be done as asked: {reason.__class__} {0}."
    )


@pytest.mark.parametrize("operation", list(Operation))
def test_every_operation_has_a_name(operation: Operation) -> None:
    assert operation_name(operation)


def test_intents_go_before_operations() -> None:
    assert operation_name(Operation.FILL, Intent.REPLACE_BACKGROUND) == "Replace background"


def test_layer_names() -> None:
    assert layer_name(JOB, 12) == "Remove (12)"
    assert layer_name(replace(JOB, prompt=" red\n  velvet "), 3) == "red velvet (3)"
    long = layer_name(replace(JOB, prompt="word " * 30), 1)
    assert long.endswith("… (1)")
    assert len(long) <= NAME_LENGTH + len(" (1)")
