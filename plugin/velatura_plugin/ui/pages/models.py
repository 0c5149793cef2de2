"""Models, as a page in place of the form: what there is, what can be had, on which terms."""

from __future__ import annotations

from velatura_protocol.messages import InstalledModelInfo, ModelPlace, OfferedModel
from velatura_protocol.parameters import Choice

from ...i18n import Translations
from ...state.models import ModelsView, ModelWork
from ..model import Action, Control, Field, FieldKind, ModelItem, ModelsPage, Option, ProgressLine
from ..wording.numbers import byte_count
from ..wording.words import sentence

CONTROL_PREFIX = "control_network:"
"""Of the field that says what the control network of that id was made for."""
_CONTROL = "control"

INSTALL_LINE = "python3 installer install --with diffusion"
"""What brings the libraries; typed into a terminal in the folder that Velatura came in."""


def models_page(models: ModelsView, reason: str, translations: Translations) -> ModelsPage:
    """``reason``: why nothing can be asked for now; empty if it can."""
    _ = translations.gettext
    items = (
        *(_installed(each, models, reason, translations) for each in models.installed),
        *(_place(each, models, reason, translations) for each in models.places),
        *(_offered(each, models, reason, translations) for each in models.offered),
    )
    note = ""
    if not models.can_run:
        text = _("Models need libraries that are not installed. Run in a terminal: {command}")
        note = text.format(command=INSTALL_LINE)
    return ModelsPage(
        title=_("Models"),
        note=note,
        items=items if models.is_known else (),
        empty="" if models.is_known else reason or _("Asking the engine…"),
        close=Control(Action.CLOSE_MODELS, _("Back")),
    )


def get_label(models: ModelsView, model: OfferedModel, translations: Translations) -> str:
    """*Get (2.1 GB)*, *Go on (1.2 of 2.1 GB)*."""
    _ = translations.gettext
    arrived, total = models.size(model.id)
    size = byte_count(total, translations)
    if arrived:
        have = byte_count(arrived, translations)
        return _("Go on ({have} of {size})").format(have=have, size=size)
    if model.conditions:
        return _("Agree and get ({size})").format(size=size)
    return _("Get ({size})").format(size=size)


def progress_of(work: ModelWork, translations: Translations) -> ProgressLine:
    _ = translations.gettext
    if work.stopping:
        return ProgressLine(_("Stopping…"), work.fraction)
    if not work.total:
        return ProgressLine(_("Beginning…"))
    text = _("{done} of {total}").format(
        done=byte_count(work.done, translations), total=byte_count(work.total, translations)
    )
    return ProgressLine(text, work.fraction)


def licence_line(
    licence: str, translations: Translations, *, commercial_use: bool, conditions: bool = False
) -> str:
    """What it may be used for, as far as anybody knows."""
    _ = translations.gettext
    if not licence:
        return _("Licence unknown: see where you have it from.")
    if not commercial_use:
        return _("Licence: {licence}. Commercial use is not known to be allowed.").format(
            licence=licence
        )
    if conditions:
        return _("Licence: {licence}. Commercial use is allowed, under its conditions.").format(
            licence=licence
        )
    return _("Licence: {licence}. Commercial use is allowed.").format(licence=licence)


def _installed(
    model: InstalledModelInfo, models: ModelsView, reason: str, translations: Translations
) -> ModelItem:
    _ = translations.gettext
    lines = [
        licence_line(model.licence, translations, commercial_use=model.commercial_use),
        *([_("Its files belong to another program.")] if model.in_place else []),
        *([_("Its files are gone.")] if not model.is_there else []),
    ]
    work = models.work(model.id)
    against = reason or ("" if model.is_there else _("Its files are gone."))
    controls = (
        Control(Action.VERIFY_MODEL, _("Check"), not against, against),
        Control(Action.REMOVE_MODEL, _("Remove"), not reason, reason),
    )
    size = byte_count(model.bytes, translations)
    return ModelItem(
        model=model.id,
        title=_("{name}, {size}, installed").format(name=model.name, size=size),
        text=" ".join([*lines, *_trouble(model.id, models, translations)]),
        controls=() if work else controls,
        progress=progress_of(work, translations) if work else None,
        question=_question(model, translations),
        fields=() if work or reason else _control_fields(model, models, translations),
    )


def _control_fields(
    model: InstalledModelInfo, models: ModelsView, translations: Translations
) -> tuple[Field, ...]:
    """Of a control network what it was made for, where its file does not tell."""
    _ = translations.gettext
    kinds = models.control_kinds
    known = ("", *(each.id for each in kinds))
    if model.kind != _CONTROL or not kinds or model.control not in known:
        return ()
    note = _("Nobody said what it was made for: it is given layers as they are.")
    return (
        Field(
            CONTROL_PREFIX + model.id,
            FieldKind.CHOICE,
            _("Made for"),
            model.control,
            help=_("What layers for this control network show. Its file does not tell."),
            options=(
                Option("", _("Not known")),
                *(Option(each.id, _kind_name(each, translations)) for each in kinds),
            ),
            note="" if model.control else note,
        ),
    )


def _kind_name(kind: Choice, translations: Translations) -> str:
    """In the user's language, for those this panel knows."""
    _ = translations.gettext
    known = {
        "scribble": _("Scribbles"),
        "line_art": _("Line art"),
        "soft_edge": _("Soft edges"),
        "canny": _("Hard edges"),
        "depth": _("Depth"),
        "pose": _("Poses"),
        "segmentation": _("Segments"),
        "tile": _("Detail"),
        "colour": _("Colour grids"),
        "inpaint": _("Surroundings"),
    }
    return known.get(kind.id, kind.label)


def _question(model: InstalledModelInfo, translations: Translations) -> str:
    """Asked before it is removed."""
    _ = translations.gettext
    if model.in_place:
        return _("Remove “{name}” from the list? Its files stay.").format(name=model.name)
    return _("Delete “{name}” from the disk?").format(name=model.name)


def _place(
    place: ModelPlace, models: ModelsView, reason: str, translations: Translations
) -> ModelItem:
    _ = translations.gettext
    work = models.work(place.id)
    label = _("Use its models")
    return ModelItem(
        model=place.id,
        title=_("{program} is on this computer").format(program=place.name),
        text=" ".join(
            [
                _("Its models can be used where they are; nothing is copied or changed."),
                *_trouble(place.id, models, translations),
            ]
        ),
        controls=() if work else (Control(Action.TAKE_IN_MODELS, label, not reason, reason),),
        progress=progress_of(work, translations) if work else None,
    )


def _offered(
    model: OfferedModel, models: ModelsView, reason: str, translations: Translations
) -> ModelItem:
    _ = translations.gettext
    work = models.work(model.id)
    if not models.can_run:
        reason = reason or _("The libraries for it are not installed.")
    get = Control(Action.GET_MODEL, get_label(models, model, translations), not reason, reason)
    stopping = _("Stopping…") if work and work.stopping else ""
    stop = Control(Action.STOP_MODEL, _("Stop"), not stopping, stopping)
    return ModelItem(
        model=model.id,
        title=_("{name} (for this computer)").format(name=model.name)
        if model.recommended
        else model.name,
        text=" ".join(_terms(model, models, translations)),
        link=model.licence_url,
        controls=(stop,) if work else (get,),
        progress=progress_of(work, translations) if work else None,
    )


def _terms(model: OfferedModel, models: ModelsView, translations: Translations) -> list[str]:
    """What it gives, what it takes, and on which terms."""
    _ = translations.gettext
    lines = [_(model.gives) if model.gives else ""]
    if model.memory:
        text = _("Runs well with {memory} of graphics memory, slower with less.")
        lines.append(text.format(memory=byte_count(model.memory, translations)))
    names = [each.name for each in filter(None, map(models.offer, model.needs))]
    if names:
        lines.append(_("Comes with {names}.").format(names=", ".join(names)))
    lines.append(
        licence_line(
            model.licence,
            translations,
            commercial_use=model.commercial_use,
            conditions=model.conditions,
        )
    )
    lines += _trouble(model.id, models, translations)
    return [each for each in lines if each]


def _trouble(thing: str, models: ModelsView, translations: Translations) -> list[str]:
    trouble = models.trouble(thing)
    return [sentence(trouble.error, translations)] if trouble else []
