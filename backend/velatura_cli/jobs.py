"""``velatura jobs``: what the backend remembers, whoever asked for it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from velatura_plugin.ui.wording.words import operation_name
from velatura_protocol.messages import JobSummary

from .exit_codes import ExitCode, UsageError
from .exporting import export_variation
from .history import History, open_history
from .outputs import check_folder
from .reporting import JsonValue, write_line
from .table import write_table
from .wording import error_line


def run_jobs(arguments: argparse.Namespace) -> ExitCode:
    """:raises UsageError: no such job, or several
    :raises BackendUnavailable: none could be met
    """
    with open_history() as history:
        jobs = history.jobs()
        match arguments.action:
            case "show":
                _show(find_job(jobs, arguments.job), as_json=arguments.json)
            case "export":
                job = find_job(jobs, arguments.job)
                _export(history, job, arguments.output, as_json=arguments.json)
            case "clear":
                named = [find_job(jobs, each) for each in arguments.jobs]
                count = _clear(history, named) if named else _clear_all(history, jobs)
                _print_count(count, as_json=arguments.json)
            case _:
                _list(jobs, as_json=arguments.json)
    return ExitCode.DONE


def find_job(jobs: Sequence[JobSummary], name: str) -> JobSummary:
    """The job of this id, or the only one whose id begins with it.

    :raises UsageError: there is none, or there are several
    """
    found = [each for each in jobs if each.job == name] or [
        each for each in jobs if name and each.job.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    problem = "several jobs begin with" if found else "no job is called"
    raise UsageError(f"{problem} {name}; velatura jobs list shows them")


def described(job: JobSummary) -> dict[str, JsonValue]:
    """A job's line of JSON."""
    error: Mapping[str, JsonValue] | None = None
    if job.error is not None:
        error = {"code": job.error.code.value, "params": dict(job.error.params)}
    return {
        "job": job.job,
        "state": job.state.value,
        "operation": job.operation.value,
        "intent": job.intent.value,
        "engine": job.engine,
        "created": _moment(job),
        "variations": job.variations,
        "prompt": job.prompt,
        "favourite": job.favourite,
        "error": error,
    }


def _moment(job: JobSummary) -> str:
    return datetime.fromtimestamp(job.created).astimezone().isoformat(timespec="seconds")


def _list(jobs: Sequence[JobSummary], *, as_json: bool) -> None:
    if as_json:
        listed = [described(job) for job in jobs]
        write_line(sys.stdout, json.dumps(listed, indent=1, ensure_ascii=False))
        return
    rows = [
        (job.job[:12], job.state.value, job.engine, str(job.variations), _moment(job), _title(job))
        for job in jobs
    ]
    write_table(sys.stdout, ("JOB", "STATE", "ENGINE", "RESULTS", "CREATED", "WHAT"), rows)


def _title(job: JobSummary) -> str:
    return job.prompt or operation_name(job.operation, job.intent)


def _show(job: JobSummary, *, as_json: bool) -> None:
    fields = described(job)
    if as_json:
        write_line(sys.stdout, json.dumps(fields, indent=1, ensure_ascii=False))
        return
    if job.error is not None:
        fields["error"] = error_line(job.error.exception())
    shown = [(name, str(value)) for name, value in fields.items() if value not in (None, "")]
    for name, value in shown:
        write_line(sys.stdout, f"{name + ':':12}{value}")


def _export(history: History, job: JobSummary, folder: Path, *, as_json: bool) -> None:
    """:raises UsageError: it has no results, or there is no such folder"""
    if not job.state.is_end or not job.variations:
        raise UsageError(f"the job {job.job[:12]} is {job.state.value} and has no results")
    check_folder(folder)
    for arrived in history.variations(job):
        for layer in export_variation(folder, job.job, arrived.variation, arrived.content):
            line = str(layer.path)
            if as_json:
                region = layer.region
                box = [region.x, region.y, region.width, region.height]
                line = json.dumps({"path": line, "region": box, "seed": layer.seed})
            write_line(sys.stdout, line)


def _clear(history: History, jobs: Sequence[JobSummary]) -> int:
    return history.forget([each.job for each in jobs if each.state.is_end])


def _clear_all(history: History, jobs: Sequence[JobSummary]) -> int:
    """All but the favourites: those go when they are named."""
    return _clear(history, [each for each in jobs if not each.favourite])


def _print_count(count: int, *, as_json: bool) -> None:
    line = json.dumps({"cleared": count}) if as_json else f"{count} cleared"
    write_line(sys.stdout, line)
