from __future__ import annotations

from velatura_protocol.engines import EngineSpec, RoleSpec
from velatura_protocol.parameters import Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role

PASSES = Parameter("passes", ParameterKind.INT, "Passes", 3)
MASK = RoleSpec(Role.MASK, required=True)
SPEC = EngineSpec("e", "E", "1", (Operation.FILL,), "Fills.", roles=(MASK,), parameters=(PASSES,))


def test_parameters_and_roles_are_found_by_name():
    assert SPEC.parameter("passes") is PASSES
    assert SPEC.parameter("other") is None
    assert SPEC.role("mask") is MASK
    assert SPEC.role("image") is None
