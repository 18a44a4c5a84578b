"""30,000 messages, 64 in flight: `python -m benchmarks.broadcast [--json] [--messages 30000] [--rounds 5]`.

Ours is `sotay run` itself over the rows that the real verb froze for as many members: rendering, rights, the
audit trail and a receipt committed for every recipient, counted afterwards through the product's queries. Peers
send the same words to as many chats and note nothing (python-telegram-bot on a tenth of them). The platform is a
bare protocol on loopback that accepts everything. Time runs from the first message after a warm-up to the last
one accepted; for ours, to the last receipt in the database. Rounds turn the order; a ratio is the median of the
rounds' own ratios. Fails when a recipient was left out, doubled or not recorded.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from benchmarks.front_door import processes, town
from bot.channels.render import render
from bot.channels.telegram.capabilities import TELEGRAM
from bot.delivery import outbox
from bot.directives import live_cards, queries, texts
from bot.store.engine import reading
from bot.store.tables.delivery import SENT
from bot.store.tables.delivery import outbox as rows
from bot.store.tx import Tx
from bot.store.writer import write

RESULTS = Path(__file__).resolve().parent / "results"
MESSAGES, WARM, ROUNDS = 30_000, 300, 5
FEWER = 10
"""python-telegram-bot sends this part of the messages: its rate is the same, and the rest would take minutes."""
VARIANTS = ("raw-aiohttp", "aiogram-stock", "ptb", "ours")
COLUMNS = {"rate": "messages/s", "cpu_us": "CPU a message, µs", "memory_mb": "memory, MB"}
LIMIT_S = 900
Figures = dict[str, float]


class Wrong(Exception):
    """A recipient was left out or written to twice, or a receipt is missing."""


class Stub(asyncio.Protocol):
    """Accepts every call, with bodies of a told length or in chunks."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self._waiting = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers each request that is whole."""
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._waiting[:end]).lower()
            whole = self._whole(head, end + 4)
            if whole < 0:
                return
            del self._waiting[:whole]
            self._transport.write(self._platform.accept(b"/sendmessage" in head))

    def _whole(self, head: bytes, start: int) -> int:
        """Where this request ends; -1 while some of it is missing."""
        at = head.find(b"content-length:")
        if at >= 0:
            stop = start + int(head[at + 15 :].split(b"\r", 1)[0])
            return stop if len(self._waiting) >= stop else -1
        if b"chunked" in head:
            last = self._waiting.find(b"0\r\n\r\n", start)
            return last + 5 if last >= 0 else -1
        return start


class Platform:
    """A Bot API on loopback that notes when the messages came."""

    def __init__(self, words: dict[str, Any]) -> None:
        keyboard = {"inline_keyboard": [[button] for button in words["buttons"]]}
        message = {
            "message_id": 1,
            "date": 1_760_000_000,
            "chat": {"id": 1, "type": "private", "first_name": "M"},
            "from": {"id": 42, "is_bot": True, "first_name": "Bot", "username": "a_bot"},
            "text": words["text"],
            "reply_markup": keyboard,
        }
        self._sent = _answer(message)
        self._other = _answer({"id": 42, "is_bot": True, "first_name": "Bot", "username": "a_bot"})
        self.expect(0)

    def expect(self, messages: int) -> None:
        """From now on so many are counted, after the warm-up."""
        self.taken, self._last = 0, WARM + messages
        self.warm, self.all = asyncio.Event(), asyncio.Event()
        self.since = self.until = 0.0

    def accept(self, message: bool) -> bytes:
        """The answer to a call."""
        if not message:
            return self._other
        self.taken += 1
        if self.taken == WARM:
            self.since = time.perf_counter()
            self.warm.set()
        elif self.taken == self._last:
            self.until = time.perf_counter()
            self.all.set()
        return self._sent

    async def start(self) -> None:
        """Listens."""
        server = await asyncio.get_running_loop().create_server(lambda: Stub(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]


def _answer(result: object) -> bytes:
    body = json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    return head + body


def words_of(tx: Tx, directive: int) -> dict[str, Any]:
    """The card as Telegram shows it: what the peers send."""
    known = queries.get(tx, directive)
    assert known is not None
    (part,) = render(texts.card(known), TELEGRAM).parts
    buttons = [{"text": each.label, "callback_data": each.payload} for each in part.buttons]
    return {"text": part.plain, "buttons": buttons}


async def measure(
    variant: str, platform: Platform, source: Path, directive: int, messages: int, words: str
) -> Figures:
    """One run of one variant, from a fresh process to the last message recorded."""
    if variant == "ptb":
        messages = max(messages // FEWER, 100)
    platform.expect(messages)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        if variant == "ours":
            town.copy(source, folder)
            process = await processes.ours(folder, platform.port, telegram_rate="0", quiet_hours="")
        else:
            folder.mkdir()
            process = await processes.client(variant, messages + WARM, folder, platform.port, words)
        try:
            async with asyncio.timeout(LIMIT_S):
                await platform.warm.wait()
                before = process.cpu_s()
                await platform.all.wait()
                if variant == "ours":
                    platform.until = await _recorded(folder)
            cpu, memory = process.cpu_s() - before, process.memory_mb()
        finally:
            await process.stop()
        if variant == "ours":
            _check(folder, directive, messages + WARM, platform.taken)
    return {
        "rate": messages / (platform.until - platform.since),
        "cpu_us": cpu / messages * 1e6,
        "memory_mb": memory,
    }


async def _recorded(folder: Path) -> float:
    """The moment at which no row waits any more."""
    with town.opened(folder) as (engine, vault):
        snapshot = reading(engine)
        while write(snapshot, vault, outbox.waiting):  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.01)
    return time.perf_counter()


def _check(folder: Path, directive: int, recipients: int, calls: int) -> None:
    with town.opened(folder) as (engine, vault):
        totals = write(engine, vault, lambda tx: queries.totals(tx, directive))
        calls -= write(engine, vault, _cards)
    wrong = [
        name
        for name, right in {
            f"recipients {totals.recipients}": totals.recipients == recipients,
            f"sent {totals.sent}": totals.sent == recipients,
            f"unreachable {totals.unreachable}": totals.unreachable == 0,
            f"doubled {totals.people_doubled}": totals.people_doubled == 0,
            f"calls {calls}": calls == recipients,
        }.items()
        if not right
    ]
    if wrong:
        raise Wrong(", ".join(wrong))


def _cards(tx: Tx) -> int:
    """Messages that are no recipient's: the card in the author's chat that keeps up."""
    cards = (rows.c.notice == live_cards.CARD, rows.c.state == SENT)
    return int(tx.value(select(func.count()).select_from(rows).where(*cards)))


def ratios(runs: dict[str, list[Figures]]) -> dict[str, float]:
    """Ours over each peer: medians of the rounds' own ratios."""

    def paired(column: str, peer: str) -> float:
        pairs = zip(runs["ours"], runs[peer], strict=True)
        return round(statistics.median(own[column] / other[column] for own, other in pairs), 2)

    return {
        "vs_raw_aiohttp": paired("rate", "raw-aiohttp"),
        "vs_aiogram_stock": paired("rate", "aiogram-stock"),
        "vs_ptb": paired("rate", "ptb"),
        "memory_vs_aiogram": paired("memory_mb", "aiogram-stock"),
    }


async def _all(names: list[str], rounds: int, messages: int, screen: Console) -> dict[str, list[Figures]]:
    runs: dict[str, list[Figures]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "town"
        screen.print(f"{messages + WARM} members, freezing one directive for them …")
        directive = await asyncio.to_thread(town.build, source, messages + WARM, waiting=True)
        with town.opened(source) as (engine, vault):
            words = write(engine, vault, lambda tx: words_of(tx, directive))
        platform = Platform(words)
        await platform.start()
        for number in range(rounds):
            turned = names[number % len(names) :] + names[: number % len(names)]
            for name in turned:
                run = await measure(name, platform, source, directive, messages, json.dumps(words))
                runs[name].append(run)
                screen.print(f"round {number + 1}: {name:14}", *(f"{run[key]:10.1f}" for key in COLUMNS))
    return runs


def main() -> int:
    """Prints the table, writes `results/broadcast.json`; 1 when a recipient was left out or doubled."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--messages", type=int, default=MESSAGES)
    arguments.add_argument("--only", default=",".join(VARIANTS))
    options = arguments.parse_args()
    names = [name for name in VARIANTS if name in options.only.split(",")]
    screen = Console(stderr=True, highlight=False)
    try:
        runs = asyncio.run(_all(names, options.rounds, options.messages, screen))
    except Wrong as wrong:
        screen.print(f"WRONG {wrong}")
        return 1
    middle = {
        name: {key: round(statistics.median(run[key] for run in each), 1) for key in COLUMNS}
        for name, each in runs.items()
    }
    table = Table("", *COLUMNS.values())
    for name, figures in middle.items():
        table.add_row(name, *(f"{figures[key]:,.1f}" for key in COLUMNS))
    Console(stderr=options.json, width=100).print(table)
    whole = set(names) == set(VARIANTS)
    result = {
        "ours": middle.get("ours"),
        "peers": {name: middle[name] for name in names if name != "ours"},
        "ratios": ratios(runs) if whole else {},
        "rounds": options.rounds,
        "messages": options.messages,
    }
    if whole and options.messages >= MESSAGES:
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        (RESULTS / "broadcast.json").write_text(text, "utf-8")
    for name, value in result["ratios"].items():
        screen.print(f"{name}: {value}")
    if options.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
