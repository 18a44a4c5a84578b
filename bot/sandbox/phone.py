"""The phone in the browser: its files, its live stream, and the cast a demo prepares for it.

The page is a client of the control API like any other; what is here is only what a browser needs besides.
"""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.control import body, number
from bot.sandbox.world import PLATFORMS, Json, Message, Refused, World

FILES = Path(__file__).parent / "page"
PAGES = {
    "index.html": "text/html",
    "phone.css": "text/css",
    "phone.js": "text/javascript",
    "message.js": "text/javascript",
    "words.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
KEEP_ALIVE_S = 15.0
"""Seconds after which a silent stream says that it still lives."""
HEADERS = {
    # Nothing but this server's own files: what a person wrote can neither run nor fetch anything.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
CAST_FIELDS = {"label", "hint", "platform", "user_id", "chat_id", "slip", "birth"}


def shown(message: Message) -> Json:
    """An entry as the page draws it: the control API's view, its formatting and its rows of buttons."""
    native = message.native
    rows = (native.get("reply_markup") or {}).get("inline_keyboard") or []
    return {
        **message.view(),
        "spans": native.get("entities") or native.get("caption_entities") or [],
        "rows": [len(row) for row in rows],
        "reply_to": ((native.get("reply_to_message") or {}).get("text") or "")[:80],
        "emoji": (native.get("sticker") or {}).get("emoji", ""),
        "forwarded": ((native.get("forward_origin") or {}).get("sender_user") or {}).get("first_name", ""),
    }


class Phone:
    """The page and the few calls that are its own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cast: list[Json] = []
        self.steps: list[str] = []
        """What a visitor may try, shown on the page."""
        self.shared_clock = False
        """Whether turning the clock here turns it for the bot, too: both are then one process."""
        self._streams: set[asyncio.Task[Any]] = set()
        self._closing = False

    def routes(self) -> list[web.RouteDef]:
        """The addresses, as docs/sandbox.md tells them."""
        return [
            web.get("/", self.page),
            web.get("/page/{name}", self.page),
            web.get("/control/events", self.events),
            web.get("/control/cast", self.show_cast),
            web.post("/control/cast", self.set_cast),
            web.get("/control/files/{file_id}", self.file),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """One of the page's files."""
        name = request.match_info.get("name", "index.html")
        if name not in PAGES:
            return web.Response(status=404)
        text = (FILES / name).read_text(encoding="utf-8")
        return web.Response(text=text, content_type=PAGES[name], headers=HEADERS)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """A chat live, as server-sent events numbered by `changed`; a browser resumes after the last it had.

        After what happened before comes one event named `ready`.
        """
        platform = request.query.get("platform", "")
        if platform not in PLATFORMS:
            raise Refused(f"platform must be one of {', '.join(PLATFORMS)}")
        chat = self.world.chat(platform, request.query.get("chat", ""))
        last = request.headers.get("Last-Event-ID", "")
        after = int(last) if last.isdecimal() else int(number(request, "after", 0))
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        task = asyncio.current_task()
        assert task is not None
        self._streams.add(task)
        wait = 0.0
        try:
            while True:
                found = sorted(await self.world.read(chat, after, wait), key=lambda m: m.changed)
                parts = [f"id: {m.changed}\ndata: {json.dumps(shown(m))}\n\n" for m in found]
                if not wait:
                    parts.append("event: ready\ndata: {}\n\n")
                elif not parts:
                    parts.append(": still here\n\n")
                await stream.write("".join(parts).encode())
                after = max([after, *(m.changed for m in found)])
                wait = KEEP_ALIVE_S
        except ConnectionError:
            return stream  # the page was closed
        except asyncio.CancelledError:
            if self._closing:
                return stream
            raise
        finally:
            self._streams.discard(task)

    async def close(self, app: web.Application) -> None:
        """Ends the open streams, which would keep the server from stopping."""
        self._closing = True
        for task in self._streams:
            task.cancel()

    async def show_cast(self, request: web.Request) -> web.Response:
        """Who a visitor may be."""
        return web.json_response({"cast": self.cast, "steps": self.steps, "shared_clock": self.shared_clock})

    async def set_cast(self, request: web.Request) -> web.Response:
        """Says who a visitor may be; the first two are on the page when it opens."""
        data = await body(request)
        cast = data.get("cast")
        if not isinstance(cast, list) or not all(isinstance(part, dict) for part in cast):
            raise Refused("cast must be a list of objects")
        checked = []
        for part in cast:
            if unknown := set(part) - CAST_FIELDS:
                raise Refused(
                    f"a part has {', '.join(sorted(CAST_FIELDS))}, not {', '.join(sorted(unknown))}"
                )
            words = {key: str(value) for key, value in part.items()}
            person = self.world.person(words.get("platform", ""), words.get("user_id", ""))
            chat = self.world.chat(person.platform, words.get("chat_id") or person.user_id)
            base = {"label": person.name, "hint": "", "slip": "", "birth": ""}
            checked.append({**base, **words, "chat_id": chat.chat_id})
        self.cast, self.shared_clock = checked, data.get("shared_clock") is True
        self.steps = [str(step) for step in data.get("steps") or []]
        return await self.show_cast(request)

    async def file(self, request: web.Request) -> web.Response:
        """A file of some chat, to be kept, never shown: it is whatever somebody sent."""
        file = self.world.files.get(request.match_info["file_id"])
        if file is None:
            raise Refused("no such file", 404)
        disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        headers = {**HEADERS, "Content-Disposition": disposition}
        return web.Response(body=file.data, content_type="application/octet-stream", headers=headers)
