"""A member sends a question about the rules to those responsible; the officer's answer comes back here.

The officer may make an entry of it: reworded, without the asker, approved by who writes it.
"""

import re
from functools import partial

from bot.chat.choices import pack
from bot.chat.errors import Refused
from bot.chat.replies import Choice, Say, To
from bot.chat.talk import Retry, Talk
from bot.chat.text import fold
from bot.directives.gate.check import check_text
from bot.directives.gate.texts import explain
from bot.i18n import _
from bot.organisation import queries as people
from bot.organisation.models import Account
from bot.policy import queries, service, texts
from bot.policy.models import AnswerTicket, Entry
from bot.policy.queries import Ticket
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1


def title() -> str:
    """What the member's dialog is called when it is offered again."""
    return _("gửi câu hỏi cho cán bộ")


def answer_title() -> str:
    """What the officer's dialog is called when it is offered again."""
    return _("trả lời câu hỏi của đảng viên")


def script(talk: Talk[Tx]) -> None:
    """Shows what will be sent and to whom it becomes known, then sends it."""
    kept: int = talk.given()
    words: str = talk.note("kept", lambda: queries.question(talk.tx, kept) or "") if kept else ""
    if not words:
        words = talk.ask("words", Say(_("Đồng chí nhắn câu hỏi muốn gửi cho cán bộ phụ trách.")), _checked)
    elif talk.note("secret", lambda: check_text(words).verdict) == "refuse":
        talk.say(Say(explain(check_text(words).why)))
        return
    send = {"yes": _("Gửi câu hỏi"), "no": _("Không gửi")}
    asked = Say(
        _("“{words}”\n\nCán bộ phụ trách sẽ thấy tên đồng chí. Gửi câu hỏi này?", words=words),
        heading=_("Gửi câu hỏi cho cán bộ"),
    )
    if talk.ask("sure", asked, options=send) == "no":
        talk.say(Say(_("Đã bỏ, không có gì được gửi.")))
        return
    try:
        talk.once("send", lambda: _send(talk, words))
    except Refused as refusal:
        talk.say(texts.refused(refusal.code))
        return
    talk.say(Say(_("Đã gửi. Cán bộ trả lời ở đây, thường trong hai ngày làm việc.")))


_NONE = re.compile(r"(?:khong|ko|k)(?: co)?(?: gi)?(?: a)?[ .!]*")


def _checked(text: str) -> str:
    words = text.strip()
    if len(words) < 5:
        raise Retry(_("Đồng chí nhắn câu hỏi bằng một câu, hoặc “hủy” để dừng."))
    if len(words) > service.MAX_WORDS:
        raise Retry(_("Câu hỏi dài quá 1.000 chữ cái. Mời đồng chí rút gọn."))
    verdict = check_text(words)
    if verdict.verdict == "refuse":
        raise Retry(explain(verdict.why))
    return words


def _send(talk: Talk[Tx], words: str) -> None:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    if account is None:
        raise Refused("no_right")
    ticket, holders = service.open_ticket(talk.tx, account.member_id, words)
    said = card(talk.tx, ticket)
    talk.say_to([To(each.channel, each.chat_id, said) for each in reached(talk.tx, holders)])


def card(tx: Tx, ticket: Ticket, *, again: bool = False) -> Say:
    """The ticket as those responsible see it."""
    name = people.names(tx, [ticket.member_id])[ticket.member_id]
    unit = people.organisation(tx, ticket.unit_id)
    return Say(
        _(
            "Đồng chí {name} ({unit}) hỏi: {words}",
            name=name,
            unit=unit.name if unit else "",
            words=ticket.words,
        ),
        heading=_("Câu hỏi quá hạn trả lời") if again else _("Câu hỏi về quy định"),
        choices=(Choice(_("Trả lời"), pack(AnswerTicket(ticket.id))),),
        expires_minutes=7 * 24 * 60,
    )


def reached(tx: Tx, holders: list[int]) -> list[Account]:
    """The accounts on which these can be told."""
    found = people.reach(tx, holders)
    return [account for holder in holders for account in found.get(holder, []) if not account.blocked]


def answer_script(talk: Talk[Tx]) -> None:
    """The officer writes the answer, sees that it went, and may make an entry of it."""
    ticket_id: int = talk.given()
    words: str = talk.note("words", lambda: _words(talk.tx, ticket_id))
    if not words:
        talk.say(texts.refused("ticket_answered"))
        return
    said = Say(_("Câu hỏi: “{words}”\n\nMời đồng chí nhắn câu trả lời, nêu số quy định nếu có.", words=words))
    reply: str = talk.ask("answer", said, _checked)
    try:
        talk.once("send", partial(_answer, talk, ticket_id, reply))
    except Refused as refusal:
        talk.say(texts.refused(refusal.code))
        return
    keep = {"no": _("Không, xong rồi"), "yes": _("Đưa vào hỏi đáp chung")}
    asked = Say(
        _("Đã gửi câu trả lời. Đưa câu hỏi và câu trả lời này vào mục hỏi đáp chung, không nêu tên ai?")
    )
    if talk.ask("keep", asked, options=keep) == "no":
        talk.say(Say(_("Xong. Cảm ơn đồng chí.")))
        return
    question: str = talk.ask(
        "question",
        Say(
            _(
                "Đồng chí nhắn câu hỏi chung, bỏ tên và việc riêng của người hỏi. Câu gốc: “{words}”",
                words=words,
            )
        ),
        _checked,
    )
    rule: str = talk.ask(
        "rule",
        Say(_("Số quy định làm căn cứ (ví dụ 01-QĐ/TW)? Không có thì nhắn “không”.")),
        lambda text: "" if _NONE.fullmatch(fold(text)) else text.strip()[:60],
    )
    try:
        talk.once("entry", partial(_keep, talk, Entry(question, reply, rule=rule)))
    except Refused as refusal:
        talk.say(texts.refused(refusal.code))
        return
    talk.say(Say(_("Đã đưa vào hỏi đáp chung; đảng viên hỏi câu này sẽ thấy câu trả lời sau ít phút.")))


def _words(tx: Tx, ticket_id: int) -> str:
    found = queries.ticket(tx, ticket_id)
    return found.words if found is not None and not found.answered else ""


def _by(talk: Talk[Tx]) -> int:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    if account is None:
        raise Refused("no_right")
    return account.member_id


def _answer(talk: Talk[Tx], ticket_id: int, words: str) -> None:
    ticket = service.answer_ticket(talk.tx, ticket_id, _by(talk), words)
    said = Say(
        _("Đồng chí hỏi: “{question}”\n\n{answer}", question=texts.cut(ticket.words, 200), answer=words),
        heading=_("Cán bộ phụ trách trả lời"),
    )
    accounts = people.accounts_of_member(talk.tx, ticket.member_id)
    talk.say_to([To(each.channel, each.chat_id, said) for each in accounts if not each.blocked])


def _keep(talk: Talk[Tx], entry: Entry) -> None:
    service.add_entries(talk.tx, [entry], _by(talk), approved=True)
