from __future__ import annotations

import sys
from pathlib import Path

import pytest

from installer.locations import Checkout
from installer.plan import Profile
from installer.report import Report
from installer.stages import STAGES, Host, Stage, for_profiles, host_stages, run
from installer.trouble import Trouble


@pytest.fixture
def running(tmp_path: Path) -> Checkout:
    """A checkout whose environment has this Python as its only program."""
    checkout = Checkout(tmp_path)
    checkout.program("python").parent.mkdir(parents=True)
    checkout.program("python").symlink_to(sys.executable)
    return checkout


def stage(name: str, script: str) -> Stage:
    return Stage(name, ("python", "-c", script))


def test_all_well(running: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    summary = "print('3 passed, 1 skipped in 0.12s')"
    assert run(running, Report(), (stage("lint", "pass"), stage("tests", summary))) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "tests: 3 passed, 1 skipped in 0.12s"
    assert [line.split()[0] for line in lines[-4:-1]] == ["lint", "tests", "total"]
    assert all(line.endswith("ok") for line in lines[-4:-2])


def test_a_failure_fails_the_whole_and_stops_nothing(
    running: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    stages = (stage("lint", "raise SystemExit(2)"), stage("tests", "print('ran')"))
    assert run(running, Report(), stages) == 1
    output = capsys.readouterr().out
    assert "FAILED (2)" in output
    assert "\nran\n" in output


@pytest.mark.parametrize(
    "line",
    [
        "============ 1 failed, 2 passed, 1 xfailed in 61.00s (0:01:01) ============",
        "1 failed, 2 passed, 1 xfailed in 61.00s (0:01:01)",
    ],
)
def test_the_summary_is_found(
    running: Checkout, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    run(running, Report(), (stage("tests", f"print({line!r})"),))
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "tests: 1 failed, 2 passed, 1 xfailed in 61.00s (0:01:01)"


def test_cheap_stages_come_first() -> None:
    assert [each.name for each in STAGES] == ["lint", "format", "floor", "types", "tests"]


def test_with_diffusion_its_tests_must_run() -> None:
    base = for_profiles(frozenset({Profile.base}))
    assert [each for each in base if each not in STAGES] == [
        Stage("types", ("pyright", "--warnings", "-p", "pyright-base.json"))
    ]
    extra = {each.name: each.extra for each in for_profiles(frozenset({Profile.diffusion}))}
    assert extra["tests"]["VELATURA_REQUIRE_DIFFUSION"] == "1"
    assert not extra["lint"]


def test_counts_of_editors_are_told_again_at_the_end(
    running: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = "hosts: krita 5.2.9: 12 passed, 0 failed, 0 skipped; 57 tests inside of it"
    script = f"print({counts!r}); print('12 passed in 61.00s')"
    run(running, Report(), (stage("hosts", script), stage("last", "print('other words')")))
    assert capsys.readouterr().out.splitlines()[-2:] == ["hosts: 12 passed in 61.00s", counts]


def test_a_stage_has_variables_of_its_own(
    running: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    script = "import os; print(os.environ.get('REQUIRED'))"
    required = Stage("one", ("python", "-c", script), {"REQUIRED": "yes"})
    run(running, Report(), (required, stage("other", script)))
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line in ("yes", "None")] == ["yes", "None"]


def test_editors_are_tested_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert host_stages(frozenset()) == ()
    for hosts in ({Host.krita}, {Host.gimp}, set(Host)):
        roots, pythons, tests = host_stages(frozenset(hosts))
        assert [roots.name, pythons.name, tests.name] == ["roots", "pythons", "hosts"]
        assert tests.extra == {"VELATURA_REQUIRE_HOSTS": "1"}
        krita_is_tested = "tests/hosts" in tests.command
        assert krita_is_tested == (Host.krita in hosts)
        for folder in ("tests/hosts/gimp", "tests/hosts/gtk"):
            is_tested = krita_is_tested or folder in tests.command
            is_tested &= f"--ignore={folder}" not in tests.command
            assert is_tested == (Host.gimp in hosts)


def test_who_may_not_make_a_root_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Trouble, match="Leave out --hosts"):
        host_stages(frozenset({Host.krita}))
