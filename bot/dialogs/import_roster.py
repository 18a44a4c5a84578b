"""An officer imports a roster in the chat: the file, the dry run, a choice, the result, a way back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bot.chat.events import FileSent, JobDone
from bot.chat.replies import Say
from bot.chat.talk import Retry, Talk
from bot.chat.text import fold
from bot.i18n import _, number
from bot.organisation import queries as people
from bot.store import jobs, upload_pages
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1
SUFFIXES = (".xlsx", ".xls", ".csv", ".dxl", ".xml")
PageAddress = Callable[[Tx, int], str]
"""The address of the one-time page of a job."""
FOR_ROSTER = "roster"
"""What a page is asked for with: its file is kept and goes to no gate."""
_ASKS_FOR_PAGE = frozenset({"gui tep", "gui file", "gui tap tin", "gui tep tin", "trang gui tep"})
_CODES = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI", "mojibake": "UTF-8 → 1252"}


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("nhập danh sách đảng viên")


def script(talk: Talk[Tx], page: PageAddress | None = None) -> None:
    """File, dry run, choice; then what was done, and whether it is to be undone."""
    sent: Any = talk.given()
    officer: int = talk.note("officer", partial(_officer, talk))
    while True:
        if sent is None:
            sent = _file(talk, page)
        found: dict[str, Any] = talk.job(
            "read",
            partial(_job, talk, "roster_read", {**sent, "by": officer}),
            Say(_("Đang đọc và so sánh danh sách, xin đồng chí chờ một chút…")),
        )
        sent = None
        if "counts" not in found:
            talk.say(Say(found.get("error", _("Chưa đọc được tệp này. Mời đồng chí gửi lại."))))
            continue
        options = {"apply": _("Ghi danh sách này"), "other": _("Gửi tệp khác"), "drop": _("Không ghi")}
        if found["stopped"]:
            del options["apply"]
        choice = talk.ask(
            "confirm", Say("\n".join(_summary(found)), heading=_("Kiểm tra, chưa ghi gì")), options=options
        )
        kept = {"kept": found["kept"], "name": found["name"], "by": officer}
        if choice == "apply":
            break
        talk.once("drop", partial(_job, talk, "roster_drop", kept))
        if choice == "drop":
            talk.say(Say(_("Chưa ghi gì; tệp đã được xóa.")))
            return
    done = talk.job(
        "apply",
        partial(_job, talk, "roster_apply", kept),
        Say(_("Đang ghi danh sách; các việc khác vẫn dùng được…")),
    )
    if "counts" not in done:
        talk.say(Say(done.get("error", _("Chưa ghi được. Mời đồng chí làm lại."))))
        return
    said = Say(_counts(done["counts"]), heading=_("Đã ghi danh sách"))
    if talk.ask("after", said, options={"keep": _("Xong"), "undo": _("Hoàn tác lần nhập này")}) == "keep":
        talk.say(Say(_("Danh sách mới đang được dùng.")))
        return
    back = talk.job("undo", partial(_job, talk, "roster_undo", {"by": officer}), Say(_("Đang hoàn tác…")))
    if "counts" in back:
        talk.say(Say(_("Đã hoàn tác: danh sách trở lại như trước khi nhập.")))
    else:
        talk.say(Say(back.get("error", _("Chưa hoàn tác được. Mời đồng chí nhờ cán bộ kỹ thuật."))))


def _officer(talk: Talk[Tx]) -> int:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    assert account is not None  # the router lets only those in who may import
    return account.member_id


def _place(talk: Talk[Tx]) -> tuple[str, str, str]:
    return talk.address.channel, talk.address.chat_id, talk.address.user_id


def _job(talk: Talk[Tx], kind: str, asked: dict[str, Any]) -> int:
    return jobs.request(talk.tx, kind, _place(talk), asked)


def _file(talk: Talk[Tx], page: PageAddress | None) -> Any:
    where = ""
    while True:
        given: Any = talk.ask(
            "file",
            _ask(page is not None, where),
            parse=partial(_page_or_hint, page is not None),
            file=partial(handle, talk.address.channel),
            done=_handed_in,
        )
        if given != "page" or page is None:
            return given
        asked = {"for": FOR_ROSTER}
        opened = talk.once(
            "file.request", partial(upload_pages.open_page, talk.tx, _place(talk), asked), may_repeat=True
        )
        where = page(talk.tx, opened)


def _ask(by_page: bool, where: str) -> Say:
    if where:
        return Say(
            _(
                "Mời đồng chí mở trang này để gửi tệp (dùng một lần, trong 10 phút), rồi quay lại đây:\n{address}",
                address=where,
            )
        )
    words = _("Gửi tệp danh sách (Excel, CSV hoặc DXL). Tôi kiểm tra trước, chưa ghi gì.")
    if by_page:
        words += " " + _("Nếu ở đây không gửi được, đồng chí nhắn “gửi tệp”.")
    return Say(words, heading=_("Nhập danh sách đảng viên"))


def _page_or_hint(by_page: bool, text: str) -> str:
    if by_page and fold(text).strip(" .!/") in _ASKS_FOR_PAGE:
        return "page"
    raise Retry(_("Bước này cần một tệp .xlsx, .xls, .csv hoặc DXL; nhắn “hủy” để dừng."))


def handle(channel: str, event: FileSent) -> dict[str, str]:
    """A sent file as the job takes it. Raises Retry for one that can be no roster."""
    if not event.name.lower().endswith(SUFFIXES):
        raise Retry(_("Danh sách phải là tệp .xlsx, .xls, .csv hoặc DXL. Mời đồng chí gửi lại."))
    return {"channel": channel, "handle": event.handle, "name": event.name[:100]}


def _handed_in(event: JobDone) -> Any:
    return {"kept": event.result["kept"], "name": event.result["name"]}


def _counts(counts: dict[str, int]) -> str:
    return _(
        "{members} người trong tệp: {new} mới, {changed} thay đổi, {moved} chuyển chi bộ, {left} không còn; "
        "{suspicious} dòng cần xem, {errors} dòng lỗi.",
        **{name: number(value) for name, value in counts.items()},
    )


def _summary(found: dict[str, Any]) -> list[str]:
    lines = [_counts(found["counts"]), *found["notes"]]
    for column, code, before, after in found["converted"][:4]:
        lines.append(
            _(
                "Cột “{column}” dùng bảng mã {code}, đã chuyển: “{before}” → “{after}”. Xin xem kỹ.",
                column=column,
                code=_CODES[code],
                before=before,
                after=after,
            )
        )
    for sheet, row, reason in found["rows"]:
        lines.append(_("• {sheet}, dòng {row}: {reason}", sheet=sheet, row=row, reason=reason))
    if found["more"]:
        lines.append(_("… và {n} dòng nữa.", n=number(found["more"])))
    if found["stopped"]:
        lines.append(found["stopped"])
    return lines
