"""The words of consent, with their version. Changing the words raises the version."""

from bot.chat.replies import Say
from bot.i18n import _

VERSION = 1


def consent_words() -> Say:
    """What is held, why and how long, before anything is asked (Law 91/2025/QH15: explicit consent)."""
    return Say(
        _(
            "Để gửi văn bản, giấy mời và ghi nhận xác nhận, tôi cần giữ: tài khoản nhắn tin này của đồng chí, "
            "các xác nhận và phản hồi đồng chí gửi. Tôi không theo dõi câu hỏi, vị trí hay giờ giấc. "
            "Dữ liệu được mã hoá, chỉ cấp ủy có quyền mới xem, và giữ đến khi đồng chí rút đồng ý hoặc rời chi bộ. "
            "Đồng chí đồng ý chứ?"
        ),
        heading=_("Xin phép trước khi xác thực"),
    )
