from __future__ import annotations

import pytest

from velatura_backend.doctor.scrubbing import Private, Scrubber, without_texts, written_in
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.tasks import Canvas, Operation, Task

STAMP = "2026-11-21 22:00:00,123 INFO velatura.app: "
PRIVATE = Private(
    texts=("a red velvet sleeve", "Größe 7", "cat"),
    secrets=("kT9-token-of-this-start_x", "owner"),
    names=("anna", "annas-mac", "x"),
)


def scrubbed(text: str, private: Private = PRIVATE) -> str:
    return Scrubber(private).scrub(text)


@pytest.mark.parametrize(
    "line",
    [
        STAMP + "velatura 0.1.0, Python 3.11.7, Linux-6.1.0-x86_64-with-glibc2.36",
        STAMP + "a handshake was answered 403",
        STAMP + "worker 4711 ended with exit code -9",
        STAMP + "job 2f1c, 3 of 4 and/or 5",
        "Traceback (most recent call last):",
        "    return self._connection.recv()",
        "EOFError",
        "RuntimeError: out of memory, tried to allocate 20 MiB",
        STAMP + "listening at ws://127.0.0.1:4711/ and 127.0.0.1",
        "",
    ],
)
def test_what_says_nothing_of_anybody_stays(line: str) -> None:
    assert scrubbed(line) == line


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (STAMP + "at /home/anna/Pictures/her.png", STAMP + "at [path]"),
        (STAMP + "at /home/anna/My Pictures/her.png today", STAMP + "at [path] today"),
        (STAMP + "in C:\\Users\\Anna\\her.png", STAMP + "in [path]"),
        (STAMP + "in \\\\server\\share\\x.png", STAMP + "in [path]"),
        (STAMP + "in ~/x", STAMP + "in [path]"),
        (STAMP + "file:///home/anna/x.png", STAMP + "[path]"),
        (STAMP + "wss://studio.example:8443/ is gone", STAMP + "[address] is gone"),
        (STAMP + "from 192.168.1.20", STAMP + "from [address]"),
        (STAMP + "of anna@example.org", STAMP + "of [address]"),
        (STAMP + "user anna on annas-mac", STAMP + "user [name] on [name]"),
        (STAMP + "with kT9-token-of-this-start_x", STAMP + "with [secret]"),
        (STAMP + "with " + "aB3-" * 11, STAMP + "with [secret]-"),
        (STAMP + "A RED velvet sleeve", STAMP + "[prompt]"),
        ("ValueError: cannot encode 'anything at all'", "ValueError: cannot encode […]"),
        ("ValueError: the sleeve is too long", "ValueError: the […] is too long"),
        ("KeyError: 'her'", "KeyError: […]"),
        ("FileNotFoundError: [Errno 2] No such file: '/home/anna/a b.png'",
         "FileNotFoundError: [Errno 2] No such file: […]"),
        ("a second line of somebody's message", "[…]"),
        ('    raise ValueError("a text of a line")', "    raise ValueError([…])"),
        ("    | OSError: no room for /home/anna/her.png", "    | OSError: no room for [path]"),
        ("  which was given as the sleeve by anna", "  which was given as the […] by [name]"),
        ('  File "/home/anna/venv/lib/python3.11/site-packages/torch/x.py", line 3, in f',
         '  File "[…]/lib/python3.11/site-packages/torch/x.py", line 3, in f'),
        ('  File "/home/anna/velatura/backend/velatura_backend/jobs/states.py", line 3, in f',
         '  File "[…]/velatura_backend/jobs/states.py", line 3, in f'),
        ('  File "/home/anna/script.py", line 3, in f', '  File "[path]", line 3, in f'),
        (STAMP + "size gröSSe 7 it was", STAMP + "size gröSSe 7 it was"),
        (STAMP + "a category", STAMP + "a category"),
        (STAMP + "a cat.", STAMP + "a [prompt]."),
    ],
)  # fmt: skip
def test_what_is_somebody_s_goes(line: str, left: str) -> None:
    assert scrubbed(line) == left


def test_where_nobody_knows_the_prompts_no_words_of_a_library_stay() -> None:
    private = Private(texts=None)
    assert scrubbed("ValueError: the sleeve is too long", private) == "ValueError: […]"
    assert scrubbed("  which was given as the sleeve", private) == "[…]"
    assert scrubbed("torch.cuda.OutOfMemoryError: 20 MiB", private).startswith("torch.cuda.Out")


def test_a_line_of_a_check() -> None:
    scrubber = Scrubber(PRIVATE)
    assert scrubber.message("3.11.7 on Linux-6.1") == "3.11.7 on Linux-6.1"
    assert scrubber.message("/home/anna/.local/share/velatura") == "[path]"


def test_what_a_task_s_user_wrote() -> None:
    task = Task(
        Operation.GENERATE,
        Canvas(Size(1, 1), MASK_FORMAT),
        prompt="a sleeve",
        avoid="buttons",
        document_key="d1",
        parameters={"steps": 8, "style": "etching", "palette": ("#102030", "#405060")},
    )
    assert [*written_in(task)] == ["a sleeve", "buttons", "d1", "etching", "#102030", "#405060"]


def test_texts_are_found_however_they_are_written() -> None:
    text = 'naïve "cat"\nand more'
    for shown in (text, repr(text), ascii(text), text.upper()):
        assert "more" not in without_texts(f"<{shown}>", [text]).lower()
    assert without_texts("a b c", ["", " ", "b"]) == "a b c"
