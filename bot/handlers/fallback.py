"""What is left: words that are unclear, questions, stickers, files. No dead ends: each says what to do next."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.chat import hours
from bot.chat.choices import Command, pack, unpack
from bot.chat.events import ChoiceMade, FileSent, MediaSent, TextSent, Wondered
from bot.chat.replies import Choice, Say
from bot.chat.router import Replies, Router
from bot.chat.text import fold
from bot.clock import from_ms
from bot.delivery import outbox
from bot.directives import checking, queries, texts, texts_checks
from bot.directives.models import Acknowledge, AnswerCheck, Directive
from bot.handlers import officer, policy
from bot.handlers.courtesies import asks_for_nothing, courtesy
from bot.handlers.gate import PUBLIC, member_account
from bot.handlers.start import Begin, greeting, in_group
from bot.i18n import _
from bot.meetings.models import Attend
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.organisation.rules import SLIP_DIGITS, parse_code
from bot.store import openings
from bot.store.tx import Tx

THUMBS_UP = "👍"
_STATUS_OF = re.compile(r"tinh hinh \S.*")


def register(router: Router[Tx], shelf: policy.Shelf) -> None:
    """Makes what is left known to the router."""
    begin = router.begin
    router.on(Wondered, lambda event, tx: wondered(event, tx, shelf, begin))
    router.on(FileSent, file_sent)
    router.on(MediaSent, lambda event, tx: media_sent(event, tx, router))
    router.command("in_group", in_group, PUBLIC)


def wondered(event: Wondered, tx: Tx, shelf: policy.Shelf, begin: Begin) -> Replies:
    """Asks which, where it may be one of several; looks questions up; otherwise says what can be done."""
    account = member_account(tx, event)
    if account is None:
        return _stranger(event, tx, begin)
    if (question := _checked(event, tx, account.member_id)) is not None:
        return question
    mine = queries.of_member(tx, account.member_id)
    waiting = [directive for directive, at in mine if at is None]
    if (small := courtesy(event, tx, waits=bool(waiting))) is not None:
        return small
    if event.means == "gone":
        return _newest(event, tx)
    if event.means == "unclear":
        for directive, at in mine:
            if at is not None and directive.number == event.document:
                return texts.already(directive, from_ms(at))
        named = [
            directive for directive in waiting if directive.number in (*event.candidates, event.document)
        ]
        if (again := _which(event, tx, named)) is not None:
            return again
        asked = named or waiting
        if not named and (found := policy.named(event, tx, shelf.current)) is not None:
            return found
        if event.document is not None and not named:
            return Say(
                _(
                    "Tôi chưa ghi nhận gì: văn bản {number} không nằm trong số chờ đồng chí xác nhận.",
                    number=event.document,
                ),
                choices=(Choice(_("Văn bản của tôi"), pack(Command("inbox"))),),
            )
        if asked:
            choices = [_read(each) for each in asked[:4]]
            choices.append(Choice(_("Không phải việc này"), pack(Command("help"))))
            return Say(_("Tôi chưa ghi nhận gì. Đồng chí muốn xác nhận văn bản nào?"), choices=tuple(choices))
    if (looked_up := policy.wondered(event, tx, shelf.current)) is not None:
        return looked_up
    status_of = _STATUS_OF.fullmatch(fold(event.text))
    if status_of and people.scope(tx, account.member_id, Verb.SEE_STATUS):
        return officer.nothing_of(event.text.split(maxsplit=2)[2])
    return Say(
        _("Tôi chưa hiểu ý đồng chí, và chưa ghi nhận gì. Đồng chí chọn một việc dưới đây nhé."),
        choices=(
            Choice(_("Văn bản của tôi"), pack(Command("inbox"))),
            Choice(_("Xem các việc"), pack(Command("help"))),
        ),
    )


def _stranger(event: Wondered, tx: Tx, begin: Begin) -> Replies:
    """The greeting; but whoever types what stands on the slip wants to be verified."""
    digits = re.sub(r"\D", "", event.text)
    if re.fullmatch(r"\d{1,2}", event.text.strip(" .)")):  # what the greeting offers, had it that number
        said = greeting(event, tx)
        assert isinstance(said, Say)
        wrong = _("Ở trên không có số này.")
        return replace(said, text=f"{wrong} {said.text}", heading="")
    if len(digits) != SLIP_DIGITS:
        return greeting(event, tx)
    return begin("verification", event, tx, parse_code(digits))


def _newest(event: Wondered, tx: Tx) -> Say:
    """A number in answer to a quoted message whose choices are over: the newest ones, where there are any."""
    open_ = openings.of_chat(tx, event.address.channel, event.address.chat_id)
    if not open_:
        return Say(_("Tin đồng chí trả lời không còn chọn được. Đồng chí nhắn “menu” để xem các việc."))
    return Say(
        _("Tin đồng chí trả lời không còn chọn được. Mời đồng chí chọn ở tin mới nhất:"),
        choices=tuple(_choices(open_[0])),
    )


def _checked(event: Wondered, tx: Tx, member_id: int) -> Replies:
    """The question about a paper once more, where the newest choices are its answers and none was named."""
    if event.means not in ("unclear", "other") or asks_for_nothing(event.text):
        return None
    open_ = openings.of_chat(tx, event.address.channel, event.address.chat_id)
    asked = unpack(open_[0].payloads[0]) if open_ else None
    directive = queries.get(tx, asked.directive) if isinstance(asked, AnswerCheck) else None
    waiting = checking.next_of(tx, directive.id, member_id) if directive is not None else None
    if directive is None or waiting is None:
        return None
    again = _("Tôi chưa ghi câu trả lời. Đồng chí chọn một câu bên dưới, hoặc nhắn số thứ tự của câu đó.")
    return texts_checks.question(directive, *waiting, again)


def _which(event: Wondered, tx: Tx, named: Sequence[Directive]) -> Replies:
    """What a bare number may have meant: the newest choices once more when none of them has it, else those of
    both messages that came close together.

    None when the text is no such number, or both are waiting papers.
    """
    open_ = openings.of_chat(tx, event.address.channel, event.address.chat_id)
    typed = event.text.strip(" .)")
    if not open_ or re.fullmatch(r"\d{1,2}", typed) is None:
        return None
    if not 1 <= int(typed) <= len(open_[0].labels):
        again = [_("Ở trên không có số này.")]
        if len(open_) > 1:
            again.append(_("Muốn chọn ở tin cũ hơn: giữ tin đó, bấm Trả lời, rồi nhắn số."))
        again.append(_("Mời đồng chí chọn lại, số từ 1 đến {count}:", count=len(open_[0].labels)))
        said = Say("\n".join(again), choices=tuple(_choices(open_[0])))
        if not open_[0].card:
            return said
        about = open_[0].about  # stands for the card from now on, and names its paper
        return replace(said, heading=about, about=about, card=True, expires_minutes=texts.CARD_MINUTES)
    if (hour := hours.named(typed, open_[0].labels)) is not None:
        by_number, meant = (_choices(open_[0])[at] for at in (int(typed) - 1, hour))
        if by_number != meant:
            return Say(hours.which(typed, by_number.label, meant.label), choices=(by_number, meant))
    papers = {each.number for each in named}
    others = [choice for each in open_[:2] if each.about not in papers for choice in _choices(each)]
    if not others:
        return None
    known = {choice.payload for choice in others}
    read = [each for each in map(_read, named) if each.payload not in known]
    return Say(
        _("Tôi chưa ghi nhận gì: hai tin vừa tới sát nhau. Đồng chí chọn mục nào?"), choices=(*others, *read)
    )


def _choices(opening: openings.Opening) -> list[Choice]:
    return [Choice(*each) for each in zip(opening.labels, opening.payloads, strict=True)]


def _read(directive: Directive) -> Choice:
    return Choice(
        _("Đã đọc {number}", number=directive.number), pack(Acknowledge(directive.id, directive.version))
    )


def file_sent(event: FileSent, tx: Tx) -> Replies:
    """Files are not taken in this version."""
    if event.address.group:
        return None
    return Say(
        _("Tôi chưa nhận tệp qua tin nhắn và không giữ tệp này. Đồng chí gửi trực tiếp cho bí thư chi bộ.")
    )


def _confirmed(event: MediaSent, tx: Tx) -> str | None:
    """What a thumbs-up at a message says: that this paper was read, that one comes to this meeting; else nothing."""
    here = (event.address.channel, event.address.chat_id)
    row_id = None if event.message_id is None else outbox.row_of(tx, *here, event.message_id)
    opening = None if row_id is None else openings.of_message(tx, row_id)
    first = opening.payloads[0] if opening is not None else ""
    return first if isinstance(unpack(first), Acknowledge | Attend) else None


def media_sent(event: MediaSent, tx: Tx, router: Router[Tx]) -> Replies:
    """A thumbs-up is read as one, at a message as its first choice; other media get a line that helps."""
    if event.address.group:
        return None
    if event.kind == "reaction":
        payload = _confirmed(event, tx) if event.emoji.startswith(THUMBS_UP) else None
        return None if payload is None else router.handle(ChoiceMade(event.address, event.at, payload), tx)
    if event.kind == "sticker" and event.emoji.startswith(THUMBS_UP):
        return router.handle(TextSent(event.address, event.at, THUMBS_UP), tx)
    return Say(_("Tôi chỉ đọc được chữ. Đồng chí nhắn bằng chữ, hoặc chọn số trước mỗi mục, giúp tôi nhé."))
