"""After a directive went out: who is silent, a reminder, taking it back."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from bot.chat.choices import pack
from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event
from bot.chat.replies import Choice, Say
from bot.chat.router import Replies, Router
from bot.directives import pausing, queries, service, texts
from bot.directives.models import Directive, Pause, Recall, Remind, ShowSilent, ShowUnreached
from bot.directives.queries import Recipient
from bot.handlers.gate import member_account, not_verified
from bot.handlers.officer import choose
from bot.i18n import _, number
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.organisation.rules import by_given_name
from bot.privacy.travel import Travel, by_unit, instead_of_names
from bot.reports.counting import Class, classify, reason_words
from bot.store import audit
from bot.store.tx import Tx

PAGE = 20
"""Names in one message."""


def register(router: Router[Tx], may: Travel) -> None:
    """Makes the errands known to the router. `may`: what may travel where."""
    router.command("missing", lambda event, tx: missing(event, tx, may), Verb.SEE_NAMES)
    router.choice(ShowSilent, lambda choice, event, tx: show_silent(choice, event, tx, may), Verb.SEE_NAMES)
    router.choice(
        ShowUnreached, lambda choice, event, tx: show_unreached(choice, event, tx, may), Verb.SEE_NAMES
    )
    router.command("remind", remind, Verb.REMIND)
    router.choice(Remind, remind_now, Verb.REMIND)
    router.command("recall", recall, Verb.SEND_DIRECTIVE)
    router.choice(Recall, recall_now, Verb.SEND_DIRECTIVE)
    for name, answer in (("pause", "yes"), ("go_on", "no")):
        router.command(name, partial(_pause_by_name, answer=answer), Verb.SEND_DIRECTIVE)
    router.choice(Pause, pause, Verb.SEND_DIRECTIVE)


def missing(event: Commanded, tx: Tx, may: Travel) -> Replies:
    """`chưa xác nhận 52`: the silent by name, in the asker's own units, in the private chat alone."""
    named = may.names(event.address.channel)

    def one(tx: Tx, directive: Directive, member_id: int) -> Say:
        return _silent(tx, directive, member_id, named=named)

    return choose(event, tx, Verb.SEE_NAMES, lambda directive: pack(ShowSilent(directive.id, 0)), one)


def show_silent(choice: ShowSilent, event: Event, tx: Tx, may: Travel) -> Replies:
    """A page of the silent."""
    found = queries.get(tx, choice.directive)
    account = member_account(tx, event)
    if found is None or account is None:
        return not_verified()
    return _silent(tx, found, account.member_id, choice.page, named=may.names(account.channel))


def _silent(tx: Tx, directive: Directive, member_id: int, page: int = 0, *, named: bool) -> Say:
    scope = people.scope(tx, member_id, Verb.SEE_NAMES)
    found = service.silent(tx, directive, scope)
    if not found and not queries.recipients_of(tx, directive.id, scope):
        return texts.refused("no_right")  # a forged choice learns not even that nobody is silent
    _looked(tx, directive, member_id, named=named)
    if not found:
        return Say(_("Không còn ai đã nhận {document} mà chưa xác nhận.", document=texts.name(directive)))
    ways = service.ways_to(tx, [each.member_id for each in found], tx.now_ms)

    def must_be_called(each: Recipient) -> str:
        account, obstacle, _window = ways[each.member_id]
        return "" if account else _("cần gọi điện: {why}", why=reason_words(obstacle))

    lines, more = _by_unit(tx, found, page, must_be_called, named=named)
    choices = []
    if more:
        choices.append(Choice(_("Xem tiếp"), pack(ShowSilent(directive.id, page + 1))))
    choices.append(Choice(_("Nhắc các đồng chí này"), pack(Remind(directive.id))))
    heading = _(
        "Chưa xác nhận {document}: {count} đồng chí", document=directive.number, count=number(len(found))
    )
    return Say("\n".join(lines), heading=heading, choices=tuple(choices))


def show_unreached(choice: ShowUnreached, event: Event, tx: Tx, may: Travel) -> Replies:
    """A page of those whom a directive has not reached, each with the reason, in the asker's own units."""
    directive = queries.get(tx, choice.directive)
    account = member_account(tx, event)
    if directive is None or account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.SEE_NAMES)
    known = queries.recipients_of(tx, directive.id, scope)
    if not known:
        return texts.refused("no_right")
    named = may.names(account.channel)
    _looked(tx, directive, account.member_id, named=named)
    reasons = {each.member_id: classify(directive, each) for each in known}
    found = [each for each in known if reasons[each.member_id][0] is Class.NOT_REACHED]
    if not found:
        return Say(_("Không còn ai chưa nhận được {document}.", document=texts.name(directive)))
    lines, more = _by_unit(
        tx, found, choice.page, lambda each: reason_words(reasons[each.member_id][1]), named=named
    )
    choices = (Choice(_("Xem tiếp"), pack(ShowUnreached(directive.id, choice.page + 1))),) if more else ()
    heading = _(
        "Chưa nhận được {document}: {count} đồng chí", document=directive.number, count=number(len(found))
    )
    return Say("\n".join(lines), heading=heading, choices=choices)


def _looked(tx: Tx, directive: Directive, member_id: int, *, named: bool) -> None:
    what = "directive.names" if named else "directive.status"
    audit.record(tx, what, f"directive:{directive.id}", member_id=member_id)


def _by_unit(
    tx: Tx, found: list[Recipient], page: int, note: Callable[[Recipient], str], *, named: bool
) -> tuple[list[str], bool]:
    """A page of names under their units, each with a note; and whether there is more. Else counts by unit."""
    units = {each.id: each.name for each in people.organisation_tree(tx)}
    if not named:
        counted = Counter((units.get(each.unit_id, ""), note(each)) for each in found)
        return [*by_unit(counted), instead_of_names()], False
    names = people.names(tx, [each.member_id for each in found])
    ordered = sorted(
        found, key=lambda each: (units.get(each.unit_id, ""), by_given_name(names[each.member_id]))
    )
    lines, unit = [], None
    for each in ordered[page * PAGE : (page + 1) * PAGE]:
        if each.unit_id != unit:
            unit = each.unit_id
            lines.append(f"{units.get(unit, '')}:")
        words = note(each)
        lines.append(f"• {names[each.member_id]}" + (f": {words}" if words else ""))
    return lines, len(ordered) > (page + 1) * PAGE


def remind(event: Commanded, tx: Tx) -> Replies:
    """`nhắc 52`: a reminder to the silent, now."""
    return choose(event, tx, Verb.REMIND, lambda directive: pack(Remind(directive.id)), _remind)


def remind_now(choice: Remind, event: Event, tx: Tx) -> Replies:
    """The same by choice."""
    found = queries.get(tx, choice.directive)
    account = member_account(tx, event)
    if found is None or account is None:
        return not_verified()
    return _remind(tx, found, account.member_id)


def _remind(tx: Tx, directive: Directive, member_id: int) -> Say:
    try:
        count = service.remind(tx, directive.id, member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    return Say(
        _("Đang nhắc {count} đồng chí về {document}.", count=number(count), document=texts.name(directive))
    )


def recall(event: Commanded, tx: Tx) -> Replies:
    """`thu hồi 52`: asks first."""
    return choose(
        event, tx, Verb.SEND_DIRECTIVE, lambda directive: pack(Recall(directive.id, "ask")), _ask_recall
    )


def _ask_recall(tx: Tx, directive: Directive, member_id: int) -> Say:
    if not service.may_decide(tx, directive.id, member_id):
        return texts.refused("no_right")
    return Say(
        _(
            "Thu hồi {document}? Ai đã nhận sẽ được báo, và không xác nhận được nữa.",
            document=texts.name(directive),
        ),
        choices=(
            Choice(_("Thu hồi ngay"), pack(Recall(directive.id, "yes"))),
            Choice(_("Giữ nguyên"), pack(Recall(directive.id, "no"))),
        ),
    )


def recall_now(choice: Recall, event: Event, tx: Tx) -> Replies:
    """Takes it back, once it was asked."""
    found = queries.get(tx, choice.directive)
    account = member_account(tx, event)
    if found is None or account is None:
        return not_verified()
    if choice.sure == "no":
        return Say(_("Văn bản {document} giữ nguyên.", document=texts.name(found)))
    if choice.sure != "yes":
        return _ask_recall(tx, found, account.member_id)
    try:
        directive, told = service.recall(tx, found.id, account.member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    return Say(
        _(
            "Đã thu hồi {document}; đang báo {count} đồng chí đã nhận.",
            document=texts.name(directive),
            count=number(told),
        )
    )


def _pause_by_name(event: Commanded, tx: Tx, answer: str) -> Replies:
    """`tạm dừng 52`, `gửi tiếp 52`."""
    return choose(
        event,
        tx,
        Verb.SEND_DIRECTIVE,
        lambda directive: pack(Pause(directive.id, answer)),
        lambda tx, directive, member_id: _pause(tx, directive.id, member_id, answer),
    )


def pause(choice: Pause, event: Event, tx: Tx) -> Replies:
    """The same by choice."""
    account = member_account(tx, event)
    return (
        not_verified() if account is None else _pause(tx, choice.directive, account.member_id, choice.answer)
    )


def _pause(tx: Tx, directive_id: int, member_id: int, answer: str) -> Say:
    try:
        if answer == "yes":
            directive, count = pausing.pause(tx, directive_id, member_id)
            words = _(
                "Đã tạm dừng {document}: còn chưa gửi tới {count} đồng chí. Muốn gửi nốt, đồng chí chọn “Gửi "
                "tiếp”.",
                **_named(directive, count),
            )
            return Say(words, choices=(Choice(_("Gửi tiếp"), pack(Pause(directive_id, "no"))),))
        directive, count = pausing.go_on(tx, directive_id, member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    return Say(_("Gửi tiếp {document} tới {count} đồng chí.", **_named(directive, count)))


def _named(directive: Directive, count: int) -> dict[str, str]:
    return {"document": texts.name(directive), "count": number(count)}
