"""Who hears of a link: the member's other accounts and the branch. Nobody joins in silence."""

from dataclasses import dataclass

from bot.chat.choices import action, pack
from bot.chat.replies import Choice, Say, To
from bot.delivery import outbox
from bot.i18n import N_, _, number
from bot.organisation import linking
from bot.organisation import queries as people
from bot.organisation.models import Account, Verb, Way
from bot.store import progress
from bot.store.tx import Tx

CHANNELS = {"zalo_oa": "Zalo", "zalo_bot": "Zalo Bot", "telegram": "Telegram"}
PROOFS = {
    Way.SLIP: N_("phiếu và ngày sinh"),
    Way.CONTACT: N_("số điện thoại do Telegram xác nhận và ngày sinh"),
    Way.NUMBER: N_("số thẻ hoặc số lý lịch và ngày sinh"),
    Way.PHONE: N_("số điện thoại tự khai và ngày sinh"),
    Way.HAND: N_("cán bộ xác thực giúp"),
}

_HOURS = "links:"
_HOUR_MS = 3_600_000
_NAMED, _MOST_TOLD = 10, 30
"""Names in one message, and in all that are sent at once."""


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
        Choice(_("Đồng ý"), pack(DecideLink(account.id, "yes"))),
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
            "Có người xin gắn một tài khoản {channel} vào tên đồng chí. Nếu là đồng chí (mã đối chiếu "
            "{check}), bấm “Đồng ý”. Nếu không phải, bấm “Từ chối”.",
            channel=CHANNELS.get(account.channel, account.channel),
            check=check,
        ),
        heading=_("Xin đổi tài khoản"),
        choices=choices,
    )
    return [*_to(nearest(tx, account.member_id), words), *_to(_others(tx, account), mine)]


def tell_of_link(tx: Tx, account: Account, but: int | None = None) -> list[To]:
    """Tells the member's other accounts and the branch of a new account; each may say that it is wrong.

    `but` is a member who knows already (who linked it by hand): somebody else hears of it. Who holds a post is
    told of by itself.
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
    told = nearest(tx, account.member_id, but)
    alone = account.way is Way.HAND or people.appointments_of(tx, account.member_id)
    if told and not alone and not _told_at_once(tx, told[0].member_id):
        told = []
    return [*_to(_others(tx, account), words), *_to(told, branch)]


def _told_at_once(tx: Tx, approver: int) -> bool:
    """Whether the branch hears of a link now: what follows within the hour is told together (`tell_of_links`)."""
    if progress.read(tx, _hour_of(approver)) is not None:
        return False
    progress.write(tx, _hour_of(approver), tx.now_ms)
    return True


def _hour_of(approver: int) -> str:
    return f"{_HOURS}{approver:x}"


def tell_of_links(tx: Tx) -> int:
    """Tells who heard of a link an hour ago of those since, in one message. Returns how many were queued."""
    queued = 0
    for name in progress.names(tx, _HOURS):
        since = progress.read(tx, name)
        if since is None or tx.now_ms - since < _HOUR_MS:
            continue
        approver = int(name.removeprefix(_HOURS), 16)
        found = _since(tx, approver, since)
        if not found:
            progress.forget(tx, name)  # the next one is told at once
            continue
        progress.write(tx, name, tx.now_ms)
        for account in _reached(tx, approver):
            for start in range(0, min(len(found), _MOST_TOLD), _NAMED):
                more = len(found) - _MOST_TOLD if start + _NAMED >= _MOST_TOLD else 0
                said = _together(tx, found[start : start + _NAMED], len(found), more)
                outbox.tell(tx, account.channel, account.chat_id, said)
                queued += 1
    return queued


def _since(tx: Tx, approver: int, since_ms: int) -> list[Account]:
    """Accounts linked since that this person hears of: nobody nearer can be reached."""
    found = []
    able: dict[int, list[int]] = {}
    for account in people.linked_since(tx, people.scope(tx, approver, Verb.APPROVE_LINK), since_ms):
        branch = account.branch_id
        if account.way is Way.HAND:
            continue  # was told at once
        if branch not in able:
            able[branch] = [
                each for each in people.who_may(tx, Verb.APPROVE_LINK, branch) if _reached(tx, each)
            ]
        if next((each for each in able[branch] if each != account.member_id), None) == approver:
            found.append(account)
    return found


def _together(tx: Tx, found: list[Account], count: int, more: int) -> Say:
    names = people.names(tx, [each.member_id for each in found])
    lines = [
        f"• {names[each.member_id]}: {CHANNELS.get(each.channel, each.channel)} ({_(PROOFS[each.way])})"
        for each in found
    ]
    if more > 0:
        lines.append(_("và {count} đồng chí nữa.", count=number(more)))
    return Say(
        _("Từ lần báo trước có {count} đồng chí vừa gắn tài khoản:", count=number(count))
        + "\n"
        + "\n".join(lines)
        + "\n"
        + _("Nếu nhầm người, đồng chí chọn tên để đóng tài khoản."),
        heading=_("Tài khoản mới"),
        choices=tuple(
            Choice(_("Đóng: {name}", name=names[each.member_id]), pack(RejectLink(each.id, "ask")))
            for each in found
        ),
        about="accounts",  # as above
    )


def tell_of_guessing(tx: Tx, member_id: int) -> list[To]:
    """Somebody tried so often to pass for a member that a lock fell: the member and the branch are told."""
    words = Say(
        _(
            "Có người nhiều lần thử xác thực bằng tên đồng chí và đã bị khóa. Đồng chí không cần làm gì; nếu chính "
            "đồng chí đang xác thực, xin gặp bí thư chi bộ."
        ),
        heading=_("Cảnh báo"),
    )
    branch = Say(
        _(
            "Có người nhiều lần thử xác thực bằng tên đồng chí {name} và đã bị khóa 24 giờ. Nếu là chính đồng chí ấy, "
            "cấp phiếu mới là dùng được ngay; nếu không, xin báo cán bộ phụ trách.",
            name=people.names(tx, [member_id])[member_id],
        ),
        heading=_("Cảnh báo"),
    )
    mine = [each for each in people.accounts_of_member(tx, member_id) if not each.blocked]
    return [*_to(mine, words), *_to(nearest(tx, member_id), branch)]


def nearest(tx: Tx, member_id: int, but: int | None = None) -> list[Account]:
    """The accounts of the nearest person (`but` this one) who may approve this member's links and can be reached."""
    for approver in linking.approvers(tx, member_id):
        if approver != but and (found := _reached(tx, approver)):
            return found
    return []  # the terminal's `sotay link` decides


def _reached(tx: Tx, member_id: int) -> list[Account]:
    return [each for each in people.accounts_of_member(tx, member_id) if not each.blocked]


def _others(tx: Tx, account: Account) -> list[Account]:
    return [
        each
        for each in people.accounts_of_member(tx, account.member_id)
        if each.id != account.id and not each.blocked
    ]


def _to(found: list[Account], words: Say) -> list[To]:
    return [To(each.channel, each.chat_id, words) for each in found]
