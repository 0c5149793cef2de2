"""Makes the environment: virtual environment, pinned packages, the project, warm kernels."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from installer import checks, pip_failures, processes
from installer.locations import Checkout
from installer.lock import exclusive
from installer.plan import (
    Marker,
    Profile,
    Step,
    bare_requirements_file,
    merged,
    requirements_file,
    steps,
    wanted,
)
from installer.report import Report
from installer.trouble import Trouble

# pyvips comes as source only. Where it finds a system libvips and a compiler it builds a module of
# the same name as the one in pyvips-binary; without pkg-config it stays pure Python.
_PURE_PYVIPS = {"PKG_CONFIG": "no-pkg-config"}
# The worker's own preparation chooses the cache folder, before numba is imported.
_WARM = """
from velatura_backend.executors.pipe import WorkerSettings
from velatura_backend.executors.worker_process import prepare_environment
prepared = prepare_environment(WorkerSettings())
from velatura_backend.executors.worker.flow import Worker
Worker(threads=prepared.threads).compile_engines()
"""
_HEALTH = """
import msgpack, numba, numpy, pyvips, scipy, websockets
import velatura_backend, velatura_cli, velatura_plugin, velatura_protocol
"""


def ensure(checkout: Checkout, profiles: frozenset[Profile], report: Report) -> bool:
    """Bring the environment to ``profiles``; False where nothing had to be done.

    :raises Trouble: with the remedy
    """
    want = wanted(checkout, profiles)
    if not _to_do(checkout, want):
        return False
    checks.writable(checkout.root)
    with exclusive(checkout.lock, report):
        todo = _to_do(checkout, want)  # whoever held the lock may have done it
        if todo:
            _install(checkout, want, todo, report)
        return bool(todo)


def remove(checkout: Checkout) -> None:
    shutil.rmtree(checkout.environment, ignore_errors=False)


def ill(checkout: Checkout) -> str | None:
    """Why the environment does not work, None if it does."""
    imported = processes.run([checkout.program("python"), "-c", _HEALTH], folder=checkout.root)
    if imported.status:
        return _last_line(imported.output)
    version = processes.run([checkout.program("velatura"), "version"], folder=checkout.root)
    return _last_line(version.output) if version.status else None


def runs(checkout: Checkout) -> bool:
    """Whether the environment has a Python that starts and belongs to it."""
    python = checkout.program("python")
    if not python.exists():
        return False
    question = "import pip, sys; print(sys.prefix)"
    answer = processes.run([python, "-c", question], folder=checkout.root)
    same = Path(answer.output.strip() or ".").resolve() == checkout.environment.resolve()
    return answer.status == 0 and same


def _to_do(checkout: Checkout, want: Marker) -> tuple[Step, ...]:
    found = Marker.read(checkout.marker)
    return steps(found, want, environment_runs=runs(checkout))


def _install(checkout: Checkout, want: Marker, todo: tuple[Step, ...], report: Report) -> None:
    checks.before_install(checkout, large=Profile.diffusion.value in want.profiles)
    if Step.create in todo:
        _create(checkout, report)
    found = Marker.read(checkout.marker)
    work: dict[Step, Callable[[], None]] = {
        Step.requirements: lambda: _install_requirements(checkout, want, report),
        Step.project: lambda: _install_project(checkout, report),
        Step.kernels: lambda: _warm_kernels(checkout, report),
    }
    if found and Step.requirements in todo:
        # A pip that is interrupted leaves packages half there: distrust what comes of it.
        found = replace(found, complete=False)
        found.write(checkout.marker)
    for step in todo:
        if step in work:
            work[step]()
    _check_health(checkout, report)
    merged(found, want).write(checkout.marker)


def _create(checkout: Checkout, report: Report) -> None:
    folder = checkout.environment
    if folder.exists():
        if Marker.read(checkout.marker) is None and any(folder.iterdir()):
            raise Trouble(
                f"{folder} was not made by this installer and its Python does not run.",
                "Run `python3 installer repair` to replace it, or move it away.",
            )
        report.line("removing what an earlier, unfinished installation left")
        remove(checkout)
    folder.mkdir()
    Marker().write(checkout.marker)  # from here on the folder is known to be ours, and unfinished
    with report.step(f"creating .venv with Python {sys.version.split()[0]}"):
        made = processes.run([sys.executable, "-m", "venv", folder], folder=checkout.root)
    if made.status:
        raise Trouble(
            f"python -m venv failed: {_last_line(made.output)}",
            "Run `python3 -m venv` on an empty folder to see what this Python lacks.",
        )


def _install_requirements(checkout: Checkout, want: Marker, report: Report) -> None:
    profiles = [Profile(name) for name in want.profiles]
    whole = [requirements_file(checkout, profile) for profile in profiles]
    bare = [bare_requirements_file(checkout, profile) for profile in profiles]
    with report.step(f"installing pinned packages ({', '.join(want.profiles)})"):
        _install_files(checkout, whole, [], report)
        _install_files(checkout, [file for file in bare if file.exists()], ["--no-deps"], report)


def _install_files(
    checkout: Checkout, files: list[Path], options: list[str], report: Report
) -> None:
    if files:
        wheels = ["--only-binary", ":all:", "--no-binary", "pyvips"]
        arguments = [part for file in files for part in ("--requirement", str(file))]
        _pip(checkout, [*wheels, *options, *arguments], report)


def _install_project(checkout: Checkout, report: Report) -> None:
    with report.step("installing Velatura, editable"):
        _pip(checkout, ["--no-deps", "--no-build-isolation", "--editable", "."], report)


def _warm_kernels(checkout: Checkout, report: Report) -> None:
    with report.step("compiling the engines' kernels, once"):
        warmed = processes.run([checkout.program("python"), "-c", _WARM], folder=checkout.root)
    if warmed.status:
        raise Trouble(
            f"The engines' kernels did not compile: {_last_line(warmed.output)}",
            "Run `python3 installer repair`; if that changes nothing, report this line.",
        )


def _check_health(checkout: Checkout, report: Report) -> None:
    with report.step("checking that it works"):
        reason = ill(checkout)
    if reason:
        raise Trouble(
            f"The new environment does not work: {reason}",
            "Run `python3 installer repair`; if that changes nothing, report this line.",
        )


def _pip(checkout: Checkout, arguments: list[str], report: Report) -> None:
    command = [checkout.program("python"), "-m", "pip", "--disable-pip-version-check", "install"]
    ended = processes.run(
        [*command, "--no-input", "--progress-bar", "off", *arguments],
        folder=checkout.root,
        each_line=lambda line: pass_on(line, report),
        extra=_PURE_PYVIPS,
    )
    with checkout.log.open("a", encoding="utf-8") as log:
        log.write(ended.output)
    if ended.status:
        raise pip_failures.explain(ended.output, str(checkout.log))


def pass_on(line: str, report: Report) -> None:
    """Show the lines of pip that take time: downloads, the unpacking, a retry."""
    download = re.match(r"\s*Downloading (?:\S*/)?([^/\s]+?)-(\d[^-]*)-\S*\.whl \((.*)\)", line)
    if download:
        report.line(f"  {download[1]} {download[2]} ({download[3]})")
    elif line.startswith("Installing collected packages"):
        report.line("  unpacking")
    elif line.startswith("WARNING: Retrying"):
        report.line("  the registry does not answer: trying again")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"
