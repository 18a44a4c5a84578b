"""A member asks to have something corrected or erased; an officer gives a reason. Each reads top to bottom."""

from functools import partial

from bot.chat.errors import Refused
from bot.chat.replies import Say, To
from bot.chat.talk import Retry, Talk
from bot.i18n import _
from bot.organisation import queries as people
from bot.privacy import service, texts
from bot.privacy.models import Kind, Request
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1
MAX_WORDS = 500
"""Characters of what is to be corrected, or of a reason."""


def correct_title() -> str:
    """What the dialog is called when it is offered again."""
    return _("yêu cầu sửa thông tin")


def correct(talk: Talk[Tx]) -> None:
    """What is wrong, and what is right; then it is the officers' to do."""
    talk.given()
    words: str = talk.ask(
        "words",
        Say(
            _(
                "Thông tin nào sai, và đúng là gì? Ví dụ: ngày sinh đúng là 12/3/1961. Đừng nhắn số CCCD. "
                "Cán bộ sẽ đối chiếu hồ sơ rồi sửa trong danh sách."
            ),
            heading=_("Sửa thông tin"),
        ),
        parse=_words,
    )
    try:
        request_id: int = talk.once("ask", partial(_ask, talk, Kind.CORRECT, words))
    except Refused as refusal:
        talk.say(refused(refusal.code))
        return
    _told(talk, request_id)


def erase_title() -> str:
    """What the dialog is called when it is offered again."""
    return _("yêu cầu xóa dữ liệu")


def erase(talk: Talk[Tx]) -> None:
    """What goes, what stays, how long it takes; then, if it is still wished, a request with its clock."""
    talk.given()
    sure = talk.ask(
        "sure",
        Say(
            _(
                "Xóa hẳn họ tên, ngày sinh, các số, tài khoản, câu hỏi và phiếu của đồng chí; đồng chí không dùng sổ "
                "tay được nữa. Còn lại: số đếm không tên trong báo cáo đã có; hồ sơ đảng viên ở cấp ủy không đổi. Cán "
                "bộ trả lời trong 2 ngày làm việc, xóa xong trong 15 ngày. Chỉ muốn ngừng nhận tin thì nhắn “rút "
                "đồng ý”."
            ),
            heading=_("Xóa dữ liệu"),
        ),
        options={"yes": _("Gửi yêu cầu xóa"), "no": _("Thôi, giữ lại")},
    )
    if sure == "no":
        talk.say(Say(_("Không có gì thay đổi.")))
        return
    request_id: int = talk.once("ask", partial(_ask, talk, Kind.ERASE, ""))
    _told(talk, request_id)


def reason_title() -> str:
    """What the dialog is called when it is offered again."""
    return _("lý do trả lời yêu cầu")


def reason(talk: Talk[Tx]) -> None:
    """An officer refuses a request or takes more time: the law wants the reason."""
    request_id, what = talk.given()
    words: str = talk.ask(
        "reason",
        Say(
            _(
                "Lý do? Người yêu cầu sẽ đọc đúng câu này. Ví dụ: hồ sơ gốc ghi khác, cần xác minh với chi bộ."
            ),
            heading=_("Từ chối") if what == "refuse" else _("Gia hạn 15 ngày"),
        ),
        parse=_words,
    )
    try:
        talk.once("decide", partial(_decide, talk, request_id, what, words))
    except Refused as refusal:
        talk.say(refused(refusal.code))
        return
    talk.say(Say(_("Đã ghi và báo người yêu cầu.")))


def refused(code: str) -> Say:
    """Why a verb on a request said no."""
    sentences = {
        "no_right": _("Đồng chí không phụ trách yêu cầu này (hoặc đó là yêu cầu của chính đồng chí)."),
        "long": _(
            "Yêu cầu đang chờ đã dài nên câu vừa rồi tôi chưa ghi. Đồng chí nói trực tiếp với cán bộ phụ trách."
        ),
        "extended": _("Yêu cầu này đã gia hạn một lần; luật chỉ cho một lần."),
    }
    return Say(sentences.get(code, _("Yêu cầu này đã được xử lý. Nhắn “yêu cầu dữ liệu” để xem còn gì.")))


def _words(text: str) -> str:
    words = " ".join(text.split()).rstrip(".")
    if len(words) < 5:
        raise Retry(_("Đồng chí viết ít nhất vài chữ nhé."))
    if len(words) > MAX_WORDS:
        raise Retry(_("Dài quá 500 chữ cái. Mời đồng chí rút gọn."))
    return words


def _ask(talk: Talk[Tx], kind: Kind, words: str) -> int:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    assert account is not None  # the router lets only members in
    request = service.ask(talk.tx, account, kind, words)
    told = service.officers(talk.tx, account.branch_id, but=account.member_id)
    talk.say_to([To(each.channel, each.chat_id, texts.asked(request)) for each in told])
    return request.id


def _told(talk: Talk[Tx], request_id: int) -> None:
    request = service.known(talk.tx, request_id)
    talk.say(texts.told(request))


def _decide(talk: Talk[Tx], request_id: int, what: str, words: str) -> None:
    account = people.account_of(talk.tx, talk.address.channel, talk.address.user_id)
    if account is None:
        raise Refused("no_right")
    places = service.asker_chats(talk.tx, request_id)
    decide = service.refuse if what == "refuse" else service.extend
    request: Request = decide(talk.tx, request_id, account.member_id, words)
    talk.say_to([To(each.channel, each.chat_id, texts.answered(request)) for each in places])
