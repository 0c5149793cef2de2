"""Which engine does a task that names none: one answer for panels, commands, scripts and the
backend."""

from __future__ import annotations

from collections.abc import Iterable

from .engines import EngineSpec
from .errors import NotFound, Unsupported
from .faults import NotFoundWhat, UnsupportedWhat
from .tasks import Intent, Operation


def can_do(engine: EngineSpec, operation: Operation, intent: Intent = Intent.NONE) -> bool:
    """An engine that names no intents takes all of them, and all engines take ``Intent.NONE``."""
    if operation not in engine.operations:
        return False
    return intent is Intent.NONE or not engine.intents or intent in engine.intents


def engines_for(
    engines: Iterable[EngineSpec],
    operation: Operation,
    intent: Intent = Intent.NONE,
    *,
    prompt: str = "",
    named: str = "",
) -> tuple[EngineSpec, ...]:
    """Those that can do it, the best first. Those for checking an installation are among them only
    where they are ``named`` by their id.

    With a prompt those that understand words come first, and for a plain fill they do without one,
    too: whoever has installed one wants to write, and what is to go without words is a removal.
    Else it goes by rank: nobody waits for a model who only wants a wire removed.
    """
    wants_words = bool(prompt.strip()) or intent is Intent.FILL
    able = [
        each
        for each in engines
        if can_do(each, operation, intent) and (not each.is_for_checks or each.id == named)
    ]
    return tuple(
        sorted(able, key=lambda each: (not (wants_words and each.takes_prompt), -each.rank))
    )


def best_engine(
    engines: Iterable[EngineSpec],
    operation: Operation,
    intent: Intent = Intent.NONE,
    *,
    prompt: str = "",
    named: str = "",
) -> EngineSpec:
    """The ``named`` one, else the first of :func:`engines_for`.

    :raises NotFound: no engine has that id
    :raises Unsupported: none, or not that one, does this, or understands the prompt
    """
    among = tuple(engines)
    if named:
        among = tuple(each for each in among if each.id == named)
        if not among:
            raise NotFound(what=NotFoundWhat.ENGINE, id=named)
    able = engines_for(among, operation, intent, prompt=prompt, named=named)
    if not able:
        raise Unsupported(what=(operation if intent is Intent.NONE else intent).value)
    if prompt.strip() and not able[0].takes_prompt:
        raise Unsupported(what=UnsupportedWhat.PROMPT)
    return able[0]
