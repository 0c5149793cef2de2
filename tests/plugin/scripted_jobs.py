"""Jobs of the scripted backend, and what it makes of pixels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.events import JobState
from velatura_protocol.messages import (
    BlobRef,
    Failed,
    Finished,
    JobEvent,
    JobSummary,
    Result,
    Submit,
)
from velatura_protocol.tasks import Intent, Operation, Role

INVERTER = EngineSpec(
    id="inverter",
    name="Inverter",
    version="1",
    operations=tuple(Operation),
    sentence="Inverts.",
    intents=tuple(intent for intent in Intent if intent is not Intent.NONE),
    roles=(RoleSpec(Role.IMAGE), RoleSpec(Role.MASK), RoleSpec(Role.EXCLUDE), RoleSpec(Role.STYLE)),
    context=ContextRule(factor=0.5, minimum=2),
    takes_prompt=True,
)


def digest_of(data: bytes | bytearray) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def inverted(data: bytes, index: int) -> bytes:
    """What the backend makes of pixels; another thing for each variation, and never invisible."""
    return bytes(value ^ (0x15 + index) for value in data)


@dataclass
class ScriptedJob:
    submit: Submit
    events: list[JobEvent] = field(default_factory=list)
    acked: int = 0
    is_cancelled: bool = False
    is_started: bool = False
    is_favourite: bool = False


def summary_of(job: ScriptedJob) -> JobSummary:
    task, ends = job.submit.task, [type(each) for each in job.events]
    good = [each.variation for each in job.events if isinstance(each, Result)]
    ended = {Finished: JobState.FINISHED, Failed: JobState.FAILED}
    return JobSummary(
        job.submit.job,
        next((state for kind, state in ended.items() if kind in ends), JobState.RUNNING),
        task.operation,
        task.engine,
        1.0,
        len(good),
        task.prompt,
        task.document_key,
        job.is_favourite,
        thumbnails=tuple(each.thumbnail for each in good if each.thumbnail),
        intent=task.intent,
        canvas=task.canvas.size,
        margins=task.canvas.margins,
    )


def refs_of(job: ScriptedJob) -> list[BlobRef]:
    found = []
    for event in job.events:
        if isinstance(event, Result):
            if event.variation.thumbnail:
                found.append(event.variation.thumbnail)
            for layer in event.variation.layers:
                for patch in layer.patches:
                    found += [patch.pixels, *([patch.mask] if patch.mask else [])]
    return found
