"""A directive with a 20-day deadline to 240 members whose Zalo windows close at different times.

The clock is turned hour by hour; what the sender would take is taken and noted with the moment.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, insert

from bot.clock import VIETNAM, to_ms
from bot.delivery import outbox, results, window
from bot.delivery.outbound import Sent
from bot.delivery.quiet import Quiet
from bot.delivery.results import Note
from bot.delivery.window import Terms
from bot.directives import catching_up, queries, reminding, service
from bot.directives.models import Draft, Urgency
from bot.organisation import queries as people
from bot.organisation.models import MembershipKind, PersonRow, Roster, Standing
from bot.organisation.roster_import import import_roster
from bot.reports import escalation
from bot.reports.counting import Class, classify
from bot.store.engine import make_engine
from bot.store.ids import new_id
from bot.store.tables import metadata
from bot.store.tables.organisation import ACTIVE, accounts
from bot.store.tx import Tx
from bot.store.vault import Keys, Vault

QUIET = Quiet.parse("21:00-06:00")
TERMS = Terms(timedelta(hours=48), timedelta(days=7))
START = datetime(2026, 11, 2, 9, 30, tzinfo=VIETNAM).astimezone(UTC)
MEMBERS, VERIFIED, WITH_TELEGRAM = 240, 230, 30
TOP, BRANCH = "Đảng ủy Mẫu", "Chi bộ Mẫu"


def _row(number: int) -> PersonRow:
    posts = "Bí thư chi bộ" if number == 0 else "Văn phòng Đảng ủy" if number == 1 else ""
    return PersonRow(
        "mẫu",
        number + 1,
        f"Người Mẫu Số {number}",
        f"{BRANCH} {number % 3}",
        committees=(TOP,),
        card_number=f"{90000000 + number}",
        birth_date=date(1961, 3, 12),
        standing=Standing.ACTIVE,
        membership=MembershipKind.OFFICIAL,
        posts=posts,
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    metadata.create_all(made)
    yield made
    made.dispose()


class Town:
    """Members, a clock, and a sender that takes what is due."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine, self.vault, self.random = engine, Vault(Keys.new()), Random(seed)
        self.now = START
        self.sent: list[tuple[datetime, str, int, str]] = []
        """(when, channel, member, notice)"""
        rows = tuple(_row(number) for number in range(MEMBERS))
        columns = frozenset(
            {"full_name", "card_number", "birth_date", "branch", "posts", "standing", "membership"}
        )
        self.run(lambda tx: import_roster(tx, Roster(rows, (), (), columns, "mẫu")))
        self.members = [
            self.run(lambda tx, row=row: people.member_by_card(tx, row.card_number)).id for row in rows
        ]
        for place, member in enumerate(self.members[:VERIFIED]):
            self.run(lambda tx, place=place, member=member: self._link(tx, place, member))

    def run(self, unit):
        with self.engine.begin() as conn:
            return unit(Tx(conn, self.now, self.vault))

    def _link(self, tx: Tx, place: int, member: int) -> None:
        for channel in ("zalo_oa", "telegram") if place < WITH_TELEGRAM else ("zalo_oa",):
            tx.run(
                insert(accounts).values(
                    id=new_id(), channel=channel, user_id=f"u{place}", chat_id=f"u{place}", member_id=member,
                    language="vi", state=ACTIVE, linked_ms=tx.now_ms, served_ms=tx.now_ms,
                )
            )  # fmt: skip
        # The last interaction: within the last nine days, so some windows are closed from the start.
        last = self.now - timedelta(minutes=self.random.randrange(9 * 24 * 60))
        window.interacted(tx, "zalo_oa", f"u{place}", TERMS, to_ms(last))

    def hour(self, directive: int, answers: float) -> None:
        """An hour passes: what is due is done and sent; of those who got something some acknowledge."""
        self.now += timedelta(hours=1)
        for tick in (
            catching_up.tick,
            lambda tx: reminding.before_windows_close(tx, QUIET),
            lambda tx: reminding.tick(tx, QUIET),
            lambda tx: escalation.tick(tx, QUIET),
        ):
            while self.run(tick):
                pass
        for channel in ("zalo_oa", "telegram"):
            while taken := self.run(
                lambda tx, channel=channel: outbox.claim(
                    tx, channel, "p", 256, quiet=QUIET, unwanted=reminding.unwanted
                )
            ):
                self.run(lambda tx, taken=taken: self._take(tx, directive, taken, answers))

    def _take(self, tx: Tx, directive: int, taken: list[outbox.Outgoing], answers: float) -> None:
        places = [(row.channel, row.chat_id) for row in taken]
        members, windows = people.members_at(tx, places), window.of(tx, places)
        for row, place in zip(taken, places, strict=True):
            assert place not in windows or windows[place].is_open(tx.now_ms), "into a closed window"
            results.record(tx, [Note(row, Sent(f"m{row.id}", "buttons"), tx.now_ms, tx.now_ms)])
            member = members[place]
            self.sent.append((self.now, row.channel, member, row.reply.heading))
            if (
                member not in self.members[:2]
                and "52-KH/ĐU" in row.reply.heading
                and self.random.random() < answers
            ):
                service.acknowledge(tx, directive, member, row.channel)
                if row.channel == "zalo_oa":
                    window.interacted(tx, *place, TERMS, tx.now_ms)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_everyone_ends_acknowledged_told_another_way_or_on_a_call_list(engine, seed):
    town = Town(engine, seed)
    deadline = (START + timedelta(days=20)).astimezone(VIETNAM).replace(hour=17).astimezone(UTC)

    def make(tx: Tx) -> int:
        top = people.find_organisation(tx, TOP)
        assert top is not None
        draft = Draft(
            "52-KH/ĐU", date(2026, 11, 1), "Mẫu", "", Urgency.NORMAL, deadline, top.id, town.members[1], None
        )
        made = service.create(tx, draft)
        service.open_for_sending(tx, made, town.members[1])
        return made

    directive = town.run(make)
    while town.run(lambda tx: service.freeze_slice(tx, directive)):
        pass
    for _hour in range(24 * 22):
        town.hour(directive, answers=0.3)

    silent_hours = [at for at, *_rest in town.sent if QUIET.holds(at)]
    assert not silent_hours
    reminded: dict[int, list[datetime]] = {}
    for at, channel, member, heading in town.sent:
        if heading.startswith("Nhắc") and channel == "zalo_oa":
            reminded.setdefault(member, []).append(at)

    def ended(tx: Tx) -> dict[str, int]:
        paper = queries.get(tx, directive)
        assert paper is not None
        units = {each.id for each in people.organisation_tree(tx)}
        found = queries.recipients_of(tx, directive, units)
        ways = service.ways_to(tx, [each.member_id for each in found], tx.now_ms)
        counts = dict.fromkeys(("acknowledged", "another way", "call list"), 0)
        for each in found:
            kind, reason = classify(paper, each)
            account, obstacle, _window = ways[each.member_id]
            if kind in (Class.ON_TIME, Class.LATE):
                counts["acknowledged"] += 1
            elif account is not None:
                got = [sent for sent in town.sent if sent[2] == each.member_id and sent[1] == account.channel]
                assert got, "reachable, and not reached"
                counts["another way"] += 1
            else:
                assert reason or obstacle, "nobody is left without a reason"
                counts["call list"] += 1
        return counts

    counts = town.run(ended)
    assert sum(counts.values()) == MEMBERS
    assert all(counts.values()), counts
    told = [heading for _at, _channel, member, heading in town.sent if member in town.members[:2]]
    assert any(heading.startswith("Cần gọi điện") for heading in told)
    assert any(heading.startswith("Đến hạn") for heading in told)
    assert any(heading.startswith("Chưa xong sau hạn") for heading in told)
    # Whoever stayed silent on Zalo alone was reminded at least once, shortly before the window closed.
    assert len(reminded) > MEMBERS / 4
