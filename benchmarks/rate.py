"""How much of the possible rate a broadcast takes: `python -m benchmarks.rate [--json] [--recipients 3000]`.

`sotay run` sends a directive to 3,000 members against a Bot API that refuses what Telegram refuses (the sandbox's
own limiter: 30 messages in any second, one a second to a chat), in real time: 100 seconds. Printed are the rate,
its share of the possible one, and the refusals (429). Fails below 99 %, at one refusal, and when somebody was left
out or written to twice. `--rate` is the setting: 30, all there is; what is shipped leaves two a second free.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from aiohttp import web
from rich.console import Console

from benchmarks.front_door import processes, town
from bot.delivery import outbox
from bot.directives import queries
from bot.sandbox.telegram import ApiError, Limiter
from bot.sandbox.world import Chat
from bot.store.engine import reading
from bot.store.writer import write

RESULTS = Path(__file__).resolve().parent / "results"
RECIPIENTS, POSSIBLE, SHARE = 3_000, 30, 0.99
LIMIT_S = 600


class Platform:
    """A Bot API on loopback with Telegram's limits."""

    def __init__(self) -> None:
        self._limiter = Limiter()
        self.came: list[float] = []
        self.chats: Counter[str] = Counter()
        self.refused = 0

    async def start(self) -> int:
        """Listens; returns the port."""
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port := processes.free_port())
        await site.start()
        return port

    async def stop(self) -> None:
        """Listens no more."""
        await self._runner.cleanup()

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["method"].lower() != "sendmessage":
            return web.json_response({"ok": True, "result": {"id": 42, "is_bot": True, "first_name": "Bot"}})
        chat = str((await request.json())["chat_id"])
        try:
            self._limiter.check(Chat("telegram", chat, "private"))
        except ApiError as error:
            self.refused += 1
            wait = error.parameters["retry_after"]
            body = {"ok": False, "error_code": 429, "description": "", "parameters": {"retry_after": wait}}
            return web.json_response(body, status=429)
        self.came.append(asyncio.get_running_loop().time())
        self.chats[chat] += 1
        sent = {"message_id": len(self.came), "date": 1, "chat": {"id": int(chat), "type": "private"}}
        return web.json_response({"ok": True, "result": sent})


async def measure(recipients: int, rate: float) -> dict[str, float]:
    """One broadcast. Raises AssertionError when a count does not agree."""
    platform = Platform()
    port = await platform.start()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        directive = await asyncio.to_thread(town.build, folder, recipients, waiting=True)
        process = await processes.ours(folder, port, telegram_rate=str(rate), quiet_hours="")
        try:
            with town.opened(folder) as (engine, vault):
                async with asyncio.timeout(LIMIT_S):
                    while write(reading(engine), vault, outbox.waiting):  # noqa: ASYNC110 - the database rings no bell
                        await asyncio.sleep(1)
                totals = write(engine, vault, lambda tx: queries.totals(tx, directive))
        finally:
            await process.stop()
            await platform.stop()
    assert totals.sent == totals.recipients == recipients == len(platform.chats), totals
    seconds = platform.came[-1] - platform.came[0]
    sent = (len(platform.came) - 1) / seconds
    return {
        "recipients": recipients,
        "messages": len(platform.came),
        "seconds": round(seconds, 1),
        "rate": round(sent, 2),
        "share": round(sent / POSSIBLE, 4),
        "refused": platform.refused,
        "doubled": sum(count - 1 for chat, count in platform.chats.items() if chat != str(town.FIRST_USER)),
    }


def main() -> int:
    """Prints the figures, writes `results/rate.json`; 1 when the goal is missed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--recipients", type=int, default=RECIPIENTS)
    arguments.add_argument("--rate", type=float, default=POSSIBLE)
    options = arguments.parse_args()
    ours = asyncio.run(measure(options.recipients, options.rate))
    Console(stderr=True, highlight=False).print(
        *(f"{name}: {value}" for name, value in ours.items()), sep="\n"
    )
    result = {"ours": ours, "peers": {}, "ratios": {"vs_possible": ours["share"]}}
    if options.recipients >= RECIPIENTS and options.rate == POSSIBLE:
        (RESULTS / "rate.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    return 0 if ours["share"] >= SHARE and not ours["refused"] and not ours["doubled"] else 1


if __name__ == "__main__":
    sys.exit(main())
