"""The door: greeting, menu, verification, blocks and contacts."""

from collections.abc import Callable

from bot.chat.choices import Command, pack
from bot.chat.events import Blocked, ContactShared, Event, Joined, Migrated, Seen, Started
from bot.chat.replies import Choice, Say
from bot.chat.router import Out, Replies, Router
from bot.clock import to_ms
from bot.delivery import outbox
from bot.dialogs import verification
from bot.handlers.gate import PUBLIC, member_account
from bot.i18n import _
from bot.organisation import accounts
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.organisation.rules import parse_code
from bot.store.tx import Tx


def register(router: Router[Tx]) -> None:
    """Makes the door known to the router."""
    begin = router.begin
    router.on(Started, lambda event, tx: started(event, tx, begin))
    router.command("start", greeting, PUBLIC)
    router.command("help", greeting, PUBLIC)
    router.command("verify", lambda event, tx: verify(event, tx, begin), PUBLIC)
    router.on(Blocked, blocked)
    router.on(Migrated, migrated)
    router.on(Seen, seen)
    router.on(Joined, joined)
    router.on(ContactShared, contact)
    router.dialog(
        "verification",
        verification.script,
        version=verification.VERSION_OF_DIALOG,
        title=verification.title,
        need=PUBLIC,
    )


Begin = Callable[..., list[Out]]


def started(event: Started, tx: Tx, begin: Begin) -> Replies:
    """A chat was opened; a slip's link carries its code, which nobody should use in a group."""
    if event.address.group:
        return in_group(event, tx)
    code = parse_code(event.payload)
    if code is not None and member_account(tx, event) is None:
        return begin("verification", event, tx, code)
    return greeting(event, tx)


def verify(event: Event, tx: Tx, begin: Begin) -> Replies:
    """Begins verification, unless this account is verified."""
    if member_account(tx, event) is not None:
        return Say(_("Tài khoản này đã được xác thực. Nhắn “menu” để xem các việc."))
    return begin("verification", event, tx)


def greeting(event: Event, tx: Tx) -> Replies:
    """The menu, by who asks: a stranger learns how to verify and whom to ask, nothing else."""
    account = member_account(tx, event)
    if account is None:
        return Say(
            _(
                "Kính chào đồng chí! Đây là sổ tay đảng viên qua tin nhắn. Để nhận văn bản và giấy mời, đồng chí "
                "xác thực bằng phiếu do bí thư chi bộ phát. Chưa có phiếu, xin hỏi bí thư chi bộ của đồng chí."
            ),
            heading=_("Sổ tay đảng viên"),
            choices=(
                Choice(_("Xác thực"), pack(Command("verify"))),
                Choice(_("Tin tức"), pack(Command("news"))),
            ),
        )
    choices = [Choice(_("Văn bản của tôi"), pack(Command("inbox")))]
    if people.scope(tx, account.member_id, Verb.SEE_STATUS):
        choices.append(Choice(_("Tình hình xác nhận"), pack(Command("status"))))
    if people.scope(tx, account.member_id, Verb.SEND_DIRECTIVE):
        choices.append(Choice(_("Gửi văn bản"), pack(Command("compose"))))
    choices.append(Choice(_("Lịch họp"), pack(Command("meeting"))))
    choices.append(Choice(_("Tin tức"), pack(Command("news"))))
    choices.append(Choice(_("Tra cứu quy định"), pack(Command("policy"))))
    return Say(
        _("Đồng chí chọn một việc, hoặc nhắn bằng lời, có dấu hay không dấu đều được."),
        heading=_("Sổ tay đảng viên"),
        choices=tuple(choices),
    )


def in_group(event: Event, tx: Tx) -> Replies:
    """In a group nothing about a person: the answer is for the private chat."""
    return Say(_("Xin nhắn riêng cho tôi để được trả lời; trong nhóm tôi không nêu việc của từng người."))


def blocked(event: Blocked, tx: Tx) -> Replies:
    """The person blocked the bot or left the Official Account: nothing is said, it is noted."""
    accounts.mark_blocked(tx, event.address.channel, event.address.user_id)
    return None


def seen(event: Seen, tx: Tx) -> Replies:
    """The person saw messages: a fact of their delivery, never an acknowledgement."""
    address = event.address
    outbox.record_seen(tx, address.channel, address.chat_id, event.message_ids, to_ms(event.at))
    return None


def migrated(event: Migrated, tx: Tx) -> Replies:
    """A group has a new id: what waits goes there."""
    outbox.move_chat(tx, event.address.channel, event.address.chat_id, event.new_chat_id)
    return None


def joined(event: Joined, tx: Tx) -> Replies:
    """Added to a group: says that personal things are for the private chat."""
    return Say(
        _(
            "Kính chào các đồng chí! Việc của từng người, xin nhắn riêng cho tôi; trong nhóm tôi không nêu tên ai."
        )
    )


def contact(event: ContactShared, tx: Tx) -> Replies:
    """A phone number was shared unasked: it is not kept."""
    if event.address.group:
        return None
    if member_account(tx, event) is not None:
        return Say(_("Tôi không cần số điện thoại và không giữ lại. Đồng chí nhắn “menu” để xem các việc."))
    return Say(_("Tôi không cần số điện thoại và không giữ lại. Đồng chí xác thực bằng mã trên phiếu nhé."))
