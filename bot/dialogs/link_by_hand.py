"""An officer links the account of somebody who sits beside them. Reads top to bottom."""

from functools import partial

from bot.chat.errors import Refused
from bot.chat.replies import Say, To
from bot.chat.talk import Retry, Talk
from bot.chat.text import fold
from bot.dialogs.link_notices import CHANNELS, tell_of_link
from bot.i18n import _
from bot.organisation import linking
from bot.organisation import queries as people
from bot.organisation.models import NotAllowed, Verb
from bot.organisation.rules import REQUEST_DIGITS, has_access, parse_code, parse_number
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("xác thực giúp một đồng chí")


def script(talk: Talk[Tx]) -> None:
    """The code from the other's phone, whose it is, a last look, done."""
    given: str | None = talk.given()
    code = parse_code(given or "", REQUEST_DIGITS)
    if code is None:
        code = talk.ask("code", _ask_code(), parse=_code)
    member_id: int = talk.ask("who", _ask_who(), parse=partial(_member, talk))
    name = people.names(talk.tx, [member_id])[member_id]
    sure = Say(
        _(
            "Gắn tài khoản đang ở trước mặt đồng chí với đồng chí {name}? Chỉ làm khi đồng chí biết chắc người này.",
            name=name,
        ),
        heading=_("Xem lại"),
    )
    options = {"yes": _("Đúng, gắn tài khoản"), "no": _("Không")}
    if talk.ask("sure", sure, options=options) == "no":
        talk.say(Say(_("Chưa gắn gì.")))
        return
    try:
        talk.once("link", partial(_link, talk, code, member_id))
    except Refused:
        talk.say(
            Say(
                _(
                    "Mã này không còn dùng được. Nhờ đồng chí bên cạnh nhắn “xác thực” lại để lấy mã mới, rồi làm lại."
                )
            )
        )
        return
    talk.say(Say(_("Đã gắn tài khoản của đồng chí {name}.", name=name)))


def _ask_code() -> Say:
    return Say(
        _("Mời đồng chí nhắn mã 7 chữ số hiện trên máy của người cần giúp."), heading=_("Xác thực giúp")
    )


def _code(text: str) -> str:
    code = parse_code(text, REQUEST_DIGITS)
    if code is None:
        raise Retry(_("Mã gồm 7 chữ số, có thể đồng chí gõ nhầm một số. Mời xem lại trên máy kia."))
    return code


def _ask_who() -> Say:
    return Say(_("Đây là đồng chí nào? Nhắn số thẻ, hoặc đủ họ, đệm và tên."))


def _member(talk: Talk[Tx], text: str) -> int:
    """The one member meant, among those whom the officer may link; nobody is guessed."""
    me = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    scope = people.scope(talk.tx, me.member_id, Verb.APPROVE_LINK) if me is not None else set()
    here = {each.id for each in people.members_of(talk.tx, scope) if has_access(each.standing)}
    if parse_number(text) is not None:
        by_card = people.member_by_card(talk.tx, text)
        found = [by_card.id] if by_card is not None and by_card.id in here else []
    else:
        names = people.names(talk.tx, here)
        found = [member_id for member_id, name in names.items() if fold(name) == fold(text)]
    if len(found) != 1:
        raise Retry(
            _(
                "Tôi chưa tìm thấy, hoặc có nhiều đồng chí trùng tên trong đơn vị đồng chí phụ trách. Mời đồng "
                "chí nhắn số thẻ."
            )
        )
    return found[0]


def _link(talk: Talk[Tx], code: str, member_id: int) -> None:
    me = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    if me is None:
        raise Refused("no_right")
    try:
        decision = linking.link_by_hand(talk.tx, code, member_id, me.member_id)
    except (NotAllowed, LookupError):
        raise Refused("no_right") from None
    account = decision.account
    done = Say(_("Xác thực xong. Từ nay đồng chí nhận văn bản tại đây. Nhắn “menu” để xem các việc."))
    told = [To(account.channel, account.chat_id, done)]
    if decision.replaced is not None:
        old = _(
            "Tài khoản này không còn gắn với sổ tay: đồng chí đã chuyển sang tài khoản {channel} khác.",
            channel=CHANNELS.get(account.channel, account.channel),
        )
        told.append(To(decision.replaced.channel, decision.replaced.chat_id, Say(old)))
    talk.say_to([*told, *tell_of_link(talk.tx, account, but=me.member_id)])
