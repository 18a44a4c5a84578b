"""What an administrator is told about the connection with Zalo: what is wrong, and what to do next."""

from datetime import datetime

from bot.i18n import N_, _, moment

PROBLEMS = {
    "not_connected": N_("Bot chưa được nối với Zalo OA. Hãy chạy: sotay zalo connect"),
    "spent": N_(
        "Zalo không nhận mã làm mới nữa (đã dùng hoặc đã hết hạn), nên quyền gửi tin sẽ không tự gia hạn."
        " Hãy chạy: sotay zalo connect"
    ),
    "interrupted": N_(
        "Lần làm mới quyền trước đó bị ngắt giữa chừng: Zalo đã đổi mã mà bot chưa kịp lưu, mã cũ không dùng"
        " lại được. Tin chưa gửi vẫn được giữ. Hãy chạy: sotay zalo connect"
    ),
    "app_disabled": N_(
        "Zalo báo ứng dụng đang bị tắt. Hãy mở developers.zalo.me, bật lại ứng dụng; bot sẽ tự thử lại."
    ),
    "secret_wrong": N_(
        "Zalo không nhận khóa bí mật của ứng dụng. Hãy so SOTAY_ZALO_OA_APP_SECRET với mục Khóa bí mật trên"
        " developers.zalo.me, sửa rồi khởi động lại bot."
    ),
    "redirect_wrong": N_(
        "Zalo không nhận địa chỉ quay về. Hãy so địa chỉ mà lệnh sotay zalo connect in ra với Callback URL"
        " trên developers.zalo.me."
    ),
    "verifier_wrong": N_(
        "Zalo không nhận mã PKCE. Nếu trang quản lý ứng dụng có ô Code challenge, hãy chạy sotay zalo pkce,"
        " điền hai giá trị theo hướng dẫn, rồi nối lại."
    ),
    "code_wrong": N_("Zalo không nhận mã cho phép (chỉ dùng được một lần, trong 10 phút). Hãy nối lại."),
    "refused": N_(
        "Zalo từ chối cấp quyền vì một lý do chưa biết. Hãy xem lại ứng dụng trên developers.zalo.me; nếu"
        " không tự hết, hãy chạy: sotay zalo connect"
    ),
    "unclear": N_(
        "Không nhận được câu trả lời đọc được từ máy chủ cấp quyền của Zalo; bot sẽ tự thử lại. Nếu kéo dài,"
        " hãy kiểm tra đường ra Internet tới oauth.zaloapp.com."
    ),
    "oa_disabled": N_(
        "Zalo báo OA đang bị khóa hoặc không còn. Tin chưa gửi được giữ lại. Hãy mở oa.zalo.me xem thông báo và"
        " liên hệ Zalo."
    ),
    "not_granted": N_(
        "OA chưa cấp đủ quyền cho ứng dụng. Hãy mở developers.zalo.me, mục Official Account, bật quyền gửi tin,"
        " rồi chạy: sotay zalo connect"
    ),
    "not_verified": N_("Zalo đòi OA phải được xác thực. Hãy làm thủ tục xác thực trên oa.zalo.me."),
    "package": N_("Gói dịch vụ của OA không cho gửi tin này. Hãy nâng gói hoặc gia hạn trên oa.zalo.me."),
    "no_money": N_(
        "Tài khoản Zalo Cloud của OA hết tiền hoặc chưa liên kết. Hãy nạp tiền; tin chưa gửi được giữ lại."
    ),
    "template": N_(
        "Zalo không nhận một mẫu tin trả phí nên bot ngừng dùng mẫu đó; người quá 7 ngày chưa được báo. Tin khác"
        " không bị ảnh hưởng. Hãy chạy: sotay zalo template list"
    ),
    "kept": N_(
        "Tin tính phí của OA trong tháng này chỉ còn phần giữ lại cho văn bản và nhắc việc, nên điểm tin tạm"
        " không tới người im lặng quá 48 giờ. Muốn gửi lại: mua thêm tin trên oa.zalo.me, hoặc giảm"
        " SOTAY_ZALO_OA_KEPT."
    ),
    "ending": N_(
        "Quyền gửi tin qua Zalo sắp hết hạn mà chưa gia hạn được. Hãy chạy: sotay zalo connect"
    ),
}  # fmt: skip
"""Problem -> sentence. Kept as the word; said in the reader's language."""


def problem(code: str, until: datetime | None = None) -> str:
    """What is wrong and what to do; with the moment until which messages still go out."""
    words = _(PROBLEMS.get(code, PROBLEMS["refused"]))
    if until is None:
        return words
    return f"{words} " + _("Tin vẫn gửi được đến {moment}.", moment=moment(until))


_APP = N_(
    "Zalo báo ứng dụng chưa hoạt động hoặc chưa được OA cho phép. Hãy mở developers.zalo.me, xem ứng dụng."
)
_OA = N_("Zalo báo OA đang bị khóa hoặc không còn. Hãy mở oa.zalo.me, xem thông báo của OA.")
_PACKAGE = N_("Zalo yêu cầu xác thực hoặc nâng gói OA. Hãy mở oa.zalo.me, mục Gói dịch vụ.")
API_PROBLEMS = {
    -204: _OA,
    -205: _OA,
    -209: _APP,
    -212: _APP,
    -219: _APP,
    -223: _APP,
    -221: _PACKAGE,
    -224: _PACKAGE,
    -216: N_("Zalo không nhận quyền gửi tin hiện có. Hãy chạy: sotay zalo connect"),
    -220: N_("Quyền gửi tin đã hết hạn. Hãy chạy: sotay zalo connect"),
    -242: N_(
        "Zalo đòi appsecret_proof. Hãy đặt SOTAY_ZALO_OA_SECRET_PROOF=true và kiểm tra khóa của ứng dụng."
    ),
}
"""Numbers of the OA API that a person must mend -> sentence."""


def api_problem(code: int) -> str:
    """What a number of the OA API asks of a person; an unknown one is told as it is."""
    if code in API_PROBLEMS:
        return _(API_PROBLEMS[code])
    return _("Zalo từ chối với mã {code}. Hãy tra mã này trên developers.zalo.me.", code=code)
