from __future__ import annotations

import io
import json
import os
import pty
from pathlib import Path

import pytest

from velatura_cli.reporting import (
    BarReporter,
    JsonReporter,
    Reporter,
    SilentReporter,
    WrittenFile,
    make_reporter,
    write_line,
)
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Remark

FILE = WrittenFile(Path("out.jpg"), ("lossy",))
LONG = Remark("prompt_truncated", "and a red door")
TILED = Remark("stepped_down", "tiled")


def tell(reporter: Reporter) -> None:
    reporter.begin("in.jpg")
    reporter.accepted("job1", 2)
    reporter.progress(Phase.STEPPING, 0.123456, 0)
    reporter.progress(Phase.LOADING, None, 0)
    reporter.preview(0, Rect(1, 2, 3, 4))
    reporter.result(1, 8)


def test_json_events_are_one_a_line() -> None:
    stream = io.StringIO()
    reporter = JsonReporter(stream)
    tell(reporter)
    reporter.done([FILE])
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    own = {"image": "in.jpg", "job": "job1"}
    assert events == [
        {"event": "accepted", **own, "ahead": 2},
        {"event": "progress", **own, "phase": "stepping", "fraction": 0.1235, "variation": 1},
        {"event": "progress", **own, "phase": "loading", "fraction": None, "variation": 1},
        {"event": "preview", **own, "variation": 1, "region": [1, 2, 3, 4]},
        {"event": "result", **own, "variation": 2, "seed": 8, "remarks": []},
        {"event": "done", **own, "paths": ["out.jpg"], "notes": ["lossy"]},
    ]


def test_json_failures_name_what_was_written_all_the_same() -> None:
    stream = io.StringIO()
    reporter = JsonReporter(stream)
    reporter.begin("in.jpg")
    reporter.failed("disk_full", "The disk is full.", [FILE])
    reporter.cancelled("stepping")
    failed, cancelled = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert failed == {
        "event": "failed",
        "image": "in.jpg",
        "job": "",
        "code": "disk_full",
        "message": "The disk is full.",
        "paths": ["out.jpg"],
        "notes": ["lossy"],
    }
    assert cancelled["phase"] == "stepping"


def test_a_bar_is_for_the_eyes_and_leaves_names_behind() -> None:
    stream = io.StringIO()
    reporter = BarReporter(stream)
    tell(reporter)
    assert "in.jpg" in stream.getvalue()
    assert "loading" in stream.getvalue()
    assert "working" in stream.getvalue()
    reporter.done([FILE])
    assert stream.getvalue().endswith("out.jpg; lossy\n")


def test_silence(capfd: pytest.CaptureFixture[str]) -> None:
    tell(SilentReporter())
    SilentReporter().done([FILE])
    assert capfd.readouterr() == ("", "")


def test_remarks_are_a_line_each_and_each_once(capfd: pytest.CaptureFixture[str]) -> None:
    reporter = SilentReporter()
    reporter.begin("in.jpg")
    reporter.result(0, 1, (LONG, LONG))
    reporter.result(1, 2, (LONG, TILED))
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "velatura: in.jpg: The prompt is too long for this model. Not read: “and a red door”.",
        "velatura: in.jpg: Memory was short: the picture was decoded in tiles.",
    ]
    reporter.begin("next.jpg")
    reporter.result(0, 1, (TILED,))
    assert capfd.readouterr().err.startswith("velatura: next.jpg: Memory was short")


def test_remarks_stand_on_lines_of_their_own_beside_a_bar() -> None:
    stream = io.StringIO()
    reporter = BarReporter(stream)
    reporter.begin("in.jpg")
    reporter.result(0, 1, (Remark("of_tomorrow", "two\nlines"),))
    assert "velatura: in.jpg: of_tomorrow two lines\n" in stream.getvalue()
    reporter.done([])


def test_remarks_are_fields_of_a_result() -> None:
    stream = io.StringIO()
    reporter = JsonReporter(stream)
    reporter.begin("in.jpg")
    reporter.result(0, 5, (LONG,))
    event = json.loads(stream.getvalue())
    assert event["remarks"] == [
        {
            "id": "prompt_truncated",
            "text": "and a red door",
            "message": "The prompt is too long for this model. Not read: “and a red door”.",
        }
    ]


def test_the_reporter_follows_from_where_the_output_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leader, follower = pty.openpty()
    with os.fdopen(leader), os.fdopen(follower, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        assert isinstance(make_reporter(json_events=False), BarReporter)
        assert isinstance(make_reporter(json_events=True), JsonReporter)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert isinstance(make_reporter(json_events=False), SilentReporter)


def test_a_reader_that_left_does_not_end_the_work() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        write_line(stream, "nobody hears this")
        write_line(stream, "nor this")
