"""A member asks the author of a directive; the author gets the question with the asker's name."""

from collections.abc import Collection
from functools import partial

from bot.chat.errors import Refused
from bot.chat.replies import Say, To
from bot.chat.talk import Retry, Talk
from bot.directives import queries, service, texts
from bot.directives.gate.check import check_text
from bot.directives.gate.models import Why
from bot.directives.gate.texts import explain
from bot.i18n import _
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1
MAX_QUESTION = 1_000
"""Characters of a question."""


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("hỏi lại về văn bản")


def script(talk: Talk[Tx], rule: Collection[Why] = ()) -> None:
    """One question, then it is on its way. `rule` holds the marks that the channels may carry."""
    directive_id: int = talk.given()
    directive = queries.get(talk.tx, directive_id)
    if directive is None:
        talk.say(texts.refused("not_recipient"))
        return
    document = texts.name(directive)
    words = talk.ask(
        "words",
        Say(_("Đồng chí muốn hỏi gì về {document}? Câu hỏi sẽ tới người gửi văn bản.", document=document)),
        parse=partial(_question, rule),
    )
    try:
        to_author = talk.once("send", lambda: _send(talk, directive_id, words))
    except Refused as refusal:
        talk.say(texts.refused(refusal.code))
        return
    sent = _("Đã gửi câu hỏi của đồng chí về {document} tới người gửi văn bản.", document=document)
    if not to_author:
        sent = _("Đã gửi câu hỏi của đồng chí về {document} tới đồng chí phụ trách.", document=document)
    talk.say(Say(sent))


def _question(rule: Collection[Why], text: str) -> str:
    words = text.strip()
    if len(words) < 3:
        raise Retry(_("Đồng chí nhắn câu hỏi bằng một câu, hoặc “hủy” để dừng."))
    if len(words) > MAX_QUESTION:
        raise Retry(_("Câu hỏi dài quá 1.000 chữ cái. Mời đồng chí rút gọn."))
    verdict = check_text(words, rule)
    if verdict.verdict == "refuse":
        raise Retry(explain(verdict.why))
    return words


def _send(talk: Talk[Tx], directive_id: int, words: str) -> bool:
    """Whether it went to the author; else to the nearest who may send to the asker. Raises Refused."""
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    if account is None:
        raise Refused("not_recipient")
    known = service.for_recipient(talk.tx, directive_id, account.member_id)
    told = people.reach(talk.tx, [known.author_id]).get(known.author_id, [])
    told = [each for each in told if not each.blocked]
    if not (to_author := bool(told)):
        others = people.holders(talk.tx, account.branch_id, Verb.SEND_DIRECTIVE)
        others = [each for each in others if not each.blocked and each.member_id != account.member_id]
        told = [each for each in others if each.member_id == others[0].member_id]
    if not told:
        raise Refused("nobody_told")
    directive = service.ask(talk.tx, directive_id, account.member_id, words)
    name = people.names(talk.tx, [account.member_id])[account.member_id]
    said = Say(
        _("Đồng chí {name} hỏi: {words}", name=name, words=words)
        + "\n\n"
        + _("Đồng chí trả lời trực tiếp người hỏi; nhắn ở đây thì chưa tới được đồng chí ấy."),
        heading=_("Câu hỏi về {document}", document=texts.name(directive)),
    )
    talk.say_to([To(each.channel, each.chat_id, said) for each in told])
    return to_author
