"""POST calls to one server over kept connections: asyncio's own transports and httptools' parser.

A call costs a third of the processor time that it costs through aiohttp's client (83 against 207 µs), and to
call the platform is two thirds of what a broadcast does (`benchmarks/results/broadcast-profile.md`). It can
no more than the calls of a bot need: no redirects, no compression, no uploads in pieces. HTTP/1.1 as in RFC
9112.
"""

import asyncio
import ssl
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpResponseParser

from bot.chat.errors import Unavailable, Uncertain

KEPT_SECONDS = 15.0
"""A connection unused for longer is not used again: what stands between may have forgotten it."""
CONNECT_SECONDS = 10.0
MOST_BYTES = 16 << 20
"""A longer answer is none: nothing that a bot asks for takes a tenth of it."""
_FAMILIES_SECONDS = 0.25
"""After so long without an answer the server's next address is tried beside the first (RFC 8305)."""


class Pipe:
    """The server at `base` (`http://…` or `https://…`, with or without a path)."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an address of a server begins with http:// or https://")
        self._host = parts.hostname
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._tls = ssl.create_default_context() if self._secure else None
        self._path = parts.path.rstrip("/")
        self._name = parts.netloc.rpartition("@")[2]
        self._idle: list[_Connection] = []
        self._heads: dict[str, bytes] = {}

    async def post(self, path: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """Posts JSON; returns status and content of the answer, within so many seconds.

        `path` begins with a slash and is percent-encoded. Raises Unavailable when nothing was sent,
        Uncertain when it is not known what became of the call.
        """
        connection = self._kept() or await self._connect(seconds)
        try:
            connection.ask(self._head(path) + b"%d\r\n\r\n" % len(body) + body)
            async with asyncio.timeout(seconds):
                answer = await connection.answer
        except TimeoutError:
            raise Uncertain("TimeoutError") from None
        finally:
            if connection.is_free:
                self._idle.append(connection)
            else:
                connection.close()
        return answer

    def close(self) -> None:
        """Closes what is not in use."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> "_Connection | None":
        """The connection used last, if it still stands. Those at the other end grow old and are closed."""
        earliest = asyncio.get_running_loop().time() - KEPT_SECONDS
        while self._idle and self._idle[0].used < earliest:
            self._idle.pop(0).close()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_free:
                return connection
            connection.close()
        return None

    async def _connect(self, seconds: float) -> "_Connection":
        try:
            async with asyncio.timeout(min(seconds, CONNECT_SECONDS)):
                _, connection = await asyncio.get_running_loop().create_connection(
                    _Connection,
                    self._host,
                    self._port,
                    ssl=self._tls,
                    happy_eyeballs_delay=_FAMILIES_SECONDS,
                )
        except OSError as error:  # a timeout, a refusal, no such host, a bad certificate
            raise Unavailable(type(error).__name__) from None
        return connection

    def _head(self, path: str) -> bytes:
        """All of a call that comes before the length of its body."""
        if path not in self._heads:
            self._heads[path] = (
                f"POST {self._path}{path} HTTP/1.1\r\nHost: {self._name}\r\nAccept: */*\r\n"
                "Content-Type: application/json\r\nContent-Length: "
            ).encode("ascii")
        return self._heads[path]


class _Connection(asyncio.Protocol):
    """One connection: a call at a time."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self.used = 0.0
        """When its last answer was complete (loop time)."""
        self.is_free = True
        """Whether it can take a call."""
        self._pieces: list[bytes] = []
        self._length = 0
        self._parser = HttpResponseParser(self)

    def ask(self, request: bytes) -> None:
        self.is_free = False
        self.answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)

    def close(self) -> None:
        self.is_free = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self.is_free:  # nobody asked
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self._fail("not HTTP")

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(type(exc).__name__ if exc else "closed")

    def on_message_begin(self) -> None:
        """Called by the parser."""
        if self.answer.done():  # more than was asked for
            self.close()

    def on_body(self, body: bytes) -> None:
        """Called by the parser. What is raised here ends the connection."""
        self._pieces.append(body)
        self._length += len(body)
        if self._length > MOST_BYTES:
            raise ValueError("too long an answer")

    def on_message_complete(self) -> None:
        """Called by the parser."""
        status, content = self._parser.get_status_code(), b"".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        if status < 200:  # the answer proper follows
            return
        if not self.answer.done():
            self.answer.set_result((status, content))
            self.is_free = self._parser.should_keep_alive()
            self.used = asyncio.get_running_loop().time()

    def _fail(self, why: str) -> None:
        self.close()
        if not self.answer.done():
            self.answer.set_exception(Uncertain(why))
            self.answer.exception()  # nobody may be waiting any more
