"""An invitation's text as fields: what stands under its label, once; nothing else."""

from datetime import datetime

import pytest

from bot.clock import VIETNAM
from bot.meetings.from_file import read_invitation

NOW = datetime(2026, 11, 24, 8, tzinfo=VIETNAM)
AT = "2026-12-03T19:30:00+07:00"
LETTER = """ĐẢNG ỦY TRƯỜNG MẪU
CHI BỘ MỘT
GIẤY MỜI
Kính gửi: các đồng chí đảng viên
Kính mời đồng chí dự sinh hoạt chi bộ thường kỳ.
1. Thời gian: 19 giờ 30, thứ Năm, ngày 03/12/2026.
2. Địa điểm: Phòng 302, nhà A
3. Nội dung:
- Kiểm điểm công tác tháng 11;
- Kế hoạch tháng 12.
4. Chủ trì: Trần Thị Mẫu, bí thư
Đề nghị các đồng chí dự đầy đủ.
Nơi nhận: như trên"""


def read(text: str) -> dict[str, object]:
    return read_invitation(text.splitlines(), NOW)


def test_a_letter_is_read_whole() -> None:
    assert read(LETTER) == {
        "starts": AT,
        "unsure": False,
        "place": "Phòng 302, nhà A",
        "agenda": "Kiểm điểm công tác tháng 11; Kế hoạch tháng 12",
        "chair": "Trần Thị Mẫu, bí thư",
        "kind": "regular",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Thời gian\tĐịa điểm\n19h30 03/12/2026\tPhòng 302",
        "Ngày\tGiờ\tĐịa điểm\n03/12/2026\t19:30\tPhòng 302",
        "Thời gian\t19h30 ngày 3/12\nĐịa điểm\tPhòng 302",
        "THOI GIAN: 19h30 ngay 3/12\nDIA DIEM:\nPhòng 302",
        "* Thời gian họp: từ 19h30 đến 21h ngày 3/12/2026\n* Địa điểm họp: Phòng 302.",
    ],
)
def test_tables_and_lists(text: str) -> None:
    found = read(text)
    assert (found["starts"], str(found["place"]).rstrip(".")) == (AT, "Phòng 302")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Thời gian: 19h30 3/12\nThời gian: 20h 4/12", "starts"),  # two moments
        ("Thời gian: 31/11 19h30", "starts"),
        ("Thời gian: 25h ngày 3/12", "starts"),
        ("Thời gian: ngày 3/12", "starts"),  # no hour
        ("Thời gian: 19h30 ngày 03/11/2026", "starts"),  # past
        ("Địa điểm: P1\nĐịa điểm: P2", "place"),
        ("Địa điểm: " + "x" * 400, "place"),
        ("sinh hoạt thường kỳ kết hợp sinh hoạt chuyên đề", "kind"),
        ("Chủ trì cuộc họp hôm qua là ai", "chair"),
    ],
)
def test_what_is_not_plain_is_left_to_be_asked(text: str, missing: str) -> None:
    assert missing not in read(text)


def test_a_table_of_several_meetings_is_not_read() -> None:
    assert read("Ngày\tGiờ\n3/12\t8h\n4/12\t8h") == {"many": True}


def test_an_hour_that_may_be_another_is_marked() -> None:
    assert read("Thời gian: 3h ngày 3/12")["unsure"] is True
