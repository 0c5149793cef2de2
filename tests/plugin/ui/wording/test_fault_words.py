"""Every code has its words, in every language, and says all that it is told."""

from __future__ import annotations

import string
from enum import Enum

import pytest

from velatura_backend.models.records import ModelKind
from velatura_plugin.i18n import LANGUAGES, PseudoTranslations, Translations, load_translations
from velatura_plugin.ui.wording.fault_words import (
    fault_of,
    file_sentence,
    kind_name,
    missing_sentence,
    model_clause,
    task_sentence,
    unsupported_sentence,
)
from velatura_plugin.ui.wording.words import sentence
from velatura_protocol.errors import (
    BadTask,
    DownloadFailed,
    ModelDamaged,
    NotFound,
    UnreadableFile,
    Unsupported,
    VelaturaError,
)
from velatura_protocol.faults import (
    FAULTS,
    DownloadFault,
    FileFault,
    ModelFault,
    NotFoundWhat,
    TaskFault,
    UnsupportedWhat,
)

ENGLISH = Translations()
PARAMS = {
    "model": "CMYK",
    "precision": "double",
    "title": "Chroma",
    "kind": "lora",
    "count": 3,
    "wanted": 7,
    "choices": "one, two",
    "name": "sky",
    "status": 503,
    "id": "x",
    "file": "f",
}


def error_of(fault: Enum) -> VelaturaError:
    match fault:
        case UnsupportedWhat():
            return Unsupported(**{**PARAMS, "what": fault.value, "name": ""})
        case ModelFault():
            return Unsupported(**{**PARAMS, "what": fault.value})
        case TaskFault():
            return BadTask(**{**PARAMS, "field": "x", "reason": fault.value})
        case FileFault():
            return UnreadableFile(**{**PARAMS, "reason": fault.value})
        case DownloadFault():
            return DownloadFailed(**{**PARAMS, "reason": fault.value})
        case _:
            return NotFound(**{**PARAMS, "what": fault.value})


EVERY = [pytest.param(each, id=f"{kind.__name__}-{each.value}") for kind in FAULTS for each in kind]


@pytest.mark.parametrize("fault", EVERY)
def test_every_code_has_a_sentence_and_does_not_show_itself(fault: Enum) -> None:
    error = error_of(fault)
    text = sentence(error)
    assert text.endswith(".")
    assert "unknown" not in text
    stranger = type(error)(**{**error.params, _field(fault): "no such code"})
    assert text != sentence(stranger)
    assert fault.value == "sampler" or "_" not in text


@pytest.mark.parametrize("fault", EVERY)
@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_every_code_is_translated(fault: Enum, language: str) -> None:
    error = error_of(fault)
    assert sentence(error, load_translations(language)) != sentence(error)


@pytest.mark.parametrize("fault", EVERY)
def test_no_english_is_left_of_it(fault: Enum) -> None:
    """Whatever is not a parameter has gone through the catalogue."""
    error = error_of(fault)
    shown = sentence(error, PseudoTranslations())
    marked = shown.replace("[!!!", "").replace("!!!]", "").replace("~", "")
    for value in {*map(str, PARAMS.values()), *error.params.values()}:
        marked = marked.replace(str(value), "")
    assert not set(marked) & set(string.ascii_letters), shown


def _field(fault: Enum) -> str:
    return "what" if isinstance(fault, UnsupportedWhat | ModelFault | NotFoundWhat) else "reason"


@pytest.mark.parametrize("kind", list(ModelKind))
def test_every_kind_of_model_has_a_name(kind: ModelKind) -> None:
    assert kind_name(kind.value, ENGLISH) != kind.value


def test_what_nobody_knows_is_shown_as_it_is() -> None:
    assert kind_name("hypernetwork", ENGLISH) == "hypernetwork"
    assert model_clause("eaten by a goat", {}, ENGLISH) == "eaten by a goat"
    assert fault_of(ModelFault, "eaten by a goat") is None
    assert fault_of(ModelFault, "hash") is ModelFault.HASH
    for error in (
        ModelDamaged(model="m", file="f", reason="eaten by a goat"),
        Unsupported(what="eaten by a goat"),
        Unsupported(name="m", what="eaten by a goat"),
        BadTask(field="f", reason="eaten by a goat"),
    ):
        assert "eaten by a goat" in sentence(error)


def test_words_for_each_sort_of_code() -> None:
    assert "words" in unsupported_sentence(UnsupportedWhat.PROMPT, ENGLISH)
    assert "extended" in task_sentence(TaskFault.NOTHING_ADDED, ENGLISH)
    assert "gone" in file_sentence(FileFault.GONE, ENGLISH)
    assert "repeat" in missing_sentence(NotFoundWhat.REQUEST, ENGLISH)
    assert model_clause("not_one", {"kind": "lora"}, ENGLISH) == "it does not look like a LoRA"
