from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from velatura_backend.engines import registry
from velatura_backend.engines.specs import ECHO
from velatura_backend.executors.engine_check import call_roll, order_for
from velatura_backend.executors.inline import InlineExecutor
from velatura_backend.jobs.states import Checker
from velatura_protocol.engines import RoleSpec
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import Limits
from velatura_protocol.parameters import Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role

BUILT_IN = tuple(spec for spec in registry.specs() if not spec.is_for_checks)


@pytest.mark.slow
async def test_every_engine_answers(tmp_path: Path) -> None:
    answers = await call_roll(InlineExecutor(), BUILT_IN, tmp_path)
    assert [each.engine for each in answers] == [each.id for each in BUILT_IN]
    assert [each for each in answers if each.error is not None] == []


@pytest.mark.parametrize("operation", list(Operation))
async def test_echo_answers_whatever_it_is_asked(tmp_path: Path, operation: Operation) -> None:
    echo = replace(ECHO, operations=(operation,))
    (answer,) = await call_roll(InlineExecutor(), (echo,), tmp_path)
    assert (answer.operation, answer.error) == (operation, None)


async def test_an_engine_that_fails_is_told(tmp_path: Path) -> None:
    failing = tuple(
        replace(each, default="out_of_memory") if each.id == "fail" else each
        for each in ECHO.parameters
    )
    lacking = replace(
        ECHO, id="nobody", parameters=failing, roles=(*ECHO.roles, RoleSpec(Role.GUIDE))
    )
    one, other = await call_roll(InlineExecutor(), (lacking, ECHO), tmp_path)
    assert one.error is not None
    assert one.error.code is ErrorCode.NOT_FOUND
    assert other.error is None


@pytest.mark.parametrize("spec", BUILT_IN, ids=[each.id for each in BUILT_IN])
def test_what_is_asked_is_a_task_like_any_other(tmp_path: Path, spec) -> None:
    order = order_for(spec, tmp_path)
    Checker(BUILT_IN, Limits()).check(order.task, spec)


def test_what_an_engine_cannot_do_without_is_given(tmp_path: Path) -> None:
    needy = replace(
        ECHO,
        operations=(Operation.RESTYLE,),
        roles=(*ECHO.roles[:2], RoleSpec(Role.STYLE, required=True)),
        parameters=(Parameter("x", ParameterKind.BOOL, "X", False),),
    )
    task = order_for(needy, tmp_path).task
    assert [each.role for each in task.inputs] == [Role.IMAGE, Role.MASK, Role.STYLE]
