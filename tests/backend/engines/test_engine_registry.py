from __future__ import annotations

import subprocess
import sys

import pytest

from velatura_backend.engines import registry
from velatura_protocol.errors import NotFound
from velatura_protocol.tasks import Intent, Operation


def test_listing_engines_imports_nothing_heavy():
    code = (
        "import sys; from velatura_backend.engines import registry; registry.specs();"
        "print([m for m in ('numpy', 'numba', 'scipy', 'pyvips') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_ids_are_unique():
    ids = [spec.id for spec in registry.specs()]
    assert len(ids) == len(set(ids))


def test_the_fill_engine_is_the_default_for_removal():
    assert registry.best(Operation.FILL, Intent.REMOVE).id == "builtin_fill"


def test_echo_is_never_a_default():
    for operation in Operation:
        assert "echo" not in [spec.id for spec in registry.candidates(operation)]


def test_an_intent_an_engine_lacks_rules_it_out():
    ids = [spec.id for spec in registry.candidates(Operation.FILL, Intent.ADD)]
    assert "builtin_fill" not in ids


def test_unknown_engine_is_not_found():
    with pytest.raises(NotFound):
        registry.spec("nope")
    with pytest.raises(NotFound):
        registry.create("nope")


@pytest.mark.parametrize("spec", registry.specs(), ids=lambda spec: spec.id)
def test_every_spec_is_complete(spec):
    assert spec.sentence.endswith(".")
    assert spec.operations
    assert len({parameter.id for parameter in spec.parameters}) == len(spec.parameters)
    for parameter in spec.parameters:
        assert parameter.label
        assert parameter.check(parameter.default) is None
