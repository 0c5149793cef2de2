from __future__ import annotations

from pathlib import Path

import pytest

from installer import environment, record, verbs
from installer.locations import Checkout


def test_no_verb_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        verbs.main([])
    assert caught.value.code == 2
    assert "VERB" in capsys.readouterr().err


@pytest.mark.parametrize(
    "verb", ["demo", "test", "fuzz", "install", "bundle", "repair", "status", "uninstall"]
)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        verbs.main([verb, "--help"])
    assert caught.value.code == 0
    assert verb in capsys.readouterr().out


def test_status_of_nothing(
    checkout: Checkout, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verbs.main(["status"], checkout) == 3
    output = capsys.readouterr().out
    assert "no environment that runs" in output
    assert f"{data} (not made yet)" in output
    assert "nothing yet" in output


def test_uninstall_keeps_models_and_results(
    checkout: Checkout, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.environment.mkdir()
    record.write(checkout, data)
    (data / "models").mkdir()
    assert verbs.main(["uninstall"], checkout) == 0
    assert not checkout.environment.exists()
    assert [path.name for path in data.iterdir()] == ["models"]
    assert "--purge removes them" in capsys.readouterr().out


def test_purge_removes_them(checkout: Checkout, data: Path) -> None:
    record.write(checkout, data)
    (data / "models").mkdir()
    assert verbs.main(["uninstall", "--purge"], checkout) == 0
    assert not data.exists()


def test_uninstall_of_nothing(checkout: Checkout, data: Path) -> None:
    assert verbs.main(["uninstall", "--purge"], checkout) == 0


def test_trouble_is_one_line_and_status_three(
    checkout: Checkout, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.environment.mkdir()
    (checkout.environment / "precious").touch()
    assert verbs.main(["install"], checkout) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("velatura installer: ")
    assert "python3 installer repair" in line


def test_ctrl_c_is_130(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "ensure", interrupted)
    assert verbs.main(["install"], checkout) == 130
    assert "goes on where this one stopped" in capsys.readouterr().err


def test_an_unknown_editor_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        verbs.main(["test", "--hosts", "krita,paint"])
    assert caught.value.code == 2
    assert "krita, gimp, or krita,gimp" in capsys.readouterr().err
