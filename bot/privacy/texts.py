"""What people read about their own data and their requests."""

from bot.chat.replies import Say
from bot.i18n import N_, _, moment
from bot.privacy.consent import TERMS
from bot.privacy.models import Kind, Request, State

KINDS = {Kind.ERASE: N_("xóa dữ liệu"), Kind.CORRECT: N_("sửa thông tin")}
STATES = {State.OPEN: N_("chưa trả lời"), State.TAKEN: N_("đang xử lý")}


def notice(contact: str) -> Say:
    """`/quyenriengtu`: what is held, why, how long, who sees it, whom to ask."""
    lines = [
        _("Tôi giữ: họ tên, ngày sinh, số thẻ, số điện thoại, chi bộ lấy từ danh sách đảng viên; tài khoản nhắn "
          "tin này; các xác nhận và phản hồi đồng chí gửi. Số CCCD chỉ giữ 4 số cuối."),
        _("Để làm: {purposes}.", purposes=", ".join(_(terms.name).lower() for terms in TERMS.values())),
        _("Ai xem được: bí thư và cán bộ có quyền, trong đơn vị mình; mỗi lần xem tên đều ghi nhật ký. "
          "Tên, số và nội dung được mã hóa; không bán, không chuyển cho ai. Tin qua Telegram đi qua máy chủ ở nước "
          "ngoài; qua Zalo thì không."),
        _("Giữ bao lâu: đến khi đồng chí rút đồng ý, rời chi bộ hoặc yêu cầu xóa."),
        _("Đồng chí có quyền xem, tải về, sửa, rút đồng ý, yêu cầu xóa, khiếu nại. Trả lời trong 2 ngày làm việc, "
          "làm xong trong 15 ngày."),
        _("Hỏi ai: {contact}.", contact=contact or _("bí thư chi bộ hoặc cán bộ tổ chức của đồng chí")),
    ]  # fmt: skip
    return Say("\n".join(lines), heading=_("Quyền riêng tư"))


def told(request: Request) -> Say:
    """What the asker hears right after asking."""
    return Say(
        _(
            "Đã ghi yêu cầu {what}, số {id}. Cán bộ phụ trách trả lời chậm nhất {answer}, làm xong chậm nhất {done}.",
            what=_(KINDS[request.kind]),
            id=request.id,
            answer=moment(request.answer_by),
            done=moment(request.done_by),
        ),
        heading=_("Yêu cầu số {id}", id=request.id),
    )


def asked(request: Request) -> Say:
    """For the officers: somebody asked for something."""
    return Say(
        _(
            "Có yêu cầu {what} số {id}. Luật buộc trả lời trong 2 ngày làm việc; đồng chí nhắn “yêu cầu dữ "
            "liệu” để xử lý.",
            what=_(KINDS[request.kind]),
            id=request.id,
        ),
        heading=_("Yêu cầu về dữ liệu cá nhân"),
    )


def near_limit(request: Request) -> Say:
    """To officers: a limit is near."""
    return Say(
        _(
            "Yêu cầu {what} số {id} sắp hết hạn ({limit}). Nhắn “yêu cầu dữ liệu” để xử lý.",
            what=_(KINDS[request.kind]),
            id=request.id,
            limit=moment(request.limit),
        ),
        heading=_("Sắp hết hạn theo luật"),
    )


def answered(request: Request) -> Say:
    """To the asker, when their request was answered, extended or refused."""
    what = _(KINDS[request.kind])
    if request.state == State.REFUSED:
        text = _(
            "Yêu cầu {what} số {id} không thực hiện được: {reason}. Đồng chí có quyền khiếu nại với cấp ủy.",
            what=what, id=request.id, reason=request.reason,
        )  # fmt: skip
    elif request.state == State.DONE:
        text = _("Yêu cầu {what} số {id} đã làm xong.", what=what, id=request.id)
    elif request.extended:
        text = _(
            "Yêu cầu {what} số {id} cần thêm thời gian: {reason}. Hạn mới {done}.",
            what=what, id=request.id, reason=request.reason, done=moment(request.done_by),
        )  # fmt: skip
    else:
        text = _(
            "Yêu cầu {what} số {id} đã được tiếp nhận; làm xong chậm nhất {done}.",
            what=what, id=request.id, done=moment(request.done_by),
        )  # fmt: skip
    return Say(text, heading=_("Yêu cầu số {id}", id=request.id))


def erased(request: Request, proof: str) -> Say:
    """The last message to who asked to be erased."""
    return Say(
        _(
            "Đã xóa dữ liệu của đồng chí theo yêu cầu số {id}: họ tên, ngày sinh, các số, tài khoản, câu hỏi, phiếu. "
            "Chỉ còn số đếm không tên; bản sao lưu được thay trong kỳ tới. Mã chứng nhận: {proof}. "
            "Tài khoản này không còn gắn với sổ tay. Cảm ơn đồng chí.",
            id=request.id,
            proof=proof,
        ),
        heading=_("Đã xóa dữ liệu"),
    )
