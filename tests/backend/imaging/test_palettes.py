from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from velatura_backend.imaging.palettes import from_hex, parse_gpl
from velatura_protocol.errors import UnreadableFile

GPL = """GIMP Palette
Name: Brand
Columns: 4
# a comment
255   0   0\tRed
  0 128  16  Leaf green
255 0 0 Red again
255 255 255
"""


def test_colours_come_in_the_files_order_each_once():
    assert parse_gpl(GPL) == ("#ff0000", "#008010", "#ffffff")


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm():
    assert parse_gpl("\ufeff" + GPL.replace("\n", "\r\n")) == parse_gpl(GPL)


@pytest.mark.parametrize(
    "text",
    ["", "JASC-PAL\n0100\n", "GIMP Palette\nName: Empty\n#\n", "GIMP Palette\n256 0 0 Too much\n"],
)
def test_what_is_no_palette_says_so(text):
    with pytest.raises(UnreadableFile):
        parse_gpl(text)


def test_hex_becomes_encoded_values():
    assert np.array_equal(from_hex(("#ff0080",)), np.array([[1.0, 0.0, 128 / 255]]))
    assert from_hex(()).shape == (0, 3)


def test_reading_a_palette_imports_no_array_library():
    code = (
        "import sys; from velatura_backend.imaging.palettes import parse_gpl;"
        "parse_gpl('GIMP Palette\\n1 2 3'); print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
