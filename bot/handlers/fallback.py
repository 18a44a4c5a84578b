"""What is left: words that are unclear, questions, stickers, files. No dead ends: each says what to do next."""

import re
from itertools import starmap

from bot.chat.choices import Command, pack
from bot.chat.events import FileSent, MediaSent, TextSent, Wondered
from bot.chat.replies import Choice, Say
from bot.chat.router import Replies, Router
from bot.clock import from_ms
from bot.directives import queries, texts
from bot.directives.models import Acknowledge
from bot.handlers import policy
from bot.handlers.courtesies import courtesy
from bot.handlers.gate import PUBLIC, member_account
from bot.handlers.start import greeting, in_group
from bot.i18n import _
from bot.store import openings
from bot.store.tx import Tx

THUMBS_UP = "👍"


def register(router: Router[Tx], shelf: policy.Shelf) -> None:
    """Makes what is left known to the router."""
    router.on(Wondered, lambda event, tx: wondered(event, tx, shelf))
    router.on(FileSent, file_sent)
    router.on(MediaSent, lambda event, tx: media_sent(event, tx, router))
    router.command("in_group", in_group, PUBLIC)


def wondered(event: Wondered, tx: Tx, shelf: policy.Shelf) -> Replies:
    """Asks which, where it may be one of several; looks questions up; otherwise says what can be done."""
    account = member_account(tx, event)
    if account is None:
        return greeting(event, tx)
    mine = queries.of_member(tx, account.member_id)
    waiting = [directive for directive, at in mine if at is None]
    if (small := courtesy(event, tx, waits=bool(waiting))) is not None:
        return small
    if event.means == "unclear":
        for directive, at in mine:
            if at is not None and directive.number == event.document:
                return texts.already(directive, from_ms(at))
        named = [
            directive for directive in waiting if directive.number in (*event.candidates, event.document)
        ]
        asked = named or waiting
        if not named and (found := policy.named(event, tx, shelf.current)) is not None:
            return found
        if not named and (again := _out_of_reach(event, tx)) is not None:
            return again
        if event.document is not None and not named:
            return Say(
                _(
                    "Tôi chưa ghi nhận gì: văn bản {number} không nằm trong số chờ đồng chí xác nhận.",
                    number=event.document,
                ),
                choices=(Choice(_("Văn bản của tôi"), pack(Command("inbox"))),),
            )
        if asked:
            choices = [
                Choice(_("Đã đọc {number}", number=each.number), pack(Acknowledge(each.id, each.version)))
                for each in asked[:4]
            ]
            choices.append(Choice(_("Không phải việc này"), pack(Command("help"))))
            return Say(_("Tôi chưa ghi nhận gì. Đồng chí muốn xác nhận văn bản nào?"), choices=tuple(choices))
    if (looked_up := policy.wondered(event, tx, shelf.current)) is not None:
        return looked_up
    return Say(
        _("Tôi chưa hiểu ý đồng chí, và chưa ghi nhận gì. Đồng chí chọn một việc dưới đây nhé."),
        choices=(
            Choice(_("Văn bản của tôi"), pack(Command("inbox"))),
            Choice(_("Xem các việc"), pack(Command("help"))),
        ),
    )


def _out_of_reach(event: Wondered, tx: Tx) -> Replies:
    """The newest choices once more, for a number that none of them has; None when it was no such number."""
    open_ = openings.of_chat(tx, event.address.channel, event.address.chat_id)
    if not open_ or re.fullmatch(r"\d{1,2}", event.text.strip(" .)")) is None:
        return None
    labels, payloads = open_[0].labels, open_[0].payloads
    return Say(
        _("Ở trên không có số này. Mời đồng chí chọn lại:"),
        choices=tuple(starmap(Choice, zip(labels, payloads, strict=True))),
    )


def file_sent(event: FileSent, tx: Tx) -> Replies:
    """Files are not taken in this version."""
    if event.address.group:
        return None
    return Say(
        _("Tôi chưa nhận tệp qua tin nhắn và không giữ tệp này. Đồng chí gửi trực tiếp cho bí thư chi bộ.")
    )


def media_sent(event: MediaSent, tx: Tx, router: Router[Tx]) -> Replies:
    """A thumbs-up is read as one; other stickers, voice and pictures get a line that helps."""
    if event.address.group:
        return None
    if event.emoji.startswith(THUMBS_UP) and event.kind in ("sticker", "reaction"):
        return router.handle(TextSent(event.address, event.at, THUMBS_UP), tx)
    if event.kind == "reaction":
        return None
    return Say(_("Tôi chỉ đọc được chữ. Đồng chí nhắn bằng chữ, hoặc chọn số trước mỗi mục, giúp tôi nhé."))
