"""A town for fault tests: many made-up members, a sandbox here, a bot elsewhere."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from killable import Killable
from migrated import migrated
from sqlalchemy import Engine, func, select

from bot import testing
from bot.chat.replies import File
from bot.clock import now
from bot.directives import queries, service
from bot.directives.models import Draft, Urgency
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Result, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.organisation.verification import make_slip, verify_by_slip
from bot.sandbox.server import Sandbox
from bot.store import inbox
from bot.store.engine import make_engine
from bot.store.files import FileBox
from bot.store.tables.audit import audit
from bot.store.tables.conversation import dialogs
from bot.store.tables.delivery import outbox
from bot.store.tables.organisation import ACTIVE, accounts, consents, slips
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import write
from bot.testing import Person

T = TypeVar("T")
BORN = date(1961, 3, 12)
TOP, BRANCH = "Đảng ủy Trường Mẫu", "Chi bộ Mẫu"
OFFICE = "Ngô Thị Văn Phòng"
TITLE = "Học tập chuyên đề mẫu"
PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def person(number: int) -> PersonRow:
    """A made-up member."""
    return PersonRow(
        "mẫu",
        number + 2,
        f"Nguyễn Văn Thứ {number}" if number else OFFICE,
        BRANCH,
        committees=(TOP,),
        birth_date=BORN,
        card_number=f"{91234500 + number}",
        cccd=f"{1061000000 + number:012d}",
        dossier=f"{314150 + number}BX",
        phone=f"0987{654300 + number}",
        membership=MembershipKind.OFFICIAL,
        standing=Standing.ACTIVE,
        posts="" if number else "Văn phòng Đảng ủy",
    )


@dataclass
class Town:
    """Who lives there, and what is left in the database."""

    channel: str
    folder: Path
    sandbox: Sandbox
    bot: Killable
    settings: dict[str, Any]
    engine: Engine
    vault: Vault
    members: list[PersonRow]
    errand: str = ""

    async def up(self) -> None:
        """Starts the bot (again); the platform repeats at once what got no 200."""
        again = bool(self.bot.port)
        await self.bot.start(self.settings, self.errand)
        if self.channel != "zalo_oa":
            return  # setWebhook makes Telegram repeat
        if not again:
            url = f"http://127.0.0.1:{self.bot.port}/webhook/zalo"
            await testing.control(self.sandbox.control_url, "zalo_oa/webhook", {"url": url})
        # What failed waits on the ladder; what is on its way is either answered or goes there, too.
        while True:
            await self.answered()
            retried = await testing.control(self.sandbox.control_url, "deliveries/retry", {})
            if not retried["retried"]:
                return

    def down(self) -> None:
        """SIGKILL, now."""
        self.bot.kill_at_once()

    async def answered(self) -> None:
        """Waits until every delivery on its way got an answer, or none because nobody is there."""
        idle = await testing.control(
            self.sandbox.control_url, "idle", platform=self.channel, wait=30, quiet=0
        )
        assert idle["idle"], idle

    async def write(self, unit: Callable[[Tx], T]) -> T:
        """A unit in the database, beside the running bot, as the terminal's commands write."""
        return await asyncio.to_thread(write, self.engine, self.vault, unit)

    async def comes(self, number: int = 1) -> Person:
        """Somebody on the platform; their name there is nobody's on the roster."""
        return await Person.create(self.sandbox.control_url, self.channel, name=f"Máy {number}")

    async def member_id(self, number: int) -> int:
        member = await self.write(
            lambda tx: people.member_by_card(tx, self.members[number].card_number or "")
        )
        assert member is not None
        return member.id

    async def slip(self, number: int) -> str:
        member_id = await self.member_id(number)
        return await self.write(lambda tx: make_slip(tx, member_id, None))

    async def link_all(self, persons: list[Person]) -> None:
        """Links the first members to these persons without the dialog."""

        def link(tx: Tx) -> None:
            for number, each in enumerate(persons):
                member = people.member_by_card(tx, self.members[number].card_number or "")
                assert member is not None
                code = make_slip(tx, member.id, None)
                done = verify_by_slip(tx, self.channel, each.user_id, each.user_id, code, BORN)
                assert done.result == Result.LINKED

        await self.write(link)

    async def directive(self, number: str = "52-KH/ĐU", *, file: bool = True) -> int:
        """Opens a directive to all and leaves its freezing to whoever resumes it first."""
        author = await self.member_id(0)
        file_id = FileBox(self.folder / "files", self.vault).put(PDF)
        attached = File(file_id, "van-ban-mau.pdf", "application/pdf", len(PDF)) if file else None

        def make(tx: Tx) -> int:
            unit = people.find_organisation(tx, TOP)
            assert unit is not None
            draft = Draft(
                number,
                date(2026, 11, 17),
                TITLE,
                "Mỗi chi bộ học một buổi.",
                Urgency.NORMAL,
                now() + timedelta(days=3),
                unit.id,
                author,
                attached,
            )
            directive_id = service.create(tx, draft)
            service.open_for_sending(tx, directive_id, author)
            return directive_id

        directive_id = await self.write(make)
        while await self.write(lambda tx: service.freeze_slice(tx, directive_id)):
            pass
        return directive_id

    async def settled(self) -> None:
        """Waits until the bot has handled everything it took in and has sent what it had to say."""

        def busy(tx: Tx) -> int:
            return int(tx.value(select(func.count()).where(outbox.c.state < 2))) + inbox.counts(tx)["waiting"]

        await self.answered()
        async with asyncio.timeout(30):
            while await self.write(busy):  # noqa: ASYNC110 - there is no event over processes
                await asyncio.sleep(0.02)  # another process works; only its database can tell

    async def found(self) -> dict[str, Any]:
        """What there is, counted in the database."""

        def look(tx: Tx) -> dict[str, Any]:
            per_member = Counter((row.action, row.member_id) for row in tx.rows(select(audit)))
            active = Counter(
                row.member_id for row in tx.rows(select(accounts).where(accounts.c.state == ACTIVE))
            )
            return {
                "accounts": tx.value(select(func.count()).select_from(accounts)),
                "linked": len(active),
                "linked_most": max(active.values(), default=0),
                "consents": tx.value(select(func.count()).select_from(consents)),
                "slips_used": tx.value(
                    select(func.count()).select_from(slips).where(slips.c.used_ms.is_not(None))
                ),
                "dialogs": tx.value(select(func.count()).select_from(dialogs)),
                "inbox": inbox.counts(tx),
                "audit": per_member,
            }

        return await self.write(look)

    async def totals(self, directive_id: int) -> queries.Totals:
        return await self.write(lambda tx: queries.totals(tx, directive_id))


def build(
    folder: Path,
    sandbox: Sandbox,
    channel: str,
    count: int,
    bot: Killable,
    errand: str = "",
    database_url: str = "",
) -> Town:
    """Keys, database, roster and settings of a town with `count` members; member 0 is the office.

    The database is a SQLite file where no other is given; of the sandbox only its `info` is asked.
    """
    info = sandbox.info()
    settings: dict[str, Any] = {
        "data_dir": str(folder),
        "database_url": database_url,
        "listen_port": 0,
        "telegram_token": info["telegram"]["token"] if channel == "telegram" else "",
        "telegram_mode": "webhook",
        "telegram_secret": "s3cret-mau",
        "telegram_api": info["telegram"]["base_url"],
        "telegram_rate": 0,
        "quiet_hours": "",
        "zalo_oa_app_id": info["zalo_oa"]["app_id"] if channel == "zalo_oa" else "",
        "zalo_oa_id": info["zalo_oa"]["oa_id"],
        "zalo_oa_secret_key": info["zalo_oa"]["oa_secret_key"],
        "zalo_oa_access_token": info["zalo_oa"]["access_token"],
        "zalo_oa_api": info["zalo_oa"]["base_url"],
        "zalo_oa_rate": 0,
    }
    Keys.new().write(folder / "keys.json")
    vault = Vault(Keys.read(folder / "keys.json"))
    engine = make_engine(database_url or f"sqlite:///{folder / 'sotay.db'}")
    migrated(engine)
    rows = [person(number) for number in range(count)]
    columns = "full_name card_number cccd dossier phone birth_date branch posts standing membership"
    roster = Roster(tuple(rows), (), (), frozenset(columns.split()), "mẫu")
    report = write(engine, vault, lambda tx: import_roster(tx, roster))
    assert report.counts["new"] == count, report
    return Town(channel, folder, sandbox, bot, settings, engine, vault, rows, errand)
