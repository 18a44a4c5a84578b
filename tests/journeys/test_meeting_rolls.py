"""Who is counted in which meeting, when people come and go; two meetings at once; units of one name."""

from datetime import timedelta
from functools import partial

import pytest
from house import ONE, TWO
from sqlalchemy import select, update

from bot.handlers.meetings import monthly
from bot.meetings import queries, service
from bot.meetings.models import Draft, Mark, MeetingKind
from bot.meetings.service import Refused
from bot.organisation import queries as people
from bot.organisation.models import Standing
from bot.store.tables.audit import audit
from bot.store.tables.meetings import invitees
from bot.store.tables.organisation import members, organisations
from bot.store.tx import Tx

SECRETARY, BE, CAO = "Trần Thị Bí Thư", "Lê Văn Bé", "Phạm Thị Cao"


async def called(house, hours=1, kind=MeetingKind.REGULAR):
    author = await house.member_id(SECRETARY)

    def call(tx: Tx) -> int:
        unit = people.find_organisation(tx, ONE)
        assert unit is not None
        starts = tx.now + timedelta(hours=hours)
        return service.call(tx, Draft(unit.id, kind, starts, "Phòng mẫu", "Nội dung mẫu", "Chủ trì", author))

    return await house.write(call), author


async def moves(house, name, to):
    member_id = await house.member_id(name)

    def move(tx: Tx) -> None:
        unit = people.find_organisation(tx, to)
        assert unit is not None
        tx.run(update(members).where(members.c.id == member_id).values(branch_id=unit.id))

    await house.write(move)
    return member_id


async def listed(house, meeting_id):
    return {each.member_id: each for each in await house.write(lambda tx: queries.invited(tx, meeting_id))}


async def test_who_joins_before_the_meeting_is_invited_and_who_joins_after_it_is_not(house):
    meeting_id, author = await called(house)
    before = await moves(house, "Hồ Văn Năm", ONE)
    await house.write(lambda tx: service.refresh(tx, queries.get(tx, meeting_id)))
    house.turn(hours=2)
    after = await moves(house, "Đỗ Thị Hai", ONE)
    await house.write(lambda tx: service.close(tx, meeting_id, author))
    found = await listed(house, meeting_id)
    assert before in found and after not in found


async def test_who_has_moved_is_not_counted_in_the_old_branch_unless_they_were_there(house):
    meeting_id, author = await called(house)
    house.turn(hours=2)
    be = await moves(house, BE, TWO)
    await house.write(lambda tx: service.mark(tx, meeting_id, [be], author, Mark.PRESENT))
    cao = await moves(house, CAO, TWO)
    await house.write(lambda tx: service.close(tx, meeting_id, author))
    found = await listed(house, meeting_id)
    assert (found[be].standing, found[cao].standing) == (Standing.ACTIVE, Standing.TRANSFERRED)
    counts = await house.write(lambda tx: service.count_of(tx, queries.get(tx, meeting_id)))
    assert counts.must == 2 and cao not in {*counts.excused, *counts.unexcused, *counts.open}


async def test_absences_in_a_row_are_those_of_meetings_one_was_called_to(house):
    often = []
    for kind in (MeetingKind.REGULAR, MeetingKind.COMMITTEE) * 2 + (MeetingKind.REGULAR,):
        meeting_id, author = await called(house, kind=kind)
        house.turn(hours=2)
        be = await house.member_id(BE)
        if be in await listed(house, meeting_id):
            marked = partial(
                service.mark, meeting_id=meeting_id, member_ids=[be], by=author, what=Mark.EXCUSED
            )
            await house.write(marked)
        often = await house.write(partial(service.close, meeting_id=meeting_id, by=author))
    assert be in often


async def test_of_two_meetings_the_code_says_which(house):
    first, _author = await called(house, hours=1)
    second, _author = await called(house, hours=3)
    be = await house.member_id(BE)
    house.turn(hours=3)

    def checks_in(tx: Tx) -> int:
        return service.check_in(tx, be, service.code_of(tx, queries.get(tx, second))).id

    assert await house.write(checks_in) == second
    with pytest.raises(Refused, match="wrong_code"):
        await house.write(lambda tx: service.check_in(tx, be, "000000"))
    found = [(await listed(house, each))[be].mark for each in (first, second)]
    assert found == [None, Mark.PRESENT]


async def test_the_code_of_one_meeting_gives_no_more_guesses_at_the_other(house):
    first, _author = await called(house, hours=1)
    second, _author = await called(house, hours=3)
    be = await house.member_id(BE)
    house.turn(hours=3)

    def guesses(tx: Tx) -> list[int]:
        for _guess in range(3):
            with pytest.raises(Refused, match="wrong_code"):
                service.check_in(tx, be, "000000")
        service.check_in(tx, be, service.code_of(tx, queries.get(tx, first)))
        mine = select(invitees.c.meeting_id, invitees.c.tries).where(invitees.c.member_id == be)
        tries = {row.meeting_id: row.tries for row in tx.rows(mine)}
        return [tries[first], tries[second]]

    assert await house.write(guesses) == [0, 4]


async def test_opening_the_roll_leaves_no_trace_of_a_mark(house):
    meeting_id, author = await called(house)
    house.turn(hours=2)
    await house.write(lambda tx: service.mark(tx, meeting_id, [], author, None))
    kept = select(audit.c.action).where(audit.c.action.like("meeting.mark%"))
    assert await house.write(lambda tx: tx.rows(kept)) == []


async def test_two_units_of_one_name_are_two_rows(house):
    meeting_id, author = await called(house)
    house.turn(hours=2)
    await house.write(lambda tx: service.close(tx, meeting_id, author))

    def rows(tx: Tx) -> list[tuple[str, str, int, int, int]]:
        units = {people.find_organisation(tx, name).id for name in (ONE, TWO)}
        tx.run(update(organisations).where(organisations.c.id.in_(units)).values(name="Chi bộ"))
        [one] = queries.attended(tx, units, tx.now - timedelta(days=1), tx.now)
        other = one.__class__(0, one.unit, one.starts, True, 1, 2, False)
        return [row for row in monthly([one, other]) if row[1]]

    assert [row[2] for row in await house.write(rows)] == [1, 1]


async def test_who_verified_since_the_call_is_not_said_to_be_out_of_reach(house):
    meeting_id, _author = await called(house, hours=30)
    be = await house.member_id(BE)
    assert (await listed(house, meeting_id))[be].obstacle == "no_account"
    person = await house.member(BE)
    await house.write(lambda tx: service.send(tx, queries.get(tx, meeting_id), [be], service.texts.card, 3))
    await person.sees("Giấy mời")
    assert (await listed(house, meeting_id))[be].obstacle is None
