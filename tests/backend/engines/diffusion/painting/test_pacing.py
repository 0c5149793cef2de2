"""Waiting for the step before last, with an accelerator that is only written down."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch

from velatura_backend.engines.diffusion.painting.pacing import Pacer


def test_a_cpu_is_never_ahead_of_itself() -> None:
    Pacer("cpu").queued()


def test_each_step_waits_for_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Event:
        made = 0

        def __init__(self) -> None:
            Event.made += 1
            self.name = str(Event.made)

        def record(self) -> None:
            told.append(f"record {self.name}")

        def synchronize(self) -> None:
            told.append(f"wait {self.name}")

    monkeypatch.setattr(torch.cuda, "Event", Event)
    pacer = Pacer("cuda")
    for _ in range(3):
        pacer.queued()
    assert told == ["record 1", "record 2", "wait 1", "record 3", "wait 2"]
