"""What Zalo tells of the account itself, and of a person who asks it that their data be deleted."""

import structlog

from bot.chat.events import AccountNotice, DataRequested
from bot.chat.replies import Say, To
from bot.chat.router import Replies, Router
from bot.i18n import _
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store import audit
from bot.store.tx import Tx

log = structlog.get_logger()


def register(router: Router[Tx]) -> None:
    """Makes both known to the router."""
    router.on(AccountNotice, notice)
    router.on(DataRequested, requested)


def notice(event: AccountNotice, tx: Tx) -> Replies:
    """A quota or a template's standing changed: an administrator looks. Its figures come with each answer."""
    log.warning("zalo_account_notice", name=event.name, alert=True)
    return None


def requested(event: DataRequested, tx: Tx) -> Replies:
    """Somebody asked Zalo that their data be deleted: who keeps the branch's data must answer them.

    The person's account is named by its number in the audit trail, their name not at all.
    """
    account = people.account_of(tx, event.address.channel, event.address.user_id)
    if account is None:
        return None  # nothing is kept of somebody who is not linked
    audit.record(tx, "data_requested", f"account:{account.id}", member_id=account.member_id)
    words = Say(
        _(
            "Một đồng chí vừa yêu cầu Zalo xoá dữ liệu và cần được trả lời đúng hạn. Đồng chí nhắn “lịch sử” để xem "
            "yêu cầu, rồi liên hệ đồng chí đó."
        )
    )
    keepers = people.holders(tx, account.branch_id, Verb.APPROVE_LINK)
    return [
        To(each.channel, each.chat_id, words)
        for each in keepers
        if not each.blocked and each.member_id != account.member_id
    ]
