"""What counts as a mark in text, and what does not."""

import textwrap
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directives.gate import marks, names
from bot.directives.gate.check import check_text
from bot.directives.gate.models import Kind, Line, Outcome, Why
from bot.directives.gate.spelling import clean, from_vni, spell

STAMPS = [
    "MẬT",
    "TỐI MẬT",
    "TUYỆT MẬT",
    "(Mật)",
    "mật",
    "“MẬT”",
    "*** MẬT ***",
    "[MẬT]",
    "MẬT - Bản số 02",
    "MẬT (đến ngày 31/12/2030)",
    "HỎA TỐC - MẬT",
    "Độ mật: Mật",
    "Độ mật : Tối Mật",
    "ĐỘ MẬT – TUYỆT MẬT",
    "Độ mật: C",
    "Mức độ mật: Tuyệt mật",
    "Độ khẩn: Hỏa tốc; Độ mật: Tối mật; Số bản: 5",
    "Dấu MẬT",
    "M Ậ T",
    "M\xa0Ậ\xa0T",
    "M.Ậ.T",
    "M_Ậ_T",
    "T Ố I   M Ậ T",
    "M\nẬ\nT",
    "TỐI\nMẬT",
    "Độ mật:\nTối mật",
    "MAT",
    "TOI MAT",
    "TUYET MAT - KHONG SAO CHUP",
    "Do mat: toi mat",
    "DAU: MAT",
    "KE HOACH BAO VE (MAT)",
    "So: 15-BC/DU MAT",
    "MA65T",
    "МẬТ",
    "ＭẬＴ",
    "M\u200bẬ\u2060T",
    "M\u0336Ậ\u0336T\u0336",
    "MËT",
    "§é mËt: Tèi mËt",
    "TOÁI MAÄT",
    "Số: 15-BC/ĐU MẬT",
    "Số: 15-BC/ĐU (Mật)",
    "ĐẢNG ỦY XÃ MẪU MẬT",
    "ĐẢNG BỘ XÃ MẪU      TỐI MẬT",
    "TÀI LIỆU MẬT",
    "TÀI LIỆU MẬT – KHÔNG PHÁT TÁN",
    "TÀI LIỆU BÍ MẬT NHÀ NƯỚC",
    "CHỈ NGƯỜI CÓ TÊN MỚI ĐƯỢC BÓC BÌ",
    "Em gửi văn bản tối mật ạ",
]
ORDINARY = [
    "bảo mật",
    "mật độ dân số",
    "Mật khẩu của đồng chí",
    "mật ong",
    "MẬT ONG RỪNG",
    "HỘI THI NUÔI ONG LẤY MẬT",
    "tuần trăng mật",
    "phối hợp mật thiết",
    "Luật Bảo vệ bí mật nhà nước",
    "LUẬT BẢO VỆ\nBÍ MẬT NHÀ NƯỚC",
    "QUY ĐỊNH QUẢN LÝ\nTÀI LIỆU MẬT",
    "Bí mật nhà nước được phân thành 03 độ mật: Tuyệt mật, Tối mật và Mật.",
    "a) Tuyệt mật;\nb) Tối mật;\nc) Mật.",
    "Mẫu dấu “MẬT” có kích thước 20mm x 8mm",
    "Văn bản đóng dấu MẬT phải vào sổ riêng.",
    "Người soạn thảo đề xuất độ mật của tài liệu",
    "Độ mật: Không",
    "Độ mật: ......",
    "Độ mật",
    "Không thuộc bí mật nhà nước",
    "toi mat the dang vien roi",
    "TOI MAT THE DANG VIEN",
    "mat",
    "CO MAT",
    "dau mat qua, xin phep nghi",
    "MAT TRAN TO QUOC VIET NAM",
    "Khoa Toán (MAT)",
    "MẶT TRẬN",
    "MẤT ĐIỆN",
    "góp ý dự thảo văn kiện",
    "HỘI NGHỊ GÓP Ý\nDỰ THẢO BÁO CÁO CHÍNH TRỊ",
    "Dự thảo Luật đang được lấy ý kiến nhân dân.",
    "Bệnh này không phổ biến ở địa phương",
    "Quy định về tài liệu lưu hành nội bộ được thực hiện theo Điều 5.",
    "DANH SÁCH ĐẢNG VIÊN ĐƯỢC TẶNG HUY HIỆU\n1. Nguyễn Văn Mẫu\n2. Trần Thị Mẫu\n3. Lê Văn Thử",
    "NHÂN SỰ DỰ KIẾN",
    "đã đọc",
]


@pytest.mark.parametrize("text", STAMPS)
def test_a_stamp_is_found(text: str) -> None:
    assert check_text(text).why is Why.SECRET_MARK


@pytest.mark.parametrize("text", [stamp for stamp in STAMPS if not stamp.isascii()])
def test_a_stamp_is_found_decomposed_and_among_other_lines(text: str) -> None:
    letter = f"Kính gửi các chi bộ.\n{unicodedata.normalize('NFD', text)}\nTrân trọng."
    assert check_text(letter).why is Why.SECRET_MARK


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_pass(text: str) -> None:
    assert check_text(text).verdict is Outcome.PASS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Lưu hành nội bộ", Why.INTERNAL),
        ("(Tài liệu lưu hành nội bộ)", Why.INTERNAL),
        ("luu hanh noi bo", Why.INTERNAL),
        ("DỰ THẢO", Why.DRAFT),
        ("(Dự thảo lần 2)", Why.DRAFT),
        ("DỰ THẢO NGHỊ QUYẾT", Why.DRAFT),
        ("KHÔNG PHỔ BIẾN", Why.NOT_FOR_CIRCULATION),
        ("Tài liệu thu hồi sau cuộc họp", Why.RETURNED_AFTER_MEETING),
        ("NHÂN SỰ DỰ KIẾN\n1. Nguyễn Văn Mẫu\n2. Trần Thị Mẫu\n3. Lê Văn Thử", Why.PERSONNEL_LIST),
        (
            "Danh sách đảng viên bị kỷ luật\n1. Nguyễn Văn Mẫu\n2. Trần Thị Mẫu\n3. Lê Văn Thử",
            Why.DISCIPLINE_LIST,
        ),
    ],
)
def test_other_marks_are_refused_unless_the_channel_allows_them(text: str, why: Why) -> None:
    assert check_text(text).why is why
    assert check_text(text, allow=[why]).verdict is Outcome.PASS


def test_no_rule_allows_a_secrecy_mark() -> None:
    assert check_text("TỐI MẬT", allow=list(Why)).why is Why.SECRET_MARK


LAW = (
    "Thực hiện Luật Bảo vệ bí mật nhà nước, các chi bộ quán triệt cán bộ, đảng viên về công tác bảo mật; các đồng "
    "chí phối hợp mật thiết, giữ bí mật, đổi mật khẩu; quản lý tài liệu mật, văn bản mật; tài liệu lưu hành nội bộ, "
    "tài liệu thu hồi sau cuộc họp không phổ biến ra ngoài. Góp ý vào dự thảo báo cáo chính trị, dự thảo nghị quyết. "
    "Bí mật nhà nước có ba độ Tuyệt mật, Tối mật và Mật; người soạn thảo đề xuất độ mật. Khi đóng dấu “MẬT”, "
    "“TỐI MẬT”, “TUYỆT MẬT” phải vào sổ."
)


@pytest.mark.parametrize("width", range(25, 121))
def test_margins_break_a_text_about_secrets_anywhere(width: int) -> None:
    lines = [Line(line, Kind.WRAPPED) for line in textwrap.wrap(LAW, width)]
    assert marks.find(lines) is None


def test_a_laid_out_stamp_is_found_at_any_margin() -> None:
    for width in range(25, 121):
        lines = [Line(line, Kind.WRAPPED) for line in ("MẬT", *textwrap.wrap(LAW, width))]
        assert marks.find(lines) is Why.SECRET_MARK


@pytest.mark.parametrize(
    "name",
    [
        "ke-hoach-MAT.pdf",
        "toi mat.docx",
        "TUYET MAT - KH 52.pdf",
        "Kế hoạch (Mật).pdf",
        "tài liệu mật.docx",
        "Báo cáo tối mật 2026.xlsx",
        "KE HOACH 52 - MAT.pdf",
        "mat_52-KH.pdf",
        "cv12_mat.docx",
        "M\u200bẬT.pdf",
    ],
)
def test_a_marked_file_name(name: str) -> None:
    assert names.secret(clean(name))


@pytest.mark.parametrize(
    "name",
    [
        "bao-mat-thong-tin.pdf",
        "mat-ong.docx",
        "mật độ dân số.xlsx",
        "danh-sach-vang-mat.xlsx",
        "DANH SACH CO MAT.xlsx",
        "MAT TRAN TO QUOC.pdf",
        "Luật Bảo vệ bí mật nhà nước.pdf",
        "don trinh bao toi mat the dang.docx",
        "gap-mat-huu-tri.pdf",
        "thanh-toan-khong-dung-tien-mat.pdf",
        "khuôn mặt.png",
        "52-KH-DU.pdf",
    ],
)
def test_an_ordinary_file_name(name: str) -> None:
    assert not names.secret(clean(name))


def test_old_code_pages_are_read() -> None:
    assert spell("TèI MËT", "tcvn3") == "TỐI MẬT"
    assert from_vni("Ñoä maät: TOÁI MAÄT, löu haønh") == "Độ mật: TỐI MẬT, lưu hành"


@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(text: str) -> None:
    assert check_text(text).verdict in (Outcome.PASS, Outcome.REFUSE)


@given(st.sampled_from(["MẬT", "TỐI MẬT", "TUYỆT MẬT"]), st.sampled_from(list(" .-_*·\u200b\u00ad")))
def test_nothing_between_the_letters_hides_a_stamp(stamp: str, between: str) -> None:
    assert check_text(between.join(stamp.replace(" ", ""))).why is Why.SECRET_MARK
