"""Who hears of a link: the member's other accounts and the branch. Nobody joins in silence."""

from dataclasses import dataclass

from bot.chat.choices import action, pack
from bot.chat.replies import Choice, Say, To
from bot.i18n import N_, _
from bot.organisation import linking
from bot.organisation import queries as people
from bot.organisation.models import Account, Way
from bot.store.tx import Tx

CHANNELS = {"zalo_oa": "Zalo", "zalo_bot": "Zalo Bot", "telegram": "Telegram"}
PROOFS = {
    Way.SLIP: N_("phiếu và ngày sinh"),
    Way.CONTACT: N_("số điện thoại do Telegram xác nhận và ngày sinh"),
    Way.NUMBER: N_("số thẻ hoặc số lý lịch và ngày sinh"),
    Way.PHONE: N_("số điện thoại tự khai và ngày sinh"),
    Way.HAND: N_("cán bộ liên kết tận tay"),
}


@action("link")
@dataclass(frozen=True, slots=True)
class DecideLink:
    """An answer to a waiting account, by the secretary or the older account: `answer` is "yes" or "no"."""

    account: int
    answer: str


@action("notme")
@dataclass(frozen=True, slots=True)
class RejectLink:
    """Closes an account that was linked and should not have been: `sure` is "ask", then "yes" or "no"."""

    account: int
    sure: str


def ask_for_approval(tx: Tx, account: Account) -> list[To]:
    """Asks the branch, and the member's older accounts, whether a waiting account may come in."""
    check = linking.check_code(tx, account.channel, account.user_id)
    choices = (
        Choice(_("Đồng ý đổi"), pack(DecideLink(account.id, "yes"))),
        Choice(_("Từ chối"), pack(DecideLink(account.id, "no"))),
    )
    words = Say(
        _(
            "Đồng chí {name} xin đổi tài khoản nhắn tin hoặc xác thực ({channel}, bằng {proof}). Chỉ đồng ý khi đồng "
            "chí đã hỏi trực tiếp và mã đối chiếu đúng là {check}.",
            name=people.names(tx, [account.member_id])[account.member_id],
            channel=CHANNELS.get(account.channel, account.channel),
            proof=_(PROOFS[account.way]),
            check=check,
        ),
        heading=_("Xin xác thực tài khoản"),
        choices=choices,
    )
    mine = Say(
        _(
            "Có người xin gắn một tài khoản {channel} vào tên đồng chí. Nếu là đồng chí (mã đối chiếu {check}), bấm "
            "“Đồng ý đổi”. Nếu không phải, bấm “Từ chối”.",
            channel=CHANNELS.get(account.channel, account.channel),
            check=check,
        ),
        heading=_("Xin đổi tài khoản"),
        choices=choices,
    )
    return [*_to(nearest(tx, account.member_id), words), *_to(_others(tx, account), mine)]


def tell_of_link(tx: Tx, account: Account, but: int | None = None) -> list[To]:
    """Tells the member's other accounts and the branch of a new account; each may say that it is wrong.

    `but` is a member who knows already (who linked it by hand).
    """
    about = f"account:{account.id}"  # no menu: a paper that comes next is what "1" means
    choices = (Choice(_("Không phải tôi"), pack(RejectLink(account.id, "ask"))),)
    words = Say(
        _(
            "Một tài khoản {channel} vừa được gắn với đồng chí ({proof}). Nếu không phải đồng chí, bấm “Không phải "
            "tôi” và báo ngay bí thư chi bộ.",
            channel=CHANNELS.get(account.channel, account.channel),
            proof=_(PROOFS[account.way]),
        ),
        heading=_("Tài khoản mới"),
        choices=choices,
        about=about,
    )
    branch = Say(
        _(
            "Đồng chí {name} vừa có tài khoản {channel} ({proof}). Nếu nhầm người, bấm “Đóng tài khoản này”.",
            name=people.names(tx, [account.member_id])[account.member_id],
            channel=CHANNELS.get(account.channel, account.channel),
            proof=_(PROOFS[account.way]),
        ),
        heading=_("Tài khoản mới"),
        choices=(Choice(_("Đóng tài khoản này"), pack(RejectLink(account.id, "ask"))),),
        about=about,
    )
    told = [each for each in nearest(tx, account.member_id) if each.member_id != but]
    return [*_to(_others(tx, account), words), *_to(told, branch)]


def tell_of_guessing(tx: Tx, member_id: int) -> list[To]:
    """Somebody tried so often to pass for a member that a lock fell: the member and the branch are told."""
    words = Say(
        _(
            "Có người nhiều lần thử xác thực bằng tên đồng chí và đã bị khoá. Đồng chí không cần làm gì; nếu chính "
            "đồng chí đang xác thực, xin gặp bí thư chi bộ."
        ),
        heading=_("Cảnh báo"),
    )
    branch = Say(
        _(
            "Có người nhiều lần thử xác thực bằng tên đồng chí {name} và đã bị khoá 24 giờ. Nếu là chính đồng chí ấy, "
            "cấp phiếu mới là dùng được ngay; nếu không, xin báo cán bộ phụ trách.",
            name=people.names(tx, [member_id])[member_id],
        ),
        heading=_("Cảnh báo"),
    )
    mine = [each for each in people.accounts_of_member(tx, member_id) if not each.blocked]
    return [*_to(mine, words), *_to(nearest(tx, member_id), branch)]


def nearest(tx: Tx, member_id: int) -> list[Account]:
    """The accounts of the nearest person who may approve this member's links and can be reached."""
    for approver in linking.approvers(tx, member_id):
        found = [each for each in people.accounts_of_member(tx, approver) if not each.blocked]
        if found:
            return found
    return []  # the terminal's `sotay link` decides


def _others(tx: Tx, account: Account) -> list[Account]:
    return [
        each
        for each in people.accounts_of_member(tx, account.member_id)
        if each.id != account.id and not each.blocked
    ]


def _to(found: list[Account], words: Say) -> list[To]:
    return [To(each.channel, each.chat_id, words) for each in found]
