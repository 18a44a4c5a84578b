"""The words of consent, with their version. Changing the words raises the version.

Law 91/2025/QH15 asks for consent that is explicit, for one purpose at a time, provable, and taken back as
easily as it was given.
"""

from dataclasses import dataclass

from bot.chat.replies import Say
from bot.i18n import N_, _
from bot.organisation.models import Purpose

VERSION = 2


@dataclass(frozen=True, slots=True)
class Terms:
    """What a member agrees to for one purpose."""

    name: str
    held: str
    """What is kept for it, and what for."""
    stops: str
    """What ends when it is taken back."""


TERMS: dict[Purpose, Terms] = {
    Purpose.VERIFY: Terms(
        N_("Xác thực"),
        N_("ghi nhớ tài khoản nhắn tin này là của đồng chí"),
        N_("tài khoản này không còn gắn với sổ tay và không dùng được nữa, ngay từ lúc rút"),
    ),
    Purpose.DIRECTIVES: Terms(
        N_("Văn bản, giấy mời"),
        N_("gửi văn bản, giấy mời; ghi xác nhận và phản hồi của đồng chí"),
        N_("tài khoản này không nhận văn bản, giấy mời nữa; chi ủy thấy “chưa đồng ý hoặc đã rút đồng ý”"),
    ),
    Purpose.DIGEST: Terms(
        N_("Điểm tin"), N_("gửi điểm tin hằng ngày"), N_("tài khoản này không nhận điểm tin nữa")
    ),
    Purpose.FIGURES: Terms(
        N_("Thống kê sử dụng"),
        N_("tính đồng chí vào số người có dùng trong 30 ngày, không nêu tên"),
        N_("đồng chí không còn trong số liệu sử dụng 30 ngày"),
    ),
}
"""Purpose -> words. `docs/law.md` prints this table."""

OPTIONAL = (Purpose.DIRECTIVES, Purpose.DIGEST, Purpose.FIGURES)
"""What can be refused while the account stays linked."""


def consent_words() -> Say:
    """What is held, why and how long, before anything is asked."""
    lines = [f"• {_(terms.name)}: {_(terms.held)}." for terms in TERMS.values()]  # a number is a choice
    return Say(
        _("Tôi xin phép đồng chí bốn việc, mỗi việc đồng chí có thể đồng ý riêng:")
        + "\n"
        + "\n".join(lines)
        + "\n"
        + _(
            "Tôi không theo dõi câu hỏi, vị trí hay giờ giấc. Dữ liệu được mã hóa, chỉ cấp ủy có quyền mới xem, "
            "giữ đến khi đồng chí rút đồng ý hoặc rời chi bộ."
        ),
        heading=_("Xin phép trước khi xác thực"),
    )


def purpose_words(purpose: Purpose) -> Say:
    """One purpose, asked by itself."""
    terms = TERMS[purpose]
    return Say(_("Đồng chí có đồng ý để tôi {what} không?", what=_(terms.held)), heading=_(terms.name))
