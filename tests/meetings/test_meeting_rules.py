"""The laws of counting a meeting, the calendar file as another reader sees it, the draft of the minutes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import vobject
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import VIETNAM
from bot.meetings import calendar, minutes, rules, texts
from bot.meetings.models import Invitee, Mark, Meeting, MeetingKind, Reason, Rsvp, State
from bot.meetings.rules import Category
from bot.organisation.models import MembershipKind, Standing

STARTS = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)
MEETING = Meeting(
    id=4711,
    unit_id=1,
    unit="Chi bộ Một",
    kind=MeetingKind.REGULAR,
    starts=STARTS,
    place="Phòng 302, nhà A; tầng 3",
    agenda="Kiểm điểm tháng 11, kế hoạch tháng 12: " + "nội dung dài " * 12,
    chair="Trần Thị Bí Thư",
    author_id=1,
    state=State.OPEN,
    sequence=0,
    file=None,
    file_at=None,
    follows=False,
    guests="",
    changed=datetime(2026, 11, 20, 1, tzinfo=UTC),
    closed=None,
)

# --- counting: whatever happened, in whatever order
_STEPS = st.lists(
    st.tuples(
        st.integers(0, 11),
        st.one_of(
            st.sampled_from([("answer", each) for each in (*Rsvp, None)]),
            st.sampled_from([("standing", each) for each in Standing]),
            st.sampled_from([("mark", each) for each in (*Mark, None)]),
            st.sampled_from([("accepted", each) for each in (True, False, None)]),
            st.sampled_from([("membership", each) for each in MembershipKind]),
        ),
    ),
    max_size=60,
)


@given(steps=_STEPS, kind=st.sampled_from(MeetingKind))
def test_categories_partition_those_who_must_attend_and_the_rates_add_up(
    steps: list[tuple[int, tuple[str, Any]]], kind: MeetingKind
) -> None:
    people = {key: Invitee(key, Standing.ACTIVE, MembershipKind.OFFICIAL) for key in range(12)}
    for key, (field, value) in steps:
        people[key] = replace(people[key], **{field: value})
    found = rules.count(kind, people.values())
    listed = [*found.present, *found.excused, *found.unexcused, *found.open]
    assert sorted(listed) == sorted(key for key, each in people.items() if rules.must_attend(each))
    assert len(listed) == len(set(listed)) == found.must
    assert found.must + found.exempt <= found.total  # the rest of the total: suspended, not counted
    assert not set(found.others_present) & set(listed)
    assert found.official_present <= found.official_base <= found.total
    unexcused = {key for key, each in people.items() if each.mark == Mark.UNEXCUSED}
    assert set(found.unexcused) <= unexcused  # nobody is without a reason unless the secretary said so
    if found.needed is not None:
        assert (
            found.needed * 3 >= found.official_base * 2 > (found.needed - 1) * 3 or found.official_base == 0
        )


def test_an_answer_is_not_attendance() -> None:
    came = Invitee(1, Standing.ACTIVE, MembershipKind.OFFICIAL, answer=Rsvp.ABSENT, mark=Mark.PRESENT)
    promised = Invitee(2, Standing.ACTIVE, MembershipKind.OFFICIAL, answer=Rsvp.YES)
    refused = Invitee(3, Standing.ACTIVE, MembershipKind.OFFICIAL, answer=Rsvp.ABSENT, accepted=False)
    away = Invitee(4, Standing.AWAY, MembershipKind.OFFICIAL)
    assert [rules.category(each) for each in (came, promised, refused, away)] == [
        Category.PRESENT,
        Category.OPEN,
        Category.OPEN,
        Category.EXCUSED,
    ]


def test_the_line_shows_the_base_and_names_without_reasons() -> None:
    people = [
        Invitee(1, Standing.ACTIVE, MembershipKind.OFFICIAL, mark=Mark.PRESENT),
        Invitee(
            2, Standing.ACTIVE, MembershipKind.OFFICIAL, answer=Rsvp.ABSENT, reason=Reason.ILL, words="mổ"
        ),
        Invitee(3, Standing.ACTIVE, MembershipKind.PROBATIONARY, mark=Mark.UNEXCUSED),
        Invitee(4, Standing.EXEMPT, MembershipKind.OFFICIAL),
        Invitee(5, Standing.VISITING, MembershipKind.OFFICIAL, mark=Mark.PRESENT),
        Invitee(6, Standing.AWAY, MembershipKind.OFFICIAL),
    ]
    found = rules.count(MeetingKind.REGULAR, people)
    names = {2: "Lê Bé", 3: "Phạm Cao", 6: "Vũ Xa"}
    lines = texts.line(found, names, "đ/c Khách")
    for line in (
        "Tổng số đảng viên: 5",
        "Miễn sinh hoạt: 1",
        "Sinh hoạt tạm thời nơi khác (vẫn tính ở đây): 1",
        "Phải dự: 4",
        "Có mặt: 1",
        "Vắng có lý do: 2 (Lê Bé; Vũ Xa)",
        "Vắng không lý do: 1 (Phạm Cao)",
        "Tỷ lệ: 25% (1/4)",
        "Dự mà không tính (miễn, tạm thời đến): 1",
        "Khách mời: đ/c Khách",
        "Đảng viên chính thức có mặt 1/2, cần ít nhất 2 (hai phần ba): chưa đủ.",
    ):
        assert line in lines, (line, lines)
    assert "mổ" not in "".join(lines) and "ốm" not in "".join(lines)


@pytest.mark.parametrize(
    ("hour", "stage", "due"),
    [(19, 0, "23/11 19:30"), (19, 2, "26/11 17:30"), (7, 2, "25/11 20:00"), (22, 1, "25/11 20:00")],
)
def test_reminders_keep_the_quiet_hours(hour: int, stage: int, due: str) -> None:
    starts = datetime(2026, 11, 26, hour, 30, tzinfo=VIETNAM)
    assert f"{rules.stage_moment(starts, stage).astimezone(VIETNAM):%d/%m %H:%M}" == due


def test_three_in_a_row_counts_absences_alone() -> None:
    a, u, p, o = Category.EXCUSED, Category.UNEXCUSED, Category.PRESENT, Category.OPEN
    assert [rules.absent_in_a_row(each) for each in ([a, u, a], [a, p, a, a], [o, a, a], [])] == [3, 1, 0, 0]


@given(
    before=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    later=st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_as_last_month_keeps_the_day_or_the_weekday(before: datetime, later: timedelta) -> None:
    held = before.replace(tzinfo=VIETNAM)
    found = rules.next_month(held, held + later)
    assert 1 <= len(found) <= 2 and all(each > held + later for each in found)
    for each in found:
        assert each.time() == held.time()
        last = (each + timedelta(days=1)).day == 1
        assert each.day == held.day or each.weekday() == held.weekday() or (last and each.day < held.day)


@pytest.mark.parametrize(
    ("held", "now", "found"),
    [
        ((2026, 11, 5), (2026, 11, 20), ["Thu 03/12", "Sat 05/12"]),
        ((2027, 1, 31), (2027, 2, 1), ["Sun 28/02"]),
        ((2026, 11, 5), (2026, 12, 4), ["Sat 05/12"]),  # the weekday is past, the day is not
        ((2026, 11, 3), (2027, 2, 20), ["Tue 02/03", "Wed 03/03"]),
    ],
)
def test_as_last_month(held: tuple[int, ...], now: tuple[int, ...], found: list[str]) -> None:
    before = datetime(*held, 19, 30, tzinfo=VIETNAM)
    ahead = rules.next_month(before, datetime(*now, 9, tzinfo=VIETNAM))
    assert [f"{each:%a %d/%m}" for each in ahead] == found


# --- the calendar file, read by a parser we did not write and that did not write it


def event_of(data: bytes) -> Any:
    """The calendar, as vobject reads it; its lines are as RFC 5545 wants them, and its zone is told in the file."""
    text = data.decode("utf-8")
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    found = vobject.readOne(text, validate=True)
    assert [each.name for each in found.components()] == ["VTIMEZONE", "VEVENT"]
    return found


def test_the_calendar_file_is_right_about_zone_and_words() -> None:
    found = event_of(calendar.make(MEETING))
    event = found.vevent
    assert event.dtstart.value == STARTS and event.dtend.value - STARTS == timedelta(minutes=90)
    assert event.dtstart.value.isoformat() == "2026-11-26T19:30:00+07:00"
    assert event.dtstart.value.utcoffset() == timedelta(hours=7)
    assert event.location.value == MEETING.place and event.description.value == MEETING.agenda
    assert event.summary.value == "Sinh hoạt thường kỳ: Chi bộ Một" and found.method.value == "PUBLISH"
    assert event.dtstamp.value == MEETING.changed and event.organizer.params["CN"] == ["Chi bộ Một"]
    assert event.valarm.trigger.value == timedelta(hours=-2)


class Client:
    """A calendar as RFC 5546 describes it: one entry a UID; a newer SEQUENCE wins, CANCEL removes."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[int, datetime]] = {}

    def opens(self, data: bytes) -> None:
        found = event_of(data)
        event = found.vevent
        uid, sequence = event.uid.value, int(event.sequence.value)
        if uid in self.entries and sequence < self.entries[uid][0]:
            return
        if found.method.value == "CANCEL" and event.status.value == "CANCELLED":
            self.entries.pop(uid, None)
        else:
            self.entries[uid] = (sequence, event.dtstart.value)


def test_a_calendar_follows_changes_and_the_cancellation() -> None:
    client = Client()
    later = replace(MEETING, sequence=1, starts=STARTS + timedelta(days=1))
    client.opens(calendar.make(MEETING))
    client.opens(calendar.make(later))
    assert list(client.entries.values()) == [(1, later.starts)]
    client.opens(calendar.make(MEETING))  # the old file, opened again
    assert list(client.entries.values()) == [(1, later.starts)]
    client.opens(calendar.make(replace(later, sequence=2, state=State.CANCELLED)))
    assert client.entries == {}


# --- the minutes


def test_the_draft_of_the_minutes_has_the_partys_layout() -> None:
    document = Document(BytesIO(minutes.make(MEETING, "Đảng ủy Trường Mẫu", ["Phải dự: 3", "Có mặt: 2"])))
    head, foot = document.tables
    left, right = (cell.text for cell in head.rows[0].cells)
    assert left.splitlines()[:3] == ["ĐẢNG ỦY TRƯỜNG MẪU", "CHI BỘ MỘT", "*"]
    assert right.splitlines()[0] == "ĐẢNG CỘNG SẢN VIỆT NAM" and "ngày 26 tháng 11 năm 2026" in right
    whole = "\n".join(each.text for each in document.paragraphs) + left + right
    assert "CỘNG HÒA" not in whole and "19 giờ 30" in whole and "- Có mặt: 2" in whole
    assert foot.rows[0].cells[1].text.startswith("T/M CHI BỘ")
