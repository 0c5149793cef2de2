"""Puts a backend together, runs it, and takes it apart again."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from importlib.metadata import version as installed_version

from velatura_protocol.messages import PROTOCOL, Capabilities

from .clocks import SYSTEM, Clocks
from .config import Config, prepare_data_directory
from .connections.exchange import sweep_exchange
from .connections.upload_sink import Ground
from .engines.catalogue import Catalogue
from .engines.diffusion.specs import is_profile_installed
from .executors.base import Executor
from .instance import (
    InstanceLock,
    RuntimeInfo,
    drop_exposed_secret,
    new_token,
    owner_secret,
    published,
)
from .jobs.dispatcher import Dispatcher
from .jobs.ledger import Ledger
from .jobs.runner import Shop
from .jobs.scheduler import Rules, Scheduler
from .jobs.states import Checker
from .journal.blobstore import BlobStore
from .journal.history import History
from .journal.recovery import Recovery
from .journal.thread import JournalThread
from .log import close_log, open_log
from .models.desk import ModelDesk
from .models.store import ModelStore
from .server.server import Server
from .services import Services
from .upkeep import Upkeep

_log = logging.getLogger("velatura.app")

ExecutorFactory = Callable[[Callable[[], None]], Executor]
"""Makes the executor; what it is given is to be called when its devices have changed."""


@dataclass(frozen=True)
class Backend:
    """A running backend. ``stopped`` is set when it wants to end. Whoever started it sets
    ``orphaned`` when they are gone: it then ends with its last client, and sets ``staying`` if
    it has one."""

    info: RuntimeInfo
    server: Server
    services: Services
    executor: Executor
    stopped: asyncio.Event
    orphaned: asyncio.Event
    staying: asyncio.Event


@asynccontextmanager
async def running(
    config: Config, make_executor: ExecutorFactory, clocks: Clocks = SYSTEM
) -> AsyncGenerator[Backend]:
    """A backend that listens while the block runs.

    :raises DataDirectoryInUse: another backend has the data directory
    :raises BackendUnavailable: the directory, the journal or the port cannot be used
    """
    prepare_data_directory(config.data_directory)
    async with AsyncExitStack() as stack:
        stack.enter_context(InstanceLock(config.data_directory))
        version = installed_version("velatura")
        handler = open_log(config.data_directory, version)
        stack.callback(close_log, handler)
        if drop_exposed_secret(config.data_directory):
            _log.warning("others could read the owner's secret; there is a new one")
        backend = await _assemble(stack, config, make_executor, version, clocks)
        stack.enter_context(published(config.data_directory, backend.info))
        _log.info("ready, process %d", os.getpid())
        yield backend
        _log.info("stopping")


async def _assemble(
    stack: AsyncExitStack,
    config: Config,
    make_executor: ExecutorFactory,
    version: str,
    clocks: Clocks,
) -> Backend:
    journal = stack.enter_context(closing(JournalThread.open(config.data_directory, clocks)))
    store = stack.enter_context(closing(BlobStore(config.data_directory)))
    exchange_root = config.data_directory / "exchange"
    sweep_exchange(exchange_root)
    ledger = Ledger(journal, clocks.wall)
    executor = make_executor(lambda: upkeep.announce())
    stack.push_async_callback(executor.close)
    history = History(journal, store)
    stack.push_async_callback(history.close)
    models = ModelStore(config.models_directory)
    catalogue = Catalogue(models)
    checker = Checker(catalogue, config.limits)
    shop = Shop(ledger, store, executor, clocks.steady, clocks.wall)
    scheduler = Scheduler(Rules(config.limits.queued_jobs), clocks.steady)
    dispatcher = Dispatcher(shop, scheduler, checker, lambda: upkeep.job_ended())
    writer = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="blobs"))
    await Recovery(journal, store, ledger, dispatcher, checker, clocks.wall).carry_out()
    stack.push_async_callback(ledger.settle)
    stack.push_async_callback(dispatcher.close)

    desk = ModelDesk(
        models,
        version,
        changed=lambda: upkeep.models_changed(),
        devices=executor.devices,
        can_run=is_profile_installed(),
    )
    stack.push_async_callback(desk.close)
    token, token_file = new_token(config.data_directory)
    services = Services(
        version=version,
        specs=catalogue,
        limits=config.limits,
        handshake_seconds=config.handshake_seconds,
        owner_secret=owner_secret(config.data_directory),
        exchange_root=exchange_root,
        journal=journal,
        ledger=ledger,
        dispatcher=dispatcher,
        history=history,
        ground=Ground(store, history, writer),
        models=desk,
        capabilities=lambda: Capabilities(executor.devices(), executor.warm_engines()),
    )
    server = Server(config, services, token)
    upkeep = Upkeep(config, server, services)
    # Before it opens: the second of its addresses may be refused when it has the first.
    stack.push_async_callback(server.close)
    await server.open()
    stack.push_async_callback(upkeep.close)
    await executor.start()
    dispatcher.start()
    upkeep.start()
    info = RuntimeInfo(
        server.url, str(token_file), os.getpid(), str(PROTOCOL), version, server.outside_url
    )
    return Backend(
        info, server, services, executor, upkeep.stopped, upkeep.orphaned, upkeep.staying
    )
