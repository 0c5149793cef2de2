"""What a client is told first, and who it may be."""

from __future__ import annotations

from velatura_backend.engines.specs import RESTYLE
from velatura_protocol.codec import encode
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import Capabilities, Refused, Welcome
from velatura_protocol.parameters import ParameterKind
from velatura_protocol.tasks import Operation


async def test_the_greeting_tells_what_there_is(backend) -> None:
    async with backend.client() as client:
        welcome = await client.wait_for(Welcome)
        assert Operation.FILL in welcome.operations
        assert Operation.GENERATE not in welcome.operations, "what echo can do is no use to anybody"
        assert [spec.rank for spec in welcome.engines] == sorted(
            (spec.rank for spec in welcome.engines), reverse=True
        )
        capabilities = await client.wait_for(Capabilities)
        assert capabilities.devices[0].id == "cpu"


async def test_presets_come_with_pictures_and_fit_into_a_message(backend) -> None:
    async with backend.client() as client:
        welcome = await client.wait_for(Welcome)
        restyle = next(each for each in welcome.engines if each.id == RESTYLE.id)
        presets = next(e for e in restyle.parameters if e.kind is ParameterKind.PRESET)
        assert len(presets.choices) >= 12
        assert all(each.picture.startswith(b"\xff\xd8") for each in presets.choices)
        encoded = encode(welcome)
        assert len(encoded) < welcome.limits.message_bytes / 8


async def test_a_client_id_belongs_to_its_secret(backend) -> None:
    async with backend.client(name="mine", secret="one"):
        pass
    async with backend.client(name="mine", secret="two", greet=False) as intruder:
        refused = await intruder.wait_for(Refused)
        assert refused.error.code is ErrorCode.UNAUTHORISED
        await intruder.until_closed()
