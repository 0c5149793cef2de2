"""Which engine is asked, and whether it can do what it is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.scripted_jobs import INVERTER
from velatura_plugin.capture.capture import alpha_mode, check_request, choose_engine
from velatura_plugin.capture.request import GenerateRequest
from velatura_protocol.engines import EngineSpec, RoleSpec
from velatura_protocol.errors import BadTask, NotFound, Unsupported
from velatura_protocol.messages import Limits
from velatura_protocol.parameters import Parameter, ParameterKind
from velatura_protocol.tasks import AlphaMode, Intent, Operation, Role

FILL = GenerateRequest(Operation.FILL, Intent.FILL)
ENGINES = (
    EngineSpec("plain", "", "1", (Operation.FILL,), "", intents=(Intent.REMOVE,), rank=10),
    EngineSpec("words", "", "1", (Operation.FILL,), "", takes_prompt=True, rank=5),
    EngineSpec("large", "", "1", (Operation.UPSCALE,), ""),
    EngineSpec("check", "", "1", tuple(Operation), "", takes_prompt=True, rank=-100),
)


@pytest.mark.parametrize(
    ("request_", "engine"),
    [
        (GenerateRequest(Operation.FILL, Intent.REMOVE), "plain"),
        (GenerateRequest(Operation.FILL, Intent.ADD), "words"),
        (GenerateRequest(Operation.FILL, Intent.REMOVE, prompt="sky"), "words"),
        (GenerateRequest(Operation.FILL, Intent.REMOVE, engine="words"), "words"),
        (GenerateRequest(Operation.UPSCALE), "large"),
        (GenerateRequest(Operation.TILE, engine="check"), "check"),
    ],
)
def test_the_best_engine_that_can(request_: GenerateRequest, engine: str) -> None:
    assert choose_engine(ENGINES, request_).id == engine


@pytest.mark.parametrize(
    ("request_", "error", "params"),
    [
        (GenerateRequest(Operation.TILE), Unsupported, {"what": "tile"}),
        (
            GenerateRequest(Operation.FILL, Intent.ADD, engine="plain"),
            Unsupported,
            {"what": "add"},
        ),
        (GenerateRequest(Operation.UPSCALE, prompt="sky"), Unsupported, {"what": "prompt"}),
        (
            GenerateRequest(Operation.FILL, engine="gone"),
            NotFound,
            {"what": "engine", "id": "gone"},
        ),
    ],
)
def test_no_engine_can(request_: GenerateRequest, error: type, params: dict[str, str]) -> None:
    with pytest.raises(error) as raised:
        choose_engine(ENGINES, request_)
    assert raised.value.params == params


STRICT = replace(
    INVERTER,
    parameters=(Parameter("amount", ParameterKind.FLOAT, "Amount", 0.5, maximum=1.0),),
    roles=(*INVERTER.roles, RoleSpec(Role.SOURCE, required=True)),
)
GOOD = replace(FILL, roles={Role.SOURCE: "a"}, parameters={"amount": 1.0})


def test_a_good_request() -> None:
    check_request(GOOD, STRICT, Limits())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parameters": {"amount": 2.0}}, "amount"),
        ({"parameters": {"speed": 2.0}}, "speed"),
        ({"roles": {}}, "source"),
        ({"roles": {"source": "a", "palette": "b"}}, "palette"),
        ({"variations": 0}, "variations"),
        ({"variations": 65}, "variations"),
        ({"strength": 1.01}, "strength"),
    ],
)
def test_a_request_that_contradicts_its_engine(change: dict[str, object], field: str) -> None:
    with pytest.raises(BadTask) as raised:
        check_request(replace(GOOD, **change), STRICT, Limits())
    assert raised.value.params["field"] == field


@pytest.mark.parametrize(
    ("operation", "mode"),
    [
        (Operation.FILL, AlphaMode.CUT_OUT),
        (Operation.GENERATE, AlphaMode.CUT_OUT),
        (Operation.CUT_OUT, AlphaMode.CUT_OUT),
        (Operation.RESTYLE, AlphaMode.KEEP),
        (Operation.UPSCALE, AlphaMode.KEEP),
        (Operation.RECOLOUR, AlphaMode.KEEP),
    ],
)
def test_only_what_changes_colours_keeps_the_alpha(operation: Operation, mode: AlphaMode) -> None:
    assert alpha_mode(GenerateRequest(operation)) is mode
    assert alpha_mode(GenerateRequest(operation, alpha=AlphaMode.OPAQUE)) is AlphaMode.OPAQUE
