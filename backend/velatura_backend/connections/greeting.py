"""Who a client is, and what it is told first."""

from __future__ import annotations

from velatura_protocol.errors import Unauthorised
from velatura_protocol.messages import PROTOCOL, Engines, Exchange, Hello, Welcome
from velatura_protocol.tasks import Operation

from ..engines.specs.pictures import with_pictures
from ..journal.history import Caller
from ..server.auth import same_secret
from ..services import Services


async def identify(services: Services, hello: Hello) -> Caller:
    """A client id belongs to whoever used it first; the owner's secret opens every door.

    :raises Unauthorised: the id is another's
    """
    owns_all = same_secret(hello.client_secret, services.owner_secret)
    client, secret = hello.client_id, hello.client_secret
    if owns_all:
        return Caller(client, owns_all=True)
    if not await services.journal.run(
        lambda journal: journal.claim_client(client, secret), shares=True
    ):
        raise Unauthorised
    return Caller(client)


def welcome(services: Services, exchange: Exchange | None) -> Welcome:
    """With what can be done at this moment; see :func:`engines_now`."""
    now = engines_now(services)
    return Welcome(
        protocol=PROTOCOL,
        version=services.version,
        operations=now.operations,
        engines=now.engines,
        limits=services.limits,
        exchange=exchange,
    )


def engines_now(services: Services) -> Engines:
    """Engines with the best first, as panels offer them, with pictures of their presets; operations
    that any of them can do that is not there for checks alone."""
    engines = sorted(services.specs, key=lambda spec: -spec.rank)[: services.limits.engines]
    able = {
        operation for spec in engines if not spec.is_for_checks for operation in spec.operations
    }
    return Engines(
        operations=tuple(operation for operation in Operation if operation in able),
        engines=tuple(map(with_pictures, engines)),
    )
