from __future__ import annotations

import logging
from pathlib import Path

from velatura_backend.log import LOGGER, close_log, open_log


def test_the_log_begins_with_versions_and_is_private(tmp_path: Path) -> None:
    handler = open_log(tmp_path, "9.9")
    try:
        raise ValueError("details")
    except ValueError:
        logging.getLogger(f"{LOGGER}.part").exception("it went wrong")
    close_log(handler)
    path = tmp_path / "backend.log"
    text = path.read_text()
    assert "velatura 9.9, Python 3" in text
    assert "ValueError: details" in text
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    handler = open_log(tmp_path, "9.9")
    for _ in range(600):
        logging.getLogger(LOGGER).info("x" * 10_000)
    close_log(handler)
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 4
    assert max(sizes) <= 1024 * 1024
