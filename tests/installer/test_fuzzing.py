from __future__ import annotations

from pathlib import Path

import pytest

from installer import fuzzing, locations, processes
from installer.locations import Checkout
from installer.processes import Ended
from installer.report import Report
from installer.trouble import Trouble


def test_it_runs_for_the_time_it_is_given(capfd: pytest.CaptureFixture[str]) -> None:
    checkout = locations.this_checkout()
    if not checkout.program("python").exists():
        pytest.skip("this checkout has no environment of its own")
    assert fuzzing.run(checkout, Report(), seconds=0.5, seed=1, guided=False) == 0
    assert "0 crashes" in capfd.readouterr().out


def test_what_breaks_is_a_failure_and_guidance_is_installed(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def ended(command: list[str | Path], **_: object) -> Ended:
        commands.append([str(each) for each in command])
        return Ended(1 if "tests.fuzz" in command else 0, "")

    monkeypatch.setattr(processes, "run", ended)
    assert fuzzing.run(checkout, Report(), seconds=5, seed=2, guided=True) == 1
    install, fuzz = commands
    assert install[-1] == fuzzing.ATHERIS
    assert fuzz[1:] == ["-m", "tests.fuzz", "--seconds", "5", "--seed", "2", "--guided"]


def test_without_a_wheel_it_is_said_what_to_do(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "run", lambda *_, **__: Ended(1, ""))
    with pytest.raises(Trouble, match="without it"):
        fuzzing.run(checkout, Report(), seconds=5, seed=2, guided=True)
