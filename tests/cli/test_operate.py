"""One picture's way, with a real backend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.e2e import pictures
from velatura_backend.engines.registry import specs
from velatura_cli.arguments import parse_arguments
from velatura_cli.connecting import connect, silence
from velatura_cli.exit_codes import UsageError
from velatura_cli.files_host import FilesHost
from velatura_cli.interruption import Interruption
from velatura_cli.link import Link
from velatura_cli.loop import MainLoop
from velatura_cli.operate import OperationRun, Outcome
from velatura_cli.options import OperationCommand, operation_command
from velatura_cli.outputs import assign_outputs
from velatura_cli.reporting import SilentReporter, WrittenFile
from velatura_protocol.errors import (
    Cancelled,
    DiskFull,
    MaskMismatch,
    NothingSelected,
    OutOfMemory,
)
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.tasks import Intent, Operation


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.loop = MainLoop()
        self.host = FilesHost("files/test", self.loop.post)
        self.interruption = Interruption(self.loop.wake)
        self.link = Link(self.loop, self.interruption, lambda: connect(self.host), silence)

    def command(self, more: str = "") -> OperationCommand:
        line = f"fill {self.folder}/p.png --mask {self.folder}/m.png -o {self.folder}/o.png {more}"
        return operation_command(parse_arguments(f"{line} --engine echo".split(), specs()))

    def process(self, more: str = "", reporter: SilentReporter | None = None) -> Outcome:
        command = self.command(more)
        run = OperationRun(command, self.host, self.link, reporter or SilentReporter())
        (assignment,) = assign_outputs(command)
        return run.process(assignment)


@pytest.fixture
def desk(backend: psutil.Process, tmp_path: Path) -> Iterator[Desk]:
    pictures.save(tmp_path / "p.png", pictures.photo(20, 30, np.dtype(np.uint8), 3))
    pictures.save_mask(tmp_path / "m.png", pictures.blob_mask(20, 30))
    desk = Desk(tmp_path)
    yield desk
    desk.link.close()


def test_variations_become_files(desk: Desk) -> None:
    outcome = desk.process("--variations 2")
    names = tuple(WrittenFile(desk.folder / name) for name in ("o-1.png", "o-2.png"))
    assert outcome == Outcome(names)


def test_bad_input_costs_no_backend(desk: Desk) -> None:
    desk.link = Link(desk.loop, desk.interruption, pytest.fail, silence)
    with pytest.raises(UsageError):
        desk.process("--param seconds=never")
    for mask, error in (
        (pictures.blob_mask(20, 31), MaskMismatch),
        (np.zeros((20, 30), np.uint8), NothingSelected),
    ):
        pictures.save_mask(desk.folder / "m.png", mask)
        with pytest.raises(error):
            desk.process()
        desk.host = FilesHost("files/test", desk.loop.post)


def test_a_failed_job_writes_nothing(desk: Desk) -> None:
    outcome = desk.process("--param fail=out_of_memory")
    assert outcome.files == ()
    assert isinstance(outcome.error, OutOfMemory)
    assert not (desk.folder / "o.png").exists()


def test_good_files_are_kept_when_the_next_one_cannot_be_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "o-2.png").mkdir()
    outcome = desk.process("--variations 2")
    assert [file.path.name for file in outcome.files] == ["o-1.png"]
    assert outcome.error is not None
    assert not isinstance(outcome.error, DiskFull)


class InterruptingReporter(SilentReporter):
    """Ctrl-C at the first preview."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def preview(self, variation: int, region: Rect) -> None:
        self._desk.interruption.requested = True


def test_an_interrupt_stops_the_job_and_writes_nothing(desk: Desk) -> None:
    reporter = InterruptingReporter(desk)
    with pytest.raises(Cancelled) as cancelled:
        desk.process("--json --param seconds=30 --param previews=300", reporter)
    assert cancelled.value.params["phase"] == "stepping"
    assert not (desk.folder / "o.png").exists()


def test_operations_that_make_a_picture_of_another_size(desk: Desk) -> None:
    """Echo can do them all, whatever the command line offers."""
    common = desk.command()
    cases = (
        (Operation.UPSCALE, (40, 60), replace(common, scale=2.0)),
        (Operation.RETARGET, (9, 13), replace(common, target=Size(13, 9))),
        (Operation.GENERATE, (9, 13), replace(common, target=Size(13, 9), images=())),
    )
    for operation, shape, wanted in cases:
        command = replace(wanted, operation=operation, intent=Intent.NONE, mask=None)
        run = OperationRun(command, desk.host, desk.link, SilentReporter())
        (assignment,) = assign_outputs(command)
        assert run.process(assignment).error is None, operation
        assert pictures.load(desk.folder / "o.png").shape[:2] == shape, operation
