"""Free memory, as the system tells it."""

from __future__ import annotations

import pytest

from velatura_backend.models import residency_memory
from velatura_backend.models.residency_memory import (
    SHARE_OF_HOST,
    CudaMemory,
    HostMemory,
    MpsMemory,
    memory_of,
)


def test_the_host_has_some_and_not_all() -> None:
    some = HostMemory().available()
    assert 0 < some < 1 << 50
    HostMemory().give_back()


def test_a_share_of_what_is_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(residency_memory, "_host_available", lambda: 1000)
    assert HostMemory().available() == int(1000 * SHARE_OF_HOST)


def test_the_table_of_linux_is_in_kib() -> None:
    text = "MemTotal:  100 kB\nMemAvailable:    40 kB\n"
    assert residency_memory._meminfo(text, "MemAvailable") == 40 * 1024
    with pytest.raises(LookupError):
        residency_memory._meminfo(text, "MemWho")


@pytest.mark.parametrize(
    ("device", "kind"),
    [("cpu", HostMemory), ("cuda", CudaMemory), ("cuda:1", CudaMemory), ("mps", MpsMemory)],
)
def test_each_device_has_its_own(device: str, kind: type[object]) -> None:
    assert isinstance(memory_of(device), kind)
