"""Proving who one is: consent, then one of the ways, then the date of birth. Reads top to bottom."""

from datetime import date
from functools import partial
from typing import Any

from bot.chat.dates import parse_birth_date
from bot.chat.events import ContactShared
from bot.chat.replies import Say
from bot.chat.talk import Retry, Talk
from bot.dialogs.link_notices import DecideLink, RejectLink, ask_for_approval, tell_of_link
from bot.i18n import N_, _
from bot.organisation import linking
from bot.organisation.accounts import record_answers
from bot.organisation.models import Claim, Place, Purpose, Result, Way
from bot.organisation.rules import SLIP_DIGITS, WAYS, parse_code, parse_number, parse_phone, show_code
from bot.organisation.verification import verify
from bot.privacy.consent import OPTIONAL, VERSION, consent_words, purpose_words
from bot.store import openings
from bot.store.tx import Tx

__all__ = ["VERSION_OF_DIALOG", "DecideLink", "RejectLink", "script", "title"]

VERSION_OF_DIALOG = 2
ATTEMPTS = 5
OTHER_WAYS = {
    Way.CONTACT: N_("Chia sẻ số điện thoại của tôi"),
    Way.NUMBER: N_("Số thẻ hoặc số lý lịch đảng viên"),
    Way.PHONE: N_("Số điện thoại trong danh sách"),
    Way.HAND: N_("Nhờ cán bộ xác thực giúp"),
}


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("xác thực đảng viên")


def script(talk: Talk[Tx]) -> None:
    """Consent first; then what proves it, five times at most; one neutral answer for every failure."""
    code: str | None = talk.given()
    answers = _consent(talk)
    if answers is None:
        talk.say(Say(_("Đồng chí chưa đồng ý nên tôi không giữ gì. Khi cần, đồng chí nhắn “xác thực”.")))
        return
    talk.once("agreed", partial(_record, talk, answers))
    for _attempt in range(ATTEMPTS):
        claim = Claim(Way.SLIP, code) if code is not None else _claim(talk)
        code = None
        if claim.way == Way.HAND:
            talk.say(_read_out(talk.once("request", partial(linking.request_code, talk.tx, _place(talk)))))
            return
        born = talk.ask("birth", _ask_birth(), parse=_birth)
        result = Result(talk.once("verify", partial(_verify, talk, claim, born)))
        if WAYS[claim.way].neutral and result in (Result.FAILED, Result.PENDING):
            talk.say(_neutral(talk))
            return
        if result != Result.FAILED:
            talk.say(_ending(result, _check(talk), papers=answers[Purpose.DIRECTIVES]))
            return
        talk.say(Say(_("Chưa xác thực được. Đồng chí kiểm tra lại mã hoặc số và ngày sinh rồi thử lại.")))
    talk.say(_ending(Result.LOCKED, ""))


def _consent(talk: Talk[Tx]) -> dict[Purpose, bool] | None:
    """What was agreed to, purpose by purpose; None when nothing was."""
    agreed: str = talk.ask(
        "consent",
        consent_words(),
        options={
            "yes": _("Tôi đồng ý cả bốn việc"),
            "some": _("Để tôi chọn từng việc"),
            "no": _("Không đồng ý"),
        },
    )
    if agreed == "no":
        return None
    if agreed == "yes":
        return dict.fromkeys(Purpose, True)
    options = {"yes": _("Đồng ý"), "no": _("Không")}
    answers = {}
    for purpose in (Purpose.VERIFY, *OPTIONAL):
        answers[purpose] = talk.ask(f"purpose.{purpose}", purpose_words(purpose), options=options) == "yes"
        if not answers[Purpose.VERIFY]:  # without it there is nothing to do
            return None
    return answers


def _record(talk: Talk[Tx], answers: dict[Purpose, bool]) -> None:
    record_answers(talk.tx, talk.address.channel, talk.address.user_id, str(VERSION), answers)


def _place(talk: Talk[Tx]) -> Place:
    return Place(talk.address.channel, talk.address.user_id, talk.address.chat_id)


def _claim(talk: Talk[Tx]) -> Claim:
    """The slip's code; or, without a slip, another way that works on this channel."""
    code: str = talk.ask("code", _ask_code(), parse=_code, options={"other": _("Tôi không có phiếu")})
    if code != "other":
        return Claim(Way.SLIP, code)
    options = {
        way.value: _(label) for way, label in OTHER_WAYS.items() if talk.address.channel in WAYS[way].channels
    }
    way = Way(talk.ask("way", Say(_("Đồng chí muốn xác thực bằng cách nào?")), options=options))
    asks: dict[Way, Any] = {Way.CONTACT: _own_number, Way.NUMBER: _roster_number, Way.PHONE: _phone_number}
    return Claim(way, asks[way](talk) if way in asks else "")


def _ask_code() -> Say:
    return Say(
        _("Mời đồng chí nhắn 9 chữ số trên phiếu xác thực, ví dụ 123 456 789."), heading=_("Mã trên phiếu")
    )


def _code(text: str) -> str:
    code = parse_code(text)
    if code is not None:
        return code
    typed = sum(char.isdigit() for char in text)
    if not typed:
        raise Retry(_("Bước này cần mã số ghi trên phiếu, không cần họ tên."))
    if typed != SLIP_DIGITS:
        raise Retry(_("Mã gồm 9 chữ số, đồng chí vừa nhắn {count} chữ số.", count=typed))
    raise Retry(_("Mã gồm 9 chữ số, có thể đồng chí gõ nhầm một số. Mời xem lại phiếu."))


def _own_number(talk: Talk[Tx]) -> str:
    """A number that the platform vouches for: typing one proves nothing here."""
    hint = N_(
        "Ở cách này tôi chỉ nhận số do Telegram xác nhận là của đồng chí: bấm nút “Gửi số điện thoại của tôi” bên "
        "dưới. Nếu không thấy nút, nhắn “quay lại” rồi chọn cách khác."
    )

    def typed(text: str) -> str:
        raise Retry(_(hint))

    def shared(event: ContactShared) -> str:
        phone = parse_phone(event.phone) if event.own else None
        if phone is None:
            raise Retry(_(hint))
        return phone

    ask = Say(
        _("Bấm nút “Gửi số điện thoại của tôi” để chia sẻ số. Tôi chỉ so với danh sách, không lưu thêm."),
        heading=_("Số điện thoại"),
        ask_contact=_("Gửi số điện thoại của tôi"),
    )
    return str(talk.ask("contact", ask, parse=typed, contact=shared))


def _roster_number(talk: Talk[Tx]) -> str:
    def parse(text: str) -> str:
        number = parse_number(text)
        if number is None:
            raise Retry(
                _("Tôi chưa đọc được số này. Số thẻ chỉ có chữ số; số lý lịch có 6 chữ số rồi đến chữ cái.")
            )
        return number

    ask = Say(
        _("Mời đồng chí nhắn số thẻ đảng viên (hoặc số lý lịch nếu chưa có thẻ). Đừng nhắn số CCCD."),
        heading=_("Số thẻ hoặc số lý lịch"),
    )
    return str(talk.ask("number", ask, parse=parse))


def _phone_number(talk: Talk[Tx]) -> str:
    hint = N_("Số điện thoại gồm 10 chữ số, ví dụ 0912 345 678. Mời đồng chí nhắn lại.")

    def typed(text: str) -> str:
        phone = parse_phone(text)
        if phone is None:
            raise Retry(_(hint))
        return phone

    ask = Say(
        _("Mời đồng chí nhắn số điện thoại đã khai với chi bộ, ví dụ 0912 345 678."),
        heading=_("Số điện thoại"),
        ask_contact=_("Gửi số điện thoại của tôi"),
    )
    return str(talk.ask("phone", ask, parse=typed, contact=lambda event: typed(event.phone)))


def _ask_birth() -> Say:
    return Say(_("Mời đồng chí nhắn ngày sinh, ví dụ 12/3/1961."), heading=_("Ngày sinh"))


def _birth(text: str) -> str:
    born = parse_birth_date(text)
    if born is None:
        raise Retry(_("Tôi chưa đọc được ngày sinh này: cần đủ ngày/tháng/năm, và có thật trên lịch."))
    return born.isoformat()


def _verify(talk: Talk[Tx], claim: Claim, born: str) -> str:
    outcome = verify(talk.tx, _place(talk), claim, date.fromisoformat(born))
    if outcome.account is not None and outcome.result == Result.LINKED:
        talk.say_to(tell_of_link(talk.tx, outcome.account))
        openings.close(talk.tx, talk.address.channel, talk.address.chat_id)  # a stranger's choices are over
    if outcome.account is not None and outcome.result == Result.PENDING:
        talk.say_to(ask_for_approval(talk.tx, outcome.account))
    return outcome.result


def _check(talk: Talk[Tx]) -> str:
    return linking.check_code(talk.tx, talk.address.channel, talk.address.user_id)


def _read_out(code: str) -> Say:
    return Say(
        _(
            "Đồng chí đọc mã {code} cho bí thư, phó bí thư hoặc cán bộ tổ chức đang ở cạnh mình; đồng chí ấy "
            "nhắn cho tôi “liên kết {code}”. Mã dùng được trong {minutes} phút. Đừng gửi mã này cho ai qua "
            "mạng.",
            code=show_code(code),
            minutes=linking.REQUEST_MINUTES,
        ),
        heading=_("Nhờ cán bộ xác thực giúp"),
    )


def _neutral(talk: Talk[Tx]) -> Say:
    return Say(
        _(
            "Đã ghi nhận. Nếu thông tin khớp với danh sách, bí thư chi bộ sẽ được hỏi (mã đối chiếu {check}); được "
            "đồng ý thì tôi báo ngay. Sau hai ngày chưa thấy trả lời, đồng chí xin bí thư một phiếu xác thực.",
            check=_check(talk),
        )
    )


def _ending(result: Result, check: str, *, papers: bool = True) -> Say:
    """How it ended; `papers`: whether directives and invitations may be sent to this account."""
    if result == Result.LINKED and not papers:
        return Say(
            _(
                "Xác thực xong. Đồng chí chưa đồng ý nhận văn bản, giấy mời nên tôi không gửi; khi đổi ý, đồng chí "
                "nhắn “quyền riêng tư”. Nhắn “menu” để xem các việc."
            )
        )
    sentences = {
        Result.LINKED: _(
            "Xác thực xong. Từ nay đồng chí nhận văn bản và giấy mời tại đây. Nhắn “menu” để xem các việc."
        ),
        Result.PENDING: _(
            "Thông tin khớp. Bí thư chi bộ cần đồng ý (hoặc đồng chí đồng ý từ tài khoản cũ) thì tài khoản này mới "
            "dùng được. Mã đối chiếu: {check}; khi được hỏi, đồng chí đọc mã này. Tôi sẽ báo ngay khi xong.",
            check=check,
        ),
        Result.LOCKED: _(
            "Đã sai 5 lần nên tạm khóa 24 giờ. Đồng chí gặp bí thư chi bộ để được giúp xác thực."
        ),
        Result.BUSY: _(
            "Lúc này có quá nhiều lượt xác thực sai. Đồng chí thử lại sau một giờ, hoặc gặp bí thư chi bộ."
        ),
        Result.ALREADY: _("Tài khoản này đã được xác thực. Nhắn “menu” để xem các việc."),
    }
    return Say(sentences[result])
