"""The step of composing in which the paper's file comes in: sent in the chat, or handed in on a page."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bot.chat.choices import pack
from bot.chat.errors import Refused
from bot.chat.events import FileSent, JobDone
from bot.chat.replies import Choice, File, Say, To
from bot.chat.talk import Retry, Talk
from bot.chat.text import fold
from bot.directives import releases, rules
from bot.directives.gate.models import RELEASABLE
from bot.directives.gate.texts import KINDS, explain
from bot.directives.releases import Release
from bot.i18n import _
from bot.organisation import queries as people
from bot.store import files, jobs, upload_pages
from bot.store.tx import Tx

PageAddress = Callable[[Tx, int], str]
"""The address of the one-time page of a job."""
FOR_INVITATION = "invitation"
"""What a page is asked for with whose file is read for a meeting, and not kept."""
_ASKS_FOR_PAGE = frozenset({"gui tep", "gui file", "gui tap tin", "gui tep tin", "trang gui tep"})


def ask_file(
    talk: Talk[Tx], author: int, page: PageAddress | None, *, second: bool = True
) -> tuple[File | None, bool]:
    """The paper's file, checked; and whether it needs a second person's look.

    `second`: whether there is one to look; else a file that needs it is not taken.
    """
    where = ""
    while True:
        given: Any = talk.ask(
            "file",
            _ask(page is not None, where),
            parse=partial(_page_or_hint, page is not None),
            options={"-": _("Không có tệp")},
            file=partial(handle, talk.address.channel),
            done=_handed_in,
        )
        if given == "-":
            return None, False
        where = ""
        if given == "page" and page is not None:
            where = page(
                talk.tx, talk.once("file.request", partial(_open_page, talk, author), may_repeat=True)
            )
            continue
        found = given
        if "verdict" not in found:
            waiting = Say(_("Đang kiểm tra tệp, xin đồng chí chờ một chút…"))
            found = talk.job("check", partial(_check, talk, author, given), waiting)
        if "file" not in found:
            _refused(talk, author, str(found.get("why", "unreadable")))
            continue
        file = File(*found["file"])
        talk.once("keep", partial(_keep, talk.tx, file), may_repeat=True)
        released = found.get("released")
        if found["verdict"] == "pass" and not released:
            return file, False
        if not second:
            talk.say(
                Say(
                    _(
                        "Tệp này cần một đồng chí thứ hai xem trước khi gửi, nên không gửi kèm giấy mời được. "
                        "Đồng chí gửi tệp PDF có chữ hoặc DOCX khác, hoặc gửi tệp này bằng “gửi văn bản”."
                    )
                )
            )
            continue
        if released and not talk.once("use", partial(releases.use, talk.tx, author, released)):
            talk.say(Say(_("Lượt mở cổng đã dùng hoặc đã hết 60 phút. Mời đồng chí xin lại nếu cần.")))
            continue
        if talk.ask("declare", _ask_declaration(bool(released)), options=_declaration()) == "yes":
            return file, True


def _ask(by_page: bool, where: str) -> Say:
    if where:
        return page_words(where)
    words = _("Gửi tệp PDF hoặc DOCX của văn bản (không quá 5 MB).")
    if by_page:
        words += " " + _("Nếu ở đây không gửi được, đồng chí nhắn “gửi tệp”.")
    return Say(words)


def asks_for_page(text: str) -> bool:
    """Whether somebody wants the one-time page ("gửi tệp")."""
    return fold(text).strip(" .!/") in _ASKS_FOR_PAGE


def page_words(where: str) -> Say:
    """The one-time page's address."""
    return Say(
        _(
            "Mời đồng chí mở trang này để gửi tệp (dùng một lần, trong 10 phút), rồi quay lại đây:\n{address}",
            address=where,
        )
    )


def _page_or_hint(by_page: bool, text: str) -> str:
    if by_page and asks_for_page(text):
        return "page"
    raise Retry(_("Bước này cần một tệp, hoặc chọn “Không có tệp”."))


def handle(channel: str, event: FileSent) -> dict[str, str]:
    """Where a file that was sent can be fetched. Raises Retry when it is too large."""
    if event.size is not None and event.size > rules.MAX_FILE:
        raise Retry(_("Tệp lớn hơn 5 MB nên không gửi được. Đồng chí giảm dung lượng rồi gửi lại."))
    return {"channel": channel, "handle": event.handle, "name": event.name or "van-ban.pdf"}


def _handed_in(event: JobDone) -> Any:
    return event.result


def _place(talk: Talk[Tx]) -> tuple[str, str, str]:
    return talk.address.channel, talk.address.chat_id, talk.address.user_id


def _open_page(talk: Talk[Tx], author: int) -> int:
    return upload_pages.open_page(talk.tx, _place(talk), {"release": releases.granted(talk.tx, author)})


def _check(talk: Talk[Tx], author: int, given: dict[str, str]) -> int:
    asked = {**given, "release": releases.granted(talk.tx, author)}
    return jobs.request(talk.tx, "check_file", _place(talk), asked)


def _keep(tx: Tx, file: File) -> None:
    files.register(tx, file.file_id, file.name, file.media_type, file.size)


def _refused(talk: Talk[Tx], author: int, why: str) -> None:
    """Says why; a mark that may be a false alarm can be put before a second person."""
    if why not in RELEASABLE:
        talk.say(Say(explain(why)))
        return
    options = {"other": _("Gửi tệp khác"), "ask": _("Máy nhầm: xin mở một lần")}
    if talk.ask("alarm", Say(explain(why)), options=options) == "ask":
        talk.once("release", partial(_ask_release, talk, author, why))


def _ask_release(talk: Talk[Tx], author: int, why: str) -> None:
    here = talk.address
    try:
        key = releases.ask(talk.tx, author, why)
    except Refused:
        key = 0
    for member_id in releases.deciders(talk.tx, author) if key else ():
        reachable = [
            each for each in people.reach(talk.tx, [member_id]).get(member_id, []) if not each.blocked
        ]
        if reachable:
            name = people.names(talk.tx, [author])[author]
            talk.say_to([To(each.channel, each.chat_id, _release_card(key, name, why)) for each in reachable])
            said = Say(_("Đã chuyển đồng chí thứ hai xem xét; tôi sẽ báo khi có quyết định."))
            talk.say_to([To(here.channel, here.chat_id, said)])
            return
    said = Say(_("Chưa có ai khác có quyền mở cổng. Mời đồng chí liên hệ Văn phòng cấp trên."))
    talk.say_to([To(here.channel, here.chat_id, said)])


def _release_card(key: int, name: str, why: str) -> Say:
    return Say(
        _(
            "Đồng chí {name} xin mở cổng một lần cho một tệp mà máy thấy có {kind}. Tệp đã bị từ chối và không được "
            "giữ lại. Đồng chí xem tệp tại chỗ người xin rồi hãy quyết định; việc này được ghi lại.",
            name=name,
            kind=_(KINDS[why]),
        ),
        heading=_("Xin mở cổng bảo mật"),
        choices=(
            Choice(_("Đã xem, mở một lần"), pack(Release(key, "yes"))),
            Choice(_("Không mở"), pack(Release(key, "no"))),
        ),
        expires_minutes=24 * 60,
    )


def _ask_declaration(released: bool) -> Say:
    if released:
        return Say(
            _(
                "Tệp được nhận nhờ lượt mở cổng. Đồng chí cam đoan tệp không thuộc bí mật nhà nước? Một đồng chí "
                "thứ hai sẽ xem lại trước khi gửi."
            )
        )
    return Say(
        _(
            "Máy không đọc được hết tệp này (ảnh hoặc bản quét). Đồng chí cam đoan tệp không thuộc bí mật "
            "nhà nước? Một đồng chí thứ hai sẽ xem lại trước khi gửi."
        )
    )


def _declaration() -> dict[str, str]:
    return {"yes": _("Tôi cam đoan"), "other": _("Gửi tệp khác")}
