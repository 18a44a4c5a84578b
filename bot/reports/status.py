"""How a directive stands, unit by unit, over the asker's own part of the tree."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.directives import queries
from bot.directives.models import Directive, ShowStatus
from bot.directives.texts import name
from bot.i18n import _, number, percent
from bot.organisation import queries as people
from bot.organisation.models import Organisation
from bot.reports.counting import REASONS, RULE, Class, Figures, classify
from bot.store.tx import Tx

MAX_LINES = 12
"""Units listed in one message; a choice opens each."""


@dataclass(frozen=True, slots=True)
class Status:
    """The figures of a directive: in all, and for the parts of one unit."""

    directive: Directive
    unit: Organisation | None
    """None: everything the asker may see, which may be several units."""
    total: Figures
    parts: list[tuple[Organisation, Figures]]


def status(tx: Tx, directive: Directive, allowed: AbstractSet[int], unit_id: int = 0) -> Status:
    """The figures over the units in `allowed` at and below `unit_id` (0: all of `allowed`).

    A recipient counts in the unit of the moment of freezing. `parts` are the unit's own children, or the
    highest units of `allowed` when there are several; a branch has none.
    """
    tree = people.organisation_tree(tx)
    children: dict[int | None, list[Organisation]] = {}
    for organisation in tree:
        parent = organisation.parent_id if organisation.parent_id in allowed else None
        if organisation.id in allowed:
            children.setdefault(parent, []).append(organisation)
    by_id = {organisation.id: organisation for organisation in tree}
    roots = children.get(None, [])
    if unit_id:
        roots = [by_id[unit_id]]
    elif len(roots) == 1:
        unit_id = roots[0].id
    figures: dict[int, Figures] = {}
    for recipient in queries.recipients_of(tx, directive.id, allowed):
        kind, reason = classify(directive, recipient)
        figures.setdefault(recipient.unit_id, Figures.empty()).count(kind, reason)

    def below(organisation: Organisation) -> Figures:
        total = Figures.empty()
        total.add(figures.get(organisation.id, Figures.empty()))
        for child in children.get(organisation.id, []):
            total.add(below(child))
        return total

    total = Figures.empty()
    for root in roots:
        total.add(below(root))
    shown = children.get(unit_id, []) if unit_id else roots
    parts = [(part, below(part)) for part in shown]
    parts = [(part, figure) for part, figure in parts if sum(figure.classes.values())]
    return Status(directive, by_id[unit_id] if unit_id else None, total, parts)


def say(state: Status, at: str) -> Say:
    """The figures as a message. `at` is the moment they hold for, as shown to people."""
    total = state.total
    where = state.unit.name if state.unit else _("Các đơn vị đồng chí phụ trách")
    lines = [
        where,
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
    if total.reasons:
        why = ", ".join(
            f"{_(REASONS[reason])} {number(count)}" for reason, count in sorted(total.reasons.items())
        )
        lines.append(_("Chưa nhận vì: {why}", why=why))
    if total.classes[Class.INFORMED]:
        lines.append(_("Được thông báo, không tính: {count}", count=number(total.classes[Class.INFORMED])))
    for part, figure in state.parts[:MAX_LINES]:
        share = percent(figure.numerator, figure.denominator)
        lines.append(f"• {part.name}: {number(figure.numerator)}/{number(figure.denominator)} ({share})")
    if len(state.parts) > MAX_LINES:
        lines.append(_("… và {more} đơn vị nữa", more=number(len(state.parts) - MAX_LINES)))
    lines += [_(RULE), _("Tính đến {when}.", when=at)]
    choices = tuple(
        Choice(part.name[:60], pack(ShowStatus(state.directive.id, part.id)))
        for part, __ in state.parts[:MAX_LINES]
    )
    return Say(
        "\n".join(lines), heading=_("Tình hình {document}", document=name(state.directive)), choices=choices
    )
