"""The repository's own modules, parsed; what the checkers of this folder look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

PACKAGES = {
    "velatura_protocol": "protocol/velatura_protocol",
    "velatura_plugin": "plugin/velatura_plugin",
    "velatura_backend": "backend/velatura_backend",
    "velatura_cli": "backend/velatura_cli",
    "installer": "installer",
}
"""Import name → folder."""


@dataclass(frozen=True)
class Module:
    """One source file. ``path`` is relative to the root, ``name`` what one imports."""

    path: PurePosixPath
    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        return self.name.split(".")[0]

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    def imports(self) -> Iterator[tuple[str, int]]:
        """``(dotted name, line)`` of everything imported, at any depth, relative names resolved.

        ``from a import b`` yields ``a.b``: whether b is a module or a name in one, the rules ask
        for prefixes only.
        """
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno
            elif isinstance(node, ast.ImportFrom):
                base = self._resolve(node)
                for alias in node.names:
                    yield f"{base}.{alias.name}", node.lineno

    def _resolve(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        kept = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*kept, *(node.module or "").split(".")]).rstrip(".")


def sample(text: str, path: str = "backend/velatura_backend/sample.py") -> Module:
    """A module that is only text: what the checkers are tested on."""
    return _module(PurePosixPath(path), text)


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the five packages. Vendored code is not ours to judge."""
    files = (file for folder in PACKAGES.values() for file in (ROOT / folder).rglob("*.py"))
    paths = sorted(PurePosixPath(file.relative_to(ROOT).as_posix()) for file in files)
    return tuple(_module(path, (ROOT / path).read_text()) for path in paths if not vendored(path))


def nothing(found: list[str]) -> None:
    """Assert that there is nothing to report, and report all of it otherwise."""
    assert not found, "\n" + "\n".join(found)


def vendored(path: PurePosixPath) -> bool:
    return any(part in ("vendor", "_vendor") for part in path.parts)


def _module(path: PurePosixPath, text: str) -> Module:
    for name, folder in PACKAGES.items():
        if path.is_relative_to(folder):
            inner = path.relative_to(folder).with_suffix("").parts
            parts = inner[:-1] if inner[-1] == "__init__" else inner
            return Module(path, ".".join([name, *parts]), text)
    raise ValueError(f"{path} is in none of the packages")
