"""No error carries prose: what is wrong is a code that panels have a sentence for.

Arguments ``what`` and ``reason`` of the errors that users see are members of the enums in
:mod:`velatura_protocol.faults`, or plain names and calls that hand such a one on; a literal has to
be one of their values, and nothing is put together from words.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.meta.sources import Module, modules, nothing, sample
from velatura_protocol.faults import FAULTS

ERRORS = {
    "Unsupported", "BadTask", "NotFound", "ModelDamaged", "UnreadableFile", "DownloadFailed",
}  # fmt: skip
FIELDS = {"what", "reason"}
CODES = frozenset(str(member.value) for kind in FAULTS for member in kind)

ELSEWHERE: dict[str, str] = {
    "backend/velatura_cli/": "the command line speaks English, and nothing of it crosses the wire",
    "backend/velatura_backend/imaging/files/": "image files are read by the command line alone",
    "backend/velatura_backend/imaging/lut.py": "tables of colours, too",
    "backend/velatura_backend/imaging/palettes.py": "palettes, too",
    "backend/velatura_backend/models/bundle.py": "exported folders, too",
    "backend/velatura_backend/models/convert.py": "conversions, too",
    "backend/velatura_backend/engines/diffusion/adapters/styles.py": "files of styles, too",
    "backend/velatura_backend/engines/diffusion/adapters/style_fields.py": "their fields, too",
    "backend/velatura_backend/jobs/states.py": "tasks that only a broken client sends",
    "backend/velatura_backend/executors/worker/inputs.py": "tasks that only a broken client sends",
    "protocol/velatura_protocol/session/": "messages that only a broken peer sends",
    "plugin/velatura_plugin/host/gimp/procedure_run.py": "arguments of scripts, in English",
}
"""Path of a module, or of a folder with a slash at its end → why it may say it in words."""

TECHNICAL = {
    "unknown", "not taken by this engine", "is for expand only", "must be from 0 to 1",
    "is out of range",
}  # fmt: skip
"""Of :func:`check_request`: what only a script can ask for, as a panel settles it before."""


def test_no_error_that_users_see_carries_prose() -> None:
    nothing([line for module in modules() if not _is_elsewhere(module) for line in prose(module)])


def test_every_exception_is_still_needed() -> None:
    found = [module for module in modules() if any(prose(module))]
    nothing([path for path in ELSEWHERE if not any(_covers(path, each) for each in found)])


@pytest.mark.parametrize(
    ("call", "is_prose"),
    [
        ('Unsupported(what="a GIF")', True),
        ('Unsupported(what=f"{name} files")', True),
        ('Unsupported(what="files of " + name)', True),
        ('errors.BadTask(field="x", reason="is " "odd")', True),
        ('BadTask(field="x", reason=", ".join(names))', True),
        ('BadTask(field="x", reason="one" if first else "another")', True),
        ('NotFound(what="job", id="a job")', False),
        ("Unsupported(what=UnsupportedWhat.PROMPT)", False),
        ("ModelDamaged(model=m, file=f, reason=fault)", False),
        ('Other(what="a GIF")', False),
    ],
)
def test_prose_is_seen(call: str, is_prose: bool) -> None:
    assert bool(list(prose(sample(f"raise {call}\n")))) is is_prose


def prose(module: Module) -> Iterator[str]:
    """``path:line: argument`` of each that is put into words."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _name(node.func) in ERRORS:
            for each in node.keywords:
                if each.arg in FIELDS and _has_words(each.value):
                    yield f"{module.path}:{node.lineno}: {ast.unparse(each.value)}"


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _has_words(value: ast.expr) -> bool:
    texts = [
        each.value
        for each in ast.walk(value)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    is_made = any(isinstance(each, ast.JoinedStr) for each in ast.walk(value))
    return is_made or any(text not in CODES | TECHNICAL for text in texts)


def _is_elsewhere(module: Module) -> bool:
    return any(_covers(path, module) for path in ELSEWHERE)


def _covers(path: str, module: Module) -> bool:
    own = str(module.path)
    return own == path or (path.endswith("/") and own.startswith(path))
