from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from installer.locations import Checkout, this_checkout
from installer.plan import (
    Marker,
    Profile,
    Step,
    bare_requirements_file,
    merged,
    replace_file,
    requirements_file,
    requirements_files,
    steps,
    wanted,
)

BASE = frozenset({Profile.base})
BOTH = frozenset({Profile.base, Profile.test})


def test_nothing_there_means_everything(checkout: Checkout) -> None:
    assert steps(None, wanted(checkout, BASE), environment_runs=False) == tuple(Step)


def test_up_to_date_means_nothing(checkout: Checkout) -> None:
    want = wanted(checkout, BASE)
    assert steps(want, want, environment_runs=True) == ()


def test_a_broken_environment_is_made_anew(checkout: Checkout) -> None:
    want = wanted(checkout, BASE)
    assert steps(want, want, environment_runs=False) == tuple(Step)


def test_an_unfinished_environment_is_made_anew(checkout: Checkout) -> None:
    want = wanted(checkout, BASE)
    assert steps(replace(want, complete=False), want, environment_runs=True) == tuple(Step)


def test_somebody_elses_environment_is_completed(checkout: Checkout) -> None:
    todo = steps(None, wanted(checkout, BASE), environment_runs=True)
    assert todo == (Step.requirements, Step.project, Step.kernels)


def test_a_further_profile_adds_its_packages_only(checkout: Checkout) -> None:
    base = wanted(checkout, BASE)
    assert steps(base, wanted(checkout, BOTH), environment_runs=True) == (Step.requirements,)


def test_fewer_profiles_than_there_are_mean_nothing(checkout: Checkout) -> None:
    both = wanted(checkout, BOTH)
    assert steps(both, wanted(checkout, BASE), environment_runs=True) == ()
    assert merged(both, wanted(checkout, BASE)) == both


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("installer/requirements/base.txt", Step.requirements),
        ("pyproject.toml", Step.project),
        ("backend/velatura_backend/engines/builtin/fill.py", Step.kernels),
    ],
)
def test_a_change_is_noticed(checkout: Checkout, path: str, step: Step) -> None:
    before = wanted(checkout, BASE)
    file = checkout.root / path
    file.write_text(file.read_text() + "# changed\n")
    assert steps(before, wanted(checkout, BASE), environment_runs=True) == (step,)


def test_a_marker_comes_back_as_it_was(tmp_path: Path, checkout: Checkout) -> None:
    marker = wanted(checkout, BOTH)
    marker.write(tmp_path / "marker.json")
    assert Marker.read(tmp_path / "marker.json") == marker


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"unknown": 1}'])
def test_what_is_no_marker_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "marker.json").write_text(content)
    assert Marker.read(tmp_path / "marker.json") is None
    assert Marker.read(tmp_path / "missing.json") is None


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    replace_file(path, "new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("profile", Profile)
def test_every_requirement_is_pinned(profile: Profile) -> None:
    files = requirements_files(this_checkout(), profile)
    lines = [line for file in files for line in file.read_text().splitlines()]
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(line.count("==") == 1 for line in pins)


def test_bare_requirements_count_too(checkout: Checkout) -> None:
    before = wanted(checkout, frozenset({Profile.base, Profile.diffusion}))
    bare_requirements_file(checkout, Profile.diffusion).write_text("# other ones\n")
    after = wanted(checkout, frozenset({Profile.base, Profile.diffusion}))
    assert steps(before, after, environment_runs=True) == (Step.requirements,)


def test_the_base_profile_pins_every_dependency_of_the_project() -> None:
    import tomllib

    checkout = this_checkout()
    project = tomllib.loads((checkout.root / "pyproject.toml").read_text())["project"]
    lines = requirements_file(checkout, Profile.base).read_text().splitlines()
    pinned = {line.split("==")[0].lower() for line in lines if "==" in line}
    needed = {text.split(">")[0].split("=")[0].lower() for text in project["dependencies"]}
    assert needed <= pinned
