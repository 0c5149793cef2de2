"""A report made of a data directory in which everything private lies about."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from fnmatch import fnmatch
from pathlib import Path

import pytest

import velatura_plugin
from installer import purge
from tests.backend.live import echo_task, finished_job, served
from velatura_backend.doctor.bug_report import LOGS, compose, private_things, write_report
from velatura_backend.doctor.doctor import Check, Status
from velatura_backend.journal.texts import task_texts
from velatura_backend.log import close_log, open_log

PROMPT = "portrait of my neighbour Bertha, in a red velvet dress"
AVOID = "blurry eyes"
DOCUMENT = "Bertha's birthday"
HISTORY = "the garden at dusk"
CHECKS = (
    Check("python", "Python", Status.GOOD, "3.11.7 on Linux-6.1"),
    Check("data", "Data directory", Status.BAD, "/home/anna/.local/share/velatura", "Do this."),
)


@pytest.fixture
async def directory(tmp_path: Path) -> Path:
    """Of a backend that has worked, and logged more than it should have."""
    async with served(tmp_path) as backend, backend.client() as client:
        await finished_job(client, prompt=PROMPT, avoid=AVOID, document_key=DOCUMENT)
        token = backend.token
        found = backend.config.data_directory
        secret = (found / "owner_secret").read_text()
    settings = {
        "client_secret": "a-client-secret-of-43-characters-and-more-1",
        "prompts": [HISTORY],
    }
    (found / "plugin.json").write_text(json.dumps(settings))
    handler = open_log(found, "9.9")
    log = logging.getLogger("velatura.part")
    try:
        raise ValueError(f"cannot encode {PROMPT}: see {Path.home()}/Pictures/bertha.png")
    except ValueError:
        log.exception("it went wrong with %s and %s", token, secret)
    log.info("%s without %s, as %s", HISTORY.upper(), AVOID, settings["client_secret"])
    close_log(handler)
    (found / "backend-start.log").write_text(f"Error in {Path.home()}/x: {PROMPT}\n")
    return found


async def test_nothing_private_is_in_it(directory: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    write_report(directory, CHECKS, target)
    report = target.read_text()
    private = [PROMPT, AVOID, HISTORY, "Bertha", "bertha", "velvet", "neighbour", str(Path.home()),
               (directory / "owner_secret").read_text(), "a-client-secret", "/home/anna",
               str(tmp_path)]  # fmt: skip
    for each in private:
        assert each.casefold() not in report.casefold(), each
    assert target.stat().st_mode & 0o777 == 0o600


async def test_what_helps_is_in_it(directory: Path) -> None:
    report = compose(directory, CHECKS)
    assert "ok  Python: 3.11.7 on Linux-6.1" in report
    assert "NO  Data directory: [path]" in report
    assert "velatura 9.9, Python 3" in report
    assert "---- backend.log ----" in report
    assert "---- backend-start.log ----" in report
    assert "Traceback (most recent call last):" in report
    assert "ValueError: cannot encode [prompt]: see [path]" in report
    assert "it went wrong with [secret] and [secret]" in report


async def test_other_programs_logs_are_left_out(directory: Path) -> None:
    (directory / "diary.log").write_text("Dear diary\n")
    assert "iary" not in compose(directory, CHECKS)


def test_all_logs_are_known_to_the_report_and_to_a_purge() -> None:
    plugin = Path(velatura_plugin.__file__).parent
    names = {
        found
        for module in ("launcher/launcher.py", "host/gimp/panel.py", "host/krita/plugin.py")
        for found in re.findall(r'^LOG_\w+ = "(.+)"$', (plugin / module).read_text(), re.M)
    }
    assert len(names) == 3
    assert names | {"backend.log"} == set(LOGS)
    assert all(any(fnmatch(log, ours) for ours in purge.OURS) for log in LOGS)


async def test_the_journal_knows_what_was_written(directory: Path) -> None:
    texts = task_texts(directory)
    assert texts is not None
    assert {PROMPT, AVOID, DOCUMENT} <= set(texts)


async def test_a_journal_that_cannot_be_read_leaves_no_words(directory: Path) -> None:
    (directory / "journal.sqlite3").write_bytes(b"not a database, for long enough" * 100)
    for more in directory.glob("journal.sqlite3-*"):
        more.unlink()
    assert task_texts(directory) is None
    assert private_things(directory).texts is None
    report = compose(directory, ())
    assert "ValueError: […]" in report
    assert "cannot encode" not in report


def test_an_empty_directory_has_a_report_too(tmp_path: Path) -> None:
    assert task_texts(tmp_path) == ()
    (tmp_path / "plugin.json").write_text("{")
    assert compose(tmp_path, CHECKS).startswith("Velatura: report for a bug")
    (tmp_path / "plugin.json").write_text("[]")
    assert private_things(tmp_path).texts == ()


def test_only_the_end_of_a_long_log_is_in_it(tmp_path: Path) -> None:
    lines = [f"2026-11-21 22:00:00,{n % 1000:03d} INFO velatura: line {n}" for n in range(5000)]
    (tmp_path / "backend.log").write_text("\n".join(lines) + "\n")
    report = compose(tmp_path, ())
    assert lines[-1] in report
    assert lines[0] not in report
    assert all(each in lines for each in report.splitlines() if "INFO" in each)


async def test_later_versions_and_damaged_tasks_are_read_as_text(tmp_path: Path) -> None:
    async with served(tmp_path) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("j", echo_task(prompt=PROMPT, parameters={"fail": "no_source"}))
        await client.end_of("j")
        directory = backend.config.data_directory
    with sqlite3.connect(directory / "journal.sqlite3") as journal:
        journal.execute("UPDATE jobs SET submit = ?", (b"\xc1 later: " + PROMPT.encode(),))
    journal.close()
    texts = task_texts(directory)
    assert texts is not None
    assert any(PROMPT in each for each in texts)
