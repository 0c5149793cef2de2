from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from velatura_backend.executors.deaths import Blame, blame, out_of_memory_kills
from velatura_backend.executors.hang_detection import Hang

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")


@pytest.mark.parametrize("exit_code", [0, 1, 70, 255, 0xC0000005])
def test_who_exits_does_so_by_itself(exit_code: int) -> None:
    assert blame(exit_code, None, 0) is Blame.ORDER


@needs_signals
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE"])
def test_a_crash_is_the_order_s_own(name: str) -> None:
    assert blame(-getattr(signal, name), None, 1) is Blame.ORDER


@needs_signals
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_who_is_killed_may_be_innocent(name: str) -> None:
    assert blame(-getattr(signal, name), None, 0) is Blame.OUTSIDE


@needs_signals
def test_the_system_kills_for_want_of_memory() -> None:
    assert blame(-signal.SIGKILL, None, 1) is Blame.MEMORY
    assert blame(-signal.SIGTERM, None, 1) is Blame.OUTSIDE


def test_a_hang_is_its_own_unless_it_was_stopped() -> None:
    assert blame(-9, Hang.SILENT, 3) is Blame.OUTSIDE
    assert blame(-9, Hang.IDLE, 0) is Blame.ORDER
    assert blame(-9, Hang.START, 0) is Blame.ORDER


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_kills_are_read_where_the_system_tells(tmp_path: Path) -> None:
    told = tmp_path / "vmstat"
    told.write_text("pgfault 17\noom_kill 4\nswap_ra 0\n")
    assert out_of_memory_kills(told) == 4
    told.write_text("pgfault 17\n")
    assert out_of_memory_kills(told) == 0
    assert out_of_memory_kills(tmp_path / "none") == 0
    assert out_of_memory_kills() >= 0
