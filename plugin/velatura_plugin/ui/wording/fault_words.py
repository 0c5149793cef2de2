"""What is wrong, in words: a sentence for each code of :mod:`velatura_protocol.faults`.

Those about models are clauses instead, which stand in a sentence that names the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from velatura_protocol.faults import FileFault, ModelFault, NotFoundWhat, TaskFault, UnsupportedWhat

from ...i18n import Translations
from .filling import Params, filled

_Fault = TypeVar("_Fault", bound=Enum)


def fault_of(kind: type[_Fault], code: object) -> _Fault | None:
    """None for one that only another version knows."""
    return next((each for each in kind if each.value == code), None)


def unsupported_sentence(what: UnsupportedWhat, translations: Translations) -> str:
    return _unsupported(translations)[what]


def task_sentence(fault: TaskFault, translations: Translations) -> str:
    return _task(translations)[fault]


def file_sentence(fault: FileFault, translations: Translations) -> str:
    return _file(translations)[fault]


def missing_sentence(what: NotFoundWhat, translations: Translations) -> str:
    return _missing(translations)[what]


def model_clause(code: object, params: Params, translations: Translations) -> str:
    """Why a model cannot be used, filled in; a code that nobody knows as it is."""
    fault = fault_of(ModelFault, code)
    if fault is None:
        return str(code)
    kind = kind_name(str(params.get("kind", "")), translations)
    return filled(_model(translations)[fault], {**params, "kind": kind}, translations)


def kind_name(kind: str, translations: Translations) -> str:
    """What a kind of model, as the backend names it, is called; others as they are."""
    _ = translations.gettext
    names = {
        "checkpoint": _("a checkpoint"),
        "control": _("a control network"),
        "lora": _("a LoRA"),
        "ip_adapter": _("an IP-Adapter"),
        "embedding": _("an embedding"),
        "vae": _("a VAE"),
        "tiny_vae": _("a tiny VAE"),
        "text_encoder": _("a text encoder"),
        "image_encoder": _("an image encoder"),
        "upscaler": _("an upscaler"),
        "preprocessor": _("a network for control images"),
        "safety": _("a safety filter"),
    }
    return names.get(kind, kind)


def _unsupported(translations: Translations) -> Mapping[UnsupportedWhat, str]:
    _ = translations.gettext
    return {
        UnsupportedWhat.PROMPT: _(
            "None of the engines here understands words. Clear the prompt, or install one."
        ),
        UnsupportedWhat.COLOUR_MODEL: _(
            "Velatura works on RGB and grey, and this picture is {model}. It stays as it is; "
            "convert a copy of it and open that."
        ),
        UnsupportedWhat.FLOATING_SELECTION: _(
            "There is a floating selection, which is no part of the picture yet. Anchor it, or "
            "make it a layer, first."
        ),
        UnsupportedWhat.SCALED_DOCUMENT: _(
            "The picture was scaled meanwhile, so these results no longer fit it. They stay in its "
            "history; start the job again."
        ),
        UnsupportedWhat.GREY_PICTURE: _(
            "This picture is grey and cannot hold colours. It stays as it is; convert a copy of it "
            "to RGB and open that."
        ),
        UnsupportedWhat.ICC_PROFILE: _(
            "The picture's colour profile cannot be used. It stays as it is; assign another one to "
            "a copy of it."
        ),
        UnsupportedWhat.PRECISION: _(
            "Velatura cannot work in this picture's precision ({precision}). It stays as it is; "
            "convert a copy of it and open that."
        ),
        UnsupportedWhat.BOTTOM_OF_GROUP: _(
            "Nothing can be put under the lowest layer of a group. Choose another place for the "
            "result."
        ),
        UnsupportedWhat.CONTROL: _(
            "{title} takes no control images. Leave them out, or choose another engine."
        ),
        UnsupportedWhat.REFERENCES: _(
            "{title} takes no reference pictures. Leave them out, or choose another engine."
        ),
        UnsupportedWhat.FAMILY: _("No engine here runs models of this family: {title}."),
        UnsupportedWhat.WITHOUT_DIFFUSION: _(
            "What runs models is not installed. Run python3 installer install --with diffusion."
        ),
    }


def _task(translations: Translations) -> Mapping[TaskFault, str]:
    _ = translations.gettext
    return {
        TaskFault.NOTHING_ADDED: _("Say how far the picture is to be extended."),
        TaskFault.BEYOND_DOCUMENTS: _("No picture can be that large. Extend it by less."),
        TaskFault.NO_RATIO: _("Both sides of an aspect ratio have to be above 0."),
        TaskFault.OTHER_COLOURS: _(
            "The picture was converted meanwhile, so these results no longer fit its colours. They "
            "stay in its history; start the job again."
        ),
        TaskFault.OUTSIDE_CANVAS: _(
            "What is to be captured lies outside the canvas. Select something inside it."
        ),
        TaskFault.PIXELS_WITHHELD: _(
            "The editor did not give all the pixels asked for. The document is unchanged; try "
            "again."
        ),
        TaskFault.NO_COLOURS_TO_TAKE: _(
            "Colouring needs colour strokes or a reference in colour. The document is "
            "unchanged; choose one of them."
        ),
        TaskFault.EMPTY_LAYER: _(
            "A layer that was chosen is empty. Paint on it, or choose another."
        ),
        TaskFault.NOT_CHOSEN: _(
            "This engine needs another layer or picture, which is not chosen yet. Choose one."
        ),
        TaskFault.NO_SUCH_STYLE: _("This model has no style of that name. Choose another."),
        TaskFault.LORA_WEIGHT: _(
            "The weight of a LoRA in the prompt is no number. Write it as in <lora:name:0.8>."
        ),
        TaskFault.SAMPLER: _("The sampler does not go with this model. Choose one of: {choices}."),
        TaskFault.MIRROR: _(
            "This is no address of a mirror. It has to be such as https://hub.example.org."
        ),
        TaskFault.PROXY: _(
            "This is no address of a proxy. It has to be such as http://proxy.example.org:8080."
        ),
        TaskFault.CONTROL_UNTELLABLE: _(
            "What this model was made for cannot be set: it is no control network, or tells by "
            "itself."
        ),
        TaskFault.CONTROL_UNKNOWN: _("There is no such kind of control. Choose one of: {choices}."),
    }


def _file(translations: Translations) -> Mapping[FileFault, str]:
    _ = translations.gettext
    return {
        FileFault.GONE: _("The file “{name}” is gone. Choose another."),
        FileFault.NO_PICTURE: _("“{name}” is no picture that can be opened here. Choose another."),
    }


def _missing(translations: Translations) -> Mapping[NotFoundWhat, str]:
    _ = translations.gettext
    return {
        NotFoundWhat.DOCUMENT: _("No picture is open. Open one first."),
        NotFoundWhat.ENGINE: _("There is no engine called “{id}”. Choose one of those installed."),
        NotFoundWhat.JOB: _("That job is no longer there. Start it again."),
        NotFoundWhat.VARIATION: _(
            "That variation is not there yet. Wait for it, or choose another."
        ),
        NotFoundWhat.LAYER: _("The layer “{id}” is gone. Choose another."),
        NotFoundWhat.BLOB: _("Those pixels are no longer kept. Start the job again."),
        NotFoundWhat.REQUEST: _("There is nothing to repeat yet. Do something first."),
        NotFoundWhat.FILE: _("There is no file called “{id}”."),
        NotFoundWhat.PLACE: _("The place that the models were to come from is gone. Look again."),
        NotFoundWhat.MODEL: _("There is no model called “{id}”."),
        NotFoundWhat.MODELS_IN: _("There is no model in “{id}”."),
        NotFoundWhat.LORA: _(
            "No LoRA called “{id}” is installed. Correct its name, or install it."
        ),
        NotFoundWhat.CONTROL_NETWORK: _(
            "No control network called “{id}” is installed. Choose another, or install it."
        ),
        NotFoundWhat.REFERENCE_ADAPTER: _(
            "No IP-Adapter called “{id}” is installed. Choose another, or install it."
        ),
    }


def _model(translations: Translations) -> Mapping[ModelFault, str]:
    """Each goes on after a colon."""
    _ = translations.gettext
    return {
        ModelFault.MISSING: _("a file of it is gone"),
        ModelFault.SIZE: _("it is not whole"),
        ModelFault.HASH: _("it is not what was installed"),
        ModelFault.UNREADABLE: _("it cannot be read"),
        ModelFault.CUT_OFF: _("it is not whole"),
        ModelFault.BAD_HEADER: _("its head breaks the rules of safetensors files"),
        ModelFault.NO_WEIGHTS: _("there are no weights in it"),
        ModelFault.NO_CONFIG: _("its configuration is missing; take its whole folder"),
        ModelFault.NO_DENOISER: _("what paints is missing in it"),
        ModelFault.INCOMPLETE: _("parts of it are missing"),
        ModelFault.SEVERAL_FILES: _("it is several files, and nothing says which one counts"),
        ModelFault.PICKLE: _("it is a pickle file, which runs whatever is in it"),
        ModelFault.GGUF: _("it is a GGUF file"),
        ModelFault.FOREIGN: _("it belongs to {title}, which is not supported"),
        ModelFault.UNKNOWN: _("nothing tells what it is"),
        ModelFault.UNKNOWN_NETWORK: _("its architecture is not known"),
        ModelFault.OTHER_PICTURES: _("it is for pictures with other channels"),
        ModelFault.OTHER_KIND: _("it is {kind}"),
        ModelFault.OTHER_NETWORK: _("it is a network of another sort ({title})"),
        ModelFault.OTHER_FAMILY: _("it is {kind} for models of another family"),
        ModelFault.NOT_ONE: _("it does not look like {kind}"),
        ModelFault.LORA_LAYOUT: _("it is a LoRA of a sort that is not supported ({title})"),
        ModelFault.CONTROL_LORA: _("it is a control LoRA, which is not supported"),
        ModelFault.HALF_EMBEDDING: _("it is half an embedding for Stable Diffusion XL"),
        ModelFault.CONTROL_KIND: _("it was not made for this kind of control ({kind})"),
        ModelFault.NO_CONTROL_HERE: _("models of this family take no control networks"),
        ModelFault.MORE_THAN_PICTURES: _("it needs more than a picture"),
        ModelFault.KINDS_OF_THING: _(
            "it tells {count} kinds of thing apart, where control networks know {wanted}"
        ),
        ModelFault.LATENT_CHANNELS: _("it is for latents of {count} channels, not {wanted}"),
        ModelFault.VECTOR_WIDTH: _("its vectors are not {wanted} wide, as this model's are"),
    }
