"""A straw poll on both databases: what is kept cannot be joined, by whoever holds the keys."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, text
from stores import on_postgresql

from bot.chat.errors import Refused
from bot.clock import now
from bot.meetings import polls, service
from bot.meetings.models import Draft, Mark, MeetingKind
from bot.organisation.models import Kind, MembershipKind, Role, Standing
from bot.organisation.service import appoint
from bot.store.ids import new_id
from bot.store.tables import metadata
from bot.store.tables.meetings import poll_options, polled
from bot.store.tables.organisation import members, organisations
from bot.store.tx import Tx

BEGUN = timedelta(hours=1, minutes=5)


def stock(tx: Tx) -> tuple[int, list[int]]:
    """A meeting in an hour, and who is called: six official members, a probationary one, a visitor, an exempt one."""
    unit, ids = new_id(), [new_id() for _each in range(9)]
    tx.run(
        insert(organisations).values(
            id=unit, code=str(unit), name="Chi bộ Mẫu", folded="chi bo mau", kind=Kind.BRANCH, from_ms=0
        )
    )
    for place, key in enumerate(ids):
        tx.run(
            insert(members).values(
                id=key,
                branch_id=unit,
                full_name=tx.vault.seal("members.full_name", key, f"Người Mẫu {place}"),
                person_hash=tx.vault.hash("members.person", str(key)),
                kind=MembershipKind.PROBATIONARY.value if place == 6 else MembershipKind.OFFICIAL.value,
                standing={7: Standing.VISITING, 8: Standing.EXEMPT}.get(place, Standing.ACTIVE).value,
            )
        )
    appoint(tx, ids[0], Role.SECRETARY, unit)
    starts = tx.now + timedelta(hours=1)
    draft = Draft(unit, MeetingKind.REGULAR, starts, "Phòng mẫu", "Nội dung", "Ai", ids[0])
    return service.call(tx, draft), ids


@pytest.fixture
def run(engine: Engine, vault) -> Callable[..., Any]:
    """A unit of work in a commit of its own, in the meeting unless it says otherwise."""

    def one(unit: Callable[[Tx], Any], later: timedelta = BEGUN) -> Any:
        with engine.begin() as conn:
            return unit(Tx(conn, now() + later, vault))

    return one


def kept(tx: Tx, poll_id: int) -> list[Any]:
    """Everything that is kept of a poll and its answers, in the order in which the store has it."""
    tables = (select(poll_options.c.place, poll_options.c.answers), select(polled.c.answered))
    return [[tuple(row) for row in tx.rows(each.where(text(f"poll_id = {poll_id}")))] for each in tables]


def test_who_chose_what_leaves_no_trace(run):
    """The same people give the same answers, each another's: nothing that is kept differs."""
    meeting, ids = run(stock, timedelta(0))
    found = []
    for shift in range(3):
        poll = run(lambda tx: polls.open_poll(tx, meeting, ids[0], "Câu hỏi?", ["A", "B", "C"], voting=False))
        before = run(_rows)
        for place, member in enumerate(ids[:6]):
            run(lambda tx, key=poll, m=member, p=(place + shift) % 3: polls.answer(tx, key, m, p))
        assert run(_rows) == before  # no row anywhere: no message, no audit line, no moment
        found.append(run(lambda tx, p=poll: sorted(map(sorted, kept(tx, p)))))
        run(lambda tx, p=poll: polls.end(tx, p, ids[0]))
    assert all(one == other for one, other in pairwise(found))
    assert found[0] == [[(0,)] * 3 + [(1,)] * 6, [(0, 2), (1, 2), (2, 2)]]
    for table in (poll_options, polled):
        assert not [each.name for each in table.c if each.name.endswith("_ms")]


def _rows(tx: Tx) -> dict[str, int]:
    return {
        name: tx.value(select(func.count()).select_from(table)) for name, table in metadata.tables.items()
    }


@on_postgresql
def test_the_versions_of_rows_do_not_tell_the_last_answer(run):
    meeting, ids = run(stock, timedelta(0))
    poll = run(lambda tx: polls.open_poll(tx, meeting, ids[0], "Câu hỏi?", ["A", "B", "C"], voting=False))
    run(lambda tx: polls.answer(tx, poll, ids[1], 2))
    versions = text("SELECT DISTINCT xmin::text FROM poll_options")
    assert len(run(lambda tx: tx.rows(versions))) == 1


def test_a_vote_asks_neither_probationary_members_nor_visitors(run):
    meeting, ids = run(stock, timedelta(0))
    official = [*ids[:6], ids[8]]
    poll = run(lambda tx: polls.open_poll(tx, meeting, ids[0], "Câu hỏi?", ["A", "B"], voting=True))
    assert run(lambda tx: (polls.get(tx, poll).asked, polls.get(tx, poll).barred)) == (len(official), 2)
    for barred in ids[6:8]:
        assert _refusal(run, lambda tx, m=barred: polls.answer(tx, poll, m, 0)) == "not_polled"
    run(lambda tx: polls.answer(tx, poll, ids[1], 0))
    assert _refusal(run, lambda tx: polls.answer(tx, poll, ids[1], 1)) == "poll_answered"
    assert _refusal(run, lambda tx: polls.answer(tx, poll, ids[2], 9)) == "not_polled"
    assert _refusal(run, lambda tx: polls.end(tx, poll, ids[1])) == "no_right"
    assert _refusal(run, lambda tx: polls.open_poll(tx, meeting, ids[0], "?", ["A", "B"], voting=False)) == (
        "poll_open"
    )


def test_it_asks_who_is_here_lets_late_comers_in_and_ends_with_the_meeting(run):
    meeting, ids = run(stock, timedelta(0))
    run(lambda tx: service.mark(tx, meeting, ids[:3], ids[0], Mark.PRESENT))
    poll = run(lambda tx: polls.open_poll(tx, meeting, ids[0], "Câu hỏi?", ["A", "B"], voting=False))
    assert _refusal(run, lambda tx: polls.answer(tx, poll, ids[4], 0)) == "not_polled"
    found = run(
        lambda tx: service.check_in(tx, ids[4], service.code_of(tx, service.for_leader(tx, meeting, ids[0])))
    )
    assert run(lambda tx: polls.let_in(tx, found, ids[4])).id == poll
    run(lambda tx: polls.answer(tx, poll, ids[4], 1))
    assert run(lambda tx: polls.let_in(tx, found, ids[4])) is None
    run(lambda tx: polls.admit(tx, meeting, ids[4:6]))  # marked by hand: one was asked already
    run(lambda tx: service.close(tx, meeting, ids[0]))
    assert _refusal(run, lambda tx: polls.answer(tx, poll, ids[1], 0)) == "poll_closed"
    assert run(polls.tick) and not run(polls.tick)
    ended = run(lambda tx: polls.get(tx, poll))
    assert (ended.asked, ended.answered, [n for _label, n in ended.options]) == (5, 1, [0, 1])
    assert ended.closed is not None


def _refusal(run, verb: Callable[[Tx], object]) -> str:
    with pytest.raises(Refused) as refused:
        run(verb)
    return refused.value.code
