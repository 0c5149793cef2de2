"""Every module is tested where one looks for it.

Either by a test module of its name, or by one that imports it by name, in the folder of tests that
mirrors its package. What is only ever reached through something else has no test of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.meta.sources import ROOT, Module, modules, nothing, sample

FOLDERS = {
    "velatura_protocol": "tests/protocol",
    "velatura_plugin": "tests/plugin",
    "velatura_backend": "tests/backend",
    "velatura_cli": "tests/cli",
    "installer": "tests/installer",
}

ELSEWHERE: dict[str, str] = {
    "backend/velatura_backend/engines/builtin/patchmatch/": "backend/engines/test_fill_engine.py: "
    "the method as a whole, against golden results; its parts mean nothing by themselves",
    "backend/velatura_backend/engines/builtin/warm.py": "backend/engines/conftest.py runs it",
    "plugin/velatura_plugin/host/krita/": "hosts/krita: only the real Krita can run it",
    "plugin/velatura_plugin/host/gimp/": "hosts/gimp: only the real GIMP can run it",
    "plugin/velatura_plugin/ui/qt/": "hosts/qt: with the Python and the Qt of each root",
    "plugin/velatura_plugin/ui/gtk/": "hosts/gtk: with the Python and the GTK that GIMP has",
}
"""Path of a module, or of a folder with a slash at its end → where it is tested instead."""

Tests = dict[str, frozenset[str]]
"""Path of a test module → dotted names that it imports."""


def test_every_module_has_its_test() -> None:
    tests = _tests()
    nothing([f"{m.path}: no {_wanted(m)}" for m in modules() if not _tested(m, tests)])


def test_no_exception_outlives_its_module() -> None:
    nothing([path for path in ELSEWHERE if not (ROOT / path).exists()])


def _tests() -> Tests:
    files = (ROOT / "tests").rglob("test_*.py")
    return {
        file.relative_to(ROOT).as_posix(): frozenset(_imported(file.read_text(encoding="utf-8")))
        for file in files
    }


def _imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _tested(module: Module, tests: Tests) -> bool:
    if module.is_package or module.path.name == "__main__.py" or _has_only_types(module):
        return True
    if any(str(module.path) == path or _inside(module.path, path) for path in ELSEWHERE):
        return True
    folder = FOLDERS[module.package]
    nearby = {path: names for path, names in tests.items() if path.startswith(f"{folder}/")}
    return any(module.name in names for names in nearby.values()) or _mirrored(module, nearby)


def _mirrored(module: Module, tests: Tests) -> bool:
    """A test may be split: ``test_<name>_<more>``."""
    wanted = PurePosixPath(_wanted(module))
    return any(path.endswith(f"/{wanted.name}") or f"/{wanted.stem}_" in path for path in tests)


def _wanted(module: Module) -> str:
    inner = module.name.split(".")[1:]
    folder = "/".join([FOLDERS[module.package], *inner[:-1]])
    return f"{folder}/test_{inner[-1].lstrip('_')}.py"


def _has_only_types(module: Module) -> bool:
    """Declarations and signatures have nothing that a test could call."""
    nodes = ast.walk(module.tree)
    functions = (n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return not any(_has_body(function) for function in functions)


def _has_body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in function.body
    )


def _inside(path: PurePosixPath, folder: str) -> bool:
    return folder.endswith("/") and path.is_relative_to(folder)


MASKS = sample("def f(): return 1", "backend/velatura_backend/imaging/masks.py")


def test_a_missing_test_is_seen() -> None:
    imports = frozenset({"velatura_backend.imaging.crop", "velatura_backend.imaging.masks2"})
    for path in ("backend/test_crop.py", "plugin/test_masks.py", "backend/test_unmasks.py"):
        assert not _tested(MASKS, {f"tests/{path}": imports})


def test_a_test_of_another_package_does_not_count() -> None:
    assert not _tested(MASKS, {"tests/cli/test_a.py": frozenset({MASKS.name})})


def test_a_mirrored_test_is_found() -> None:
    for path in ("imaging/test_masks.py", "imaging/test_masks_growth.py", "test_masks.py"):
        assert _tested(MASKS, {f"tests/backend/{path}": frozenset()})


def test_a_test_that_imports_the_module_is_found() -> None:
    for line in (
        "from velatura_backend.imaging.masks import grow",
        "from velatura_backend.imaging import masks",
        "import velatura_backend.imaging.masks",
    ):
        assert _tested(MASKS, {"tests/backend/imaging/test_edges.py": frozenset(_imported(line))})


def test_declarations_need_none() -> None:
    text = '"""Names."""\nclass A:\n    x: int\n    def f(self): ...'
    assert _tested(sample(text), {})
