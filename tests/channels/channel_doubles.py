"""Small stand-ins that several tests of the channels share."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.chat.replies import File

PDF = File("file-1", "52-KH.pdf", "application/pdf", 9)
CHUNK = b"%PDF-1.7\n"


class Shelf:
    """A FileStore over a dict."""

    def __init__(self) -> None:
        self.contents = {"file-1": CHUNK}
        self.references: dict[tuple[str, str], str] = {}
        self.valid: list[int | None] = []
        self.public = ""

    async def link(self, channel: str, chat_id: str, file: File) -> str:
        return f"{self.public}/tep/{file.file_id}-{chat_id}" if self.public else ""

    async def read(self, file_id: str) -> bytes:
        if file_id not in self.contents:
            raise FileNotFoundError(file_id)
        return self.contents[file_id]

    def reference(self, channel: str, file_id: str) -> str | None:
        return self.references.get((channel, file_id))

    def remember(self, channel: str, file_id: str, reference: str, valid_seconds: int | None) -> None:
        self.references[channel, file_id] = reference
        self.valid.append(valid_seconds)


Answer = tuple[int, Any]


class Platform:
    """A server that keeps every call and answers what the test says, else what `usual` says."""

    def __init__(self, usual: Callable[[str], Any]) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self.next: list[Answer] = []
        self.during: Callable[[], Awaitable[None]] | None = None
        self.base = ""
        self._usual = usual

    @property
    def methods(self) -> list[str]:
        return [name for name, _ in self.calls]

    async def answer(self, request: web.Request) -> web.Response:
        name = request.path.rsplit("/", 1)[-1]
        body: dict[str, Any] = {}
        if request.content_type == "application/json":
            body = await request.json()
        elif request.content_type.startswith("multipart/"):
            async for field in await request.multipart():
                content = await field.read()
                body[field.name] = (field.filename, content) if field.filename else content.decode()
        elif request.content_type == "application/x-www-form-urlencoded":
            body = dict(await request.post())
        self.calls.append((name, body))
        self.headers.append(dict(request.headers))
        if self.during:
            await self.during()
        status, answer = self.next.pop(0) if self.next else (200, self._usual(name))
        if isinstance(answer, str):
            return web.Response(status=status, text=answer, content_type="text/html")
        return web.json_response(answer, status=status)


async def serve(platform: Platform) -> web.AppRunner:
    """Serves it on a free port; sets `base`."""
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/{path:.*}", platform.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    platform.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner
