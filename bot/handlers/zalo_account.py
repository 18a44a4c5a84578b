"""What Zalo tells of the account itself, and of a person who asks it that their data be deleted."""

import structlog

from bot.chat.events import AccountNotice, DataRequested
from bot.chat.replies import To
from bot.chat.router import Replies, Router
from bot.organisation import queries as people
from bot.privacy import service, texts
from bot.privacy.models import Kind
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
    """Somebody asked Zalo that their data be deleted: a request like one made in the chat, with its clock."""
    account = people.account_of(tx, event.address.channel, event.address.user_id)
    if account is None:
        return None  # nothing is kept of somebody who is not linked
    request = service.ask(tx, account, Kind.ERASE)
    told = service.officers(tx, account.branch_id, but=account.member_id)
    return [To(each.channel, each.chat_id, texts.asked(request)) for each in told]
