import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.organisation import rules
from bot.organisation.models import Role, Standing, Verb


@given(st.integers(0, 10**8 - 1))
def test_a_shown_slip_code_is_read_back(number: int) -> None:
    code = rules.with_check_digit(f"{number:08d}")
    assert rules.parse_code(rules.show_code(code)) == code


@given(st.integers(0, 10**8 - 1), st.integers(0, 8), st.integers(1, 9))
def test_a_single_wrong_digit_is_noticed(number: int, place: int, off: int) -> None:
    code = rules.with_check_digit(f"{number:08d}")
    wrong = code[:place] + str((int(code[place]) + off) % 10) + code[place + 1 :]
    assert rules.parse_code(wrong) is None


@given(st.integers(0, 10**8 - 1), st.integers(0, 7))
def test_swapped_neighbours_are_noticed(number: int, place: int) -> None:
    code = rules.with_check_digit(f"{number:08d}")
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or rules.parse_code(swapped) is None


@pytest.mark.parametrize("form", ["{} {} {}", "{}.{}.{}", "{}-{}-{}", " {}{}{} ", "{}\u00a0{}–{}"])
def test_a_code_may_be_typed_with_separators_and_the_letter_o(form: str) -> None:
    code = rules.with_check_digit("10200300")
    typed = form.format(code[:3], code[3:6], code[6:]).replace("0", "O")
    assert rules.parse_code(typed) == code


@pytest.mark.parametrize("form", ["ma so: {} a", "Mã của tôi là {}.", "{} nhe dong chi oi"])
def test_a_code_may_stand_among_words(form: str) -> None:
    code = rules.with_check_digit("10200300")
    assert rules.parse_code(form.format(rules.show_code(code))) == code
    assert rules.parse_code(form.format(rules.show_code(code)) + " 2") is None  # which nine of the ten?


@pytest.mark.parametrize("typed", ["", "12345678", "1234567890", "abc def ghi", "😀" * 9, "١٢٣٤٥٦٧٨٩"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert rules.parse_code(typed) is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("NGUYỄN VĂN ĐẠT", "Nguyễn Văn Đạt"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("Y THÔNG", "Y Thông"),
        ("A LĂNG-MẪU", "A Lăng-Mẫu"),
        ("Lê Thị  Hoa\u00a0", "Lê Thị Hoa"),
        ("Tra\u0302\u0300n Minh", "Trần Minh"),
    ],
)
def test_names_are_shown_the_vietnamese_way(written: str, shown: str) -> None:
    assert rules.display_name(written) == shown


def test_lists_are_sorted_by_given_name_letter_then_tone() -> None:
    ordered = [
        "Lê Văn An",
        "Lê Văn Ân",
        "Đỗ Bình",
        "Trần Dũng",
        "Lê Đạt",
        "Vũ Hà",
        "Lê Hạ",
        "Lê Oanh",
        "Lê Ơn",
    ]
    assert sorted(reversed(ordered), key=rules.by_given_name) == ordered


def test_a_masked_name_keeps_the_given_name_only() -> None:
    assert rules.masked("Nguyễn Văn An") == "N. V. An"


def test_every_standing_and_every_verb_has_its_row() -> None:
    assert set(rules.STANDINGS) == set(Standing)
    assert set(rules.RIGHTS) == set(Verb)


@pytest.mark.parametrize(
    ("standing", "access", "counted"),
    [
        (Standing.ACTIVE, True, True),
        (Standing.EXEMPT, True, False),
        (Standing.AWAY, True, True),
        (Standing.VISITING, True, False),
        (Standing.TRANSFERRING, True, True),
        (Standing.SUSPENDED, False, False),
        (Standing.DECEASED, False, False),
    ],
)
def test_where_a_standing_counts(standing: Standing, access: bool, counted: bool) -> None:
    assert (rules.has_access(standing), rules.is_counted(standing)) == (access, counted)
    assert rules.must_acknowledge(standing) is counted


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        (
            Role.SECRETARY,
            {
                "send_directive",
                "see_status",
                "see_names",
                "remind",
                "make_slips",
                "approve_link",
                "see_unverified",
                "edit_news",
                "hold_meeting",
            },
        ),
        (Role.COMMITTEE_MEMBER, {"see_status", "see_names", "see_unverified"}),
        (Role.HELPER, {"see_unverified"}),
        (Role.OFFICE, {"send_directive", "see_status", "remind", "keep_rules", "edit_news"}),
        (
            Role.OFFICER,
            {
                "see_status",
                "see_names",
                "remind",
                "import_roster",
                "make_slips",
                "approve_link",
                "keep_rules",
                "edit_news",
                "see_unverified",
                "answer_requests",
            },
        ),
        (Role.INSPECTOR, {"see_status", "see_audit"}),
        (Role.ADMINISTRATOR, {"administer"}),
    ],
)
def test_what_a_role_may_do(role: Role, verbs: set[str]) -> None:
    assert {verb.value for verb, roles in rules.RIGHTS.items() if role in roles} == verbs
