"""100,000 members called by 2,500 branches: `python -m benchmarks.meetings [--json] [--branches N] [--store NAME]`.

Every branch calls a meeting by the real verb through the one writer, as its secretary's tap would; then the
dashboard of one branch after the other ("Ai dự họp", through the router, names unsealed and sorted); then 300
people of one meeting type the check-in code, through the router and the one writer, a commit at most every
50 of them. No network is in it: what the front door takes is `benchmarks.ingest`. On both stores; exit code
1 when a figure of the goal is missed or the product's own queries count anything else.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, insert

from bot.chat.choices import pack
from bot.chat.events import Address, ChoiceMade, TextSent
from bot.chat.replies import Say
from bot.clock import CLOCK, now
from bot.delivery import outbox
from bot.errands import make_router
from bot.meetings import queries, service
from bot.meetings.models import Draft, MeetingKind, ShowMeeting
from bot.organisation.models import Kind, MembershipKind, Role, Standing
from bot.organisation.service import appoint
from bot.store.bulk import tell_planner
from bot.store.engine import make_engine
from bot.store.ids import new_id
from bot.store.migrate import migrate
from bot.store.tables.organisation import ACTIVE, accounts, members, organisation_links, organisations
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import Writer, write
from tools import postgres
from tools.postgres import Postgres

RESULTS = Path(__file__).resolve().parent / "results"
BRANCHES, EACH, BIG = 2_500, 40, 300
PLANNED_S, BOARD_MS, CHECKED_S = 30, 50, 60
"""The goal: invitations planned, p95 of a branch's dashboard, check-in of 300."""
LOOKS = 200


def stock(tx: Tx, branches: int) -> list[tuple[int, int]]:
    """Branches of verified members; the first has 300. Returns (branch, secretary)."""
    top = _unit(tx, "Đảng bộ Mẫu", Kind.COMMITTEE, None)
    led = []
    for number in range(branches):
        branch = _unit(tx, f"Chi bộ Mẫu {number:04d}", Kind.BRANCH, top)
        ids = [new_id() for _each in range(BIG if number == 0 else EACH)]
        tx.run(
            insert(members),
            [
                {
                    "id": key,
                    "branch_id": branch,
                    "full_name": tx.vault.seal("members.full_name", key, f"Người Mẫu {place:05d}"),
                    "person_hash": tx.vault.hash("members.person", str(key)),
                    "kind": MembershipKind.OFFICIAL.value,
                    "standing": Standing.ACTIVE.value,
                }
                for place, key in enumerate(ids)
            ],
        )
        tx.run(
            insert(accounts),
            [
                {
                    "id": new_id(),
                    "channel": "telegram",
                    "user_id": str(key),
                    "chat_id": str(key),
                    "member_id": key,
                    "language": "vi",
                    "state": ACTIVE,
                    "linked_ms": tx.now_ms,
                }
                for key in ids
            ],
        )
        appoint(tx, ids[0], Role.SECRETARY, branch)
        led.append((branch, ids[0]))
    tell_planner(tx, members, accounts, organisations, organisation_links)
    return led


def _unit(tx: Tx, name: str, kind: Kind, parent: int | None) -> int:
    key = new_id()
    values = {"code": str(key), "name": name, "folded": name.lower(), "kind": kind, "from_ms": tx.now_ms}
    tx.run(insert(organisations).values(id=key, **values))
    if parent is not None:
        link = {"organisation_id": key, "parent_id": parent, "from_ms": tx.now_ms}
        tx.run(insert(organisation_links).values(id=new_id(), **link))
    return key


def call(tx: Tx, branch: int, secretary: int) -> int:
    """One branch's meeting, in two hours."""
    starts = tx.now + timedelta(hours=2)
    draft = Draft(
        branch, MeetingKind.REGULAR, starts, "Phòng họp mẫu", "Nội dung mẫu", "Chủ trì mẫu", secretary
    )
    return service.call(tx, draft)


def measure(engine: Engine, vault: Vault, branches: int) -> dict[str, float]:
    """The three figures on one store. Raises AssertionError when a count does not agree."""
    run: Callable[[Callable[[Tx], Any]], Any] = partial(write, engine, vault)
    led = run(partial(stock, branches=branches))
    everybody = BIG + EACH * (branches - 1)
    began, cpu = time.perf_counter(), time.process_time()
    called = asyncio.run(_call_all(engine, vault, led))
    planned, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert run(outbox.waiting) == everybody
    router = make_router()
    took = []
    for (_branch, secretary), meeting in list(zip(led, called, strict=True))[1 : LOOKS + 1]:
        address = Address("telegram", str(secretary), str(secretary))
        began = time.perf_counter()
        event = ChoiceMade(address, now(), pack(ShowMeeting(meeting)))
        [said, *_more] = [each for each in run(partial(router.handle, event)) if isinstance(each, Say)]
        took.append((time.perf_counter() - began) * 1000)
        assert f"Phải dự: {EACH}" in said.text
    CLOCK.turn(timedelta(hours=2, minutes=1))
    try:
        checked, lost = _check_in(run, router, called[0])
    finally:
        CLOCK.turn(-timedelta(hours=2, minutes=1))
    return {
        "members": everybody,
        "planned_s": round(planned, 2),
        "planned_cpu_s": round(cpu, 2),
        "dashboard_p95_ms": round(statistics.quantiles(took, n=20)[-1], 2),
        "checked_in_s": round(checked, 2),
        "lost": lost,
    }


async def _call_all(engine: Engine, vault: Vault, led: list[tuple[int, int]]) -> list[int]:
    """All at once, through the one writer and its group commit."""
    writer = Writer(engine, vault, loop=asyncio.get_running_loop())
    writer.start()
    try:
        return await asyncio.gather(
            *(writer.run(partial(call, branch=branch, secretary=secretary)) for branch, secretary in led)
        )
    finally:
        await asyncio.to_thread(writer.stop)


def _check_in(run: Callable[[Callable[[Tx], Any]], Any], router: Any, meeting_id: int) -> tuple[float, int]:
    meeting = run(lambda tx: queries.get(tx, meeting_id))
    invited = run(lambda tx: [each.member_id for each in queries.invited(tx, meeting_id)])
    code = run(lambda tx: service.code_of(tx, meeting))
    began = time.perf_counter()
    for start in range(0, len(invited), 50):

        def batch(tx: Tx, ids: list[int] = invited[start : start + 50]) -> None:
            for member_id in ids:
                address = Address("telegram", str(member_id), str(member_id))
                router.handle(TextSent(address, tx.now, code), tx)

        run(batch)
    took = time.perf_counter() - began
    found = run(lambda tx: service.count_of(tx, meeting))
    return took, len(invited) - len(found.present)


@contextmanager
def stores() -> Iterator[dict[str, str]]:
    """URLs of empty databases with all tables."""
    server = None if postgres.why_not() else Postgres.start(durable=True)
    if server is None:
        sys.stderr.write(f"left out: {postgres.why_not()}\n")
    with tempfile.TemporaryDirectory() as folder:
        found = {"sqlite": f"sqlite:///{folder}/meetings.db"}
        engine = make_engine(found["sqlite"])
        migrate(engine)
        engine.dispose()
        if server is not None:
            found["postgresql"] = server.database()
        try:
            yield found
        finally:
            if server is not None:
                server.close()


def main() -> int:
    """Prints the table and writes `results/meetings.json` when run whole."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--branches", type=int, default=BRANCHES)
    arguments.add_argument("--store", choices=("sqlite", "postgresql"), help="one store alone, else both")
    options = arguments.parse_args()
    vault = Vault(Keys.new())
    ours: dict[str, dict[str, float]] = {}
    with stores() as urls:
        for store, url in urls.items():
            if options.store not in (None, store):
                continue
            engine = make_engine(url)
            try:
                ours[store] = measure(engine, vault, options.branches)
            finally:
                engine.dispose()
            sys.stderr.write(f"{store}: {ours[store]}\n")
    table = Table("", *next(iter(ours.values())))
    for store, figures in ours.items():
        table.add_row(store, *(str(value) for value in figures.values()))
    Console(stderr=options.json, width=140).print(table)
    result = {"ours": ours, "peers": {}, "ratios": {}}
    if options.branches >= BRANCHES and ours:
        path = RESULTS / "meetings.json"
        before = json.loads(path.read_text(encoding="utf-8"))["ours"] if path.exists() else {}
        kept = result | {"ours": before | ours}  # a store measured alone takes its own place
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    missed = any(
        each["planned_s"] > PLANNED_S
        or each["dashboard_p95_ms"] > BOARD_MS
        or each["checked_in_s"] > CHECKED_S
        or each["lost"]
        for each in ours.values()
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
