"""How a directive stands, unit by unit, over the asker's own part of the tree."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.directives import queries
from bot.directives.models import Directive, MakeTable, ShowStatus, ShowUnreached
from bot.directives.texts import name
from bot.i18n import _, number, percent
from bot.organisation import queries as people
from bot.organisation.models import Organisation
from bot.reports.counting import RULE, Class, Figures, classify, reason_words, version_rule
from bot.store.tx import Tx

PAGE = 8
"""Units listed in one message; a choice opens each. A small phone shows as much at once."""
FEW = 5
"""Choices that are buttons everywhere; with more, those that can also be said in words are not offered."""
MAX_NAME = 60
"""Characters of a unit's name in a line or a choice: a page stays within 2,000 characters (Zalo)."""


@dataclass(frozen=True, slots=True)
class Status:
    """The figures of a directive: in all, and for the parts of one unit."""

    directive: Directive
    unit: Organisation | None
    """None: everything the asker may see, which may be several units."""
    total: Figures
    parts: list[tuple[Organisation, Figures]]


@dataclass(frozen=True, slots=True)
class Counted:
    """A directive's recipients counted by the unit of the moment of freezing, over part of the tree."""

    by_id: dict[int, Organisation]
    children: dict[int | None, list[Organisation]]
    """The allowed units below each; below None the highest."""
    own: dict[int, Figures]

    @staticmethod
    def of(tx: Tx, directive: Directive, allowed: AbstractSet[int]) -> "Counted":
        """Over the units in `allowed`."""
        tree = people.organisation_tree(tx)
        children: dict[int | None, list[Organisation]] = {}
        for organisation in tree:
            parent = organisation.parent_id if organisation.parent_id in allowed else None
            if organisation.id in allowed:
                children.setdefault(parent, []).append(organisation)
        own: dict[int, Figures] = {}
        for recipient in queries.recipients_of(tx, directive.id, allowed):
            kind, reason = classify(directive, recipient)
            former = recipient.acknowledged_version < directive.version
            mine = own.setdefault(recipient.unit_id, Figures.empty())
            mine.count(kind, reason, seen=recipient.seen_ms is not None, former=former)
        return Counted({organisation.id: organisation for organisation in tree}, children, own)

    @property
    def roots(self) -> list[Organisation]:
        """The highest of the allowed units."""
        return self.children.get(None, [])

    def below(self, unit: Organisation) -> Figures:
        """A unit with all that is below it."""
        total = self.together(self.children.get(unit.id, []))
        total.add(self.own.get(unit.id, Figures.empty()))
        return total

    def together(self, units: Iterable[Organisation]) -> Figures:
        """Several units with all that is below them."""
        total = Figures.empty()
        for unit in units:
            total.add(self.below(unit))
        return total


def status(tx: Tx, directive: Directive, allowed: AbstractSet[int], unit_id: int = 0) -> Status:
    """The figures over the units in `allowed` at and below `unit_id` (0: all of `allowed`).

    A recipient counts in the unit of the moment of freezing. `parts` are the unit's own children, or the
    highest units of `allowed` when there are several; a branch has none.
    """
    counted = Counted.of(tx, directive, allowed)
    roots = counted.roots
    if unit_id:
        roots = [counted.by_id[unit_id]]
    elif len(roots) == 1:
        unit_id = roots[0].id
    total = counted.together(roots)
    shown = counted.children.get(unit_id, []) if unit_id else roots
    parts = [(part, counted.below(part)) for part in shown]
    parts = [(part, figure) for part, figure in parts if sum(figure.classes.values())]
    return Status(directive, counted.by_id[unit_id] if unit_id else None, total, parts)


def total(tx: Tx, directive: Directive, allowed: AbstractSet[int]) -> Figures:
    """The figures of a directive over all units in `allowed` together."""
    figures = Figures.empty()
    for recipient in queries.recipients_of(tx, directive.id, allowed):
        figures.count(*classify(directive, recipient))
    return figures


def share(figures: Figures) -> str:
    """Numerator, denominator and share: "18/21 (85,7%)"."""
    base = number(figures.denominator)
    return f"{number(figures.numerator)}/{base} ({percent(figures.numerator, figures.denominator)})"


def say(state: Status, at: str, page: int = 0, taken: str = "", names: bool = False) -> Say:
    """The figures as a message. `at` is the moment they hold for, as shown to people.

    `taken` tells what the messages cost; `names` offers the list of who was not reached.

    The first page says all; a later one lists further units and leaves the rule to the first. A page
    beyond the last is the last.
    """
    pages = max(1, -(-len(state.parts) // PAGE))
    page = min(page, pages - 1)
    parts = state.parts[page * PAGE : (page + 1) * PAGE]
    where = state.unit.name if state.unit else _("Các đơn vị đồng chí phụ trách")
    lines = [where]
    if page == 0:
        lines += _totals(state.total)
    if pages > 1:
        lines.append(_("Trang {page}/{pages}", page=number(page + 1), pages=number(pages)))
    lines += [f"• {_short(part.name)}: {share(figure)}" for part, figure in parts]
    if page == 0:
        lines += [taken] if taken else []
        lines += version_rule(state.directive, state.total.former)
        lines += [_(RULE), _("Tính đến {when}.", when=at)]
    else:
        lines.append(_("Tính đến {when}; cách tính như trang 1.", when=at))
    unit_id = state.unit.id if state.unit else 0
    choices = [
        Choice(_short(part.name), pack(ShowStatus(state.directive.id, part.id, 0))) for part, __ in parts
    ]
    if names and page == 0 and state.total.classes[Class.NOT_REACHED]:
        choices.append(Choice(_("Ai chưa nhận được"), pack(ShowUnreached(state.directive.id, 0))))
    if page == 0 and len(choices) < FEW:
        choices.append(Choice(_("Bảng tính (.xlsx)"), pack(MakeTable(state.directive.id, unit_id))))
    elif page == 0:
        lines.append(_("Cần bảng tính: đồng chí nhắn “xuất {number}”.", number=state.directive.number))
    if page + 1 < pages:
        choices.append(Choice(_("Xem tiếp"), pack(ShowStatus(state.directive.id, unit_id, page + 1))))
    return Say(
        "\n".join(lines),
        heading=_("Tình hình {document}", document=name(state.directive)),
        choices=tuple(choices),
    )


def _totals(total: Figures) -> list[str]:
    lines = [
        _(
            "Đã xác nhận: {done}/{base} ({share})",
            done=number(total.numerator),
            base=number(total.denominator),
            share=percent(total.numerator, total.denominator),
        ),
        _(
            "Đúng hạn {on_time} · muộn {late} · chưa xác nhận {silent} · "
            "đang gửi {waiting} · chưa nhận {lost}",
            on_time=number(total.classes[Class.ON_TIME]),
            late=number(total.classes[Class.LATE]),
            silent=number(total.classes[Class.SILENT]),
            waiting=number(total.classes[Class.WAITING]),
            lost=number(total.classes[Class.NOT_REACHED]),
        ),
    ]
    if total.classes[Class.BY_HAND]:
        lines.append(
            _("Cấp ủy ghi nhận tay, tính riêng: {count}", count=number(total.classes[Class.BY_HAND]))
        )
    if total.seen:
        lines.append(_("Đã xem trên Zalo, chưa xác nhận: {count}", count=number(total.seen)))
    if total.reasons:
        why = ", ".join(
            f"{reason_words(reason)} {number(count)}" for reason, count in sorted(total.reasons.items())
        )
        lines.append(_("Chưa nhận vì: {why}", why=why))
    if total.classes[Class.INFORMED]:
        lines.append(_("Được thông báo, không tính: {count}", count=number(total.classes[Class.INFORMED])))
    return lines


def overview(listed: list[tuple[Directive, Figures]], more: int, at: str) -> Say:
    """Several directives with the figure of each over the asker's part; `more` are open besides."""
    twice = Counter(directive.number for directive, __ in listed)  # a number used again needs its date
    lines = [
        f"• {name(directive) if twice[directive.number] > 1 else directive.number}: {share(figures)}"
        for directive, figures in listed
    ]
    if more:
        lines.append(_("… và {count} văn bản cũ hơn: nhắn “tình hình” kèm số.", count=number(more)))
    lines += [_(RULE), _("Tính đến {when}.", when=at)]
    choices = tuple(Choice(name(directive), pack(ShowStatus(directive.id, 0, 0))) for directive, __ in listed)
    return Say("\n".join(lines), heading=_("Tình hình các văn bản đang mở"), choices=choices)


def _short(words: str) -> str:
    return words if len(words) <= MAX_NAME else words[: MAX_NAME - 1].rstrip() + "…"
