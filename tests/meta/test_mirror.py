"""Every module has a test module of its name, in the folder that mirrors its package."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

from tests.meta.sources import ROOT, Module, modules, nothing, sample

FOLDERS = {
    "velatura_protocol": "tests/protocol",
    "velatura_plugin": "tests/plugin",
    "velatura_backend": "tests/backend",
    "velatura_cli": "tests/cli",
    "installer": "tests/installer",
}

ELSEWHERE: dict[str, str] = {}
"""Path of a module, or of a folder with a slash at its end → where it is tested instead."""


def test_every_module_has_its_test() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    nothing([f"{m.path} has no {_wanted(m)}" for m in modules() if not _tested(m, names)])


def test_no_exception_outlives_its_module() -> None:
    nothing([path for path in ELSEWHERE if not (ROOT / path).exists()])


def _tested(module: Module, tests: set[str]) -> bool:
    """A test may stand in any folder of its package, and be split: ``test_<name>_<more>``."""
    if module.is_package or module.path.name == "__main__.py" or _has_only_types(module):
        return True
    if any(str(module.path) == path or _inside(module.path, path) for path in ELSEWHERE):
        return True
    wanted = PurePosixPath(_wanted(module))
    return any(
        PurePosixPath(test).is_relative_to(FOLDERS[module.package])
        and (test.endswith(f"/{wanted.name}") or f"/{wanted.stem}_" in test)
        for test in tests
    )


def _wanted(module: Module) -> str:
    inner = module.name.split(".")[1:]
    folder = "/".join([FOLDERS[module.package], *inner[:-1]])
    return f"{folder}/test_{inner[-1].lstrip('_')}.py"


def _has_only_types(module: Module) -> bool:
    """Declarations and signatures have nothing that a test could call."""
    functions = (
        n for n in ast.walk(module.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return not any(_has_body(function) for function in functions)


def _has_body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in function.body
    )


def _inside(path: PurePosixPath, folder: str) -> bool:
    return folder.endswith("/") and path.is_relative_to(folder)


def test_a_missing_test_is_seen() -> None:
    module = sample("def f(): return 1", "backend/velatura_backend/imaging/masks.py")
    assert not _tested(module, {"tests/backend/imaging/test_crop.py", "tests/plugin/test_masks.py"})
    assert not _tested(module, {"tests/backend/imaging/test_unmasks.py"})


def test_a_mirrored_test_is_found() -> None:
    module = sample("def f(): return 1", "backend/velatura_backend/imaging/masks.py")
    for path in ("imaging/test_masks.py", "imaging/test_masks_growth.py", "test_masks.py"):
        assert _tested(module, {f"tests/backend/{path}"})


def test_declarations_need_none() -> None:
    assert _tested(sample('"""Names."""\nclass A:\n    x: int\n    def f(self): ...'), set())
