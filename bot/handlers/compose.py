"""Writing a directive in chat, and the second person's decision on it."""

from functools import partial
from typing import Any

from bot.chat.errors import Refused
from bot.chat.events import Event
from bot.chat.replies import Say, To
from bot.chat.router import Out, Replies, Router
from bot.delivery.window import Tariff
from bot.dialogs import compose_directive
from bot.directives import service, texts
from bot.directives.models import Judge
from bot.handlers.gate import member_account, not_verified
from bot.i18n import _
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store import jobs
from bot.store.tx import Tx


def register(router: Router[Tx], tariff: Tariff, approve_above: int = 500) -> None:
    """Makes the errand known to the router. Above so many recipients a second person decides."""

    def begin(event: Event, tx: Tx) -> Replies:
        return router.begin("compose_directive", event, tx)

    router.command("compose", begin, Verb.SEND_DIRECTIVE)
    router.choice(Judge, judge, Verb.SEND_DIRECTIVE)
    router.dialog(
        "compose_directive",
        partial(compose_directive.script, tariff=tariff, approve_above=approve_above),
        version=compose_directive.VERSION_OF_DIALOG,
        title=compose_directive.title,
        need=Verb.SEND_DIRECTIVE,
    )


def judge(choice: Judge, event: Event, tx: Tx) -> Replies:
    """Approves or drops a draft; its author hears of it."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    approve = choice.answer == "yes"
    try:
        directive = service.judge(tx, choice.directive, account.member_id, approve=approve)
    except Refused as refusal:
        return texts.refused(refusal.code)
    document = texts.name(directive)
    if approve:
        where: Any = (event.address.channel, event.address.chat_id, event.address.user_id)
        jobs.request(tx, "freeze", where, directive.id)
        mine, theirs = (
            _("Đã duyệt; {document} đang được gửi."),
            _("{document} đã được duyệt và đang được gửi."),
        )
    else:
        mine, theirs = _("Đã ghi: không duyệt {document}."), _("{document} không được duyệt nên chưa gửi.")
    said: list[Out] = [Say(mine.format(document=document))]
    accounts = people.reach(tx, [directive.author_id]).get(directive.author_id, [])
    words = Say(theirs.format(document=document))
    return said + [To(each.channel, each.chat_id, words) for each in accounts if not each.blocked]
