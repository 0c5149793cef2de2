"""View models as the panel's states have them: what is drawn, without anything behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from velatura_plugin.ui.model import (
    Action,
    Control,
    Field,
    FieldKind,
    Form,
    NoticeBox,
    Option,
    ProgressLine,
    StatusLine,
    Strip,
    Thumbnail,
    Tone,
    ViewModel,
    Waiting,
)
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels

THUMBNAIL = Size(96, 64)
RGB = PixelFormat(Depth.U8, Layout.RGB)


def picture(size: Size = THUMBNAIL, phase: float = 0.0) -> Pixels:
    """Waves, so that one picture differs from the next."""
    data = bytearray()
    for y in range(size.height):
        for x in range(size.width):
            wave = 0.5 + 0.5 * math.sin(x / 9 + phase) * math.cos(y / 7 - phase)
            data += bytes((round(255 * wave), round(200 * wave), round(120 + 100 * wave)))
    return Pixels(size, RGB, bytes(data))


TASK = Field(
    "task", FieldKind.CHOICE, "Task", "remove",
    options=(Option("remove", "Remove"), Option("fill", "Fill"), Option("restyle", "Restyle")),
)  # fmt: skip
ENGINE = Field(
    "engine", FieldKind.CHOICE, "Engine", "patches",
    options=(Option("patches", "Patches"), Option("smooth", "Smooth continuation")),
    note="Continues what is around a hole.",
)  # fmt: skip
PROMPT = Field(
    "prompt", FieldKind.PROMPT, "Prompt", "",
    placeholder="Describe the result, or leave empty",
    options=(Option("0", "red velvet"), Option("1", "a brick wall\nwith ivy")),
)  # fmt: skip
STRENGTH = Field(
    "strength", FieldKind.SLIDER, "Strength", 80, minimum=0, maximum=100, step=1, unit="%"
)
VARIATIONS = Field("variations", FieldKind.INTEGER, "Variations", 3, minimum=1, maximum=16)
MORE = (
    Field(
        "seed", FieldKind.SEED, "Seed", -1, options=(Option("-1", "A new one each time"),)
    ),
    Field("parameter:grow", FieldKind.INTEGER, "Grow", 8, minimum=0, maximum=64, unit="px"),
    Field("parameter:detail", FieldKind.DECIMAL, "Detail", 0.5, minimum=0, maximum=1, step=0.05),
    Field("parameter:seamless", FieldKind.SWITCH, "Seamless edges", True),
    Field("parameter:note", FieldKind.TEXT, "Avoid", "", placeholder="What not to show"),
    Field("parameter:tint", FieldKind.COLOUR, "Tint", "#d08a1d"),
    Field("parameter:colours", FieldKind.PALETTE, "Palette", ("#3d8fd1", "#3f9d5a")),
    Field("role:style", FieldKind.FILE, "Style picture", ""),
    Field(
        "role:source", FieldKind.CHOICE, "Sample from", "",
        options=(Option("", "What is seen"), Option("g", "Group"), Option("l", "Wall", depth=1)),
        enabled=False, reason="This engine takes no source.",
    ),
)  # fmt: skip
FORM = Form((TASK, ENGINE, PROMPT, STRENGTH, VARIATIONS), MORE)
GENERATE = Control(Action.GENERATE, "Remove selection")
MENU = (
    Control(Action.REPEAT, "Repeat the last task"),
    Control(Action.EACH_LAYER, "On each selected layer", False, "Only one layer is selected."),
    Control(Action.FILL_TRANSPARENT, "Fill transparent areas"),
)
TOOLS = (Control(Action.OPEN_HISTORY, "History"), Control(Action.OPEN_SETTINGS, "Settings"))
STOP = Control(Action.STOP, "Stop")
IDLE = ViewModel(
    StatusLine("Ready", Tone.GOOD), GENERATE, FORM, MENU, TOOLS, "Selection: 640 × 480 pixels"
)


def controls(alone: bool = False) -> tuple[Control, ...]:
    reason = "There is only one so far." if alone else ""
    return (
        Control(Action.PREVIOUS, "Previous", not alone, reason),
        Control(Action.NEXT, "Next", not alone, reason),
        Control(Action.COMPARE, "Compare"),
        Control(Action.ACCEPT, "Accept"),
        Control(Action.ACCEPT_COPY, "Accept as copy"),
        Control(Action.ACCEPT_ALL, "Accept all", not alone, reason),
        Control(Action.DISCARD, "Discard this"),
        Control(Action.DISCARD_ALL, "Discard all"),
        Control(Action.MORE, "More like this"),
    )


def strip(count: int = 3, current: int = 0, job: str = "job-1") -> Strip:
    thumbnails = tuple(
        Thumbnail(i, f"Variation {i + 1}, seed {i}", picture(phase=i), i == current, i == 1)
        for i in range(count)
    )
    return Strip(
        job, "Remove, seed 41", thumbnails, f"{current + 1} of {count}", controls(count == 1),
        asks_before_discard=count > 1,
        discard_question=f"Discard all {count} variations?",
    )  # fmt: skip


RUNNING = replace(
    IDLE,
    status=StatusLine("Working", Tone.BUSY),
    stop=STOP,
    progress=ProgressLine("Variation 2 of 3: Step 12 of 30, 8 s left · 1 waiting", 0.4),
    queue=(
        Waiting("job-1", "Remove, 2 of 3", Control(Action.CANCEL_JOB, "Stop")),
        Waiting("job-2", "Fill: red velvet, 1 ahead", Control(Action.CANCEL_JOB, "Remove")),
    ),
    preview=picture(Size(120, 80)),
)
STAGING = replace(IDLE, status=StatusLine("Choose", Tone.GOOD), strips=(strip(current=1),))
OFFLINE = replace(
    IDLE,
    status=StatusLine(
        "Off", Tone.QUIET, "Not running.", actions=(Control(Action.START_BACKEND, "Start"),)
    ),
    generate=replace(GENERATE, enabled=False, reason="Start the engine first."),
)
ERROR = replace(
    IDLE,
    notice=NoticeBox(
        "Not enough memory on the CPU: 9.1 GB needed, 3.2 GB free. Your document is unchanged; "
        "close other programs or take a smaller area.",
        Tone.ERROR,
        (Control(Action.RETRY_JOB, "Try again"), Control(Action.DISMISS, "Dismiss")),
        "job-1",
    ),
)
STATES: Mapping[str, ViewModel] = {
    "offline": OFFLINE,
    "idle": IDLE,
    "running": RUNNING,
    "staging": STAGING,
    "error": ERROR,
}
