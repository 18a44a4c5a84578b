"""Who may use what: the router's `Gate`."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from bot.chat.choices import Command, pack
from bot.chat.errors import Refused
from bot.chat.events import Blocked, Event, JobDone, Seen
from bot.chat.replies import Choice, Say
from bot.chat.router import Replies
from bot.clock import to_ms
from bot.delivery import window
from bot.delivery.window import Terms
from bot.i18n import _
from bot.organisation import accounts
from bot.organisation import queries as people
from bot.organisation.models import Account, Verb
from bot.organisation.rules import has_access
from bot.store.tx import Tx

PUBLIC = "public"
MEMBER = "member"


def member_account(tx: Tx, event: Event) -> Account | None:
    """The account that spoke, when it is a member's who may use the bot."""
    if event.address.group:
        return None
    account = people.account_of(tx, event.address.channel, event.address.user_id)
    return account if account is not None and has_access(account.standing) else None


def by_member(
    refused: Callable[[str], Say],
) -> Callable[[Callable[..., Replies]], Callable[..., Replies]]:
    """Gives a handler, whose last two arguments are `event` and `tx`, the account that spoke as one more.

    A verb that refuses is answered with `refused(code)`: verbs refuse before they write.
    """

    def around(handler: Callable[..., Replies]) -> Callable[..., Replies]:
        @wraps(handler)
        def handle(*given: Any) -> Replies:
            event, tx = given[-2:]
            account = member_account(tx, event)
            if account is None:
                return not_verified()
            try:
                return handler(*given, account)
            except Refused as refusal:
                return refused(refusal.code)

        return handle

    return around


class MembersGate:
    """Asks the organisation. `need` is PUBLIC, MEMBER, or a `Verb` held anywhere.

    `terms` are those of the channels where people can be written to only for a while.
    """

    def __init__(self, terms: Mapping[str, Terms] | None = None) -> None:
        self._terms = terms or {}

    def arrived(self, tx: Tx, event: Event) -> str:
        """A person who writes can be reached again; returns their language."""
        terms = self._terms.get(event.address.channel)
        reopened = False
        if terms is not None and event.interacts and not event.address.group:
            reopened = window.is_closed(tx, event.address.channel, event.address.chat_id)
            window.interacted(tx, event.address.channel, event.address.chat_id, terms, to_ms(event.at))
        account = people.account_of(tx, event.address.channel, event.address.user_id)
        if account is None:
            return "vi"
        if reopened:
            accounts.mark_unserved(tx, account.member_id)
        # What somebody says in a group, or a finished job, does not say that the chat is open again.
        if account.blocked and not event.address.group and not isinstance(event, Blocked | Seen | JobDone):
            accounts.mark_unblocked(tx, account.channel, account.user_id)
        return account.language

    def allowed(self, tx: Tx, event: Event, need: str) -> bool:
        """Whether the account that spoke may."""
        if need == PUBLIC:
            return True
        account = member_account(tx, event)
        if account is None:
            return False
        return need == MEMBER or bool(people.scope(tx, account.member_id, Verb(need)))

    def refuse(self, tx: Tx, event: Event, need: str) -> Replies:
        """Tells what to do next; nothing that tells whether somebody is on the roster."""
        if event.address.group:
            return None
        if member_account(tx, event) is None:
            return not_verified()
        return Say(_("Việc này dành cho cấp ủy. Nếu đồng chí cần, xin hỏi bí thư chi bộ của đồng chí."))


def not_verified() -> Say:
    """For who has not (yet) proven who they are."""
    return Say(
        _("Việc này dành cho đảng viên đã xác thực. Đồng chí xác thực bằng phiếu do bí thư chi bộ phát."),
        choices=(Choice(_("Xác thực"), pack(Command("verify"))),),
    )
