"""The whole errand with sample data: sandbox and bot as two processes, people who type and tap.

Everything goes the product's own way: the roster file, slips, `directive send`, real HTTP on loopback.
What is counted at the end is counted by the product's queries.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from bot import testing
from bot.directives import queries
from bot.i18n import _
from bot.organisation import queries as people
from bot.organisation.models import PersonRow
from bot.organisation.roster_file import read_roster
from bot.organisation.roster_import import import_roster
from bot.organisation.rules import display_name, has_access
from bot.organisation.verification import make_slip
from bot.store.installation import open_store
from bot.store.tx import Tx
from bot.store.writer import write
from bot.testing import Person

T = TypeVar("T")

SAMPLE = Path(__file__).parent / "sample"
ROSTER = SAMPLE / "roster.xlsx"
TOP = "Đảng bộ Trường Đại học Mẫu"
NUMBER = "52-KH/ĐU"
TOGETHER = 24
"""People acting at the same time."""
UNVERIFIED_EVERY = 17
"""Every seventeenth never verifies: the officer sees who was not reached, and why. (Branches have twenty, so
this falls on every kind of member.)"""
SILENT_EVERY = 9
"""Every ninth never acknowledges."""
WAYS = ("tap", "1", "đã đọc, tiếp thu", "DA DOC TIEP THU A")
"""How people acknowledge: by tap, by number, by the label typed with and without diacritics."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A sample member: the roster's row and the slip's code."""

    row: PersonRow
    code: str


async def verify(actor: Actor, person: Person, *, by_link: bool = False) -> None:
    """A member proves who they are in the chat, by the slip's link (Telegram) or by typing its code."""
    await person.starts(actor.code if by_link else "")
    if not by_link:
        await person.taps("Xác thực", 60)
    await person.taps("Tôi đồng ý", 60)
    if not by_link:
        await person.sees("Mã trên phiếu", 60)
        await person.says(spaced(actor.code))
    await person.sees("Ngày sinh", 60)
    assert actor.row.birth_date is not None
    await person.says(f"{actor.row.birth_date:%d/%m/%Y}")
    await person.sees("Xác thực xong", 60)


def spaced(code: str) -> str:
    """A slip's code as it is printed: 123 456 789."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"


async def play(channel: str, members: int) -> dict[str, Any]:
    """Plays the errand on one channel with so many members, prints it to stderr, returns the figures."""
    with tempfile.TemporaryDirectory(prefix="sotay-demo-") as folder:
        return await _Play(channel, members, Path(folder)).run()


class _Play:
    def __init__(self, channel: str, members: int, folder: Path) -> None:
        self.channel = channel
        self.members = members
        self.folder = folder
        self.screen = Console(stderr=True, highlight=False)
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("SOTAY_")
        }
        no_feeds = folder / "feeds.toml"  # nothing is fetched, and no digest comes in between
        no_feeds.touch()
        self.environment |= {
            "SOTAY_DATA_DIR": str(folder),
            "SOTAY_LOG_JSON": "true",
            "SOTAY_NEWS_FEEDS": str(no_feeds),
        }
        self.processes: list[asyncio.subprocess.Process] = []

    async def run(self) -> dict[str, Any]:
        shown = "Zalo OA" if self.channel == "zalo_oa" else "Telegram"
        self.screen.rule(_("Diễn trên {channel}, {count} đảng viên mẫu", channel=shown, count=self.members))
        try:
            await self._command("keys", "init")
            await self._command("policy", "approve", "--sample")
            actors = await self._roster()
            info = await self._sandbox()
            await self._bot(info)
            return await self._errand(info["control_url"], actors)
        finally:
            await testing.close()
            for process in reversed(self.processes):
                with suppress(ProcessLookupError):
                    process.terminate()
                await process.wait()

    def say(self, words: str) -> None:
        self.screen.print(words, markup=False, style="bold cyan")

    async def _start(self, *command: str, **options: Any) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *command, env=self.environment, cwd=self.folder, **options
        )
        self.processes.append(process)
        return process

    async def _command(self, *command: str) -> None:
        self.screen.print("$ sotay " + " ".join(command), markup=False, style="dim")
        process = await self._start(*command, stdout=sys.stderr)
        code = await process.wait()
        self.processes.remove(process)
        if code:
            raise RuntimeError(f"sotay {' '.join(command)} ended with {code}")

    async def _roster(self) -> list[Actor]:
        """Imports the sample roster (its first people and all who hold a post) and makes everybody's slip."""
        whole = read_roster(ROSTER)
        if self.members >= len(whole.people):
            await self._command("roster", "import", str(ROSTER), "--yes")
            chosen = whole.people
        else:
            chosen = _some(whole.people, self.members)
            await asyncio.to_thread(
                self._in_store, lambda tx: import_roster(tx, replace(whole, people=chosen))
            )
        return await asyncio.to_thread(self._in_store, partial(slips, chosen))

    def _in_store(self, unit: Callable[[Tx], T]) -> T:
        engine, vault = open_store(f"sqlite:///{self.folder / 'sotay.db'}", self.folder / "keys.json")
        try:
            return write(engine, vault, unit)
        finally:
            engine.dispose()

    async def _sandbox(self) -> dict[str, Any]:
        process = await self._start("sandbox", "--port", "0", "--json", stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        info: dict[str, Any] = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        return info

    async def _bot(self, info: dict[str, Any]) -> None:
        """Starts the bot against the sandbox, as an administrator would: by settings."""
        port = _free_port()
        self.environment |= {"SOTAY_LISTEN_PORT": str(port), "SOTAY_QUIET_HOURS": ""}  # shown at any hour
        if self.channel == "telegram":
            given = {
                "TELEGRAM_TOKEN": info["telegram"]["token"],
                "TELEGRAM_API": info["telegram"]["base_url"],
                "TELEGRAM_MODE": "webhook",
                "TELEGRAM_SECRET": os.urandom(16).hex(),
                "TELEGRAM_RATE": "0",
            }
        else:
            given = {
                "ZALO_OA_APP_ID": info["zalo_oa"]["app_id"],
                "ZALO_OA_ID": info["zalo_oa"]["oa_id"],
                "ZALO_OA_SECRET_KEY": info["zalo_oa"]["oa_secret_key"],
                "ZALO_OA_ACCESS_TOKEN": info["zalo_oa"]["access_token"],
                "ZALO_OA_API": info["zalo_oa"]["base_url"],
                "ZALO_OA_RATE": "0",
            }
        self.environment |= {f"SOTAY_{name}": value for name, value in given.items()}
        self.screen.print("$ sotay run", markup=False, style="dim")
        process = await self._start("run", stderr=asyncio.subprocess.PIPE)
        assert process.stderr is not None
        line = await asyncio.wait_for(_until(process.stderr, b'"ready"'), 60)
        if not line:
            raise RuntimeError("sotay run did not start")
        self._log = asyncio.create_task(_drain(process.stderr))
        if self.channel == "zalo_oa":
            url = f"http://127.0.0.1:{port}/webhook/zalo"
            await testing.control(info["control_url"], "zalo_oa/webhook", {"url": url})
            strict = {"zalo_oa": {"window": True, "limits": True}}
            await testing.control(info["control_url"], "switches", strict)

    async def _errand(self, control: str, actors: list[Actor]) -> dict[str, Any]:
        persons = [
            await Person.create(control, self.channel, name=display_name(actor.row.full_name))
            for actor in actors
        ]
        cast = list(zip(actors, persons, strict=True))
        self.say(_("1. Đảng viên xác thực bằng phiếu và ngày sinh"))
        verified = [
            pair
            for place, pair in enumerate(cast)
            if pair[0].row.posts or place % UNVERIFIED_EVERY != UNVERIFIED_EVERY - 1
        ]
        await _together(
            [
                verify(actor, person, by_link=self.channel == "telegram" and not actor.row.posts)
                for actor, person in verified
            ]
        )

        self.say(_("2. Văn phòng Đảng ủy soạn và gửi văn bản ngay trong khung chat"))
        clerk = next(person for actor, person in verified if "Văn phòng" in actor.row.posts)
        await self._compose(clerk)
        await self._print(clerk)

        self.say(_("3. Đảng viên xác nhận: bấm nút, nhắn số, gõ chữ có dấu và không dấu"))
        await _together([person.sees(NUMBER, 120) for _actor, person in verified])
        active = [
            (place, person)
            for place, (actor, person) in enumerate(verified)
            if actor.row.posts or place % SILENT_EVERY != SILENT_EVERY - 1
        ]
        await _together([self._acknowledge(person, WAYS[place % len(WAYS)]) for place, person in active])
        mistaken = active[-1][1]
        await mistaken.says("hoan tac")
        await mistaken.sees("Đã hoàn tác", 30)
        await mistaken.says("ok")
        await mistaken.sees("Đã ghi nhận", 30)

        self.say(_("4. Cán bộ Ban Tổ chức hỏi tình hình"))
        officer = next(person for actor, person in verified if "Ban Tổ chức" in actor.row.posts)
        await officer.says("tinh hinh kh 52")
        await officer.sees("Tình hình", 30)
        self.say(_("5. Đảng viên hỏi quy định, gõ tắt không dấu"))
        asker = active[0][1]
        await asker.says("dang phi bn")
        await asker.sees("01-QĐ/TW", 30)
        for _place, person in active[:3]:
            await self._print(person)
        await self._print(mistaken)
        await self._print(officer)
        await testing.control(control, "idle", platform=self.channel, wait=30, quiet=0.5)
        return await self._figures(control)

    async def _compose(self, clerk: Person) -> None:
        paper = (SAMPLE / "52-KH-DU.pdf").read_bytes()
        await clerk.says("gui van ban")
        await clerk.sees("Số, ký hiệu", 30)
        await clerk.says("van ban 52")
        await clerk.sees("Cần đủ số", 30)
        await clerk.says("52-kh/du")
        await clerk.taps("Hôm nay", 30)
        await clerk.sees("Trích yếu", 30)
        await clerk.says(_("Kế hoạch học tập chuyên đề năm (văn bản mẫu)"))
        await clerk.sees("Tóm tắt", 30)
        await clerk.says(_("Mỗi chi bộ học một buổi trong quý, báo cáo kết quả sau một tuần."))
        await clerk.sees("Gửi tệp", 30)
        await clerk.sends_file("52-KH-DU.pdf", paper, "application/pdf")
        await clerk.sees("Hạn xác nhận", 60)
        await clerk.says("3 ngay nua")
        await clerk.taps("Thường", 30)
        await clerk.sees("Gửi tới đơn vị nào", 30)
        await clerk.says("1")
        await clerk.taps("Tất cả", 30)
        await clerk.sees("Xem trước", 30)
        await clerk.taps("Cam đoan không mật và gửi", 30)
        await clerk.sees("đang tới", 60)

    async def _acknowledge(self, person: Person, way: str) -> None:
        await (person.taps("Đã đọc, tiếp thu", 60) if way == "tap" else person.says(way))
        await person.sees("Đã ghi nhận", 60)

    async def _print(self, person: Person) -> None:
        self.screen.rule(person.name, style="dim")
        for line in await person.transcript():
            self.screen.print(line, markup=False)

    async def _figures(self, control: str) -> dict[str, Any]:
        stats = (await testing.control(control, "stats"))[self.channel]

        def unit(tx: Tx) -> queries.Totals:
            found = queries.by_number(tx, NUMBER)
            return queries.totals(tx, found[0].id)

        totals = await asyncio.to_thread(self._in_store, unit)
        figures: dict[str, Any] = {
            "channel": self.channel,
            "recipients": totals.recipients,
            "sent": totals.sent,
            "unreachable": totals.unreachable,
            "acknowledged": totals.acknowledged,
            "updates_answered": stats["updates_answered"],
            "updates_lost": stats["updates_lost"] + stats["pending"],
            "people_doubled": totals.people_doubled,
        }
        if self.channel == "zalo_oa":
            books = await testing.control(control, "zalo_oa/books")
            billed = books["package"] + books["paid"]
            figures |= {"messages_free": books["free"], "messages_billed": billed, "dong": books["spent"]}
            figures |= {"window_closed": books["closed"], "package_left": books["package_left"]}
        self.screen.rule(_("Kết quả"))
        for name, value in figures.items():
            self.screen.print(f"{name:>18}: {value}", markup=False)
        return figures


def _some(rows: Sequence[PersonRow], count: int) -> tuple[PersonRow, ...]:
    """So many people: first those the errand needs, then in order."""
    needed = [row for row in rows if "Đảng ủy" in row.posts]
    rest = [row for row in rows if row not in needed]
    return tuple([*needed, *rest][:count])


def slips(chosen: Sequence[PersonRow], tx: Tx) -> list[Actor]:
    """A fresh slip for each of these who may use the bot."""
    tree = people.organisation_tree(tx)
    branches = {each.id: each.name for each in tree}
    members = people.members_of(tx, branches)
    names = people.names(tx, [member.id for member in members])
    found = {(names[member.id], branches[member.branch_id]): member for member in members}
    actors = []
    for row in chosen:
        member = found.get((display_name(row.full_name), row.branch))
        if member is not None and has_access(member.standing):
            actors.append(Actor(row, make_slip(tx, member.id, None)))
    return actors


async def _together(acts: Sequence[Coroutine[Any, Any, Any]]) -> None:
    """Runs the acts, so many at a time."""
    slots = asyncio.Semaphore(TOGETHER)

    async def one(act: Coroutine[Any, Any, Any]) -> None:
        async with slots:
            await act

    async with asyncio.TaskGroup() as group:
        for act in acts:
            group.create_task(one(act))


async def _until(stream: asyncio.StreamReader, mark: bytes) -> bytes:
    async for line in stream:
        if mark in line:
            return line
        sys.stderr.buffer.write(line)
    return b""


async def _drain(stream: asyncio.StreamReader) -> None:
    """Shows what the bot warns of; nothing else."""
    async for line in stream:
        if b'"info"' not in line:
            sys.stderr.buffer.write(line)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
