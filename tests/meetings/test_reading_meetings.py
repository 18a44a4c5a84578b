"""What people type when a meeting is called, and what they answer to an invitation."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from bot.chat.dates import read_meeting_time
from bot.chat.talk import Retry
from bot.clock import VIETNAM
from bot.dialogs import absence, compose_meeting
from bot.handlers.understand import understand_answer
from bot.meetings import answering
from bot.meetings.answering import is_bare_yes, read_answer


@pytest.mark.parametrize(
    "said", ["cảm ơn", "cam on dong chi", "cam on", "rồi", "roi a", "thưa đồng chí", "toi"]
)
def test_thanks_and_small_words_are_no_yes(said):
    assert read_answer(said).means == "unclear"
    assert not is_bare_yes(said)
    assert read_answer(f"ok {said}").means == "yes"  # they do go along with one


NOW = datetime(2026, 11, 24, 8, tzinfo=VIETNAM)  # a Tuesday

# What is typed, when it is ("" none), and whether the bot must ask.
TIMES = (
    ("19h30 thứ 5", "2026-11-26 19:30", False),
    ("19h30 thu 5", "2026-11-26 19:30", False),
    ("19h30 thứ tư tuần sau", "2026-12-02 19:30", False),
    ("thứ tư mười giờ", "2026-11-25 10:00", False),
    ("19g30 t5", "2026-11-26 19:30", False),
    ("19:30 T5", "2026-11-26 19:30", False),
    ("7h tối thứ 5", "2026-11-26 19:00", False),
    ("7 giờ tối thứ năm", "2026-11-26 19:00", False),
    ("bảy giờ tối mai", "2026-11-25 19:00", False),
    ("7 rưỡi tối mai", "2026-11-25 19:30", False),
    ("mùng 3", "2026-12-03 00:00", True),
    ("mung 3 luc 19h", "2026-12-03 19:00", False),
    ("mùng ba tháng sau 19h30", "2026-12-03 19:30", False),
    ("T5 tuần sau", "2026-12-03 00:00", True),
    ("t5 tuan sau 14h", "2026-12-03 14:00", False),
    ("thứ hai tuần sau lúc 8 giờ", "2026-11-30 08:00", False),
    ("8h sáng chủ nhật", "2026-11-29 08:00", False),
    ("8h CN", "2026-11-29 08:00", False),
    ("cn 8h", "2026-11-29 08:00", False),
    ("31/11", "", False),
    ("25h", "", False),
    ("25h ngày mai", "", False),
    ("30/11 14h", "2026-11-30 14:00", False),
    ("14h ngày 30/11", "2026-11-30 14:00", False),
    ("14h 30/11/2026", "2026-11-30 14:00", False),
    ("ngày 5 lúc 15h", "2026-12-05 15:00", False),
    ("ngay 5 thang 12 luc 15h", "2026-12-05 15:00", False),
    ("5/12 lúc 8 giờ rưỡi", "2026-12-05 08:30", False),
    ("8 giờ kém 15 ngày 5/12", "2026-12-05 07:45", False),
    ("14h-16h ngày 28/11", "2026-11-28 14:00", False),
    ("từ 14h đến 16h ngày 28/11", "2026-11-28 14:00", False),
    ("8h tới 10h sáng thứ 7", "2026-11-28 08:00", False),
    ("7h30-9h thứ 7", "2026-11-28 07:30", False),
    ("19h30 - 21h tối mai", "2026-11-25 19:30", False),
    ("28-29/11", "2026-11-28 00:00", True),
    ("từ 8h ngày 28 đến 29/11", "2026-11-28 08:00", False),
    ("tối mai", "2026-11-25 19:00", True),
    ("chiều thứ 6", "2026-11-27 14:00", True),
    ("sáng mai 9h", "2026-11-25 09:00", False),
    ("mai 9h", "2026-11-25 09:00", False),
    ("mai 3h", "2026-11-25 15:00", True),
    ("3h chiều mai", "2026-11-25 15:00", False),
    ("12h mai", "2026-11-25 12:00", True),
    ("12h trưa mai", "2026-11-25 12:00", False),
    ("hôm nay 7h", "", False),
    ("hôm nay 20h", "2026-11-24 20:00", False),
    ("tối nay 8h", "2026-11-24 20:00", False),
    ("8h tối nay", "2026-11-24 20:00", False),
    ("20h tối nay", "2026-11-24 20:00", False),
    ("8h", "2026-11-25 08:00", True),
    ("20h", "2026-11-24 20:00", True),
    ("thứ 3 8h", "2026-12-01 08:00", True),
    ("thứ ba tuần này 9h", "2026-11-24 09:00", False),
    ("ngày mai", "2026-11-25 00:00", True),
    ("ngày kia 10h", "2026-11-26 10:00", False),
    ("mốt 10h", "2026-11-26 10:00", False),
    ("29/2", "", False),
    ("29/2/2028 9h", "2028-02-29 09:00", False),
    ("abc", "", False),
    ("họp đi", "", False),
    ("32/12", "", False),
    ("15h 24/11", "2026-11-24 15:00", False),
    ("15h thứ 4 25/11", "2026-11-25 15:00", False),
    ("15h thứ 5 25/11", "2026-11-25 15:00", True),
    ("17h00", "2026-11-24 17:00", True),
    ("17 giờ 15 phút thứ 6 tuần này", "2026-11-27 17:15", False),
    ("cuối tuần 9h", "2026-11-29 09:00", True),
    ("thứ 2 đầu tuần sau 8h", "2026-11-30 08:00", False),
    ("13h30 chiều 27/11", "2026-11-27 13:30", False),
    ("19h sáng mai", "", False),
    ("1h30 chiều t4", "2026-11-25 13:30", False),
    ("mười chín giờ ba mươi thứ sáu", "2026-11-27 19:30", False),
    ("14.30 thứ 6", "2026-11-27 14:30", False),
    ("ngày 31 lúc 9h", "2026-12-31 09:00", False),
    ("20h ngày 1/1", "2027-01-01 20:00", False),
    ("7h ngày 24/11", "", False),
    ("sau 3 ngày nữa", "2026-11-27 00:00", True),
    ("3 ngày nữa 9h", "2026-11-27 09:00", False),
    ("8h thứ 8", "", False),
    ("60 phút nữa", "2026-11-24 09:00", False),
    ("họp lúc 19h30 ngày thứ Năm 26/11/2026", "2026-11-26 19:30", False),
    ("thứ năm, 26.11, 19 giờ 30", "2026-11-26 19:30", False),
    ("2026-11-26 19:30", "2026-11-26 19:30", False),
    ("từ 19h30 đến 21h ngày 3/12/2026", "2026-12-03 19:30", False),
    ("14h30-16h ngay 28/11", "2026-11-28 14:30", False),
    ("tuan toi thu 3 8h", "2026-12-01 08:00", False),
    ("thứ ba tới 8h", "2026-12-01 08:00", True),  # today is one as well
    ("thu 5 toi 8h", "2026-11-26 20:00", True),
    ("thứ 5 tối 8h", "2026-11-26 20:00", False),
    ("12h đêm mai", "2026-11-25 23:59", False),
    ("13h tối nay", "2026-11-24 13:00", True),
    ("đầu tháng sau", "2026-12-01 00:00", True),
    ("giua thang 12 luc 8h", "2026-12-15 08:00", True),
    ("dau tuan sau 8h", "2026-11-30 08:00", True),
    ("tuan sau", "2026-11-30 00:00", True),
    ("thứ hai đầu tiên của tháng 12 lúc 8h", "2026-12-07 08:00", False),
    ("chủ nhật cuối cùng tháng này 8h", "2026-11-29 08:00", False),
    ("7h30 toi ngay mot", "2026-11-26 19:30", False),
    ("7h30 tối ngày một tháng 12", "2026-12-01 19:30", False),
    ("tối 28", "2026-11-28 19:00", True),
    ("t2 t4 19h", "2026-11-30 19:00", True),
    ("3/12 hoac 4/12 luc 19h", "2026-12-03 19:00", True),
    ("8h mùng 10 tháng chạp", "2026-12-10 08:00", True),
    ("19h thu 3 tuan truoc", "", False),
    ("hom qua 8h", "", False),
    ("sau gio lam viec ngay mai", "2026-11-25 18:00", True),
)

# "means", with ":minutes" or ":reason" where said; what is typed.
ANSWERS = """
yes|sẽ dự
yes|se du
yes|tôi sẽ dự
yes|em sẽ tham gia ạ
yes|vâng
yes|dạ
yes|ok
yes|vâng, tôi sẽ đến
yes|vang toi se du
yes|có mặt
yes|toi di hop duoc
yes|👍
yes|1
yes|em có dự ạ
yes|rõ
yes|đồng ý
yes|nhất trí
yes|không vắng
yes|tôi không bận, sẽ dự
yes|bận nhưng vẫn dự được
yes|em đi được
yes|ok em
yes|sẽ có mặt đúng giờ
yes|chắc chắn dự
late:15|đến muộn 15 phút
late:15|den muon 15p
late:30|em đến muộn nửa tiếng
late:20|trễ 20 phút
late|đến muộn
late|2
late:10|toi se den tre 10 phut a
late:15|em xin đến muộn 15-20 phút
late:60|muộn 1 tiếng
late|20h tôi mới đến được
late|em đến muộn một chút được không ạ?
late|bận họp ở trường, sẽ đến muộn
late:30|đi làm về nên vào trễ 30p
absent|xin vắng
absent|xin vang
absent|3
absent:duty|xin vắng, đi công tác
absent:duty|toi di cong tac khong du duoc
absent:ill|em ốm ạ
absent:ill|toi bi om xin nghi
absent:birth|nghỉ thai sản
absent:study|em bận học
absent:study|hom do toi di thi
absent:family|nhà có việc xin vắng
absent:family|con ốm em xin phép nghỉ
absent:family|con em ốm nên không đi được
absent:family|dam cuoi chau nen vang mat
absent|không dự được
absent|ko di dc
absent|em bận rồi
absent:other|tôi vắng vì xe hỏng
absent|khong tham gia
absent|toi vang
absent:duty|em có lịch dạy nên xin vắng
absent:duty|xin vang vi truc benh vien
absent:ill|mai em mổ ruột thừa
absent:ill|toi nam vien
absent|cho em xin vắng được không ạ?
undecided|chưa biết
undecided|để tôi xem đã
undecided|có thể
undecided|em chưa chắc
undecided|chua biet co di duoc khong
undecided|sẽ báo lại sau
undecided|tùy tình hình
undecided|nếu về kịp thì dự
undecided|em sẽ cố gắng
unclear|vang
unclear|vang a
unclear|mấy giờ họp?
unclear|họp ở đâu
unclear|đã nhận
unclear|đồng chí Bé xin vắng
unclear|xin chào
unclear|đảng phí bao nhiêu
unclear|có họp không
unclear|
unclear|hôm nay trời đẹp
absent|không
yes|có
absent|không đi
absent:family|về quê
absent|👎
undecided|chắc là đi được
absent:study|tập huấn
yes|tham gia đầy đủ
late|toi muon
yes|toi muon du
yes|toi den som 15p
unclear|toi du truc tuyen duoc khong
absent:ill|hom do toi co lich mo o vien
late|het gio day em moi qua duoc
absent|co viec ban dot xuat
late|toi muon hop
absent:family|bo em mat, em xin nghi
absent:family|vo toi moi sinh
absent:duty|toi ban di lam viec voi so
"""


@pytest.mark.parametrize(("typed", "when", "asks"), TIMES)
def test_a_time_as_typed(typed: str, when: str, asks: bool) -> None:
    found, unsure = read_meeting_time(typed, NOW)
    assert (f"{found:%Y-%m-%d %H:%M}" if found else "", unsure) == (when, asks)
    said = understand_answer(typed, now=NOW)
    assert (said["at"], said["ambiguous"]) == (found.isoformat() if found else None, unsure)


def test_the_table_of_times_is_long_enough_and_zoned() -> None:
    assert len(TIMES) >= 60
    assert understand_answer("19h30 thứ 5", now=NOW)["at"] == "2026-11-26T19:30:00+07:00"


@pytest.mark.parametrize("line", ANSWERS.strip().splitlines())
def test_an_answer_as_typed(line: str) -> None:
    want, typed = line.split("|", 1)
    means, _colon, more = want.partition(":")
    found = read_answer(typed)
    assert found.means == means, found
    if more:
        assert str(found.minutes_late or found.reason) == more, found


@pytest.mark.parametrize(
    ("typed", "reason"), [("em ốm xin vắng", "ốm"), ("nghỉ thai sản", "thai sản"), ("dự", None)]
)
def test_the_command_prints_reasons_as_people_say_them(typed: str, reason: str | None) -> None:
    assert understand_answer(typed, now=NOW)["reason"] == reason


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1h15", 75),
        ("1 giờ 15 phút", 75),
        ("khoảng 15-20 phút", 15),
        ("muon 15 - toi ban chut", 15),
        ("mất 20 phút", 20),
    ],
)
def test_how_late_in_hours_and_minutes(text, minutes):
    assert absence._minutes(text) == minutes


@pytest.mark.parametrize(
    "text", ["19h45", "7:15", "19 giờ 45", "10h30 mới đến được", "tối 26/11", "52-KH/ĐU", "-5"]
)
def test_a_clock_a_date_or_a_paper_tells_no_minutes(text):
    with pytest.raises(Retry):
        absence._minutes(text)


@pytest.mark.parametrize("text", ["52-KH/ĐU", "xem 51-TB/ĐU", "52/QĐ-ĐU", "52 - kh/đu", "52-kh đu"])
def test_a_papers_number_is_no_promise_to_come(text):
    assert read_answer(text).means == "unclear"
    with pytest.raises(Retry):
        absence._reason(text)


def test_seven_in_the_morning_is_an_hour_that_was_said():
    said = compose_meeting._time(SimpleNamespace(now=NOW), None, "7h sáng thứ năm")[0]
    assert datetime.fromisoformat(said).hour == 7  # nought would mean that no hour was said


@pytest.mark.parametrize(
    "typed, when",
    [
        ("7h toi", "2026-11-28T19:00"),
        ("19h30", "2026-11-28T19:30"),
        ("8", "2026-11-28T08:00"),
        ("8h 30/11", "2026-11-30T08:00"),
    ],
)
def test_an_hour_said_after_its_day_is_of_that_day(typed, when):
    now = datetime(2026, 11, 27, 9, tzinfo=VIETNAM)
    said, unsure = compose_meeting._time(SimpleNamespace(now=now), date(2026, 11, 28), typed)
    assert (said[:16], unsure) == (when, False)


def test_a_number_or_a_no_alone_is_for_what_was_asked_last():
    assert all(map(answering.is_bare, ("1", "số 2", "không", "3.")))
    assert not any(map(answering.is_bare, ("sẽ dự", "xin vắng", "không dự được", "4", "đến muộn 15 phút")))
