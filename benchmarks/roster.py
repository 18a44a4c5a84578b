"""A roster of 100,000 members: `python -m benchmarks.roster [--json] [--members N]`.

Reading the cells beside openpyxl's reader in the same run; the dry run; then importing through the terminal's
command while the bot, in this process, goes on answering 50 acknowledgements a second. Times are wall clock;
CPU seconds stand beside them, because they do not depend on what else the machine does. Exit code 1 when a
figure of the goal is missed, or when the product's own queries afterwards count anything else than was sent.
SQLite, then PostgreSQL with a server of its own on the same machine that waits for the disk at every commit.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
from openpyxl import Workbook
from rich.console import Console
from rich.table import Table

from benchmarks.front_door.platform import PATH, SECRET, TOKEN, Platform
from bot.app import App
from bot.chat.choices import pack
from bot.directives import queries, service
from bot.directives.models import Acknowledge, Draft, Urgency
from bot.logs import configure
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.sample import make
from bot.settings import Settings
from bot.store.inbox_shared import length
from bot.store.installation import open_store
from bot.store.tables.organisation import ACTIVE, accounts
from bot.store.tx import Tx
from bot.store.vault import Keys
from bot.store.writer import write
from tools import postgres
from tools.postgres import Postgres

RESULTS = Path(__file__).resolve().parent / "results"
A_SECOND = 50
VERIFIED = 3_000  # a minute of acknowledgements
TOP, BRANCH = "Đảng ủy Trường Mẫu", "Chi bộ có sẵn"
CHILD = """
import json, resource, sys, time
from pathlib import Path
start, cpu = time.perf_counter(), time.process_time()
if sys.argv[1] == "ours":
    from bot.organisation.roster_table import read_tables
    rows = sum(len(t.rows) for t in read_tables(Path(sys.argv[2]).read_bytes(), "a.xlsx", len).tables)
else:
    from openpyxl import load_workbook
    book = load_workbook(sys.argv[2], read_only=True, data_only=True)
    rows = sum(len(list(sheet.iter_rows(values_only=True))) for sheet in book)
print(json.dumps({"s": time.perf_counter() - start, "cpu_s": time.process_time() - cpu, "rows": rows}))
"""


def write_file(path: Path, count: int) -> None:
    """A made-up roster in the database's export layout: 25 a branch."""
    chance = random.Random(52)  # noqa: S311 - samples
    book = Workbook(write_only=True)
    sheet = book.create_sheet("DS_DANGVIEN")
    sheet.append(["DANH SÁCH ĐẢNG VIÊN (MẪU)"])
    sheet.append(list(make.HEADER))
    for n in range(count):
        name = " ".join(chance.choice(part) for part in (make._FAMILY, make._MIDDLE["m"], make._GIVEN["m"]))
        day, month, year = n % 28 + 1, n % 12 + 1, 1950 + n % 45
        sheet.append(
            [
                n + 1,
                name.upper(),
                f"{50_000_000 + n}",
                f"0000{year % 100:02d}{n:06d}",
                f"{day:02d}/{month:02d}/{year}",
                f"{day:02d}/{month:02d}/{year + 22}",
                f"Chi bộ số {n // 25}",
                "",
                "Đang sinh hoạt",
                f"0900{n:06d}",
                f"{day:02d}/{month:02d}/{year + 23}",
                "Chính thức",
                "" if n % 25 else "Bí thư chi bộ",
                f"98.{n // 25:05d}",
                f"Đảng bộ thành phố Mẫu > Đảng bộ cơ sở {n // 500}",
            ]
        )
    book.save(path)


def child(*arguments: str, env: dict[str, str] | None = None) -> tuple[dict[str, Any], dict[str, float]]:
    """Runs Python, reads the last line as JSON; with it wall and CPU seconds and the most memory (MB)."""
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, *arguments], stdout=subprocess.PIPE, env={**os.environ, **(env or {})}
    )
    assert process.stdout is not None
    out = process.stdout.read()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.returncode
    cost = {
        "s": time.perf_counter() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "mb": used.ru_maxrss / 1024,
    }
    return json.loads(out.decode().splitlines()[-1]), cost


def house(folder: Path, url: str, platform: int, those: int) -> tuple[Settings, int]:
    """A database with verified members who have one open directive; its id. `url` "": SQLite in the folder.

    `platform` is the port of what stands for Telegram.
    """
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        database_url=url,
        listen_port=0,
        telegram_token=TOKEN,
        telegram_mode="webhook",
        telegram_secret=SECRET,
        telegram_api=f"http://127.0.0.1:{platform}",
        telegram_rate=0,
    )
    Keys.new().write(settings.keys)
    engine, vault = open_store(settings.database, settings.keys)
    rows = tuple(
        PersonRow(
            "mẫu",
            n,
            f"Lê Văn Mẫu {n}",
            BRANCH,
            committees=(TOP,),
            birth_date=date(1960, 1, 1),
            card_number=f"{90_000_000 + n}",
            membership=MembershipKind.OFFICIAL,
            standing=Standing.ACTIVE,
            posts="" if n else "Bí thư chi bộ",
        )
        for n in range(those)
    )
    columns = frozenset({"full_name", "card_number", "birth_date", "branch", "posts", "standing"})
    write(engine, vault, lambda tx: import_roster(tx, Roster(rows, (), (), columns, "mẫu")))

    def fill(tx: Tx) -> int:
        unit = people.find_organisation(tx, BRANCH)
        assert unit is not None
        listed = people.members_of(tx, [unit.id])
        for n, member in enumerate(listed):
            tx.run(
                accounts.insert().values(
                    id=n + 1,
                    channel="telegram",
                    user_id=str(n + 1000),
                    chat_id=str(n + 1000),
                    member_id=member.id,
                    language="vi",
                    state=ACTIVE,
                    linked_ms=tx.now_ms,
                )
            )
        author = people.secretary_of(tx, unit.id)
        assert author is not None
        draft = Draft(
            "52-KH/ĐU",
            date(2026, 11, 17),
            "Học tập chuyên đề mẫu",
            "Mỗi chi bộ học một buổi.",
            Urgency.NORMAL,
            None,
            unit.id,
            author,
            None,
        )
        directive_id = service.create(tx, draft)
        service.open_for_sending(tx, directive_id, author)
        while service.freeze_slice(tx, directive_id):
            pass
        return directive_id

    directive_id = write(engine, vault, fill)
    engine.dispose()
    return settings, directive_id


async def apply_under_load(file: Path, folder: Path, database: str, count: int) -> dict[str, Any]:
    """Imports with the terminal's command while acknowledgements come in."""
    platform = Platform()
    await platform.start()
    settings, directive_id = await asyncio.to_thread(house, folder, database, platform.port, VERIFIED)
    app = App(settings)
    await app.start()
    times: list[float] = []
    tasks: list[asyncio.Task[None]] = []
    url = f"http://127.0.0.1:{app.port}{PATH}"
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    payload = pack(Acknowledge(directive_id))

    async def post(session: aiohttp.ClientSession, n: int) -> None:
        who = {"id": n + 1000, "is_bot": False, "first_name": "Mẫu"}
        chat = {"id": n + 1000, "type": "private", "first_name": "Mẫu"}
        press = {
            "id": str(n),
            "from": who,
            "chat_instance": "1",
            "data": payload,
            "message": {"message_id": 1, "date": 1, "chat": chat, "text": "x"},
        }
        began = time.perf_counter()
        async with session.post(
            url, json={"update_id": n + 1, "callback_query": press}, headers=headers
        ) as answer:
            assert answer.status == 200, answer.status
            await answer.read()
        times.append((time.perf_counter() - began) * 1000)

    env = {"SOTAY_DATA_DIR": str(folder), "SOTAY_DATABASE_URL": database}
    importing = asyncio.create_task(
        asyncio.to_thread(child, "-m", "bot", "roster", "import", str(file), "--json", env=env)
    )
    sent = 0
    async with aiohttp.ClientSession() as session:
        next_at = time.perf_counter()
        while not importing.done() and sent < VERIFIED:
            tasks.append(asyncio.create_task(post(session, sent)))
            sent += 1
            next_at += 1 / A_SECOND
            await asyncio.sleep(max(0.0, next_at - time.perf_counter()))
        await asyncio.gather(*tasks)
    report, cost = await importing
    while await app.writer.run(length):  # noqa: ASYNC110 - no signal says that nothing waits any more
        await asyncio.sleep(0.01)  # the last ones are being handled
    acknowledged = await app.writer.run(lambda tx: queries.totals(tx, directive_id).acknowledged)
    everybody = await app.writer.run(_members)
    await app.stop()
    times.sort()
    return {
        "apply_s": cost["s"],
        "apply_cpu_s": cost["cpu_s"],
        "apply_mb": cost["mb"],
        "acknowledgements": sent,
        "acknowledged": acknowledged,
        "p50_ms": statistics.median(times),
        "p99_ms": times[int(len(times) * 0.99) - 1],
        "max_ms": times[-1],
        "imported": everybody - VERIFIED,
        "right": acknowledged == sent and everybody - VERIFIED == count and report["new"] == count,
    }


def _members(tx: Tx) -> int:
    return len(people.members_of(tx, [each.id for each in people.organisation_tree(tx)]))


def applied(file: Path, folder: Path, url: str, count: int) -> dict[str, Any]:
    """The apply and, on the full database, the dry run again: nothing new, nothing changed."""
    folder.mkdir()
    found = asyncio.run(apply_under_load(file, folder, url, count))
    env = {"SOTAY_DATA_DIR": str(folder), "SOTAY_DATABASE_URL": url}
    again, cost = child("-m", "bot", "roster", "import", str(file), "--dry-run", "--json", env=env)
    found |= {f"dry_run_again_{key}": value for key, value in cost.items()}
    found["right"] &= (again["new"], again["changed"], again["left"]) == (0, 0, 0)
    return found


def reading_and_dry_run(file: Path, folder: Path, count: int) -> dict[str, Any]:
    """The file's cells beside openpyxl, then the dry run without a database."""
    figures: dict[str, Any] = {}
    for who in ("ours", "openpyxl"):
        told, cost = child("-c", CHILD, who, str(file))
        figures |= {
            f"read_{who}_s": told["s"],
            f"read_{who}_cpu_s": told["cpu_s"],
            f"read_{who}_mb": cost["mb"],
        }
    figures["read_ratio"] = figures["read_openpyxl_s"] / figures["read_ours_s"]
    figures["read_ratio_cpu"] = figures["read_openpyxl_cpu_s"] / figures["read_ours_cpu_s"]
    env = {"SOTAY_DATA_DIR": str(folder / "nothing")}
    told, cost = child("-m", "bot", "roster", "import", str(file), "--dry-run", "--json", env=env)
    figures |= {f"dry_run_{key}": value for key, value in cost.items()}
    figures["right"] = told["new"] == count
    return figures


GOALS: dict[str, Callable[[Any], bool]] = {
    "read_ratio": lambda value: value >= 4,
    "dry_run_s": lambda value: value <= 25,
    "dry_run_mb": lambda value: value <= 600,
    "apply_s": lambda value: value <= 30,
    "p99_ms": lambda value: value <= 500,
    "right": lambda value: value,
}


PARTS = ("file", "sqlite", "postgresql")


def measure(part: str, file: Path, folder: Path, count: int) -> dict[str, Any]:
    """One part's figures."""
    if part == "file":
        return reading_and_dry_run(file, folder, count)
    if part == "sqlite":
        return applied(file, folder / "sqlite", "", count)
    server = Postgres.start(durable=True)
    try:
        return applied(file, folder / "postgresql", server.database(), count)
    finally:
        server.close()


def show(part: str, found: dict[str, Any], screen: Console) -> bool:
    """Prints a part as a table; whether every goal was reached."""
    table = Table(part, "figure", "goal")
    missed = [key for key, value in found.items() if key in GOALS and not GOALS[key](value)]
    for key, value in found.items():
        table.add_row(key, str(value), "missed" if key in missed else "reached" if key in GOALS else "")
    screen.print(table)
    return not missed


def main() -> int:
    """Runs the parts, prints a table of each, writes `results/roster.json` (parts left out stay as they were)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument(
        "--part", action="append", choices=PARTS, help="one of them alone (may be given again)"
    )
    options = parser.parse_args()
    configure(json=True)
    screen = Console(stderr=options.json)
    kept = RESULTS / "roster.json"
    figures: dict[str, Any] = {"members": options.members, "processors": os.cpu_count()}
    if options.part and kept.exists():
        figures = {**json.loads(kept.read_text(encoding="utf-8")), **figures}
    reached = True
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "roster.xlsx"
        write_file(file, options.members)
        for part in options.part or PARTS:
            if part == "postgresql" and (why := postgres.why_not()):
                screen.print(f"PostgreSQL left out: {why}", markup=False)
                continue
            found = measure(part, file, Path(name), options.members)
            figures[part] = {k: round(v, 2) if isinstance(v, float) else v for k, v in found.items()}
            reached &= show(part, figures[part], screen)
    RESULTS.mkdir(exist_ok=True)
    kept.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if options.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
