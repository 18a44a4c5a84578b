"""Cards that follow a directive: when they are posted, how often they change, and that they count by the rules."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from migrated import created
from sqlalchemy import func, insert, select, update

from bot.chat.replies import Edit, Say
from bot.clock import now
from bot.delivery import outbox, results
from bot.delivery.outbound import Sent
from bot.delivery.results import Note
from bot.directives import live_cards, queries, service
from bot.directives.models import Draft, Urgency
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Role, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.organisation.service import appoint
from bot.reports.status import status
from bot.store.engine import make_engine
from bot.store.ids import new_id
from bot.store.tables.delivery import outbox as outbox_table
from bot.store.tables.groups import groups
from bot.store.tables.organisation import ACTIVE, accounts
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

TOP, ONE, TWO = "Đảng ủy Trường Mẫu", "Chi bộ Một", "Chi bộ Hai"


def _row(number: int, branch: str, standing: Standing = Standing.ACTIVE) -> PersonRow:
    return PersonRow(
        "mẫu",
        number,
        f"Người Mẫu {number}",
        branch,
        committees=(TOP,),
        birth_date=date(1961, 3, 12),
        card_number=f"{90000000 + number}",
        standing=standing,
        membership=MembershipKind.OFFICIAL,
    )


class House:
    """A database with two branches, a clock of its own, and a sender that always succeeds."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        rows = [_row(n, ONE) for n in range(1, 5)] + [_row(5, ONE, Standing.EXEMPT)]
        rows += [_row(n, TWO) for n in range(6, 9)]
        columns = frozenset({"full_name", "card_number", "birth_date", "branch", "standing", "membership"})
        import_roster(tx, Roster(tuple(rows), (), (), columns, "mẫu"))
        self.one, self.two = self.unit(ONE), self.unit(TWO)
        self.author = self.member(8)
        appoint(tx, self.author, Role.OFFICE, self.unit(TOP))
        for number, channel in ((1, "telegram"), (2, "zalo_oa"), (6, "telegram"), (8, "zalo_oa")):
            self.account(number, channel)

    def unit(self, name: str) -> int:
        found = people.find_organisation(self.tx, name)
        assert found is not None
        return found.id

    def member(self, number: int) -> int:
        found = people.member_by_card(self.tx, f"{90000000 + number}")
        assert found is not None
        return found.id

    def account(self, number: int, channel: str) -> None:
        values = {"id": new_id(), "channel": channel, "user_id": str(number), "chat_id": str(number)}
        values |= {"member_id": self.member(number), "language": "vi", "state": ACTIVE}
        self.tx.run(insert(accounts).values(**values, linked_ms=self.tx.now_ms))

    def group(self, chat_id: str, unit: int) -> None:
        values = {"channel": "telegram", "chat_id": chat_id, "organisation_id": unit}
        self.tx.run(insert(groups).values(**values, linked_by=self.author, linked_ms=self.tx.now_ms))

    def directive(self, deadline: datetime | None = None, send_at: datetime | None = None) -> int:
        draft = Draft(
            "52-KH/ĐU",
            date(2026, 11, 17),
            "Học tập chuyên đề mẫu",
            "",
            Urgency.NORMAL,
            deadline,
            self.unit(TOP),
            self.author,
            None,
            send_at=send_at,
        )
        directive_id = service.create(self.tx, draft)
        service.open_for_sending(self.tx, directive_id, self.author)
        while service.freeze_slice(self.tx, directive_id):
            pass
        return directive_id

    def later(self, **by: float) -> None:
        self.tx.now += timedelta(**by)

    def send(self) -> list[tuple[str, Say | Edit]]:
        """Sends what is due; returns what went to groups and what an author's card says."""
        sent = []
        for channel in ("telegram", "zalo_oa"):
            for row in outbox.claim(self.tx, channel, "test", 1000):
                results.record(self.tx, [Note(row, Sent(f"m{row.id}"), self.tx.now_ms, self.tx.now_ms)])
                kind = self.tx.value(select(outbox_table.c.notice).where(outbox_table.c.id == row.id))
                if kind in (live_cards.CARD, live_cards.EDIT):
                    sent.append((row.chat_id, row.reply))
        return sent  # type: ignore[return-value] # toasts are none of a notice

    def ring(self) -> None:
        """One ring of the bell."""
        live_cards.tick(self.tx, live_cards.count(self.tx, live_cards.due(self.tx)))

    def tick(self) -> dict[str, str]:
        """One ring and the sends it leads to: what each chat's card newly says."""
        self.ring()
        return {
            chat: (said.say if isinstance(said, Edit) else said).text.split("Đã xác nhận ")[-1].split("\n")[0]
            for chat, said in self.send()
        }

    def acknowledge(self, directive: int, number: int) -> None:
        service.acknowledge(self.tx, directive, self.member(number), "telegram")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = make_engine(f"sqlite:///{tmp_path}/t.db")
    created(engine)
    with engine.begin() as conn:
        yield House(Tx(conn, now(), Vault(Keys.new())))
    engine.dispose()


def _posted(tx: Tx) -> int:
    kinds = (live_cards.CARD, live_cards.EDIT)
    return int(tx.value(select(func.count()).where(outbox_table.c.notice.in_(kinds))) or 0)


def test_each_group_of_the_audience_gets_its_own_branchs_count_once(house: House) -> None:
    house.group("-1", house.one)
    house.group("-2", house.two)
    directive = house.directive()
    assert house.tick() == {"-1": "0/4", "-2": "0/3"}
    assert house.tick() == {}
    house.acknowledge(directive, 1)
    house.acknowledge(directive, 5)  # exempt: informed, in no figure
    house.later(seconds=11)
    assert house.tick() == {"-1": "1/4"}


def test_a_card_changes_at_most_every_ten_seconds(house: House) -> None:
    house.group("-1", house.one)
    directive = house.directive()
    house.tick()
    at: list[datetime] = []
    for second in range(40):
        house.later(seconds=1)
        if second in (0, 3, 12, 15):
            house.acknowledge(directive, second // 3 % 3 + 1 if second else 4)
        if house.tick():
            at.append(house.tx.now)
    assert len(at) == 2  # each holds two acknowledgements
    assert at[1] - at[0] >= timedelta(seconds=10)


def test_nothing_is_edited_while_the_last_edit_waits(house: House) -> None:
    house.group("-1", house.one)
    directive = house.directive()
    house.tick()
    for number in (1, 2, 3):  # the channel is paused: nothing leaves
        house.acknowledge(directive, number)
        house.later(seconds=11)
        house.ring()
    assert _posted(house.tx) == 2
    assert [said.say.text.split("\n")[-2] for _chat, said in house.send() if isinstance(said, Edit)] == [
        "Đã xác nhận 1/4"
    ]
    house.later(seconds=11)
    assert house.tick() == {"-1": "3/4"}


def test_what_was_committed_only_after_the_count_is_counted_the_next_time(house: House) -> None:
    house.group("-1", house.one)
    directive = house.directive()
    house.tick()
    house.later(hours=2)
    [before] = live_cards.count(house.tx, [directive]).values()
    house.acknowledge(directive, 1)
    house.later(seconds=2)
    live_cards.tick(house.tx, {directive: before._replace(at_ms=house.tx.now_ms)})
    assert house.send() == []
    house.later(seconds=11)
    assert house.tick() == {"-1": "1/4"}


def test_what_became_due_after_the_count_waits_for_the_next(house: House) -> None:
    house.group("-1", house.one)
    counted = live_cards.count(house.tx, live_cards.due(house.tx))
    house.directive()
    assert not live_cards.tick(house.tx, counted)
    assert house.tick() == {"-1": "0/4"}


def test_an_acknowledgement_taken_back_is_seen(house: House) -> None:
    house.group("-1", house.one)
    directive = house.directive()
    house.tick()
    house.later(hours=2)
    house.acknowledge(directive, 1)
    assert house.tick() == {"-1": "1/4"}
    house.later(minutes=9, seconds=50)
    assert house.tick() == {}
    service.undo(house.tx, directive, house.member(1))
    house.later(seconds=11)
    assert house.tick() == {"-1": "0/4"}


def test_an_unchanged_directive_is_not_counted_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.group("-1", house.one)
    directive = house.directive()
    house.tick()
    house.later(hours=1)
    counted: list[int] = []
    plain = live_cards.figures

    def figures(tx: Tx, directive_id: int) -> dict[int, live_cards.Figures]:
        counted.append(directive_id)
        return plain(tx, directive_id)

    monkeypatch.setattr(live_cards, "figures", figures)
    for _second in range(30):
        house.later(seconds=20)
        house.tick()
    assert counted == []
    house.acknowledge(directive, 1)
    house.tick()
    assert counted == [directive]


def test_the_deadline_closes_and_a_later_recall_still_changes_the_card(house: House) -> None:
    house.group("-1", house.one)
    directive = house.directive(house.tx.now + timedelta(hours=1))
    house.tick()
    house.later(hours=1)
    house.ring()
    [(_chat, said)] = house.send()
    assert isinstance(said, Edit)
    assert "0/4" in said.say.text and "hết hạn" in said.say.text
    house.acknowledge(directive, 1)
    house.later(minutes=1)
    assert house.tick() == {}
    service.recall(house.tx, directive, house.author)
    house.ring()
    [(_chat, said)] = house.send()
    assert isinstance(said, Edit)
    assert "đã được thu hồi" in said.say.text
    assert said.purpose == "correction"
    assert house.tick() == {}


def test_a_recall_stops_a_card_that_has_not_left(house: House) -> None:
    house.group("-1", house.one)
    directive = house.directive()
    house.ring()
    service.recall(house.tx, directive, house.author)
    house.ring()
    assert house.send() == []


def test_a_recall_waits_for_a_card_that_is_just_leaving(house: House) -> None:
    house.group("-1", house.one)
    directive = house.directive()
    house.ring()
    rows = [row for row in outbox.claim(house.tx, "telegram", "test", 1000) if row.chat_id == "-1"]
    service.recall(house.tx, directive, house.author)
    house.ring()
    results.record(house.tx, [Note(rows[0], Sent("77"), house.tx.now_ms, house.tx.now_ms)])
    house.ring()
    [(_chat, said)] = [each for each in house.send() if each[0] == "-1"]
    assert isinstance(said, Edit)
    assert said.message_id == "77"


def test_a_directive_for_tomorrow_is_announced_tomorrow(house: House) -> None:
    house.group("-1", house.one)
    house.directive(send_at=house.tx.now + timedelta(days=1))
    assert house.tick() == {}
    house.later(days=1)
    assert house.tick() == {"-1": "0/4"}


def test_a_deadline_that_passed_while_the_bot_was_down_is_no_news(house: House) -> None:
    house.group("-1", house.one)
    house.directive(house.tx.now + timedelta(hours=1))
    house.later(hours=2)
    assert house.tick() == {}


def test_only_an_author_whose_channel_can_edit_has_a_live_card(house: House) -> None:
    directive = house.directive()
    assert house.tick() == {}  # the author is on Zalo
    house.account(8, "telegram")
    house.tx.run(update(accounts).where(accounts.c.channel == "zalo_oa").values(blocked_ms=house.tx.now_ms))
    house.tx.run(
        update(queries.directives).where(queries.directives.c.id == directive).values(number="51-KH/ĐU")
    )
    house.directive()
    house.ring()
    [(chat, said)] = house.send()
    assert chat == "8" and isinstance(said, Say)
    assert "Đã gửi 0/8 · đã xác nhận 0/7" in said.text
    house.later(seconds=11)
    house.ring()
    [(_chat, edit)] = house.send()
    assert isinstance(edit, Edit)
    assert "Đã gửi 3/8 · đã xác nhận 0/7" in edit.say.text


def test_the_cards_count_as_the_reports_do(house: House) -> None:
    house.group("-1", house.one)
    directive = house.directive(house.tx.now + timedelta(hours=1))
    house.tick()
    house.acknowledge(directive, 1)  # on time
    house.acknowledge(directive, 5)  # informed
    house.later(hours=2)
    house.acknowledge(directive, 2)  # late; 3 and 4 were not reached
    found = queries.get(house.tx, directive)
    assert found is not None
    for unit in (house.one, house.two):
        report = status(house.tx, found, {unit}).total
        counted = live_cards.figures(house.tx, directive)[unit]
        assert (counted.done, counted.base) == (report.numerator, report.denominator)
        assert counted.everyone == sum(report.classes.values())


def test_a_card_is_posted_until_the_very_deadline(house: House) -> None:
    house.group("-1", house.one)
    deadline = house.tx.now + timedelta(hours=1)
    house.directive(deadline)
    house.tx.now = deadline - timedelta(milliseconds=1)
    assert house.tick() == {"-1": "0/4"}
