"""Figures as a workbook, unit by unit: what an officer sorts, prints and hands on. No names, no words of members."""

import io
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from bot.chat.text import inert
from bot.directives import texts
from bot.directives.models import Directive
from bot.i18n import _, moment
from bot.organisation import queries as people
from bot.organisation.models import Adoption, Organisation
from bot.reports import adoption
from bot.reports.counting import RULE, RULES, Figures, reason_words, version_rule
from bot.reports.status import Counted
from bot.store.tx import Tx

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: what it is about, its columns, a row a unit (the sum first), and how it was counted.

    Of a row's values those at `shares` are between 0 and 1, None where there is nothing to divide by.
    """

    title: str
    columns: list[str]
    rows: list[list[str | int | float | None]]
    shares: tuple[int, ...]
    rules: list[str]


def of_directive(tx: Tx, directive: Directive, allowed: AbstractSet[int], unit_id: int = 0) -> Table:
    """A directive over the units in `allowed` at and below `unit_id` (0: all of them), each with what is below."""
    counted = Counted.of(tx, directive, allowed)
    roots = [counted.by_id[unit_id]] if unit_id else counted.roots
    total = counted.together(roots)
    rows = [_standing(_("Tất cả"), total)] if len(roots) > 1 else []
    for name, unit in _in_order(roots, counted.children):
        figures = counted.below(unit)
        if sum(figures.classes.values()):
            rows.append(_standing(name, figures))
    columns = [
        _("Đơn vị"),
        _("Phải xác nhận"),
        _("Đã xác nhận"),
        _("Tỷ lệ"),
        *(_(words) for words, _in in RULES.values()),
    ]
    rules = [*version_rule(directive, total.former), _(RULE), _at(tx)]
    return Table(texts.name(directive), [*columns, _("Chưa nhận vì")], rows, (3,), rules)


def of_adoption(tx: Tx, allowed: AbstractSet[int], unit_id: int = 0) -> Table:
    """Who verified and who acts, over the units in `allowed` at and below `unit_id` (0: all of them)."""
    tree = [each for each in people.organisation_tree(tx) if each.id in allowed]
    roots = [each for each in tree if (each.id == unit_id if unit_id else each.parent_id not in allowed)]
    children: dict[int | None, list[Organisation]] = {}
    for each in tree:
        children.setdefault(each.parent_id, []).append(each)
    branches = {each.branch_id: each for root in roots for each in adoption.of(tx, root.id)}

    def below(unit: Organisation) -> list[Adoption]:
        own = [branches[unit.id]] if unit.id in branches else []
        return [*own, *(each for child in children.get(unit.id, []) for each in below(child))]

    rows = [_using(_("Tất cả"), branches.values())] if len(roots) > 1 else []
    rows += [_using(name, found) for name, unit in _in_order(roots, children) if (found := below(unit))]
    columns = [
        _("Đơn vị"),
        _("Phải dùng"),
        _("Đã xác thực"),
        _("Tỷ lệ xác thực"),
        _("Hoạt động trong 30 ngày"),
        _("Tỷ lệ hoạt động"),
        _("Đã xác thực, chưa đồng ý tính hoạt động"),
    ]
    return Table(_("Tỷ lệ sử dụng"), columns, rows, (3, 5), [*adoption.rule(), _at(tx)])


def workbook(table: Table) -> bytes:
    """An .xlsx of one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Số liệu"))
    sheet.column_dimensions["A"].width = 48

    def cell(value: str | float | None, *, bold: bool = False, share: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value=inert(value) if isinstance(value, str) else value)
        made.font = Font(name="Times New Roman", size=12, bold=bold)
        made.alignment = Alignment(wrap_text=bold, vertical="top")
        if share:
            made.number_format = "0.0%"
        return made

    sheet.append([cell(table.title, bold=True)])
    sheet.append([cell(column, bold=True) for column in table.columns])
    for row in table.rows:
        sheet.append([cell(value, share=at in table.shares) for at, value in enumerate(row)])
    sheet.append([])
    for rule in table.rules:
        sheet.append([cell(rule)])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _standing(name: str, figures: Figures) -> list[str | int | float | None]:
    why = "; ".join(f"{reason_words(reason)}: {count}" for reason, count in sorted(figures.reasons.items()))
    share = _share(figures.numerator, figures.denominator)
    return [
        name,
        figures.denominator,
        figures.numerator,
        share,
        *(figures.classes[kind] for kind in RULES),
        why,
    ]


def _using(name: str, branches: Iterable[Adoption]) -> list[str | int | float | None]:
    found = adoption.together(branches)
    verified = _share(found.verified, found.must_use)
    silent = found.verified - found.agreed
    return [
        name,
        found.must_use,
        found.verified,
        verified,
        found.active,
        _share(found.active, found.must_use),
        silent,
    ]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _in_order(
    units: Iterable[Organisation], children: Mapping[int | None, list[Organisation]], depth: int = 0
) -> Iterator[tuple[str, Organisation]]:
    """Every unit after the one above it, its name moved in by its depth."""
    for unit in units:
        yield _INDENT * depth + unit.name, unit
        yield from _in_order(children.get(unit.id, []), children, depth + 1)


def _at(tx: Tx) -> str:
    return _("Tính đến {when}.", when=moment(tx.now))
