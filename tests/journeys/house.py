"""A small house for journeys: sandbox and bot in one process over loopback, a branch with its people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from migrated import migrated

from bot import testing
from bot.app import App
from bot.chat.replies import File
from bot.clock import CLOCK, now
from bot.directives import queries, service
from bot.directives.models import Draft, Urgency
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.organisation.verification import make_slip, verify_by_slip
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.store import openings
from bot.store.engine import make_engine
from bot.store.files import FileBox
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault
from bot.store.writer import write
from bot.testing import Person

T = TypeVar("T")
BORN = date(1961, 3, 12)
PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
TOP, ONE, TWO = "Đảng ủy Trường Mẫu", "Chi bộ Một", "Chi bộ Hai"


def person_row(number: int, name: str, branch: str, **more: Any) -> PersonRow:
    given = {"standing": Standing.ACTIVE, "membership": MembershipKind.OFFICIAL} | more
    return PersonRow(
        "mẫu",
        number,
        name,
        branch,
        committees=(TOP,),
        birth_date=BORN,
        card_number=f"{90000000 + number}",
        **given,
    )


PEOPLE = (
    person_row(1, "Trần Thị Bí Thư", ONE, posts="Bí thư chi bộ"),
    person_row(2, "Lê Văn Bé", ONE),
    person_row(3, "Phạm Thị Cao", ONE),
    person_row(4, "Vũ Văn Miễn", ONE, standing=Standing.EXEMPT),
    person_row(5, "Đỗ Thị Hai", TWO, posts="Bí thư chi bộ"),
    person_row(6, "Hồ Văn Năm", TWO, membership=MembershipKind.PROBATIONARY),
    person_row(7, "Ngô Thị Văn Phòng", TWO, posts="Văn phòng Đảng ủy"),
    person_row(8, "Bùi Văn Tổ Chức", TWO, posts="Cán bộ Ban Tổ chức"),
)


@dataclass
class House:
    """The sandbox, the bot, and who lives here. `channel` is the platform of this run."""

    channel: str
    folder: Path
    sandbox: Sandbox
    settings: Settings
    vault: Vault
    app: App | None = None
    persons: dict[str, Person] = field(default_factory=dict)

    @property
    def control(self) -> str:
        return self.sandbox.control_url

    async def up(self) -> None:
        """Starts the bot and points the platforms at it."""
        self.app = App(self.settings)
        await self.app.start()
        self.settings.listen_port = self.app.port  # a restart comes back at the same address
        self.settings.public_url = f"http://127.0.0.1:{self.app.port}"
        if self.channel == "zalo_oa":
            await testing.control(self.control, "switches", {"zalo_oa": {"window": True, "limits": True}})
            await testing.control(
                self.control, "zalo_oa/webhook", {"url": f"http://127.0.0.1:{self.app.port}/webhook/zalo"}
            )

    async def down(self) -> None:
        assert self.app is not None
        await self.app.stop()
        self.app = None

    async def write(self, unit: Callable[[Tx], T]) -> T:
        """Runs a unit in the bot's writer, or in the database when the bot is down."""
        if self.app is not None:
            return await self.app.writer.run(unit)
        engine = make_engine(self.settings.database)
        try:
            return write(engine, self.vault, unit)
        finally:
            engine.dispose()

    async def member_id(self, name: str) -> int:
        number = next(row.card_number for row in PEOPLE if row.full_name == name)
        member = await self.write(lambda tx: people.member_by_card(tx, number or ""))
        assert member is not None
        return member.id

    async def slip(self, name: str) -> str:
        member_id = await self.member_id(name)
        return await self.write(lambda tx: make_slip(tx, member_id, None))

    async def stranger(self, name: str = "Người Lạ Mẫu") -> Person:
        """Somebody on the platform whom the bot does not know."""
        return await Person.create(self.control, self.channel, name=name)

    async def member(self, name: str) -> Person:
        """A member whose account is linked already (the dialog has journeys of its own)."""
        person = await self.stranger(name)
        await person.starts()
        await person.sees("Sổ tay")
        code = await self.slip(name)
        await self.write(
            lambda tx: verify_by_slip(tx, self.channel, person.user_id, person.user_id, code, BORN)
        )
        await self.write(lambda tx: openings.close(tx, self.channel, person.user_id))
        self.persons[name] = person
        return person

    async def directive(
        self,
        number: str = "52-KH/ĐU",
        *,
        to: str = TOP,
        issued: date = date(2026, 11, 17),
        deadline: datetime | None = None,
        file: bool = True,
        author: str = "Ngô Thị Văn Phòng",
        send_at: datetime | None = None,
        urgency: Urgency = Urgency.NORMAL,
    ) -> int:
        """Creates and sends a directive; returns its id when its audience is frozen."""
        self.turn(minutes=31)  # menus of before are no longer open: "1" means the card
        author_id = await self.member_id(author)
        box = FileBox(self.settings.files, self.vault)
        attached = File(box.put(PDF), "van-ban-mau.pdf", "application/pdf", len(PDF)) if file else None

        def make(tx: Tx) -> int:
            unit = people.find_organisation(tx, to)
            assert unit is not None
            draft = Draft(
                number,
                issued,
                "Học tập chuyên đề mẫu",
                "Mỗi chi bộ học một buổi.",
                urgency,
                deadline or now() + timedelta(days=3),
                unit.id,
                author_id,
                attached,
                send_at=send_at,
            )
            directive_id = service.create(tx, draft)
            service.open_for_sending(tx, directive_id, author_id)
            return directive_id

        directive_id = await self.write(make)
        while await self.write(lambda tx: service.freeze_slice(tx, directive_id)):
            pass
        if self.app is not None:
            self.app.sender.ring()
        return directive_id

    async def totals(self, directive_id: int) -> queries.Totals:
        return await self.write(lambda tx: queries.totals(tx, directive_id))

    def turn(self, **by: float) -> None:
        """Turns the one clock of bot and sandbox."""
        CLOCK.turn(timedelta(**by))


def prepare(
    folder: Path,
    sandbox: Sandbox,
    channel: str,
    persons: tuple[PersonRow, ...] = PEOPLE,
    database_url: str = "",
) -> tuple[Settings, Vault]:
    """Keys, database (SQLite where no other is given) and roster of a house, and its settings."""
    info = sandbox.info()
    feeds = folder / "feeds.toml"
    feeds.write_text("", encoding="utf-8")
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        database_url=database_url,
        listen_port=0,
        quiet_hours="",
        telegram_token=info["telegram"]["token"] if channel == "telegram" else "",
        telegram_mode="webhook",
        telegram_secret="s3cret-mau",
        telegram_api=info["telegram"]["base_url"],
        telegram_rate=0,
        zalo_oa_app_id=info["zalo_oa"]["app_id"] if channel == "zalo_oa" else "",
        zalo_oa_id=info["zalo_oa"]["oa_id"],
        zalo_oa_secret_key=info["zalo_oa"]["oa_secret_key"],
        zalo_oa_access_token=info["zalo_oa"]["access_token"],
        zalo_oa_api=info["zalo_oa"]["base_url"],
        zalo_oa_rate=0,
        news_feeds=feeds,
        news_trusted=sandbox.base,
    )
    Keys.new().write(settings.keys)
    vault = Vault(Keys.read(settings.keys))
    engine = make_engine(settings.database)
    migrated(engine)
    columns = frozenset(
        {"full_name", "card_number", "birth_date", "branch", "posts", "standing", "membership"}
    )
    roster = Roster(persons, (), (), columns, "mẫu")
    report = write(engine, vault, lambda tx: import_roster(tx, roster))
    assert report.counts["new"] == len(persons), report
    engine.dispose()
    return settings, vault
