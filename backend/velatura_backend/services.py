"""What connections work with; put together once, in ``app``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from velatura_protocol.engines import EngineSpec
from velatura_protocol.messages import Capabilities, Limits

from .connections.upload_sink import Ground
from .jobs.dispatcher import Dispatcher
from .jobs.ledger import Ledger
from .journal.history import History
from .journal.thread import JournalThread
from .models.desk import ModelDesk


@dataclass(frozen=True)
class Services:
    """``specs`` are those of this moment: models come and go. ``owner_secret`` makes its bearer see
    everybody's jobs. ``capabilities`` asks the executor what its workers have found."""

    version: str
    specs: Sequence[EngineSpec]
    limits: Limits
    handshake_seconds: float
    owner_secret: str
    exchange_root: Path
    journal: JournalThread
    ledger: Ledger
    dispatcher: Dispatcher
    history: History
    ground: Ground
    models: ModelDesk
    capabilities: Callable[[], Capabilities]
