"""What the panel can be asked to show: states, drafts and what is around them."""

from __future__ import annotations

from dataclasses import replace

from tests.plugin.events import (
    DOCUMENT,
    FAILURE,
    JOB,
    accepted,
    after,
    failed,
    finished,
    online,
    preview,
    progress,
    started,
    variation,
    working,
)
from tests.plugin.scripted_jobs import INVERTER
from velatura_backend.engines.specs import FILL
from velatura_plugin.client.events import Greeted, Link, LinkChanged
from velatura_plugin.host.base import LayerInfo, LayerKind
from velatura_plugin.settings import Settings
from velatura_plugin.state.models import ModelsChanged, ModelsView, ModelWork
from velatura_plugin.state.reducer import reduce
from velatura_plugin.state.state import (
    CancelAsked,
    DocumentSeen,
    HistoryChanged,
    HistoryView,
    JobSubmitted,
    KeptJob,
    Notice,
    NoticeRaised,
    PanelState,
    PutAway,
    ResultsPutAway,
    RetouchChanged,
    RetouchView,
)
from velatura_plugin.ui.around import Around
from velatura_plugin.ui.form.draft import Draft
from velatura_plugin.ui.form.tasks import TASKS
from velatura_plugin.ui.pages.settings import Facts
from velatura_plugin.ui.panel import ABILITIES
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Margins
from velatura_protocol.messages import (
    PROTOCOL,
    DeviceInfo,
    ErrorInfo,
    InstalledModelInfo,
    JobSummary,
    Limits,
    ModelPlace,
    OfferedModel,
    VariationFailed,
    Welcome,
)
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Intent, Operation

LAYERS = (
    LayerInfo("top", "Sky", LayerKind.PAINT),
    LayerInfo("group", "People", LayerKind.GROUP),
    LayerInfo("inner", "Face", LayerKind.VECTOR, depth=1),
    LayerInfo("filter", "Levels", LayerKind.FILTER),
    LayerInfo("saved", "Hole", LayerKind.SELECTION),
)
WITH_LAYERS = replace(DOCUMENT, layers=LAYERS, layer=LAYERS[0])
UNSELECTED = replace(WITH_LAYERS, selected=None)

PAINTER = replace(
    INVERTER,
    id="painter",
    name="Painter",
    sentence="Paints.",
    rank=20,
    parameters=(
        Parameter("look", ParameterKind.PRESET, "Look", "oil", choices=(Choice("oil", "Oil"),)),
        Parameter("steps", ParameterKind.INT, "Steps", 20, minimum=1, maximum=50),
        Parameter("far", ParameterKind.INT, "Far", 0, minimum=0, maximum=5000),
        Parameter("guidance", ParameterKind.FLOAT, "Guidance", 5.0, minimum=1.0, maximum=11.0),
        Parameter("turbo", ParameterKind.BOOL, "Turbo", False, help="Faster."),
        Parameter("boost", ParameterKind.INT, "Boost", 3, visible_if="turbo=true"),
        Parameter("tint", ParameterKind.COLOUR, "Tint", "#ff8800"),
        Parameter("colours", ParameterKind.PALETTE, "Colours", ("#000000",)),
        Parameter("note", ParameterKind.TEXT, "Note", ""),
        Parameter("map", ParameterKind.LAYER, "Map", ""),
    ),
)


def offering(*engines, document=WITH_LAYERS) -> PanelState:
    """Connected to a backend with these engines."""
    welcome = Welcome(PROTOCOL, "0.1.0", tuple(Operation), tuple(engines), Limits())
    return after(LinkChanged(Link.ONLINE), Greeted(welcome), DocumentSeen(document))


def with_layer(kind: LayerKind = LayerKind.PAINT, **more: bool) -> PanelState:
    layer = LayerInfo("top", "Sky", kind, **more)  # type: ignore[arg-type]
    return online(DocumentSeen(replace(UNSELECTED, layer=layer)))


def offline(reason: str) -> PanelState:
    error = ErrorInfo(ErrorCode.BACKEND_UNAVAILABLE, {"reason": reason})
    return after(LinkChanged(Link.OFFLINE, error=error))


def notice(code: ErrorCode) -> PanelState:
    return online(NoticeRaised(Notice(ErrorInfo(code, retryable=True))))


NOT_DELIVERED = ErrorInfo(ErrorCode.DOWNLOAD_FAILED, {"reason": "broken off"})
SUMMARY = JobSummary("old", JobState.FINISHED, Operation.FILL, "inverter", 1000.0, 3)
KEPT = (
    KeptJob(SUMMARY),
    KeptJob(replace(SUMMARY, job="older", favourite=True, variations=1)),
    KeptJob(replace(SUMMARY, job="bad", state=JobState.FAILED, variations=0)),
)
CPU = DeviceInfo("cpu", "Processor", 8_000_000_000, 4_000_000_000, True)
CARD = DeviceInfo("cuda:0", "Card", 24_000_000_000, 20_000_000_000, True)
SMALL = OfferedModel(
    "sd15",
    "Stable Diffusion 1.5",
    "checkpoint",
    gives="Paints small.",
    operations=(Operation.FILL, Operation.GENERATE),
    bytes=2_100_000_000,
    licence="CreativeML OpenRAIL-M",
    licence_url="https://example.org/rail",
    conditions=True,
    commercial_use=True,
    memory=3_000_000_000,
    recommended=True,
)
KLEIN = replace(
    SMALL,
    id="klein",
    name="FLUX.2 klein",
    bytes=16_000_000_000,
    licence="Apache-2.0",
    conditions=False,
    recommended=False,
    needs=("encoder",),
)
ENCODER = OfferedModel("encoder", "An encoder", "text_encoder", bytes=1_000_000_000)
OWN = InstalledModelInfo("vae", "A VAE", "vae", bytes=300_000_000, in_place=True)
MODELS = ModelsView(
    is_known=True,
    installed=(OWN, replace(OWN, id="old", name="Old", in_place=False, is_there=False)),
    offered=(SMALL, KLEIN, ENCODER),
    places=(ModelPlace("comfyui", "ComfyUI"),),
)
OPEN = replace(MODELS, is_open=True)
KINDS = (Choice("scribble", "Scribble"), Choice("depth", "Depth"))
CONTROLS = (
    InstalledModelInfo("untold", "Untold", "control", "sd15"),
    InstalledModelInfo("depths", "Depths", "control", "sd15", control="depth"),
    InstalledModelInfo("several", "Several", "control", "sdxl", control="union"),
    OWN,
)
COMING = ModelWork("sd15", 1_000_000_000, 2_100_000_000)


def models(view: ModelsView) -> PanelState:
    """Of a backend whose engines understand no words."""
    return reduce(offering(FILL), ModelsChanged(view))


ALL_AROUND = Around(
    settings=Settings(remembered={"welcomed": "yes"}),
    abilities=ABILITIES,
    has_retouch=True,
    facts=Facts("0.1.0", (CPU,), "/data", "/data/log"),
    now=5000.0,
)

STATES: dict[str, PanelState] = {
    "offline": PanelState(),
    "not installed": offline("not installed"),
    "sandboxed": offline("sandboxed"),
    "crashed": offline("ended by signal 9"),
    "refused": after(LinkChanged(Link.OFFLINE, error=ErrorInfo(ErrorCode.VERSION_MISMATCH))),
    "starting": after(LinkChanged(Link.STARTING, waited=1)),
    "starting again": after(
        LinkChanged(
            Link.STARTING,
            error=ErrorInfo(ErrorCode.BACKEND_UNAVAILABLE, {"reason": "ended with exit code 1"}),
        )
    ),
    "starting for long": after(LinkChanged(Link.STARTING, waited=20)),
    "idle": online(),
    "without layers": online(DocumentSeen(UNSELECTED)),
    "no document": online(DocumentSeen(None)),
    "cmyk": online(
        DocumentSeen(
            replace(
                DOCUMENT,
                problem=ErrorInfo(ErrorCode.UNSUPPORTED, {"what": "colour_model", "model": "CMYK"}),
            )
        )
    ),
    "sending": working(),
    "queued": working(accepted(ahead=2)),
    "next": working(accepted()),
    "loading": working(accepted(), started()),
    "running": working(accepted(), started(), progress(step=4, steps=9, eta=70.0), preview()),
    "stopping": working(accepted(), started(), CancelAsked("job")),
    "several": working(accepted(), started(), JobSubmitted(replace(JOB, job="second"))),
    "fetching": online(
        JobSubmitted(replace(JOB, is_restored=True, is_displaced=True)), started(), variation()
    ),
    "link lost mid-job": working(accepted(), LinkChanged(Link.RECONNECTING, retry_in=3)),
    "link lost": online(LinkChanged(Link.RECONNECTING, retry_in=1)),
    "staging": working(accepted(), variation(), variation(5, 1), finished()),
    "some failed": working(accepted(), variation(), VariationFailed("job", 5, 1, FAILURE)),
    "failed": working(accepted(), failed()),
    "retouching": online(RetouchChanged(RetouchView(True, 2))),
    "retouch": online(RetouchChanged(RetouchView(True))),
    "history asked": online(HistoryChanged(HistoryView(is_open=True))),
    "history empty": online(HistoryChanged(HistoryView(is_open=True, is_known=True))),
    "history broken": online(HistoryChanged(HistoryView(is_open=True, problem=FAILURE))),
    "history": online(HistoryChanged(HistoryView(True, "one", KEPT, is_known=True))),
    "history of all": online(HistoryChanged(HistoryView(True, "", KEPT, True, of_all=True))),
    "none of all": online(HistoryChanged(HistoryView(True, is_known=True, of_all=True))),
    "discarded": online(ResultsPutAway(PutAway("one", 1))),
    "several discarded": online(ResultsPutAway(PutAway("one", 3))),
    "closed": online(ResultsPutAway(PutAway("two", 2, is_closed=True, name="cat.kra"))),
    "closed without a name": online(ResultsPutAway(PutAway("two", 1, is_closed=True))),
    "models": models(OPEN),
    "models of control": models(replace(OPEN, installed=CONTROLS, control_kinds=KINDS)),
    "models asked": models(ModelsView(is_open=True)),
    "models without libraries": models(replace(OPEN, can_run=False)),
    "models at work": models(
        OPEN.with_work(COMING).with_work(ModelWork("comfyui")).with_work(ModelWork("vae", 1, 2))
    ),
    "models stopping": models(OPEN.with_work(replace(COMING, stopping=True))),
    "models in trouble": models(OPEN.without_work("klein", NOT_DELIVERED)),
    "a model half here": models(
        replace(OPEN, offered=(replace(SMALL, arrived=1_200_000_000), KLEIN, ENCODER))
    ),
    "models offered": models(MODELS),
    "a model coming": models(MODELS.with_work(COMING)),
    "models put off": models(replace(MODELS, is_put_off=True)),
    "engines": offering(PAINTER, FILL),
    "built-in": offering(FILL),
    **{f"a {kind.value} layer": with_layer(kind) for kind in LayerKind},
    "a hidden layer": with_layer(is_visible=False),
    "a locked layer": with_layer(is_locked=True),
    **{f"notice {code.value}": notice(code) for code in ErrorCode},
}

DRAFTS: dict[str, Draft] = {
    **{each.id: Draft(task=each.id) for each in TASKS},
    "described": Draft(task="fill", prompt="red velvet", seed=7),
    "transparent": Draft(task="fill", mask="transparency"),
    "masked": Draft(task="fill", mask="layer:saved"),
    "extended": Draft(task="extend", sides=Margins(left=100)),
    "aspect": Draft(task="extend", extent="16:9"),
    "fill intent": Draft(task=Intent.FILL.value),
}
