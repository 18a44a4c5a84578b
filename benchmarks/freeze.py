"""A directive to 500,000: `python -m benchmarks.freeze [--json] [--recipients 500000] [--only sqlite,postgresql]`.

`sotay run` over a town of that many members (made-up rows, inserted in bulk) freezes the audience of one directive
while 50 acknowledgements a second of an earlier one come in through the webhook. Measured: from the decision to
the frozen audience, from there to the first message at the platform, how long each 200 took, and the memory of the
process. Fails when a recipient is missing or an acknowledgement was not counted; the goals are printed beside.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, insert, select

from benchmarks.front_door import processes, town
from benchmarks.front_door.platform import PATH, SECRET, Platform, press
from bot.clock import now
from bot.directives import queries, service
from bot.directives.models import Draft, State, Urgency
from bot.organisation import queries as people
from bot.store.bulk import tell_planner
from bot.store.engine import reading
from bot.store.ids import new_id
from bot.store.tables.delivery import outbox
from bot.store.tables.directives import directives, recipients
from bot.store.tables.organisation import ACTIVE, accounts, members, organisation_links, organisations
from bot.store.tx import Tx
from bot.store.vault import SealedBytes, Vault
from bot.store.writer import write
from tools import postgres
from tools.postgres import Postgres

RESULTS = Path(__file__).resolve().parent / "results"
RECIPIENTS, ACKNOWLEDGING, A_SECOND = 500_000, 10_000, 50
BRANCH, AT_ONCE = 60, 20_000
FIRST_USER = 900_000_000
NUMBER = "77-KH/ĐU"
LIMIT_S = 180
GOALS = {"frozen_s": 20.0, "first_message_s": 2.0, "p99_ms": 500.0, "memory_mb": 250.0}


class Wrong(Exception):
    """A recipient is missing, or an acknowledgement."""


def grow(engine: Engine, vault: Vault, count: int) -> None:
    """So many more members with accounts, in branches of sixty below the top."""
    for start in range(0, count, AT_ONCE):
        write(engine, vault, lambda tx, start=start: _more(tx, start, min(start + AT_ONCE, count)))  # type: ignore[misc]


def _more(tx: Tx, start: int, stop: int) -> None:
    top = next(unit for unit in people.organisation_tree(tx) if unit.parent_id is None)
    like = tx.first(select(members).limit(1))
    assert like is not None
    units, links, rows, linked = [], [], [], []
    for number in range(start, stop):
        if not units or number % BRANCH == 0:
            unit = {"id": new_id(), "code": f"lon-{number}", "name": f"Chi bộ Lớn {number}"}
            units.append({**unit, "folded": f"chi bo lon {number}", "kind": "branch", "from_ms": 0})
            links.append({"id": new_id(), "organisation_id": unit["id"], "parent_id": top.id, "from_ms": 0})
        member_id, user = new_id(), str(FIRST_USER + number)
        same = {
            "full_name": SealedBytes(like.full_name),
            "person_hash": b"x",
            "kind": like.kind,
            "standing": like.standing,
        }
        rows.append({"id": member_id, "branch_id": units[-1]["id"], **same})
        account = {"id": new_id(), "member_id": member_id, "user_id": user, "chat_id": user}
        account |= {"channel": "telegram", "language": "vi", "state": ACTIVE}
        linked.append({**account, "linked_ms": tx.now_ms, "served_ms": tx.now_ms})
    for table, many in (
        (organisations, units),
        (organisation_links, links),
        (members, rows),
        (accounts, linked),
    ):
        tx.run(insert(table), many)


def decide(tx: Tx) -> int:
    """One directive to everybody, decided now."""
    top = next(unit for unit in people.organisation_tree(tx) if unit.parent_id is None)
    (author, *_) = people.who_may(tx, people.Verb.SEND_DIRECTIVE, top.id)
    deadline = now() + timedelta(days=3)
    words = (NUMBER, date(2026, 11, 21), "Kế hoạch lớn mẫu", "Học tập nghị quyết trong quý.")
    directive = service.create(tx, Draft(*words, Urgency.NORMAL, deadline, top.id, author, None))
    service.open_for_sending(tx, directive, author)
    return directive


class Acknowledging:
    """Fifty presses a second, whatever becomes of the earlier ones."""

    def __init__(self, port: int, directive: int) -> None:
        data = town.data(directive)
        self._posts = (press(n + 1, town.FIRST_USER + n, data) for n in range(ACKNOWLEDGING))
        self._url = f"http://127.0.0.1:{port}{PATH}"
        self.seconds: list[float] = []
        self.stopped = False

    async def run(self) -> None:
        """Until stopped, or until everybody has pressed."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers) as session,
            asyncio.TaskGroup() as tasks,
        ):
            for number, post in enumerate(self._bodies()):
                await asyncio.sleep(begun + number / A_SECOND - loop.time())
                if self.stopped:
                    return
                tasks.create_task(self._post(session, post))

    def _bodies(self) -> Iterator[bytes]:
        return (post.partition(b"\r\n\r\n")[2] for post in self._posts)

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> None:
        begun = time.perf_counter()
        async with session.post(self._url, data=body) as answer:
            if answer.status != 200:
                raise Wrong(f"answered {answer.status}")
        self.seconds.append(time.perf_counter() - begun)


async def measure(folder: Path, url: str, earlier: int, count: int, screen: Console) -> dict[str, float]:
    """One store."""
    platform = Platform()
    await platform.start()
    # Replies overtake notices: those of 50 presses would take all of what Telegram allows, 30 messages a second.
    process = await processes.ours(
        folder, platform.port, database_url=url, quiet_hours="", telegram_rate="200"
    )
    rested = process.memory_mb()
    load = Acknowledging(process.port, earlier)
    posting = asyncio.create_task(load.run())
    try:
        async with asyncio.timeout(LIMIT_S):
            with town.opened(folder, url) as (engine, vault):
                await asyncio.sleep(2)
                calm, load.seconds = load.seconds, []
                platform.awaited, platform.awaited_at = NUMBER.partition("/")[0].encode(), 0.0
                directive = await asyncio.to_thread(write, engine, vault, decide)
                begun = time.perf_counter()
                began, frozen = await _frozen(engine, vault, directive)
                first = await _first_message(platform)
                during, load.seconds = load.seconds, []
                await asyncio.sleep(5)
                after = load.seconds
                load.stopped = True
                await posting
                memory = process.memory_mb()
                presses = len(calm) + len(during) + len(after)
                await asyncio.to_thread(_check, engine, vault, directive, earlier, count, presses)
    finally:
        posting.cancel()
        await process.stop()
    screen.print(f"memory at rest {rested:.0f} MB; {len(during)} presses while freezing")
    return {
        "frozen_s": frozen - begun,
        "of_that_waiting_s": began - begun,
        "first_message_s": first - frozen,
        "p99_ms": _p99(during),
        "p99_ms_before": _p99(calm),
        "p99_ms_after": _p99(after),
        "memory_mb": memory,
    }


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98] * 1000


async def _frozen(engine: Engine, vault: Vault, directive: int) -> tuple[float, float]:
    """When the first slice was in, and when the last."""
    snapshot, began = reading(engine), 0.0
    where = select(directives.c.state, directives.c.frozen_to).where(directives.c.id == directive)
    while True:
        row = await asyncio.to_thread(write, snapshot, vault, lambda tx: tx.first(where))
        if not began and (row.frozen_to or row.state == State.OPEN):
            began = time.perf_counter()
        if row.state == State.OPEN:
            return began, time.perf_counter()
        await asyncio.sleep(0.05)


async def _first_message(platform: Platform) -> float:
    while not platform.awaited_at:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.01)
    return platform.awaited_at


def _check(engine: Engine, vault: Vault, directive: int, earlier: int, count: int, presses: int) -> None:
    def look(tx: Tx) -> tuple[int, int, int]:
        frozen = tx.value(select(func.count()).where(recipients.c.directive_id == directive))
        posted = tx.value(
            select(func.count(outbox.c.recipient_id.distinct())).where(
                outbox.c.notice == queries.NOTICE, outbox.c.notice_id == directive
            )
        )
        read = recipients.c.acknowledged_ms.is_not(None)
        return (
            frozen,
            posted,
            tx.value(select(func.count()).where(recipients.c.directive_id == earlier, read)),
        )

    end = time.perf_counter() + 60
    while (found := write(reading(engine), vault, look)) != (count, count, presses):
        if time.perf_counter() > end:
            raise Wrong(f"recipients, messages, acknowledgements: {found}, not {(count, count, presses)}")
        time.sleep(0.2)


def run(store: str, count: int, server: Postgres | None, screen: Console) -> dict[str, float]:
    """Builds the town and measures."""
    url = server.database() if server is not None else ""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        screen.print(f"{store}: building a town of {count} …")
        earlier = town.build(folder, ACKNOWLEDGING, linked=True, url=url)
        with town.opened(folder, url) as (engine, vault):
            grow(engine, vault, count - ACKNOWLEDGING)
            write(engine, vault, lambda tx: tell_planner(tx, members, accounts))  # as after an import
        found = asyncio.run(measure(folder, url, earlier, count, screen))
    if server is not None:
        server.drop(url)
    return {name: round(value, 2) for name, value in found.items()}


def main() -> int:
    """Prints the table, writes `results/freeze.json`; 1 when somebody is missing or a goal is."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--recipients", type=int, default=RECIPIENTS)
    arguments.add_argument("--only", default="sqlite,postgresql")
    options = arguments.parse_args()
    screen = Console(stderr=True, highlight=False)
    stores = options.only.split(",")
    if "postgresql" in stores and (why := postgres.why_not()):
        screen.print(f"left out: {why}")
        stores.remove("postgresql")
    ours: dict[str, Any] = {}
    for store in stores:
        server = Postgres.start(durable=True) if store == "postgresql" else None
        try:
            ours[store] = run(store, options.recipients, server, screen)
        except Wrong as wrong:
            screen.print(f"WRONG {store}: {wrong}")
            return 1
        finally:
            if server is not None:
                server.close()
        screen.print(f"{store}: {ours[store]}")
    table = Table("", *ours, "goal")
    for name in next(iter(ours.values()), {}):
        goal = f"<= {GOALS[name]:g}" if name in GOALS else ""
        table.add_row(name.replace("_", " "), *(f"{ours[store][name]:,.2f}" for store in ours), goal)
    Console(stderr=options.json, width=100).print(table)
    result = {"ours": ours, "peers": {}, "ratios": {}, "recipients": options.recipients}
    if options.recipients >= RECIPIENTS and ours:
        RESULTS.mkdir(exist_ok=True)
        known = RESULTS / "freeze.json"
        if known.exists():  # a store may be measured alone
            result["ours"] = json.loads(known.read_text("utf-8"))["ours"] | ours
        known.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    met = all(found[name] <= goal for found in ours.values() for name, goal in GOALS.items())
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
