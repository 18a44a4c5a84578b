"""Two processes on PostgreSQL at the same thing: the second waits for the first and sees what it did.

Each test leaves the first one's transaction open until the second waits for a lock, or is done without.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from stores import on_postgresql
from test_shared import process

from bot.chat.errors import Refused
from bot.clock import VIETNAM, now, to_ms
from bot.delivery import outbox, results
from bot.delivery.outbound import Sent
from bot.delivery.quiet import NEVER
from bot.delivery.results import Note
from bot.directives import by_hand, catching_up, releases, reminding, service
from bot.directives.gate.models import RELEASABLE
from bot.directives.models import Draft, How, Urgency
from bot.meetings import polls
from bot.meetings import queries as meeting_queries
from bot.meetings import service as meetings
from bot.meetings.models import Draft as Call
from bot.meetings.models import Mark, MeetingKind, Rsvp
from bot.organisation import queries as people
from bot.organisation import roster_undo
from bot.organisation.models import MembershipKind, PersonRow, Roster, RosterError, Standing
from bot.organisation.roster_import import import_roster
from bot.organisation.verification import make_slip, verify_by_slip
from bot.policy import service as policy
from bot.policy.models import Entry
from bot.policy.queries import APPROVED
from bot.privacy import service as privacy
from bot.privacy.models import Kind
from bot.store.tables.delivery import QUEUED
from bot.store.tables.delivery import outbox as rows
from bot.store.tables.directives import timers
from bot.store.tables.meetings import meetings as meeting_rows
from bot.store.tables.organisation import accounts
from bot.store.tables.policy import policy_entries, policy_ratings
from bot.store.tables.privacy import data_requests
from bot.store.tx import Tx
from bot.store.vault import Vault
from bot.store.writer import write

pytestmark = on_postgresql

BORN = date(1961, 3, 12)
POSTS = ("Bí thư Đảng ủy", "Phó Bí thư Đảng ủy", "")
Unit = Callable[[Tx], Any]


@dataclass
class Town:
    """Two leaders and a member, each with an account, and a paper that everybody got."""

    engine: Engine
    vault: Vault
    ids: list[int]
    unit: int
    paper: int

    def do(self, unit: Unit) -> Any:
        """What the unit returned, or the word of its refusal."""
        try:
            return write(self.engine, self.vault, unit)
        except (Refused, RosterError) as refused:
            return getattr(refused, "code", type(refused).__name__)

    def at_once(self, first: Unit, then: Unit) -> tuple[Any, Any]:
        """The first one has not committed when the second begins."""
        with ThreadPoolExecutor(1) as pool:
            with process(self.engine, self.vault) as tx:
                one = first(tx)
                other = pool.submit(self.do, then)
                while not wait([other], timeout=0.02).done and not self._waits():
                    pass
            return one, other.result(20)

    def _waits(self) -> bool:
        held = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with self.engine.connect() as conn:
            return conn.exec_driver_sql(held).first() is not None

    def waiting(self, kind: str) -> list[int]:
        """For whom messages of a kind wait."""
        wanted = select(rows.c.recipient_id).where(rows.c.notice == kind, rows.c.state == QUEUED)
        return sorted(row.recipient_id for row in self.do(lambda tx: tx.rows(wanted)))

    def count(self, table: Any, *where: Any) -> int:
        return int(self.do(lambda tx: tx.value(select(func.count()).select_from(table).where(*where))))


def _person(number: int) -> PersonRow:
    return PersonRow(
        "mẫu", number + 2, f"Người Mẫu Số {number}", "Chi bộ Mẫu", committees=("Đảng ủy Mẫu",), birth_date=BORN,
        card_number=f"{91234500 + number}", membership=MembershipKind.OFFICIAL, standing=Standing.ACTIVE,
        posts=POSTS[number],
    )  # fmt: skip


def _link(tx: Tx, member_id: int, number: int) -> None:
    verify_by_slip(tx, "telegram", f"u{number}", f"u{number}", make_slip(tx, member_id, None), BORN)


@pytest.fixture
def town(engine: Engine, vault: Vault) -> Town:
    columns = frozenset("full_name card_number birth_date branch posts standing membership".split())
    people_rows = tuple(_person(number) for number in range(len(POSTS)))

    def build(tx: Tx) -> Town:
        import_roster(tx, Roster(people_rows, (), (), columns, "mẫu"))
        ids = []
        for number, each in enumerate(people_rows):
            found = people.member_by_card(tx, str(each.card_number))
            assert found is not None
            ids.append(found.id)
            _link(tx, found.id, number)
        top = next(each for each in people.organisation_tree(tx) if each.parent_id is None)
        draft = Draft(
            "52-KH/ĐU", now().date(), "Kế hoạch mẫu", "Tóm tắt mẫu.", Urgency.NORMAL,
            now() + timedelta(days=3), top.id, ids[0], None,
        )  # fmt: skip
        paper = service.create(tx, draft)
        service.open_for_sending(tx, paper, ids[0])
        return Town(engine, vault, ids, top.id, paper)

    made = write(engine, vault, build)
    while made.do(partial(service.freeze_slice, directive_id=made.paper)):
        pass
    made.do(lambda tx: tx.run(update(accounts).values(served_ms=tx.now_ms)))
    return made


@pytest.fixture
def meeting(town: Town) -> int:
    call = Call(
        town.unit, MeetingKind.REGULAR, now() + timedelta(days=2), "Phòng mẫu", "", "Chủ trì Mẫu", town.ids[0]
    )
    return int(town.do(lambda tx: meetings.call(tx, call)))


def test_a_meeting_that_two_leaders_call_off_is_called_off_once(town, meeting):
    first, second = (partial(meetings.cancel, meeting_id=meeting, by=by) for by in town.ids[:2])
    told, refused = town.at_once(first, second)
    assert (told.reached, refused) == (3, "cancelled")
    assert town.waiting(meeting_queries.NOTICE) == sorted(town.ids)


def test_two_changes_of_a_meeting_are_two_for_a_calendar_and_only_the_last_is_sent(town, meeting):
    first = partial(meetings.change, meeting_id=meeting, by=town.ids[0], place="Phòng A")
    second = partial(meetings.change, meeting_id=meeting, by=town.ids[1], place="Phòng B")
    town.at_once(first, second)
    found = town.do(partial(meeting_queries.get, meeting_id=meeting))
    assert (found.sequence, found.place) == (2, "Phòng B")
    assert town.waiting(meeting_queries.NOTICE) == sorted(town.ids)


def test_nobody_answers_a_meeting_that_is_being_called_off(town, meeting):
    answer = partial(meetings.answer, meeting_id=meeting, member_id=town.ids[2], said=Rsvp.YES)
    assert (
        town.at_once(partial(meetings.cancel, meeting_id=meeting, by=town.ids[0]), answer)[1] == "cancelled"
    )


def test_members_who_answer_at_once_do_not_wait_for_one_another(town, meeting):
    answers = [
        partial(meetings.answer, meeting_id=meeting, member_id=member, said=Rsvp.YES)
        for member in town.ids[1:]
    ]
    with process(town.engine, town.vault) as tx:
        answers[0](tx)
        assert town.do(answers[1]).id == meeting  # while the other has not committed


def test_who_votes_on_two_messengers_at_once_has_voted_once(town, meeting):
    town.do(lambda tx: tx.run(update(meeting_rows).values(starts_ms=tx.now_ms)))
    town.do(
        partial(meetings.mark, meeting_id=meeting, member_ids=town.ids, by=town.ids[0], what=Mark.PRESENT)
    )
    poll = town.do(
        partial(
            polls.open_poll,
            meeting_id=meeting,
            by=town.ids[0],
            question="Mẫu?",
            labels=["Có", "Không"],
            voting=False,
        )
    )
    vote = partial(polls.answer, poll_id=poll, member_id=town.ids[2], place=0)
    assert town.at_once(vote, vote)[1] == "poll_answered"
    assert [count for _label, count in town.do(partial(polls.get, poll_id=poll)).options] == [1, 0]


def test_who_asks_on_two_messengers_at_once_has_asked_once(town):
    def ask(tx: Tx) -> int:
        account = people.account_of(tx, "telegram", "u2")
        assert account is not None
        return privacy.ask(tx, account, Kind.ERASE).id

    one, two = town.at_once(ask, ask)
    assert one == two
    assert town.count(data_requests) == 1


def test_a_request_is_decided_once(town):
    account = town.do(lambda tx: people.account_of(tx, "telegram", "u2"))
    request = town.do(lambda tx: privacy.ask(tx, account, Kind.CORRECT)).id
    take = partial(privacy.take, request_id=request, by=None)
    refuse = partial(privacy.refuse, request_id=request, by=None, reason="Mẫu")
    assert town.at_once(refuse, take)[1] == "settled"


def test_who_is_recorded_by_hand_by_two_is_told_once(town):
    first, second = (
        partial(
            by_hand.record,
            directive_id=town.paper,
            by=by,
            members=[town.ids[2]],
            how=How.PAPER,
            done_on=today,
        )
        for by, today in ((each, now().astimezone(VIETNAM).date()) for each in town.ids[:2])
    )
    assert town.at_once(first, second) == ([town.ids[2]], "nobody_open")
    assert town.waiting(by_hand.NOTICE) == [town.ids[2]]


def test_a_false_alarm_is_decided_once(town):
    key = town.do(lambda tx: releases.ask(tx, town.ids[0], next(iter(RELEASABLE))))
    decide = partial(releases.decide, release_id=key, by=town.ids[1])
    assert town.at_once(partial(decide, release=True), partial(decide, release=False))[1] == "release_decided"


def test_first_ratings_of_an_entry_both_count_and_a_question_has_one_answer(town):
    entry = Entry("Câu hỏi mẫu?", (), "Trả lời mẫu.", "Quy định mẫu", "Điều 1", None, True)
    add = partial(policy.add_entries, entries=[entry], by=None, approved=True)
    town.at_once(add, add)
    assert town.count(policy_entries, policy_entries.c.state == APPROVED) == 1
    key = town.do(lambda tx: tx.value(select(policy_entries.c.id).where(policy_entries.c.state == APPROVED)))
    good = partial(policy.rate, kind="e", key=key, good=True)
    town.at_once(good, good)
    assert town.do(lambda tx: tx.value(select(policy_ratings.c.good))) == 2


def _received(town: Town) -> None:
    town.do(
        lambda tx: [
            results.record(tx, [Note(row, SENT, tx.now_ms, tx.now_ms)])
            for row in outbox.claim(tx, "telegram", "p", 9)
        ]
    )
    town.do(lambda tx: tx.run(update(timers).values(due_ms=tx.now_ms)))


SENT = Sent("1", "buttons")


def test_two_processes_that_remind_do_so_once(town):
    _received(town)
    tick = partial(reminding.tick, quiet=NEVER)
    assert town.at_once(tick, tick) == (True, False)
    assert town.waiting("reminder") == sorted(town.ids)


def test_nobody_is_reminded_of_what_is_being_taken_back(town):
    _received(town)
    town.at_once(
        partial(service.recall, directive_id=town.paper, by=town.ids[0]), partial(reminding.tick, quiet=NEVER)
    )
    assert town.waiting("reminder") == []


def test_what_was_queued_beside_a_recall_is_not_sent(town):
    _received(town)
    notice = outbox.Notice("telegram", "u2", town.ids[2], town.do(lambda tx: outbox.content(tx, _words())))
    town.do(partial(service.recall, directive_id=town.paper, by=town.ids[0]))
    late = partial(
        outbox.post, notices=[notice], kind="directive", kind_id=town.paper, priority=1, due_ms=to_ms(now())
    )
    town.do(late)
    claim = partial(outbox.claim, channel="telegram", claimed_by="p", limit=9, unwanted=reminding.unwanted)
    sent = town.do(claim)
    assert [row.notice[0] for row in sent] == ["recall"] * 3


def _words() -> Any:
    return outbox.Say("Mẫu")


def test_two_processes_that_bring_what_was_missed_bring_it_once(town):
    for number in range(3):
        town.do(partial(outbox.withhold, channel="telegram", chat_ids=[f"u{number}"]))
    town.do(lambda tx: tx.run(update(accounts).values(served_ms=None)))
    town.at_once(catching_up.tick, catching_up.tick)
    assert town.waiting("directive") == sorted(town.ids)


def test_an_import_is_undone_once(town):
    made = town.do(roster_undo.newest)
    undo = partial(roster_undo.switch, import_id=made)
    assert town.at_once(undo, undo)[1] == "RosterError"
