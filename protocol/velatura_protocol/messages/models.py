"""Models: what is installed, what can be, and how it comes and goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..engines import EngineSpec
from ..fields import Id, Natural, OptionalId, ShortText
from ..parameters import Choice
from ..tasks import Operation


@dataclass(frozen=True)
class InstalledModelInfo:
    """``id`` is also that of its engine, where it is one. ``in_place``: its files are another
    program's. ``is_there``: they have not gone. ``control``: what a control network was made for;
    empty where nobody said."""

    id: Id
    name: ShortText
    kind: ShortText
    family: ShortText = ""
    bytes: Natural = 0
    licence: ShortText = ""
    commercial_use: bool = False
    source: ShortText = ""
    in_place: bool = False
    is_there: bool = True
    control: ShortText = ""


@dataclass(frozen=True)
class OfferedModel:
    """``gives``: what it is good for, in English. ``arrived`` of ``bytes`` are here from an earlier
    attempt or the one under way. ``conditions``: the licence has to be agreed to. ``memory`` of a
    graphics card, in bytes. ``needs``: what is installed with it."""

    id: Id
    name: ShortText
    kind: ShortText
    family: ShortText = ""
    gives: str = ""
    operations: tuple[Operation, ...] = ()
    bytes: Natural = 0
    arrived: Natural = 0
    installing: bool = False
    hashes_known: bool = True
    licence: ShortText = ""
    licence_url: ShortText = ""
    conditions: bool = False
    commercial_use: bool = False
    memory: Natural = 0
    recommended: bool = False
    needs: tuple[Id, ...] = ()


@dataclass(frozen=True)
class ModelPlace:
    """Where another program keeps models on the server's machine; the path stays there."""

    id: Id
    name: ShortText


@dataclass(frozen=True)
class ListModels:
    t: ClassVar[str] = "list_models"
    request: Natural


@dataclass(frozen=True)
class Models:
    """``can_run``: the libraries that models need are installed. ``control_kinds``: what a control
    network may have been made for, with names in English."""

    t: ClassVar[str] = "models"
    request: Natural
    installed: tuple[InstalledModelInfo, ...] = ()
    offered: tuple[OfferedModel, ...] = ()
    places: tuple[ModelPlace, ...] = ()
    can_run: bool = True
    control_kinds: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class InstallModel:
    """``accepted``: the user agrees to the conditions of its licence, and of those it needs."""

    t: ClassVar[str] = "install_model"
    request: Natural
    model: Id
    accepted: bool = False


@dataclass(frozen=True)
class ImportModels:
    """In place: nothing is copied."""

    t: ClassVar[str] = "import_models"
    request: Natural
    place: Id


@dataclass(frozen=True)
class DescribeModel:
    """Says what a file does not: ``control``, what a control network was made for."""

    t: ClassVar[str] = "describe_model"
    request: Natural
    model: Id
    control: ShortText = ""


@dataclass(frozen=True)
class VerifyModel:
    t: ClassVar[str] = "verify_model"
    request: Natural
    model: Id


@dataclass(frozen=True)
class RemoveModel:
    t: ClassVar[str] = "remove_model"
    request: Natural
    model: Id


@dataclass(frozen=True)
class StopModel:
    """Ends an installation under way; ``discard``: and deletes what has come of it."""

    t: ClassVar[str] = "stop_model"
    request: Natural
    model: Id
    discard: bool = False


@dataclass(frozen=True)
class ModelProgress:
    """In bytes. ``model``: the one in work; what it needs comes before it."""

    t: ClassVar[str] = "model_progress"
    request: Natural
    model: OptionalId = ""
    done: Natural = 0
    total: Natural = 0


@dataclass(frozen=True)
class Engines:
    """They have changed; as in the welcome."""

    t: ClassVar[str] = "engines"
    operations: tuple[Operation, ...]
    engines: tuple[EngineSpec, ...]
