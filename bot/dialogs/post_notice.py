"""An officer posts a notice: it comes first in the next digest of the unit and of all below it."""

import re

from bot.chat.errors import Refused
from bot.chat.replies import Say
from bot.chat.talk import Retry, Talk
from bot.directives.gate.check import check_text
from bot.directives.gate.texts import explain
from bot.i18n import _
from bot.news import service, texts
from bot.news.rules import plain
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.organisation.rules import RIGHTS
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1
MAX_NOTICE = 280
"""Characters of a notice: it stands among the lines of a digest."""
_LINK = re.compile(r"https://[^\s<>\"]{4,480}")


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("đăng tin")


def script(talk: Talk[Tx]) -> None:
    """The words, the link, for which unit, and whether it is right so."""
    talk.given()
    units: list[list[object]] = talk.note("units", lambda: edited_units(talk))
    if not units:
        talk.say(texts.no_right())
        return
    words = talk.ask(
        "words",
        Say(_("Nội dung thông báo, gọn trong một hai câu?"), heading=_("Đăng tin")),
        parse=notice_words,
    )
    skip = {"none": _("Không kèm địa chỉ")}
    url = talk.ask(
        "link",
        Say(_("Địa chỉ trang kèm theo (bắt đầu bằng https://)? Không có thì chọn “Không kèm địa chỉ”.")),
        parse=_link,
        options=skip,
    )
    place = "0"
    if len(units) > 1:
        named = {str(place): str(name) for place, (_id, name) in enumerate(units)}
        place = talk.ask("unit", Say(_("Đăng cho đơn vị nào (gồm mọi đơn vị bên dưới)?")), options=named)
    unit_id, name = units[int(place)]
    shown = words if url == "none" else f"{words}\n{url}"
    sure = {"yes": _("Đăng"), "no": _("Không đăng")}
    question = Say(_("Thông báo cho {unit}:", unit=name) + f"\n{shown}", heading=_("Xem trước"))
    if talk.ask("sure", question, options=sure) == "no":
        talk.say(Say(_("Không đăng; không có gì thay đổi.")))
        return
    try:
        talk.once("post", lambda: _post(talk, int(str(unit_id)), words, "" if url == "none" else url))
    except Refused:
        talk.say(texts.no_right())
        return
    talk.say(Say(_("Đã đăng. Thông báo đứng đầu điểm tin kế tiếp và có ngay trong /tin.")))


def edited_units(talk: Talk[Tx]) -> list[list[object]]:
    """Units the asker's posts are at, the first eight."""
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    if account is None:
        return []
    posts = people.appointments_of(talk.tx, account.member_id)
    ids = dict.fromkeys(post.organisation_id for post in posts if post.role in RIGHTS[Verb.EDIT_NEWS])
    found = [people.organisation(talk.tx, each) for each in ids]
    return [[unit.id, unit.name] for unit in found if unit is not None][:8]


def notice_words(text: str) -> str:
    """The words of a notice or a line. Raises Retry: too short, too long, or nothing for an open channel."""
    words = plain(text)
    if len(words) < 5:
        raise Retry(_("Đồng chí viết một câu đủ nghĩa, hoặc “hủy” để dừng."))
    if len(words) > MAX_NOTICE:
        raise Retry(_("Dài quá 280 chữ cái. Mời đồng chí rút gọn."))
    verdict = check_text(words)
    if verdict.verdict == "refuse":
        raise Retry(explain(verdict.why))
    return words


def _link(text: str) -> str:
    found = _LINK.fullmatch(text.strip())
    if found is None:
        raise Retry(_("Địa chỉ phải bắt đầu bằng https://; không có thì chọn “Không kèm địa chỉ”."))
    return found[0]


def _post(talk: Talk[Tx], unit_id: int, words: str, url: str) -> None:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    if account is None:
        raise Refused("no_right")
    service.post_notice(talk.tx, account.member_id, unit_id, words, url)
