"""What a client's messages about models make happen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from velatura_protocol.messages import (
    DescribeModel,
    Done,
    ImportModels,
    InstallModel,
    ListModels,
    ModelProgress,
    RemoveModel,
    ServerReply,
    StopModel,
    VerifyModel,
)

from ..models.desk import ModelDesk, Tell

Work = Coroutine[Any, Any, None]
_Counted = InstallModel | ImportModels | DescribeModel | VerifyModel | RemoveModel | StopModel
ModelRequest = ListModels | _Counted


class ModelRequests:
    """One welcome client's. ``send`` sends, or does nothing where nobody listens any more."""

    def __init__(self, desk: ModelDesk, send: Callable[[ServerReply], None]) -> None:
        self._desk = desk
        self._send = send

    async def carry_out(self, message: ModelRequest) -> None:
        """:raises VelaturaError: the answer, then"""
        if isinstance(message, ListModels):
            self._send(await self._desk.listed(message.request))
            return
        count = await self._count(message)
        self._send(Done(message.request, count))

    async def _count(self, message: _Counted) -> int:
        tell = self._teller(message.request)
        match message:
            case InstallModel():
                return await self._desk.install(message.model, accepted=message.accepted, tell=tell)
            case ImportModels():
                return await self._desk.import_place(message.place, tell)
            case DescribeModel():
                return await self._desk.describe(message.model, control=message.control)
            case VerifyModel():
                return await self._desk.verify(message.model, tell)
            case RemoveModel():
                return await self._desk.remove(message.model)
            case StopModel():
                return await self._desk.stop(message.model, discard=message.discard)

    def _teller(self, request: int) -> Tell:
        return lambda model, step: self._send(
            ModelProgress(request, model, step.done, max(step.total, step.done))
        )
