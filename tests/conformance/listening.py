"""What the conformance tests share."""

from typing import Any

from aiohttp import web

from bot.sandbox.server import Sandbox
from bot.testing import control


class Listener:
    """A bot's webhook: keeps what came, answers as told."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.statuses: list[int] = []
        """Answers of the next deliveries; 200 when none is left."""
        self.body: dict[str, Any] | None = None
        self.raw: bytes | None = None
        """Answered once, instead of JSON."""

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append((await request.read(), dict(request.headers)))
        status = self.statuses.pop(0) if self.statuses else 200
        body, self.body = self.body, None
        raw, self.raw = self.raw, None
        if raw is not None:
            return web.Response(body=raw)
        return web.json_response(body or {}, status=status)


async def idle(sandbox: Sandbox, platform: str = "") -> None:
    answer = await control(sandbox.control_url, "idle", platform=platform, wait=10)
    assert answer["idle"], answer
