"""What remains of meetings: absences in a row, the officers' figures, one's own data, late members."""

from datetime import timedelta

from sqlalchemy import update

from bot.clock import now
from bot.meetings import personal, queries, service
from bot.meetings.models import Draft, Mark, MeetingKind, Reason, Rsvp
from bot.organisation import queries as people
from bot.organisation.models import Standing
from bot.store.tables.organisation import members
from bot.store.tx import Tx


async def held(house, present, *, close=True):
    """A meeting of branch one, in the past by the end; returns its id and who missed three in a row."""
    ids = {name: await house.member_id(name) for name in ("Trần Thị Bí Thư", "Lê Văn Bé", "Phạm Thị Cao")}
    author = ids["Trần Thị Bí Thư"]

    def call(tx: Tx) -> int:
        unit = people.find_organisation(tx, "Chi bộ Một")
        assert unit is not None
        starts = tx.now + timedelta(hours=1)
        return service.call(
            tx, Draft(unit.id, MeetingKind.REGULAR, starts, "Phòng mẫu", "Nội dung mẫu", "Chủ trì", author)
        )

    meeting_id = await house.write(call)
    house.turn(hours=2)
    await house.write(
        lambda tx: service.mark(tx, meeting_id, [ids[name] for name in present], author, Mark.PRESENT)
    )
    absent = [key for name, key in ids.items() if name not in present]
    await house.write(lambda tx: service.mark(tx, meeting_id, absent, author, Mark.EXCUSED))
    often = await house.write(lambda tx: service.close(tx, meeting_id, author)) if close else []
    return meeting_id, often


async def test_three_absences_in_a_row_reach_the_secretary_and_nobody_else(house):
    secretary = await house.member("Trần Thị Bí Thư")
    be = await house.member("Lê Văn Bé")
    for _time in range(2):
        assert (await held(house, ["Trần Thị Bí Thư", "Phạm Thị Cao"]))[1] == []
    await held(house, ["Trần Thị Bí Thư", "Phạm Thị Cao"], close=False)
    await secretary.says("/diemdanh")
    await secretary.sees("Có mặt 2/3")
    await secretary.says("xong, ghi nguoi vang")
    told = await secretary.sees("vắng từ ba cuộc liền: Lê Văn Bé")
    assert "không phải nhận xét" in told.text
    await be.sees_nothing_new("ba cuộc liền")


async def test_officers_see_attendance_by_unit_and_month_without_names(house):
    officer = await house.member("Bùi Văn Tổ Chức")
    await held(house, ["Trần Thị Bí Thư", "Lê Văn Bé"])
    await officer.says("điểm danh")
    said = await officer.sees("Dự họp theo đơn vị và tháng")
    assert "Chi bộ Một: 66,7% (2/3, 1 cuộc)" in said.text and "Lê Văn Bé" not in said.text
    assert "không có tài liệu trước một ngày: 1" in said.text
    await officer.taps("Bảng tính")
    await officer.sees("du-hop.xlsx", 30)


async def test_standing_is_looked_at_until_the_roll_is_closed(house):
    meeting_id, _often = await held(house, ["Trần Thị Bí Thư", "Lê Văn Bé"], close=False)
    cao = await house.member_id("Phạm Thị Cao")
    author = await house.member_id("Trần Thị Bí Thư")
    exempt = {"standing": Standing.EXEMPT.value}
    await house.write(lambda tx: tx.run(update(members).where(members.c.id == cao).values(exempt)))
    await house.write(lambda tx: service.close(tx, meeting_id, author))
    active = {"standing": Standing.ACTIVE.value}
    await house.write(lambda tx: tx.run(update(members).where(members.c.id == cao).values(active)))

    def count(tx):
        return service.count_of(tx, queries.get(tx, meeting_id))

    found = await house.write(count)
    assert (found.total, found.exempt, found.must, len(found.present)) == (4, 2, 2, 2)


async def test_a_member_sees_what_is_held_and_the_reason_goes_when_asked(house):
    be, author = await house.member_id("Lê Văn Bé"), await house.member_id("Trần Thị Bí Thư")

    def unit(tx: Tx) -> int:
        branch = people.find_organisation(tx, "Chi bộ Một")
        assert branch is not None
        draft = Draft(
            branch.id, MeetingKind.TOPICAL, now() + timedelta(days=1), "P1", "Nội dung", "Ai", author
        )
        meeting_id = service.call(tx, draft)
        service.answer(tx, meeting_id, be, Rsvp.ABSENT, reason=Reason.ILL, words="mổ mắt")
        return meeting_id

    await house.write(unit)
    [(name, value)] = await house.write(lambda tx: personal.held(tx, be, []))
    assert "Sinh hoạt chuyên đề" in name and "mổ mắt" in value
    await house.write(lambda tx: personal.forget(tx, be, []))
    [(_name, value)] = await house.write(lambda tx: personal.held(tx, be, []))
    assert "mổ mắt" not in value and "ốm" not in value
