"""What exactly is wrong: the codes that errors carry as ``what`` or ``reason``, never prose.

Sentences for all of them are the panels' (``velatura_plugin.ui.wording.fault_words``), who show a
code that they do not know as it is. What only a broken client can cause has a technical text
instead.
"""

from __future__ import annotations

from enum import Enum


class UnsupportedWhat(str, Enum):
    """Of :class:`~.errors.Unsupported`, beside operations and intents by their names."""

    PROMPT = "prompt"
    COLOUR_MODEL = "colour_model"
    """``model``: the picture's, by name."""
    FLOATING_SELECTION = "floating_selection"
    SCALED_DOCUMENT = "scaled_document"
    """Between a job's begin and the layer that came of it."""
    GREY_PICTURE = "grey_picture"
    """It cannot hold the colours asked for."""
    ICC_PROFILE = "icc_profile"
    PRECISION = "precision"
    """``precision``: the picture's, by the editor's name for it."""
    BOTTOM_OF_GROUP = "bottom_of_group"
    """Nothing can be put under the lowest layer of a group."""
    CONTROL = "control"
    """``title``: of a family that takes no control images."""
    REFERENCES = "references"
    """``title``: of a family that takes no reference pictures."""
    FAMILY = "family"
    """``title``: of a family that no engine runs."""
    WITHOUT_DIFFUSION = "without_diffusion"
    """It takes the diffusion profile, which is not installed."""


class ModelFault(str, Enum):
    """Why a model cannot be used: ``what`` of :class:`~.errors.Unsupported`, ``reason`` of
    :class:`~.errors.ModelDamaged` and of an :class:`~.errors.UnreadableFile` that was to be one."""

    MISSING = "missing"
    SIZE = "size"
    HASH = "hash"
    UNREADABLE = "unreadable"
    """``detail``: the library's error, by its class."""
    CUT_OFF = "cut_off"
    BAD_HEADER = "bad_header"
    """``detail``: which rule of the format it breaks, in technical English."""
    NO_WEIGHTS = "no_weights"
    NO_CONFIG = "no_config"
    """Its configuration files are missing, which only come with its folder."""
    NO_DENOISER = "no_denoiser"
    INCOMPLETE = "incomplete"
    """``detail``: the first of the tensors that it lacks."""
    SEVERAL_FILES = "several_files"
    PICKLE = "pickle"
    GGUF = "gguf"
    FOREIGN = "foreign"
    """``title``: of the family or architecture, which no engine runs."""
    UNKNOWN = "unknown"
    """``count`` of tensors, ``detail``: the names of the first."""
    UNKNOWN_NETWORK = "unknown_network"
    OTHER_PICTURES = "other_pictures"
    """An upscaler for pictures of other channels than these."""
    OTHER_KIND = "other_kind"
    """``kind``: what it is, as :class:`~.messages.ModelInfo` names kinds."""
    OTHER_NETWORK = "other_network"
    """``title``: the class of the network."""
    OTHER_FAMILY = "other_family"
    """``kind``: of what it is, for models of another family."""
    NOT_ONE = "not_one"
    """``kind``: of what it was taken for."""
    LORA_LAYOUT = "lora_layout"
    """``title``: the layout, LoHa for one."""
    CONTROL_LORA = "control_lora"
    HALF_EMBEDDING = "half_embedding"
    CONTROL_KIND = "control_kind"
    """``kind`` of control that a network was not made for."""
    NO_CONTROL_HERE = "no_control_here"
    """The family that is to be controlled takes no control networks."""
    MORE_THAN_PICTURES = "more_than_pictures"
    """A reference adapter that needs more than a picture."""
    KINDS_OF_THING = "kinds_of_thing"
    """``count`` of those that a segmentation tells apart, where ``wanted`` are known."""
    LATENT_CHANNELS = "latent_channels"
    """``count``, where it takes ``wanted``."""
    VECTOR_WIDTH = "vector_width"
    """``wanted``: how wide the text encoder's are."""


class TaskFault(str, Enum):
    """Of :class:`~.errors.BadTask`: what a user may ask for that cannot be done."""

    NOTHING_ADDED = "nothing_added"
    BEYOND_DOCUMENTS = "beyond_documents"
    NO_RATIO = "no_ratio"
    OTHER_COLOURS = "other_colours"
    """The picture was converted between a job's begin and the layer that came of it."""
    OUTSIDE_CANVAS = "outside_canvas"
    PIXELS_WITHHELD = "pixels_withheld"
    """The editor did not give all that were asked for."""
    NO_COLOURS_TO_TAKE = "no_colours_to_take"
    """Grey is to be coloured, without strokes or a reference."""
    EMPTY_LAYER = "empty_layer"
    NOT_CHOSEN = "not_chosen"
    """A layer or file that the engine cannot do without."""
    NO_SUCH_STYLE = "no_such_style"
    LORA_WEIGHT = "lora_weight"
    SAMPLER = "sampler"
    """``choices``: the names of those that go with the model."""
    MIRROR = "mirror"
    PROXY = "proxy"
    CONTROL_UNTELLABLE = "control_untellable"
    """What a model was made for is not to be told of this one."""
    CONTROL_UNKNOWN = "control_unknown"
    """``choices``: the kinds of control there are."""


class FileFault(str, Enum):
    """Of :class:`~.errors.UnreadableFile`, of a picture chosen in an editor. ``name``: the file's;
    it does not cross the wire."""

    GONE = "gone"
    NO_PICTURE = "no_picture"


class DownloadFault(str, Enum):
    """Of :class:`~.errors.DownloadFailed`."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed out"
    BROKEN_OFF = "broken off"
    STATUS = "status"
    """``status``: HTTP's."""
    CERTIFICATE = "certificate"
    PRIVATE_ADDRESS = "private address"
    TOO_MANY_REDIRECTS = "too many redirects"
    NOT_ENCRYPTED = "not encrypted"
    PROXY = "proxy"
    NOT_AS_ANNOUNCED = "not as announced"
    HASH = "hash"
    UNDER_WAY = "under way"
    """In another process."""


class NotFoundWhat(str, Enum):
    """Of :class:`~.errors.NotFound`."""

    DOCUMENT = "document"
    ENGINE = "engine"
    JOB = "job"
    VARIATION = "variation"
    LAYER = "layer"
    BLOB = "blob"
    REQUEST = "request"
    FILE = "file"
    PLACE = "place"
    MODEL = "model"
    MODELS_IN = "models in"
    LORA = "lora"
    CONTROL_NETWORK = "control_network"
    REFERENCE_ADAPTER = "reference_adapter"


FAULTS: tuple[type[Enum], ...] = (
    UnsupportedWhat,
    ModelFault,
    TaskFault,
    FileFault,
    DownloadFault,
    NotFoundWhat,
)
"""In the order of ``docs/protocol.md``."""
