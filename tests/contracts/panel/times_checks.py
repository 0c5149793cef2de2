"""How long the panel keeps its host busy, in processor time: machines are shared. Bounded many
times over what it takes: how long exactly is for the benchmark to say."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from tests.contracts.panel.desk import Desk
from tests.contracts.panel.fixtures import OpenDesk
from tests.hosts import samples
from velatura_plugin.ui.model import ViewModel

FIRST_MS, SAME_MS, PROGRESS_MS = 1000.0, 5.0, 25.0


def milliseconds(work: Callable[[], object]) -> float:
    """Without what the tests before have left to be collected."""
    gc.disable()
    started = time.process_time()
    work()
    taken = time.process_time() - started
    gc.enable()
    return 1000 * taken


def test_the_first_picture_of_the_panel(open_desk: OpenDesk) -> None:
    """From nothing to the screen; the first of all loads the theme and its icons, too."""

    def shown() -> None:
        desk = open_desk()
        desk.view.render(samples.STAGING)
        desk.painted()

    taken = [milliseconds(shown) for _ in range(3)]
    print(f"first picture: {taken[0]:.0f} ms, again {min(taken):.0f} ms")  # noqa: T201
    assert min(taken) <= FIRST_MS


def test_a_poll_that_finds_nothing_new(desk: Desk) -> None:
    """Made anew each time, as it is by the presenter."""
    desk.show(samples.STAGING)
    models = [replace(samples.STAGING, form=replace(samples.FORM)) for _ in range(50)]
    taken = median(milliseconds(lambda each=each: desk.view.render(each)) for each in models)
    print(f"nothing new: {taken:.3f} ms")  # noqa: T201
    assert taken <= SAME_MS


def test_progress(desk: Desk) -> None:
    """With the layout and the drawing that follow."""
    desk.show(samples.RUNNING)

    def stepped(step: int) -> ViewModel:
        line = replace(samples.RUNNING.progress, text=f"Step {step} of 30", fraction=step / 30)
        return replace(samples.RUNNING, progress=line)

    models = [stepped(each) for each in range(1, 30)]
    rendered = median(milliseconds(lambda each=each: desk.view.render(each)) for each in models)

    def drawn(model: ViewModel) -> None:
        desk.view.render(model)
        desk.painted()

    whole = median(milliseconds(lambda each=each: drawn(each)) for each in models[:10])
    print(f"progress: {rendered:.2f} ms, with drawing {whole:.1f} ms")  # noqa: T201
    assert rendered <= PROGRESS_MS
