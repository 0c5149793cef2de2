"""Which package may import which, and which line may live where (see DESIGN and CONTRIBUTING)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

from tests.meta.sources import PACKAGES, Module

ARROWS = {
    "velatura_protocol": {"velatura_protocol"},
    "velatura_plugin": {"velatura_plugin", "velatura_protocol"},
    "velatura_backend": {"velatura_backend", "velatura_protocol"},
    "velatura_cli": {"velatura_cli", "velatura_plugin", "velatura_backend", "velatura_protocol"},
    "installer": {"installer"},
}
"""Package → our packages that it may import."""

THIRD_PARTY = {
    "velatura_protocol": {"msgpack"},
    "velatura_plugin": {"websockets", "krita", "pykrita", "PyQt5", "PyQt6", "gi"},
    "velatura_backend": {
        "diffusers", "imagecodecs", "msgpack", "numba", "numpy", "onnxruntime", "peft", "PIL",
        "platformdirs", "pyvips", "safetensors", "scipy", "spandrel", "torch", "transformers",
        "websockets",
    },
    "velatura_cli": {"numpy", "tqdm"},
    "installer": set[str](),
}  # fmt: skip
"""Package → packages of others that it may import; the standard library is open to all."""


@dataclass(frozen=True)
class Room:
    """``names``: import prefixes or, with a dot inside, attributes such as ``os.environ``.
    ``where``: the only places for them, as patterns of paths in which * also spans folders."""

    what: str
    names: tuple[str, ...]
    where: tuple[str, ...]

    def has(self, name: str) -> bool:
        return any(name == own or name.startswith(f"{own}.") for own in self.names)

    def admits(self, module: Module) -> bool:
        return any(fnmatch(str(module.path), pattern) for pattern in self.where)


_BACKEND = "backend/velatura_backend"
_PLUGIN = "plugin/velatura_plugin"

ROOMS = (
    Room(
        "tensor libraries",
        ("torch", "diffusers", "transformers", "accelerate", "safetensors", "spandrel"),
        (
            f"{_BACKEND}/engines/diffusion/*",
            f"{_BACKEND}/engines/super_resolution*",
            f"{_BACKEND}/models/residency*",
            f"{_BACKEND}/models/convert_child*",
        ),
    ),
    Room(
        "compiled kernels", ("numba", "llvmlite", "onnxruntime"), (f"{_BACKEND}/engines/builtin/*",)
    ),
    Room(
        "arrays and pictures",
        ("numpy", "scipy", "pyvips", "imagecodecs", "PIL"),
        (
            f"{_BACKEND}/engines/*",
            f"{_BACKEND}/imaging/*",
            f"{_BACKEND}/executors/worker*",
            "backend/velatura_cli/*",
        ),
    ),
    Room(
        "sockets",
        ("websockets",),
        (f"{_PLUGIN}/transport*", f"{_BACKEND}/server*"),
    ),
    Room("the wire's bytes", ("msgpack",), ("protocol/velatura_protocol/codec*",)),
    Room("the journal's tables", ("sqlite3",), (f"{_BACKEND}/journal*",)),
    Room(
        "Krita and Qt",
        ("krita", "pykrita", "PyQt5", "PyQt6"),
        (f"{_PLUGIN}/host/krita*", f"{_PLUGIN}/ui/qt/*", "plugin/krita/*"),
    ),
    Room(
        "GIMP and GTK", ("gi",), (f"{_PLUGIN}/host/gimp*", f"{_PLUGIN}/ui/gtk/*", "plugin/gimp/*")
    ),
    Room(
        "child processes",
        ("subprocess", "multiprocessing"),
        (
            f"{_PLUGIN}/launcher*",
            f"{_BACKEND}/executors/local*",
            f"{_BACKEND}/executors/worker*",
            f"{_BACKEND}/models/convert*",
            f"{_BACKEND}/engines/super_resolution/looking*",
            "installer/*",
        ),
    ),
    Room(
        "the process's surroundings",
        ("os.environ", "os.getenv", "sys.argv"),
        (
            f"{_BACKEND}/config*",
            f"{_PLUGIN}/settings*",
            f"{_PLUGIN}/launcher*",
            f"{_BACKEND}/executors/worker_process*",  # thread counts, before numpy loads
            f"{_BACKEND}/models/convert_child*",  # the file it is to read
            f"{_BACKEND}/engines/super_resolution/looking*",  # the same
            "*/__main__.py",
            "installer/*",
        ),
    ),
)


def arrow_breaches(modules: Iterable[Module]) -> list[str]:
    """Imports of our own packages against the arrows, and of tests by anybody."""
    return [
        f"{module.path}:{line} imports {name}"
        for module in modules
        for name, line in module.imports()
        if (top := name.split(".")[0]) in {*PACKAGES, "tests"} and top not in ARROWS[module.package]
    ]


def foreign_breaches(modules: Iterable[Module]) -> list[str]:
    """Imports of packages that this part of the house does not depend on."""
    return [
        f"{module.path}:{line} imports {name}"
        for module in modules
        for name, line in module.imports()
        if (top := name.split(".")[0]) not in {*PACKAGES, "tests", "__future__"}
        and top not in sys.stdlib_module_names
        and top not in THIRD_PARTY[module.package]
    ]


def room_breaches(modules: Iterable[Module], rooms: Iterable[Room] = ROOMS) -> list[str]:
    """Names used outside the only places that are theirs."""
    return [
        f"{module.path}:{line} uses {name}: {room.what} live in {', '.join(room.where)}"
        for module in modules
        for name, line in used_names(module)
        for room in rooms
        if room.has(name) and not room.admits(module)
    ]


def used_names(module: Module) -> Iterator[tuple[str, int]]:
    """Everything imported, and every ``name.attribute`` in the code, with its line."""
    yield from module.imports()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}", node.lineno


def broad_handlers(modules: Iterable[Module]) -> list[str]:
    """``path::function`` of every handler that would catch a bug and keep it."""
    return [
        f"{module.path}::{owner}"
        for module in modules
        for owner, handler in _handlers(module.tree, "")
        if _is_broad(handler.type) and not _raises_again(handler)
    ]


def _handlers(node: ast.AST, owner: str) -> Iterator[tuple[str, ast.ExceptHandler]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ExceptHandler):
            yield owner, child
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield from _handlers(child, f"{owner}.{child.name}".lstrip(".") if named else owner)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(map(_is_broad, caught.elts))
    return isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException")
