"""What a client is told first, and who it may be."""

from __future__ import annotations

from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import Capabilities, Refused, Welcome
from velatura_protocol.tasks import Operation


async def test_the_greeting_tells_what_there_is(backend) -> None:
    async with backend.client() as client:
        welcome = await client.wait_for(Welcome)
        assert welcome.operations == (Operation.FILL,), "what echo can do is no use to anybody"
        assert [spec.rank for spec in welcome.engines] == sorted(
            (spec.rank for spec in welcome.engines), reverse=True
        )
        capabilities = await client.wait_for(Capabilities)
        assert capabilities.devices[0].id == "cpu"


async def test_a_client_id_belongs_to_its_secret(backend) -> None:
    async with backend.client(name="mine", secret="one"):
        pass
    async with backend.client(name="mine", secret="two", greet=False) as intruder:
        refused = await intruder.wait_for(Refused)
        assert refused.error.code is ErrorCode.UNAUTHORISED
        await intruder.until_closed()
