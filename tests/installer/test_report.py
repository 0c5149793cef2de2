from __future__ import annotations

import re
import time

import pytest

from installer.report import Report


def test_a_line_has_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    Report(started=time.monotonic() - 61).line("hello")
    assert re.fullmatch(r"\[  61\.\d s\] hello\n", capsys.readouterr().out)


def test_a_short_step_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Report().step("quick"):
        pass
    assert capsys.readouterr().out.count("quick") == 1


def test_a_long_step_says_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    with report.step("slow"):
        report.started -= 5
    assert "slow: 5.0 s" in capsys.readouterr().out


def test_a_step_that_fails_says_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()

    def fail() -> None:
        with report.step("slow"):
            report.started -= 5
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        fail()
    assert capsys.readouterr().out.count("slow") == 1
