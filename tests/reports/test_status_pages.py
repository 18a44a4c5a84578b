"""Tables of many units and of many directives: paged, short enough for a small phone, the rule once."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.channels.render import render
from bot.channels.telegram.capabilities import TELEGRAM
from bot.channels.zalo_oa.capabilities import ZALO_OA
from bot.chat.choices import unpack
from bot.chat.replies import Say
from bot.directives.models import Directive, ShowStatus, State, Urgency
from bot.i18n import _
from bot.organisation.models import Kind, Organisation
from bot.reports.counting import REASONS, RULE, Class, Figures
from bot.reports.status import PAGE, Status, overview, say

DIRECTIVE = Directive(
    id=(1 << 62) + 5,
    number="52-KH/ĐU",
    issued_on=date(2026, 11, 17),
    title="Mẫu",
    summary="",
    urgency=Urgency.NORMAL,
    deadline=datetime(2026, 11, 30, 10, tzinfo=UTC),
    unit_id=1,
    author_id=1,
    state=State.OPEN,
    file=None,
)
AT = "Thứ Ba 24/11, 10:00"


def _figures(done: int, base: int) -> Figures:
    figures = Figures.empty()
    figures.classes[Class.ON_TIME] = done
    figures.classes[Class.SILENT] = base - done
    return figures


def _state(units: int, name: str = "Chi bộ Mẫu {}") -> Status:
    parts = [
        (Organisation((1 << 62) + i, f"{i}", name.format(i), Kind.BRANCH, None), _figures(i % 20, 20))
        for i in range(1, units + 1)
    ]
    total = Figures.empty()
    for _unit, figures in parts:
        total.add(figures)
    return Status(DIRECTIVE, Organisation(9, "9", "Đảng bộ Mẫu", Kind.COMMITTEE, None), total, parts)


def _pages(state: Status) -> list[Say]:
    """All pages, turned as a person turns them: by the choice that says so."""
    shown = [say(state, AT)]
    while shown[-1].choices and shown[-1].choices[-1].label == _("Xem tiếp"):
        turned = unpack(shown[-1].choices[-1].payload)
        assert isinstance(turned, ShowStatus)
        assert (turned.directive, turned.unit) == (DIRECTIVE.id, 9)
        shown.append(say(state, AT, turned.page))
    return shown


@pytest.mark.parametrize("units", [0, 1, PAGE, PAGE + 1, 3 * PAGE, 41])
def test_every_unit_is_on_one_page_with_its_figure_and_choice(units: int) -> None:
    state = _state(units)
    pages = _pages(state)
    assert len(pages) == max(1, -(-units // PAGE))
    listed = [line for page in pages for line in page.text.splitlines() if line.startswith("• ")]
    assert [line.split(":")[0] for line in listed] == [f"• {part.name}" for part, _figure in state.parts]
    opened = [unpack(choice.payload) for page in pages for choice in page.choices]
    assert [each.unit for each in opened if each.unit != 9] == [part.id for part, _figure in state.parts]
    assert sum(page.text.count(_(RULE)) for page in pages) == 1
    assert all(AT in page.text for page in pages)  # no figure without its moment
    assert sum("Đã xác nhận:" in page.text for page in pages) == 1


def test_a_page_that_is_not_there_is_the_last() -> None:
    assert say(_state(20), AT, 99) == say(_state(20), AT, 2)


@pytest.mark.parametrize("caps", [ZALO_OA, TELEGRAM], ids=lambda caps: caps.channel)
@pytest.mark.parametrize("units", [5, 41])
def test_a_page_is_one_message_on_every_channel(units: int, caps: object) -> None:
    state = _state(units, "Chi bộ Trường " + "Rất Dài " * 30 + "{}")
    for reason in REASONS:
        state.total.reasons[reason] = 3
    for page in _pages(state):
        rendered = render(page, caps)
        assert len(rendered.parts) == 1
        assert len(rendered.parts[0].plain) <= 2000
        if units == 5:
            assert rendered.choices_as == "buttons"


def test_several_directives_each_with_its_own_figure() -> None:
    other = replace(DIRECTIVE, id=6, number="53-KH/ĐU")
    said = overview([(other, _figures(0, 0)), (DIRECTIVE, _figures(18, 21))], 3, AT)
    lines = said.text.splitlines()
    assert lines[:2] == ["• 53-KH/ĐU: 0/0 (–)", "• 52-KH/ĐU: 18/21 (85,7%)"]
    assert "3 văn bản" in lines[2]
    assert _(RULE) in lines
    assert AT in lines[-1]
    assert [unpack(choice.payload) for choice in said.choices] == [
        ShowStatus(6, 0, 0),
        ShowStatus(DIRECTIVE.id, 0, 0),
    ]


def test_a_number_used_again_is_told_apart_by_its_date() -> None:
    again = replace(DIRECTIVE, id=6, issued_on=date(2025, 11, 17))
    said = overview([(DIRECTIVE, _figures(1, 2)), (again, _figures(2, 2))], 0, AT)
    assert "• 52-KH/ĐU ngày 17/11/2025: 2/2 (100%)" in said.text.splitlines()
