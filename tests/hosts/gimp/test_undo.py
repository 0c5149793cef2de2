"""A removal in a GIMP with windows: what its user sees, and one undo that takes it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.counts import INSIDE
from tests.hosts.gimp.windows import GimpWindows


@pytest.mark.host
@pytest.mark.timeout(300)
def test_one_undo_takes_a_removal_back(
    gimp_windows: GimpWindows,
    data: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    found = gimp_windows.run_inside(
        "removal", 240.0, environment={"VELATURA_DATA_DIR": str(data)}, pictures=tmp_path
    )
    record_property(INSIDE, len(found.outcomes))
    told = [f"{name}\n{text}" for name, text in found.failures.items()]
    assert not told, "\n\n".join(told)
    assert list(found.outcomes.values()) == ["passed"] * 7
    before, after = (tmp_path / f"{name}.png" for name in ("before", "after"))
    assert before.read_bytes() != after.read_bytes()
