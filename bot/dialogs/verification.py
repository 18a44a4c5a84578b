"""Proving who one is: consent, the code of the slip, the date of birth. Reads top to bottom."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from bot.chat.choices import action, pack
from bot.chat.dates import parse_birth_date
from bot.chat.replies import Choice, Say, To
from bot.chat.talk import Retry, Talk
from bot.i18n import _
from bot.organisation import queries as people
from bot.organisation.accounts import record_consent
from bot.organisation.models import Outcome, Result
from bot.organisation.rules import parse_code
from bot.organisation.verification import approvers, verify_by_slip
from bot.privacy.consent import VERSION, consent_words
from bot.store import openings
from bot.store.tx import Tx

VERSION_OF_DIALOG = 1
ATTEMPTS = 5


@action("link")
@dataclass(frozen=True, slots=True)
class DecideLink:
    """A secretary's answer to a second account: `answer` is "yes" or "no"."""

    account: int
    answer: str


def title() -> str:
    """What the dialog is called when it is offered again."""
    return _("xác thực đảng viên")


def script(talk: Talk[Tx]) -> None:
    """Consent first; then slip and date, five times at most; one neutral answer for every failure."""
    code: str | None = talk.given()
    agreed: str = talk.ask(
        "consent", consent_words(), options={"yes": _("Tôi đồng ý"), "no": _("Không đồng ý")}
    )
    if agreed == "no":
        talk.say(Say(_("Đồng chí chưa đồng ý nên tôi không giữ gì. Khi cần, đồng chí nhắn “xác thực”.")))
        return
    address = talk.address
    talk.once("agreed", lambda: record_consent(talk.tx, address.channel, address.user_id, str(VERSION)))
    for _attempt in range(ATTEMPTS):
        if code is None:
            code = talk.ask("code", _ask_code(), parse=_code)
        born = talk.ask("birth", _ask_birth(), parse=_birth)
        result = Result(talk.once("verify", partial(_verify, talk, code, born)))
        if result != Result.FAILED:
            talk.say(_ending(result))
            return
        talk.say(Say(_("Chưa xác thực được. Đồng chí kiểm tra lại mã trên phiếu và ngày sinh rồi thử lại.")))
        code = None
    talk.say(_ending(Result.LOCKED))


def _ask_code() -> Say:
    return Say(
        _("Mời đồng chí nhắn 9 chữ số trên phiếu xác thực, ví dụ 123 456 789."), heading=_("Mã trên phiếu")
    )


def _ask_birth() -> Say:
    return Say(_("Mời đồng chí nhắn ngày sinh, ví dụ 12/3/1961."), heading=_("Ngày sinh"))


def _code(text: str) -> str:
    code = parse_code(text)
    if code is None:
        raise Retry(_("Mã gồm 9 chữ số, có thể đồng chí gõ nhầm một số. Mời xem lại phiếu."))
    return code


def _birth(text: str) -> str:
    born = parse_birth_date(text)
    if born is None:
        raise Retry(_("Tôi chưa hiểu ngày này. Đồng chí nhắn ngày/tháng/năm, ví dụ 12/3/1961."))
    return born.isoformat()


def _verify(talk: Talk[Tx], code: str, born: str) -> str:
    address = talk.address
    outcome = verify_by_slip(
        talk.tx, address.channel, address.user_id, address.chat_id, code, date.fromisoformat(born)
    )
    if outcome.result == Result.LINKED:
        talk.say_to(_tell_others(talk.tx, outcome))
        openings.close(talk.tx, address.channel, address.chat_id)  # what a stranger was offered is over
    if outcome.result == Result.PENDING:
        talk.say_to(_tell_secretary(talk.tx, outcome))
    return outcome.result


def _tell_secretary(tx: Tx, outcome: Outcome) -> list[To]:
    account = outcome.account
    assert account is not None
    words = Say(
        _(
            "Đồng chí {name} xin đổi tài khoản nhắn tin. Chỉ đồng ý khi đồng chí đã hỏi trực tiếp.",
            name=people.names(tx, [account.member_id])[account.member_id],
        ),
        heading=_("Đổi tài khoản"),
        choices=(
            Choice(_("Đồng ý đổi"), pack(DecideLink(account.id, "yes"))),
            Choice(_("Từ chối"), pack(DecideLink(account.id, "no"))),
        ),
    )
    # The nearest who can be reached; when nobody can, the terminal's `sotay link` decides.
    for member_id in approvers(tx, account.member_id):
        reachable = [each for each in people.reach(tx, [member_id]).get(member_id, []) if not each.blocked]
        if reachable:
            return [To(each.channel, each.chat_id, words) for each in reachable]
    return []


def _tell_others(tx: Tx, outcome: Outcome) -> list[To]:
    """The member's accounts on other channels hear of a new one: nobody joins in silence."""
    account = outcome.account
    assert account is not None
    shown = "Zalo" if account.channel == "zalo_oa" else "Telegram"
    words = Say(
        _(
            "Một tài khoản {channel} vừa được gắn với đồng chí bằng phiếu. Nếu không phải đồng chí, "
            "xin báo ngay bí thư chi bộ.",
            channel=shown,
        ),
        heading=_("Tài khoản mới"),
    )
    mine = people.reach(tx, [account.member_id]).get(account.member_id, [])
    return [
        To(each.channel, each.chat_id, words) for each in mine if each.id != account.id and not each.blocked
    ]


def _ending(result: Result) -> Say:
    sentences = {
        Result.LINKED: _(
            "Xác thực xong. Từ nay đồng chí nhận văn bản và giấy mời tại đây. Nhắn “menu” để xem các việc."
        ),
        Result.PENDING: _(
            "Thông tin khớp, nhưng đồng chí đang dùng một tài khoản khác. "
            "Bí thư chi bộ cần đồng ý thì tài khoản này mới thay được; tôi sẽ báo ngay khi xong."
        ),
        Result.LOCKED: _(
            "Đã sai 5 lần nên tạm khoá 24 giờ. Đồng chí gặp bí thư chi bộ để được giúp xác thực."
        ),
        Result.BUSY: _(
            "Lúc này có quá nhiều lượt xác thực sai. Đồng chí thử lại sau một giờ, hoặc gặp bí thư chi bộ."
        ),
        Result.ALREADY: _("Tài khoản này đã được xác thực. Nhắn “menu” để xem các việc."),
    }
    return Say(sentences[result])
