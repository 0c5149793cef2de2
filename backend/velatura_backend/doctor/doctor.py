"""Looks an installation over: what is there, what is wrong, what to do about it.

:func:`run_checks` returns data; :func:`report` makes them a page for people, :func:`as_plain` one
for programs. The last checks do real jobs in a real worker process.
"""

from __future__ import annotations

import asyncio
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from velatura_protocol.engines import Device
from velatura_protocol.errors import BackendUnavailable, VelaturaError
from velatura_protocol.tasks import Intent, Operation

from ..config import models_directory, prepare_data_directory
from ..engines import registry
from ..engines.diffusion.specs import is_profile_installed
from ..executors.devices import describe_cpu, usable_cores
from ..executors.engine_check import Answer, call_roll
from ..executors.local import LocalExecutor
from ..executors.pipe import WorkerSettings
from ..executors.self_test import SelfTestResult, run_trial
from ..executors.worker_process import default_numba_cache
from ..models.checking import has_all_files
from ..models.store import ModelStore

_MIB = 1024 * 1024
_LITTLE_SPACE = 2048 * _MIB
_NO_SPACE = 128 * _MIB
_PACKAGES = (
    "numpy",
    "scipy",
    "numba",
    "onnxruntime",
    "pyvips",
    "pillow",
    "imagecodecs",
    "msgpack",
    "websockets",
)
_PYTHON = (3, 11)

Value = str | int | float | bool


class Status(Enum):
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """``found`` is a phrase; ``remedy`` says what to do, empty where nothing is to be done.
    ``values`` hold the same for programs."""

    id: str
    title: str
    status: Status
    found: str
    remedy: str = ""
    values: dict[str, Value] = field(default_factory=dict[str, Value])


def run_checks(data_directory: Path, worker: WorkerSettings | None = None) -> tuple[Check, ...]:
    """Every check, in the order to read them. Takes seconds, or half a minute the first time, when
    the engines' kernels are compiled. Not to be called inside a running event loop."""
    worker = worker or WorkerSettings()
    cache = Path(worker.numba_cache) if worker.numba_cache else default_numba_cache()
    return (
        check_python(),
        check_packages(),
        check_machine(),
        check_data_directory(data_directory),
        check_space(data_directory),
        check_damaged(data_directory),
        check_cache(cache),
        check_models(data_directory),
        *check_work(worker),
    )


def check_models(directory: Path) -> Check:
    """Whether their files are there in full size, and what runs them; reads no weights."""
    models = ModelStore(models_directory(directory)).recorded()
    gone = [each.id for each in models if not has_all_files(each)]
    runs = is_profile_installed()
    found = f"{len(models)}, {sum(each.bytes for each in models) / _MIB:.0f} MiB" if models else ""
    remedy = ""
    if gone:
        remedy = f"Run `velatura models remove {' '.join(gone)}`, or bring the files back."
    elif models and not runs:
        remedy = "Run `python3 installer install --with diffusion`; without it they cannot run."
    return Check(
        "models",
        "Models",
        Status.WARNING if remedy else Status.GOOD,
        f"files are missing or cut off: {', '.join(gone)}" if gone else found or "none installed",
        remedy,
        {"count": len(models), "damaged": len(gone), "runs_models": runs},
    )


def is_well(checks: Iterable[Check]) -> bool:
    return all(check.status is not Status.BAD for check in checks)


def check_python() -> Check:
    found = platform.python_version()
    good = sys.version_info[:2] >= _PYTHON
    wanted = ".".join(map(str, _PYTHON))
    return Check(
        "python",
        "Python",
        Status.GOOD if good else Status.BAD,
        f"{found} on {platform.platform()}",
        "" if good else f"Install Python {wanted} or newer and run the installer again.",
        {"version": found, "platform": platform.platform()},
    )


def check_packages() -> Check:
    versions = {name: _version(name) for name in ("velatura", *_PACKAGES)}
    missing = [name for name, found in versions.items() if not found]
    listed = ", ".join(f"{name} {found}" for name, found in versions.items() if found)
    return Check(
        "packages",
        "Packages",
        Status.BAD if missing else Status.GOOD,
        f"missing: {', '.join(missing)}" if missing else listed,
        "Run `python3 installer repair`." if missing else "",
        dict(versions),
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def check_machine() -> Check:
    device, cores = describe_cpu(ready=False), usable_cores()
    memory = f", {device.memory_total / _MIB:.0f} MiB memory" if device.memory_total else ""
    return Check(
        "machine",
        "Machine",
        Status.GOOD,
        f"{device.name}, {cores} cores{memory}",
        values={
            "cpu": device.name,
            "cores": cores,
            "memory_total": device.memory_total,
            "memory_free": device.memory_free,
        },
    )


def check_data_directory(directory: Path) -> Check:
    values: dict[str, Value] = {"path": str(directory)}
    try:
        prepare_data_directory(directory)
    except BackendUnavailable as error:
        reason = str(error.params["reason"]).replace("_", " ")
        remedy = f"Make {directory} a folder of your own, or name another with VELATURA_DATA_DIR."
        return Check("data", "Data directory", Status.BAD, reason, remedy, values)
    return Check("data", "Data directory", Status.GOOD, str(directory), values=values)


def check_space(directory: Path) -> Check:
    existing = next(each for each in (directory, *directory.parents) if each.exists())
    free = shutil.disk_usage(existing).free
    status = Status.BAD if free < _NO_SPACE else Status.GOOD
    if _NO_SPACE <= free < _LITTLE_SPACE:
        status = Status.WARNING
    remedy = "" if status is Status.GOOD else "Make room, or run `velatura jobs clear`."
    found = f"{free / _MIB:.0f} MiB free"
    return Check("space", "Disk space", status, found, remedy, {"free": free})


def check_damaged(directory: Path) -> Check:
    """Whether a start has found the journal damaged, and set it aside with its pictures."""
    kept = sorted(each.name for each in directory.glob("*.damaged-*"))
    if not kept:
        return Check("history", "History", Status.GOOD, "nothing damaged was found")
    remedy = f"Delete {', '.join(kept)} in {directory} when you want nothing of them any more."
    found = "a damaged journal was set aside with its results"
    return Check("history", "History", Status.WARNING, found, remedy, {"kept": len(kept)})


def check_cache(directory: Path) -> Check:
    values: dict[str, Value] = {"path": str(directory)}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError:
        remedy = f"Make {directory} writable: until then every start compiles for half a minute."
        return Check("cache", "Kernel cache", Status.WARNING, "not writable", remedy, values)
    return Check("cache", "Kernel cache", Status.GOOD, str(directory), values=values)


def check_work(worker: WorkerSettings) -> tuple[Check, Check]:
    """Real jobs in a real worker process: one whose result is judged, and one for each engine."""
    try:
        result, answers = asyncio.run(_try_out(worker))
    except VelaturaError as error:
        values: dict[str, Value] = {"error": error.code.value, **error.params}
        failed = Check("job", _JOB, Status.BAD, f"failed: {error}", _LOOK_AT_LOG, values)
        return failed, Check("engines", _ENGINES, Status.WARNING, "not tried: no worker")
    return _check_job(result), _check_engines(answers)


_JOB = "A small job"
_ENGINES = "Engines"
_LOOK_AT_LOG = "The log file in the data directory has the details."


def _check_job(result: SelfTestResult) -> Check:
    values: dict[str, Value] = {
        "seconds_ready": round(result.seconds_ready, 3),
        "seconds_work": round(result.seconds_work, 3),
        "threads": result.threads,
    }
    if not result.is_right:
        remedy = "Run `python3 installer repair`."
        return Check("job", _JOB, Status.BAD, "its result is wrong", remedy, values)
    found = (
        f"done in {result.seconds_work:.2f} s with {result.threads} threads, "
        f"after {result.seconds_ready:.1f} s of loading"
    )
    return Check("job", _JOB, Status.GOOD, found, values=values)


def _check_engines(answers: Sequence[Answer]) -> Check:
    values: dict[str, Value] = {each.engine: round(each.seconds, 3) for each in answers}
    silent = [each for each in answers if each.error is not None]
    if silent:
        found = "; ".join(f"{each.engine} failed: {each.error}" for each in silent)
        values |= {f"{each.engine}_error": str(each.error) for each in silent}
        return Check("engines", _ENGINES, Status.BAD, found, _LOOK_AT_LOG, values)
    listed = ", ".join(f"{each.engine} ({each.seconds:.1f} s)" for each in answers)
    return Check("engines", _ENGINES, Status.GOOD, listed, values=values)


async def _try_out(worker: WorkerSettings) -> tuple[SelfTestResult, tuple[Answer, ...]]:
    executor = LocalExecutor((worker,))
    try:
        with tempfile.TemporaryDirectory(prefix="velatura-doctor-") as folder:
            remover = registry.best(Operation.FILL, Intent.REMOVE)
            result = await run_trial(executor, remover, Path(folder))
            engines = [
                each
                for each in registry.specs()
                if each.device is Device.CPU and not each.is_for_checks
            ]
            answers = await call_roll(executor, engines, Path(folder) / "engines")
            return result, answers
    finally:
        await executor.close()


def report(checks: Iterable[Check]) -> str:
    """One line for each check, and the remedies under what needs one."""
    signs = {Status.GOOD: "ok", Status.WARNING: "!!", Status.BAD: "NO"}
    lines: list[str] = []
    for check in checks:
        lines.append(f"{signs[check.status]}  {check.title}: {check.found}")
        if check.remedy:
            lines.append(f"      {check.remedy}")
    return "\n".join(lines)


def as_plain(checks: Iterable[Check]) -> list[dict[str, object]]:
    """Plain values, ready for JSON."""
    return [
        {
            "id": check.id,
            "title": check.title,
            "status": check.status.value,
            "found": check.found,
            "remedy": check.remedy,
            "values": check.values,
        }
        for check in checks
    ]
