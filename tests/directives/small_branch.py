"""A branch of a few members under a committee, and one directive to it: what the tests here begin from."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, insert

from bot.chat.replies import Edit, Say
from bot.delivery import outbox, results
from bot.delivery.outbound import Sent
from bot.delivery.outbox import Outgoing
from bot.delivery.results import Note
from bot.directives import (
    catching_up,
    correcting,
    queries,
    reminding,
    service,
)
from bot.directives.models import Changes, Check, Draft, Urgency
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Role, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.organisation.service import appoint
from bot.store.ids import new_id
from bot.store.tables.organisation import ACTIVE, accounts
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

TOP, BRANCH = "Đảng ủy Mẫu", "Chi bộ Mẫu"
START = datetime(2026, 11, 24, 3, tzinfo=UTC)
VAULT = Vault(Keys.new())
PEOPLE, EXEMPT, WITHOUT = 5, 5, 6
"""0 is the author; number 5 is exempt, number 6 has no account."""
CHECKS = (Check("Học mấy buổi?", ("Một", "Hai"), 1), Check("Rồi làm gì?", ("Nghỉ", "Báo cáo"), 2))


def _row(number: int) -> PersonRow:
    return PersonRow(
        "mẫu",
        number + 1,
        f"Người Mẫu Số {number}",
        BRANCH,
        committees=(TOP,),
        card_number=f"{90000000 + number}",
        birth_date=date(1961, 3, 12),
        standing=Standing.EXEMPT if number == EXEMPT else Standing.ACTIVE,
        membership=MembershipKind.OFFICIAL,
    )


def _top(tx: Tx) -> int:
    found = people.find_organisation(tx, TOP)
    assert found is not None
    return found.id


def stock(tx: Tx) -> None:
    rows = tuple(_row(number) for number in range(PEOPLE + 2))
    columns = frozenset({"full_name", "card_number", "birth_date", "branch", "standing", "membership"})
    import_roster(tx, Roster(rows, (), (), columns, "mẫu"))
    for number, row in enumerate(rows[:WITHOUT]):
        member = people.member_by_card(tx, row.card_number or "")
        assert member is not None
        if number == 0:
            appoint(tx, member.id, Role.OFFICE, _top(tx), from_ms=0)
        tx.run(
            insert(accounts).values(
                id=new_id(),
                channel="telegram" if number % 2 else "zalo_oa",
                user_id=f"u{number}",
                chat_id=f"u{number}",
                member_id=member.id,
                language="en" if number == 3 else "vi",
                state=ACTIVE,
                linked_ms=tx.now_ms,
                served_ms=tx.now_ms,
            )
        )


class World:
    """A branch in one transaction of which nothing stays, its phones, and a directive for all."""

    def __init__(self, engine: Engine) -> None:
        self.conn = engine.connect()
        self.transaction = self.conn.begin()
        self.tx = Tx(self.conn, START, VAULT)
        found = [
            people.member_by_card(self.tx, _row(number).card_number or "") for number in range(PEOPLE + 2)
        ]
        self.members = [each.id for each in found if each is not None]
        self.author, self.top = self.members[0], _top(self.tx)
        self.phones: dict[str, list[Say]] = {f"u{number}": [] for number in range(WITHOUT)}

    def end(self) -> None:
        self.transaction.rollback()
        self.conn.close()

    def later(self, **by: float) -> None:
        self.tx.now += timedelta(**by)

    def directive(self, checks: tuple[Check, ...] = (), number: str = "52-KH/ĐU") -> int:
        deadline = self.tx.now + timedelta(days=20)
        draft = Draft(
            number, date(2026, 11, 17), "Trích yếu bản 1", "Tóm tắt.", Urgency.NORMAL, deadline, self.top,
            self.author, None, checks=checks,
        )  # fmt: skip
        key = service.create(self.tx, draft)
        service.open_for_sending(self.tx, key, self.author)
        while service.freeze_slice(self.tx, key):
            pass
        return key

    def correct(self, directive: int, *, anew: bool, by: int | None = None, **more: object) -> int:
        known = queries.get(self.tx, directive)
        assert known is not None
        said: dict[str, object] = {
            "title": f"Trích yếu bản {known.version + 1}",
            "summary": known.summary,
            "deadline": known.deadline,
            "file": known.file,
        }
        changes = Changes(**(said | more), anew=anew)  # type: ignore[arg-type]
        key = correcting.propose(self.tx, directive, by or self.author, changes)
        return correcting.apply(self.tx, key, by or self.author)[1]

    def take(self, limit: int) -> list[Outgoing]:
        return [
            row
            for channel in ("telegram", "zalo_oa")
            for row in outbox.claim(self.tx, channel, "p", limit, unwanted=reminding.unwanted)
        ]

    def arrive(self, row: Outgoing) -> None:
        results.record(self.tx, [Note(row, Sent(f"m{row.id}", "buttons"), self.tx.now_ms, self.tx.now_ms)])
        said = row.reply.say if isinstance(row.reply, Edit) else row.reply
        if isinstance(said, Say) and row.chat_id in self.phones:
            self.phones[row.chat_id].append(said)

    def settle(self) -> None:
        """Everything due is done and sent."""
        while True:
            self.later(seconds=1)
            ticked = [correcting.tick(self.tx), catching_up.tick(self.tx)]
            rows = self.take(100)
            for row in rows:
                self.arrive(row)
            if not rows and not any(ticked):
                return
