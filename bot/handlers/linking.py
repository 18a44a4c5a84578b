"""Who may be whom: an answer to a waiting account, "that is not me", an officer's hand."""

from functools import partial

from bot.chat.choices import pack
from bot.chat.events import Commanded, Event
from bot.chat.replies import Choice, Say, To
from bot.chat.router import Out, Replies, Router
from bot.dialogs import link_by_hand
from bot.dialogs.link_notices import DecideLink, RejectLink, nearest
from bot.handlers.gate import MEMBER, member_account, not_verified
from bot.i18n import _
from bot.organisation import linking, verification
from bot.organisation import queries as people
from bot.organisation.models import Account, Decision, NotAllowed, Place, Verb
from bot.organisation.rules import WAYS
from bot.store.tx import Tx


def register(router: Router[Tx]) -> None:
    """Makes the errands known to the router. The verbs ask who may: a member's own older account may, too."""
    router.choice(DecideLink, decide, MEMBER)
    router.choice(RejectLink, reject, MEMBER)
    router.command("link", partial(by_hand, router=router), Verb.APPROVE_LINK)
    router.dialog(
        "link_by_hand",
        link_by_hand.script,
        version=link_by_hand.VERSION_OF_DIALOG,
        title=link_by_hand.title,
        need=Verb.APPROVE_LINK,
    )


def by_hand(event: Commanded, tx: Tx, router: Router[Tx]) -> Replies:
    """`/lienket 123 4567`: links the account that was given this code."""
    return router.begin("link_by_hand", event, tx, event.rest or None)


def decide(choice: DecideLink, event: Event, tx: Tx) -> Replies:
    """The secretary, or the member's older account, lets a waiting account in or not."""
    decider = member_account(tx, event)
    if decider is None:
        return not_verified()
    decide_on = linking.approve_link if choice.answer == "yes" else linking.refuse_link
    try:
        decision = decide_on(tx, choice.account, decider.member_id, decider.id)
    except NotAllowed:
        return Say(_("Đồng chí không phụ trách việc này; không có gì thay đổi. Nhắn “menu” để xem các việc."))
    except LookupError:
        return Say(_("Yêu cầu này đã được xử lý trước đó."))
    if choice.answer == "yes":
        return _approved(decision, decider)
    way = WAYS[decision.account.way]
    if way.approval and not way.neutral:  # a claim without anything in hand: no second guess for a day
        account = decision.account
        verification.lock_account(tx, Place(account.channel, account.user_id, account.chat_id))
    return _refused(decision, decider)


def _approved(decision: Decision, decider: Account) -> list[Out]:
    said: list[Out] = [
        Say(_("Đã đồng ý đổi tài khoản.")),
        _to(
            decision.account,
            _("Đã được đồng ý. Tài khoản này đã được xác thực; nhắn “menu” để bắt đầu."),
        ),
    ]
    if decision.replaced is not None and decision.replaced.id != decider.id:
        said.append(
            _to(decision.replaced, _("Tài khoản này không còn gắn với sổ tay: đồng chí đã đổi tài khoản."))
        )
    return said


def _refused(decision: Decision, decider: Account) -> list[Out]:
    said: list[Out] = [
        Say(_("Đã từ chối. Tài khoản cũ (nếu có) vẫn dùng như trước.")),
    ]
    # Where the way is neutral nothing is said, as to who matched nobody: else it would tell who is a member.
    if not WAYS[decision.account.way].neutral:
        said.append(
            _to(decision.account, _("Yêu cầu chưa được chấp nhận. Đồng chí gặp bí thư chi bộ để được giúp."))
        )
    if decision.replaced is not None and decision.replaced.id != decider.id:
        said.append(
            _to(
                decision.replaced,
                _(
                    "Có người xin gắn tài khoản khác vào tên đồng chí và đã bị từ chối. Nếu lạ, đồng chí báo bí thư."
                ),
            )
        )
    return said


def reject(choice: RejectLink, event: Event, tx: Tx) -> Replies:
    """Closes an account that should not have been linked, asked once more; the branch hears of it."""
    decider = member_account(tx, event)
    if decider is None:
        return not_verified()
    if choice.sure == "no":
        return Say(_("Không có gì thay đổi."))
    if choice.sure != "yes":
        return Say(
            _(
                "Đóng tài khoản vừa gắn? Người đang dùng nó sẽ không nhận được gì nữa, muốn dùng lại phải có phiếu mới."
            ),
            choices=(
                Choice(_("Đóng tài khoản"), pack(RejectLink(choice.account, "yes"))),
                Choice(_("Giữ nguyên"), pack(RejectLink(choice.account, "no"))),
            ),
        )
    try:
        closed = linking.reject_link(tx, choice.account, decider.member_id, decider.id)
    except NotAllowed:
        return Say(_("Đồng chí không phụ trách việc này; không có gì thay đổi. Nhắn “menu” để xem các việc."))
    except LookupError:
        return Say(_("Tài khoản này đã được đóng trước đó."))
    verification.lock_account(tx, Place(closed.channel, closed.user_id, closed.chat_id))
    said: list[Out] = [
        Say(_("Đã đóng tài khoản đó. Nếu cần, đồng chí xin bí thư chi bộ một phiếu mới.")),
        _to(closed, _("Tài khoản này không còn gắn với sổ tay. Nếu nhầm, đồng chí gặp bí thư chi bộ.")),
    ]
    if decider.member_id == closed.member_id:
        name = people.names(tx, [closed.member_id])[closed.member_id]
        warning = _("Đồng chí {name} báo tài khoản vừa gắn không phải của mình; đã đóng.", name=name)
        said += [_to(each, warning) for each in nearest(tx, closed.member_id)]
    return said


def _to(account: Account, words: str) -> To:
    return To(account.channel, account.chat_id, Say(words))
