from __future__ import annotations

from velatura_backend.executors.devices import describe_cpu, usable_cores


def test_the_processor_has_a_name_and_cores() -> None:
    device = describe_cpu(ready=True)
    assert device.id == "cpu"
    assert device.name.strip() == device.name != ""
    assert device.ready
    assert 0 <= device.memory_free <= device.memory_total
    assert usable_cores() >= 1
