"""Which of the panel's choices are there again after a restart, and in other documents."""

from __future__ import annotations

from collections.abc import Mapping

from velatura_protocol.tasks import Edge, EdgeKind

from .draft import Draft

MOST_PROMPTS = 50

_ONCE = frozenset({"extend", "upscale", "tile", "retarget"})
"""What is done to a picture once: nobody who opens the next one wants it for that reason."""

_TASK = "task"
_ENGINE = "engine."
_EDGE = "edge."


def remembered(draft: Draft) -> dict[str, str]:
    """For :attr:`~..settings.Settings.remembered`."""
    return {
        _TASK: Draft().task if draft.task in _ONCE else draft.task,
        **{_ENGINE + task: engine for task, engine in draft.engines.items()},
        **{_EDGE + task: f"{it.kind.value} {it.pixels:g}" for task, it in draft.edges.items()},
    }


def recalled(memory: Mapping[str, str]) -> Draft:
    """What makes no sense, out of another version or another hand, is left out."""
    edges = {task: _edge(text) for task, text in _below(_EDGE, memory).items()}
    return Draft(
        task=memory.get(_TASK, Draft().task),
        engines=_below(_ENGINE, memory),
        edges={task: edge for task, edge in edges.items() if edge is not None},
    )


def _below(prefix: str, memory: Mapping[str, str]) -> dict[str, str]:
    found = {key: value for key, value in memory.items() if key.startswith(prefix)}
    return {key.removeprefix(prefix): value for key, value in found.items()}


def _edge(text: str) -> Edge | None:
    kind, _, pixels = text.partition(" ")
    try:
        return Edge(EdgeKind(kind), float(pixels))
    except ValueError:
        return None


def with_prompt(prompts: list[str], prompt: str) -> list[str]:
    """Newest first, each once."""
    prompt = prompt.strip()
    if not prompt:
        return prompts
    return [prompt, *(each for each in prompts if each != prompt)][:MOST_PROMPTS]
