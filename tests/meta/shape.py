"""Measures of the code's shape: sizes, state at module level, docstrings."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.meta.sources import Module

_MUTABLE_CALLS = {
    "bytearray", "Counter", "defaultdict", "deque", "dict", "list", "OrderedDict", "set",
}  # fmt: skip
_MUTABLE_NODES = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


def function_lengths(module: Module) -> Iterator[tuple[str, int]]:
    """``(path::name, lines)`` of every function; blank lines and decorators do not count."""
    lines = module.text.splitlines()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = lines[node.lineno - 1 : node.end_lineno]
            yield f"{module.path}::{node.name}", sum(1 for line in body if line.strip())


def file_length(module: Module) -> int:
    """Lines that are not blank."""
    return sum(1 for line in module.text.splitlines() if line.strip())


def module_state(module: Module) -> list[str]:
    """Module-level variables that something could fill: mutable containers under a name that is
    not a constant's, and every ``global`` statement."""
    found = [f"{module.path}:{node.lineno} {name}" for name, node in _variables(module.tree)]
    return found + [
        f"{module.path}:{node.lineno} global {', '.join(node.names)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Global)
    ]


def _variables(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and "Final" not in ast.unparse(node.annotation):
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and _is_mutable(value) and not _constant(target.id):
                yield target.id, node


def _is_mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        function = value.func.value if isinstance(value.func, ast.Subscript) else value.func
        return ast.unparse(function).split(".")[-1] in _MUTABLE_CALLS
    return isinstance(value, _MUTABLE_NODES)


def _constant(name: str) -> bool:
    return name == name.upper() or (name.startswith("__") and name.endswith("__"))


def without_docstring(modules: Iterable[Module]) -> list[str]:
    """Public modules with code in them and no word on what they are for."""
    return [
        str(module.path)
        for module in modules
        if module.tree.body
        and not (module.path.name.startswith("_") and not module.path.name.startswith("__"))
        and not ast.get_docstring(module.tree)
    ]
