"""Calls over kept connections: whatever the other end does, the outcome is told truly and the next call works."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.channels import pipe as module
from bot.channels.pipe import Pipe
from bot.chat.errors import Unavailable, Uncertain

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSE, SILENT = b"", b"silent"


class Server:
    """Answers each request with the next script: pieces of bytes; CLOSE hangs up, SILENT never answers."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.requests = []
        self.asked = asyncio.Event()
        self.connections = 0

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append((head, await reader.readexactly(length)))
                self.asked.set()
                for piece in self.scripts.pop(0) if self.scripts else [OK]:
                    if piece == CLOSE:
                        return
                    if piece != SILENT:
                        writer.write(piece)
                        await writer.drain()
                        await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(*scripts, path=""):
    server = Server(*scripts)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    pipe = Pipe(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}{path}")
    try:
        yield server, pipe
    finally:
        pipe.close()
        listening.close()


async def test_a_call_says_who_what_and_how_much():
    async with serving(path="/behind/") as (server, pipe):
        assert await pipe.post("/bot1:x/sendMessage", "ồ".encode(), 5) == (200, b"ok")
        head, body = server.requests[0]
        assert head.startswith(b"POST /behind/bot1:x/sendMessage HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"Content-Type: application/json\r\n" in head
        assert body == "ồ".encode()


async def test_calls_one_after_another_share_a_connection_and_64_at_once_have_64():
    async with serving() as (server, pipe):
        for _ in range(3):
            await pipe.post("/a", b"{}", 5)
        assert server.connections == 1
        await asyncio.gather(*(pipe.post("/a", b"{}", 5) for _ in range(64)))
        assert server.connections == 64
        await asyncio.gather(*(pipe.post("/a", b"{}", 5) for _ in range(64)))
        assert server.connections == 64


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([bytes([each]) for each in OK], (200, b"ok")),
        (
            [
                b"HTTP/1.1 429 Too Many\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\n",
                b"de\r\n0\r\n\r\n",
            ],
            (429, b"abcde"),
        ),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", OK], (200, b"ok")),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], (204, b"")),
    ],
    ids=["a byte at a time", "chunked", "interim answer first", "nothing"],
)
async def test_an_answer_is_read_whole_and_the_connection_kept(pieces, expected):
    async with serving(pieces) as (server, pipe):
        assert await pipe.post("/a", b"{}", 5) == expected
        assert await pipe.post("/a", b"{}", 5) == (200, b"ok")
        assert server.connections == 1


@pytest.mark.parametrize(
    "pieces",
    [
        [CLOSE],
        [OK[:-1], CLOSE],
        [b"HTTP/1.1 200 OK\r\nContent-Le", CLOSE],
        [b"\x15\x03\x01\x00\x02\x02\x16"],
        [SILENT],
    ],
    ids=["hangs up", "in the body", "in the head", "no HTTP", "never answers"],
)
async def test_what_is_not_answered_whole_is_uncertain_and_the_next_call_has_a_new_connection(pieces):
    async with serving(pieces) as (server, pipe):
        with pytest.raises(Uncertain):
            await pipe.post("/a", b"{}", 5 if pieces != [SILENT] else 0.2)
        assert await pipe.post("/a", b"{}", 5) == (200, b"ok")
        assert server.connections == 2


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"],
        [OK + OK],
        [OK + b"HTTP/1.1 200 O"],
        [OK, CLOSE],
        [OK, b"and more"],
    ],
    ids=["says so", "two answers", "an answer begun", "hangs up afterwards", "goes on"],
)
async def test_a_connection_with_which_something_is_wrong_is_not_used_again(pieces):
    async with serving(pieces) as (server, pipe):
        assert await pipe.post("/a", b"{}", 5) == (200, b"ok")
        for _ in range(20):  # what came after the answer arrives
            await asyncio.sleep(0)
        assert await pipe.post("/a", b"{}", 5) == (200, b"ok")
        assert server.connections == 2


async def test_an_answer_without_end_is_cut_off_and_the_next_call_works(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1_000)
    endless = [b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", *[b"x" * 600] * 3, SILENT]
    async with serving(endless) as (server, pipe):
        with pytest.raises(Uncertain, match="not HTTP"):
            await pipe.post("/a", b"{}", 30)
        assert await pipe.post("/a", b"{}", 5) == (200, b"ok")
        assert server.connections == 2


async def test_answers_are_measured_one_by_one(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 3)
    async with serving() as (server, pipe):
        for _ in range(3):
            assert await pipe.post("/a", b"{}", 5) == (200, b"ok")
        assert server.connections == 1


async def test_a_call_given_up_takes_its_connection_along():
    async with serving([SILENT]) as (server, pipe):
        call = asyncio.create_task(pipe.post("/a", b"{}", 5))
        await server.asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await pipe.post("/a", b"{}", 5) == (200, b"ok")
        assert server.connections == 2


async def test_a_connection_unused_for_long_is_not_trusted(monkeypatch):
    async with serving() as (server, pipe):
        await asyncio.gather(*(pipe.post("/a", b"{}", 5) for _ in range(3)))
        monkeypatch.setattr(module, "KEPT_SECONDS", -1)
        await pipe.post("/a", b"{}", 5)
        assert server.connections == 4


async def test_nobody_there_is_unavailable_and_nothing_was_sent():
    async with serving() as (_, pipe):
        pass
    with pytest.raises(Unavailable):
        await pipe.post("/a", b"{}", 5)
    async with serving() as (server, pipe):
        with pytest.raises(Unavailable):  # speaks no TLS
            await Pipe(f"https://127.0.0.1:{pipe._port}").post("/a", b"{}", 5)
        assert server.requests == []


@pytest.mark.parametrize("base", ["", "api.telegram.org", "ftp://api.telegram.org", "https://"])
def test_an_address_that_is_none_is_named(base):
    with pytest.raises(ValueError, match="address of a server"):
        Pipe(base)
