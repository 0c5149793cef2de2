from __future__ import annotations

import dataclasses

from velatura_plugin.i18n import PSEUDO, load_translations
from velatura_plugin.ui.chrome import Chrome


def test_every_word_goes_through_the_catalogue() -> None:
    for text in dataclasses.astuple(Chrome.of(load_translations(PSEUDO))):
        assert text.startswith("[!!!")
