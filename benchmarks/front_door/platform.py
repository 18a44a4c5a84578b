"""Both faces of a messenger platform on loopback: it posts updates, and it takes the bot's calls.

Raw protocols, so that the other of two cores is left to the bot. Latency of the 200 is measured here, at
the platform, and so holds the wait behind the other connections.
"""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

WHOM = re.compile(rb"(callback_query_id|chat_id)\D+(\d+)")
TOKEN = "42:" + "A" * 35
SECRET = "a-secret-of-the-hook"  # noqa: S105 - made up
PATH = "/webhook/telegram"


@dataclass
class Taken:
    """Calls the platform has accepted: how often each press was answered, and each chat written to."""

    toasts: Counter[bytes] = field(default_factory=Counter)
    messages: Counter[bytes] = field(default_factory=Counter)
    methods: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    last: float = 0.0


class Calls(asyncio.Protocol):
    """The Bot API as far as an acknowledgement needs it; every call is accepted."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers every whole request that is there."""
        self._buffer += data
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = _length(head)
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            self._answer(head.split(b" ", 2)[1], rest[:length])

    def _answer(self, path: bytes, body: bytes) -> None:
        taken = self._platform.taken
        method = path.rsplit(b"/", 1)[1].lower()
        taken.methods[method.decode()] += 1
        result: object = True
        if method == b"sendmessage":
            if self._platform.awaited in body:
                self._platform.awaited_at = self._platform.awaited_at or time.perf_counter()
            whom = int(_whom(b"chat_id", body))
            taken.messages[b"%d" % whom] += 1
            result = {
                "message_id": taken.calls + 1,
                "date": 1_760_000_000,
                "chat": {"id": whom, "type": "private"},
                "text": "…",
            }
        elif method == b"answercallbackquery":
            taken.toasts[_whom(b"callback_query_id", body)] += 1
        elif method == b"getme":
            result = {"id": 42, "is_bot": True, "first_name": "Bot", "username": "a_bot"}
        taken.calls += 1
        taken.last = time.perf_counter()
        answer = json.dumps({"ok": True, "result": result}).encode()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
            + answer
        )


def _length(head: bytes) -> int:
    low = head.lower()
    at = low.find(b"content-length:")
    if at < 0:
        if b"transfer-encoding" in low:
            raise ValueError("this platform takes no chunks")
        return 0
    return int(low[at + 15 :].split(b"\r\n", 1)[0])


def _whom(name: bytes, body: bytes) -> bytes:
    for found in WHOM.finditer(body):
        if found[1] == name:
            return found[2]
    raise ValueError(f"no {name.decode()}")


class _Post(asyncio.Protocol):
    """A kept connection: one update in flight, the next when the answer is whole."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""
        self._since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Posts the first one."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing may be in flight then."""
        self._load.closed()

    def _next(self) -> None:
        update = next(self._load.updates, None)
        if update is None:
            self._transport.close()
            return
        self._since = time.perf_counter()
        self._transport.write(update)

    def data_received(self, data: bytes) -> None:
        """Notes how long a whole answer took."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._load.seconds.append(time.perf_counter() - self._since)
        self._load.answers[int(head[9:12])] += 1
        self._buffer = b""
        self._next()


class Load:
    """Posts updates over so many connections and waits for every answer."""

    def __init__(self, updates: Iterable[bytes], connections: int) -> None:
        self.updates: Iterator[bytes] = iter(updates)
        self.seconds: list[float] = []
        self.answers: Counter[int] = Counter()
        self._open = self._connections = connections
        self._done = asyncio.Event()

    def closed(self) -> None:
        """A connection has nothing more to post."""
        self._open -= 1
        if not self._open:
            self._done.set()

    async def run(self, port: int) -> float:
        """Returns how many seconds it took. Raises TimeoutError after five minutes."""
        loop = asyncio.get_running_loop()
        start = time.perf_counter()
        for _ in range(self._connections):
            await loop.create_connection(lambda: _Post(self), "127.0.0.1", port)
        await asyncio.wait_for(self._done.wait(), 300)
        return time.perf_counter() - start


class Platform:
    """The server side."""

    def __init__(self) -> None:
        self.taken = Taken()
        self.port = 0
        self.awaited, self.awaited_at = b"", 0.0
        """Bytes of a message, and when the first with them came."""

    async def start(self) -> None:
        """Listens on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Calls(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def taken_all(self, calls: int) -> float:
        """Waits until so many calls were accepted; returns when the last was (`time.perf_counter`)."""
        end = time.perf_counter() + 300
        while self.taken.calls < calls:
            if time.perf_counter() > end:
                raise TimeoutError(f"{self.taken.calls} of {calls} calls")
            await asyncio.sleep(0.005)
        return self.taken.last


def press(number: int, user: int, data: str) -> bytes:
    """The HTTP request of one pressed button, with what Telegram tells of its message (1.1 kB)."""
    person = {
        "id": user,
        "is_bot": False,
        "first_name": "Nguyễn",
        "last_name": "Mẫu",
        "username": f"mau{user}",
        "language_code": "vi",
    }
    rows = [
        [{"text": "Đã đọc, tiếp thu", "callback_data": data}],
        [{"text": "Hỏi lại", "callback_data": data.replace("ack", "ask")}],
    ]
    update = {
        "update_id": number,
        "callback_query": {
            "id": str(10**15 + number),
            "from": person,
            "chat_instance": "8123000000000000000",
            "data": data,
            "message": {
                "message_id": number,
                "date": 1_760_000_000,
                "chat": {"id": user, "type": "private", "first_name": "Nguyễn", "username": f"mau{user}"},
                "from": {"id": 42, "is_bot": True, "first_name": "Bot", "username": "a_bot"},
                "text": "52-KH/ĐU ngày 20/11/2026\nKế hoạch mẫu\nTóm tắt: học tập nghị quyết trong quý.",
                "entities": [{"type": "bold", "offset": 0, "length": 24}],
                "reply_markup": {"inline_keyboard": rows},
            },
        },
    }
    body = json.dumps(update, ensure_ascii=False).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
