"""Whatever was shown before, the same model looks the same."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.contracts.panel.desk import Desk
from tests.contracts.panel.fixtures import OpenDesk
from tests.hosts import samples
from velatura_plugin.ui.model import (
    Action,
    Control,
    Form,
    History,
    HistoryItem,
    ModelItem,
    ModelsPage,
    NoticeBox,
    Page,
    ProgressLine,
    StatusLine,
    Tone,
    ViewModel,
    Welcome,
)

STEPS = 8
BACK = Control(Action.CLOSE_HISTORY, "Back")
ITEMS = tuple(
    HistoryItem(f"job-{i}", f"Remove ({i})", "today", i == 1, (BACK,), samples.picture(phase=i))
    for i in range(4)
)
MODELS = (
    ModelItem("a", "A model", "Paints.", (BACK,), ProgressLine("1 of 2 GB", 0.5), "link"),
    ModelItem("b", "Another", "Paints more.", fields=(samples.MORE[4],)),
)


def models() -> tuple[ViewModel, ...]:
    idle = samples.IDLE
    off = replace(samples.PROMPT, enabled=False, reason="No engine reads.")
    return (
        *samples.STATES.values(),
        replace(idle, form=Form((samples.TASK, off, samples.MORE[1]), samples.MORE[:3])),
        replace(idle, form=Form((samples.ENGINE, samples.TASK)), tools=(), menu=()),
        replace(idle, form=Form((samples.MORE[6], samples.MORE[3], samples.PROMPT))),
        replace(idle, status=StatusLine("Off", Tone.ERROR, "It ended.", "one\ntwo")),
        replace(idle, status=StatusLine("Off", Tone.WARNING, "Type:", "velatura serve")),
        replace(idle, welcome=Welcome(("A fact.", "Another."), BACK)),
        replace(idle, history=History("History", ITEMS, close=BACK)),
        replace(idle, history=History("History", ITEMS[1:2], close=BACK, other=BACK)),
        replace(idle, history=History("History", (), "Nothing yet.")),
        replace(idle, models=ModelsPage("Models", MODELS, "A note.", close=BACK)),
        replace(idle, models=ModelsPage("Models", MODELS[1:])),
        replace(idle, settings=Page("Settings", (("Results", samples.MORE[:2]),), ("0.1",))),
        replace(idle, settings=Page("Settings", (("A", ()), ("B", samples.MORE[2:4])))),
        replace(idle, strips=(samples.strip(1),)),
        replace(idle, strips=(samples.strip(5, 3, "job-7"),)),
        replace(samples.RUNNING, progress=ProgressLine("Loading", None), queue=(), preview=None),
        replace(idle, notice=NoticeBox("3 results discarded.", Tone.QUIET, (BACK,), detail="a\nb")),
    )


def looks(desk: Desk) -> list[tuple[object, ...]]:
    """What is seen and said of every widget, from the top."""
    return [
        (type(each).__name__, desk.text(each), desk.is_enabled(each), *desk.names(each))
        for each in desk.seen()
    ]


@pytest.mark.parametrize("seed", range(4))
def test_what_was_there_before_leaves_no_trace(open_desk: OpenDesk, seed: int) -> None:
    chance = random.Random(seed)
    known = models()
    used = open_desk()
    for _ in range(STEPS):
        model = chance.choice(known)
        used.show(model)
        fresh = open_desk()
        fresh.show(model)
        assert looks(used) == looks(fresh)
        fresh.close()
    assert used.told.edits == []
    assert used.told.actions == []
