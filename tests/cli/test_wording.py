from __future__ import annotations

import pytest

from velatura_cli.wording import error_line
from velatura_protocol.errors import (
    BackendUnavailable,
    DiskFull,
    MaskMismatch,
    NoSource,
    NothingSelected,
    UnreadableFile,
    Unsupported,
    VelaturaError,
)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NothingSelected(), "mask is empty"),
        (NoSource(), "outside the mask"),
        (Unsupported(what="GIF files"), "Not supported: GIF files."),
        (UnreadableFile(reason="truncated"), "truncated"),
        (MaskMismatch(mask_width=1, mask_height=2, width=3, height=4), "1 × 2"),
        (BackendUnavailable(reason="data_directory_not_writable"), "VELATURA_DATA_DIR"),
        (BackendUnavailable(reason="not installed"), "not installed"),
        (DiskFull(), "disk is full"),
    ],
)
def test_a_line_for_every_error(error: VelaturaError, words: str) -> None:
    assert words in error_line(error)
    assert "\n" not in error_line(error)


def test_transparency_has_words_of_its_own() -> None:
    assert "transparent" in error_line(NothingSelected(), mask_from_alpha=True)
