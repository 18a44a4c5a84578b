"""Who is told when members stay silent: first their secretary, then the unit above.

Before the deadline the secretary gets the list of those who cannot be reached (to be called); at the deadline
who is still open; a day later the unit above hears which units are not done. Found by query (`timers`).
"""

from collections.abc import Iterable

from bot.chat.choices import pack
from bot.chat.replies import Choice, Say
from bot.delivery import outbox
from bot.delivery.outbox import Notice
from bot.delivery.quiet import Quiet
from bot.directives import queries, rules, service, timers
from bot.directives.models import Directive, HandMenu, ShowSilent, ShowStatus, ShowUnreached, Urgency
from bot.directives.texts import name
from bot.directives.timers import ABOVE, CALLS, SECRETARY, Timer
from bot.i18n import _, number, plural, speaking
from bot.organisation import queries as people
from bot.organisation.models import Account, Organisation, Verb
from bot.reports.counting import Class, Figures, classify, reason_words
from bot.store.tx import Tx

NOTICE = "escalation"
"""What the outbox calls these rows; their id is the directive's."""
SLICE = 20
"""Units in one commit."""
MAX_UNITS = 8
"""Units named in one message."""


def tick(tx: Tx, quiet: Quiet) -> bool:
    """Tells the next who must know. Returns whether there may be more to do at once."""
    still = quiet.holds(tx.now)
    for kind in (CALLS, SECRETARY, ABOVE):
        for timer in timers.to_do(tx, kind):
            if still and timer.directive.urgency != Urgency.FLASH:
                continue
            if kind == ABOVE:
                _tell_above(tx, timer.directive)
                timers.done(tx, kind, timer)
            else:
                _tell_secretaries(tx, kind, timer)
            return True
    return False


def _tell_secretaries(tx: Tx, kind: str, timer: Timer) -> None:
    directive = timer.directive
    units = queries.units_of(tx, directive.id, timer.after_id, SLICE)
    figures = {unit: Figures.empty() for unit in units}
    for each in queries.recipients_of(tx, directive.id, units):
        figures[each.unit_id].count(*classify(directive, each))
    for unit_id, figure in figures.items():
        lost = figure.classes[Class.NOT_REACHED]
        silent = figure.classes[Class.SILENT] + figure.classes[Class.WAITING]
        unit = people.organisation(tx, unit_id)
        if unit is None or not (lost if kind == CALLS else lost + silent):
            continue
        for account in _responsible(tx, unit_id, Verb.SEE_NAMES):
            with speaking(account.language):
                say = _calls(directive, unit, figure) if kind == CALLS else _open(directive, unit, figure)
            _post(tx, directive, account, say)
    if len(units) < SLICE:
        timers.done(tx, kind, timer)
    else:
        timers.go_on(tx, kind, timer, units[-1])


def _responsible(tx: Tx, unit_id: int, verb: Verb) -> list[Account]:
    """The way to the nearest who may act for a unit and can be reached: its secretary first."""
    able = people.who_may(tx, verb, unit_id)
    ways = service.ways_to(tx, able, tx.now_ms)
    return next(([way] for member_id in able if (way := ways[member_id][0]) is not None), [])


def _calls(directive: Directive, unit: Organisation, figure: Figures) -> Say:
    lost = figure.classes[Class.NOT_REACHED]
    lines = [
        plural(
            "{unit}: {n} đồng chí chưa nhận được, vì {why}.",
            "{unit}: {n} đồng chí chưa nhận được, vì {why}.",
            lost,
            unit=unit.name,
            why=_why(figure),
        ),
        _("Đồng chí gọi điện hoặc báo trực tiếp, rồi ghi nhận tay để các đồng chí ấy không bị sót."),
    ]
    choices = (
        Choice(_("Ai chưa nhận được"), pack(ShowUnreached(directive.id, 0))),
        Choice(_("Ghi nhận tay"), pack(HandMenu(directive.id, 0))),
    )
    heading = _("Cần gọi điện: {document}", document=name(directive))
    return Say("\n".join(lines), heading=heading, choices=choices)


def _open(directive: Directive, unit: Organisation, figure: Figures) -> Say:
    silent, lost = figure.classes[Class.SILENT], figure.classes[Class.NOT_REACHED]
    lines = [
        _(
            "{unit}: đã xác nhận {done}/{base}; đã nhận, chưa xác nhận {silent}; chưa nhận được {lost}.",
            unit=unit.name,
            done=number(figure.numerator),
            base=number(figure.denominator),
            silent=number(silent),
            lost=number(lost),
        )
    ]
    if by_hand := figure.classes[Class.BY_HAND]:
        lines.append(_("Cấp ủy ghi nhận tay: {count}", count=number(by_hand)))
    if sending := figure.classes[Class.WAITING]:
        lines.append(_("Đang gửi hoặc tạm dừng: {count}", count=number(sending)))
    if lost:
        lines.append(_("Chưa nhận vì: {why}", why=_why(figure)))
    choices = []
    if silent:
        choices.append(Choice(_("Ai chưa xác nhận"), pack(ShowSilent(directive.id, 0))))
    if lost:
        choices.append(Choice(_("Ai chưa nhận được"), pack(ShowUnreached(directive.id, 0))))
    choices.append(Choice(_("Ghi nhận tay"), pack(HandMenu(directive.id, 0))))
    heading = (
        _("Đến hạn: {document}", document=name(directive))
        if directive.deadline is not None
        else _("Chưa xong: {document}", document=name(directive))
    )
    return Say("\n".join(lines), heading=heading, choices=tuple(choices))


def _why(figure: Figures) -> str:
    ordered = sorted(figure.reasons.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{reason_words(reason)} {number(count)}" for reason, count in ordered)


def _tell_above(tx: Tx, directive: Directive) -> None:
    tree = {each.id: each for each in people.organisation_tree(tx)}
    below: dict[int, list[tuple[Organisation, int, int]]] = {}
    for unit_id, (open_, base) in queries.outstanding(tx, directive.id).items():
        unit = tree.get(unit_id)
        if unit is not None and unit.parent_id is not None and open_:
            below.setdefault(unit.parent_id, []).append((unit, open_, base))
    for parent_id, units in below.items():
        for account in _responsible(tx, parent_id, Verb.SEE_STATUS):
            with speaking(account.language):
                say = _above(directive, parent_id, units)
            _post(tx, directive, account, say)


def _above(directive: Directive, parent_id: int, units: Iterable[tuple[Organisation, int, int]]) -> Say:
    """Figures by unit; no names."""
    ordered = sorted(units, key=lambda each: -each[1])
    lines = [
        _("• {unit}: còn {open}/{base} đồng chí", unit=unit.name, open=number(open_), base=number(base))
        for unit, open_, base in ordered[:MAX_UNITS]
    ]
    if len(ordered) > MAX_UNITS:
        lines.append(_("… và {count} đơn vị nữa.", count=number(len(ordered) - MAX_UNITS)))
    lines.append(_("Bí thư các đơn vị đã được báo khi đến hạn."))
    return Say(
        "\n".join(lines),
        heading=_("Chưa xong sau hạn: {document}", document=name(directive)),
        choices=(Choice(_("Xem tình hình"), pack(ShowStatus(directive.id, parent_id, 0))),),
    )


def _post(tx: Tx, directive: Directive, account: Account, say: Say) -> None:
    words = outbox.content(tx, say)
    notice = Notice(account.channel, account.chat_id, account.member_id, words)
    priority = rules.reminder_priority(directive.urgency)
    outbox.post(tx, [notice], kind=NOTICE, kind_id=directive.id, priority=priority, due_ms=tx.now_ms)
