"""The secretary records by hand who learned of a directive outside the messenger; the member may object."""

from datetime import date

from bot.chat.choices import pack
from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event
from bot.chat.replies import Choice, Say, To
from bot.chat.router import Out, Replies, Router
from bot.directives import by_hand, queries, texts, texts_by_hand
from bot.directives.models import Directive, HandFor, HandMenu, HandSet, How, Object
from bot.handlers.gate import MEMBER, member_account, not_verified
from bot.handlers.officer import choose
from bot.i18n import _, day, number, plural
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.privacy.travel import Travel, instead_of_names
from bot.store import audit
from bot.store.tx import Tx

PAGE = 15
"""Names in one message."""


def register(router: Router[Tx], may: Travel) -> None:
    """Makes the errand known to the router. `may`: what may travel where."""
    router.command("by_hand", lambda event, tx: begin(event, tx, may), Verb.REMIND)
    router.choice(HandMenu, lambda choice, event, tx: menu(choice, event, tx, may), Verb.REMIND)
    router.choice(HandFor, how_and_when, Verb.REMIND)
    router.choice(HandSet, record, Verb.REMIND)
    router.choice(Object, object_to, MEMBER)


def begin(event: Commanded, tx: Tx, may: Travel) -> Replies:
    """`ghi nhận tay 52`: for whom."""
    named = may.names(event.address.channel)

    def one(tx: Tx, directive: Directive, member_id: int) -> Say:
        return _menu(tx, directive, member_id, named=named)

    return choose(event, tx, Verb.REMIND, lambda directive: pack(HandMenu(directive.id, 0)), one)


def menu(choice: HandMenu, event: Event, tx: Tx, may: Travel) -> Replies:
    """A page of those who are open."""
    directive = queries.get(tx, choice.directive)
    account = member_account(tx, event)
    if directive is None or account is None:
        return not_verified()
    return _menu(tx, directive, account.member_id, choice.page, named=may.names(account.channel))


def _menu(tx: Tx, directive: Directive, member_id: int, page: int = 0, *, named: bool) -> Say:
    if not queries.recipients_of(tx, directive.id, people.scope(tx, member_id, Verb.REMIND)):
        return texts.refused("no_right")
    found = by_hand.open_for(tx, directive.id, member_id)
    if not found:
        return texts.refused("nobody_open")
    choices = []
    if named:
        audit.record(tx, "directive.names", f"directive:{directive.id}", member_id=member_id)
        ordered = people.sorted_by_name(tx, [each.member_id for each in found])
        shown = ordered[page * PAGE : (page + 1) * PAGE]
        choices = [Choice(name, pack(HandFor(directive.id, key))) for key, name in shown]
        if len(ordered) > (page + 1) * PAGE:
            choices.append(Choice(_("Xem tiếp"), pack(HandMenu(directive.id, page + 1))))
    if len(found) > 1 or not named:
        everybody = plural("Cả {n} đồng chí", "Cả {n} đồng chí", len(found))
        choices.append(Choice(everybody, pack(HandFor(directive.id, 0))))
    words = _(
        "Chọn đồng chí đã nắm được văn bản ngoài tin nhắn. Ghi nhận này tính riêng, và người đó được báo."
    )
    return Say(
        words if named else f"{words}\n{instead_of_names()}",
        heading=_("Ghi nhận tay {document}", document=texts.name(directive)),
        choices=tuple(choices),
    )


def how_and_when(choice: HandFor, event: Event, tx: Tx) -> Replies:
    """In which way, and on which day."""
    directive = queries.get(tx, choice.directive)
    account = member_account(tx, event)
    if directive is None or account is None:
        return not_verified()
    found = {each.member_id for each in by_hand.open_for(tx, directive.id, account.member_id)}
    if choice.member and choice.member not in found:
        return texts.refused("nobody_open")
    choices = tuple(
        Choice(
            f"{_(words).capitalize()}, {day(at)}",
            pack(HandSet(directive.id, choice.member, how, int(f"{at:%Y%m%d}"))),
        )
        for how, words in texts_by_hand.HOW.items()
        for at in by_hand.dates(tx, directive)
    )
    if choice.member:
        whom = people.names(tx, [choice.member])[choice.member]
    else:
        whom = plural("{n} đồng chí", "{n} đồng chí", len(found))
    return Say(_("{whom}: bằng cách nào, ngày nào?", whom=whom), choices=choices)


def record(choice: HandSet, event: Event, tx: Tx) -> Replies:
    """Records it."""
    account = member_account(tx, event)
    directive = queries.get(tx, choice.directive)
    if account is None or directive is None:
        return not_verified()
    members = [choice.member] if choice.member else None
    try:
        how, done_on = How(choice.how), date.fromisoformat(str(choice.day))
        done = by_hand.record(tx, directive.id, account.member_id, members, how, done_on)
    except ValueError:
        return texts.refused("date_wrong")
    except Refused as refusal:
        return texts.refused(refusal.code)
    return Say(
        _(
            "Đã ghi nhận {count} đồng chí nắm được {document} ({how}), {day}. Số này có cột riêng, không "
            "cộng vào tự xác nhận.",
            count=number(len(done)),
            how=_(texts_by_hand.HOW[how]),
            document=texts.name(directive),
            day=day(done_on),
        )
    )


def object_to(choice: Object, event: Event, tx: Tx) -> Replies:
    """The member says it is not so; the recorder hears it."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        directive, recorder = by_hand.object_to(tx, choice.directive, account.member_id)
    except Refused as refusal:
        return texts.refused(refusal.code)
    said: list[Out] = [texts_by_hand.objected(directive)]
    if recorder is not None:
        name = people.names(tx, [account.member_id])[account.member_id]
        words = _(
            "Đồng chí {name} báo ghi nhận tay với {document} là không đúng; ghi nhận đó không còn được tính. "
            "Xin trao đổi trực tiếp.",
            name=name,
            document=texts.name(directive),
        )
        said += [
            To(each.channel, each.chat_id, Say(words, heading=_("Ý kiến về ghi nhận tay")))
            for each in people.accounts_of_member(tx, recorder)
            if not each.blocked
        ]
    return said
