from __future__ import annotations

import pytest

from installer import environment
from installer.locations import Checkout, this_checkout
from installer.plan import Marker, Profile, wanted
from installer.report import Report
from installer.trouble import Trouble

BASE = frozenset({Profile.base})


def only_python(checkout: Checkout) -> None:
    """Leave requirements that pip has nothing to do for: an environment without packages."""
    for file in checkout.requirements.glob("*.txt"):
        file.write_text("pip\n")


def test_a_whole_new_environment_runs_and_its_troubles_are_told(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    only_python(checkout)
    assert not environment.runs(checkout)
    # Without packages the project cannot be built: the one step that fails, after real ones.
    with pytest.raises(Trouble) as caught:
        environment.ensure(checkout, BASE, Report())
    assert str(checkout.log) in caught.value.remedy or "hatchling" in caught.value.problem
    assert environment.runs(checkout)
    marker = Marker.read(checkout.marker)
    assert marker is not None
    assert not marker.complete
    assert "creating .venv" in capsys.readouterr().out

    (checkout.environment / "leftover").touch()
    with pytest.raises(Trouble):
        environment.ensure(checkout, BASE, Report())
    assert "removing what an earlier" in capsys.readouterr().out
    assert not (checkout.environment / "leftover").exists()


def test_a_folder_of_somebody_elses_is_not_removed(checkout: Checkout) -> None:
    checkout.environment.mkdir()
    (checkout.environment / "precious").touch()
    with pytest.raises(Trouble, match="not made by this installer"):
        environment.ensure(checkout, BASE, Report())
    assert (checkout.environment / "precious").exists()


def test_a_finished_environment_is_left_alone(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.environment.mkdir()
    wanted(checkout, BASE).write(checkout.marker)
    monkeypatch.setattr(environment, "runs", lambda checkout: True)
    assert environment.ensure(checkout, BASE, Report()) is False


def test_an_environment_of_another_place_does_not_run(checkout: Checkout) -> None:
    """A checkout that was copied: the programs in it point to the old place."""
    checkout.program("python").parent.mkdir(parents=True)
    checkout.program("python").symlink_to(this_checkout().program("python"))
    assert not environment.runs(checkout)


def test_ill_says_why(checkout: Checkout) -> None:
    checkout.program("python").parent.mkdir(parents=True)
    script = '#!/bin/sh\necho Traceback; echo "ImportError: no numba"; exit 1\n'
    checkout.program("python").write_text(script)
    checkout.program("python").chmod(0o755)
    assert environment.ill(checkout) == "ImportError: no numba"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  Downloading numba-0.68.1-cp311-cp311-manylinux_2_28_x86_64.whl (3.8 MB)",
         "numba 0.68.1 (3.8 MB)"),
        ("  Downloading https://host/packages/ab/msgpack-1.2.4-py3-none-any.whl.metadata (8.2 kB)",
         ""),
        ("  Downloading https://host/packages/ab/msgpack-1.2.4-py3-none-any.whl (8.2 kB)",
         "msgpack 1.2.4 (8.2 kB)"),
        ("Installing collected packages: a, b", "unpacking"),
        ("WARNING: Retrying (Retry(total=4)) after connection broken", "trying again"),
        ("Requirement already satisfied: numpy", ""),
    ],
)  # fmt: skip
def test_what_pip_says_is_passed_on(
    line: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.pass_on(line, Report())
    output = capsys.readouterr().out
    assert shown in output
    assert bool(output) is bool(shown)
