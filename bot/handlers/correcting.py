"""Correcting a directive in chat, and the second person's decision on it."""

from collections.abc import Collection
from functools import partial

from bot.chat.choices import pack
from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event
from bot.chat.replies import Choice, Say, To
from bot.chat.router import Replies, Router
from bot.dialogs import correct_directive
from bot.dialogs.compose_file import PageAddress
from bot.directives import correcting, queries, service, texts
from bot.directives.gate.models import Why
from bot.directives.models import Correct, Directive, JudgeCorrection
from bot.handlers.gate import member_account, not_verified
from bot.handlers.officer import choose, named
from bot.i18n import _
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store.tx import Tx

DIALOG = "correct_directive"


def register(router: Router[Tx], approve_above: int, page: PageAddress | None, rule: Collection[Why]) -> None:
    """Makes the errand known to the router; as in `handlers.compose.register`."""
    router.command("correction", lambda event, tx: correct(event, tx, router), Verb.SEND_DIRECTIVE)
    router.choice(Correct, lambda choice, event, tx: begin(choice, event, tx, router), Verb.SEND_DIRECTIVE)
    router.choice(JudgeCorrection, judge, Verb.SEND_DIRECTIVE)
    router.dialog(
        DIALOG,
        partial(correct_directive.script, approve_above=approve_above, page=page, rule=rule),
        version=correct_directive.VERSION_OF_DIALOG,
        title=correct_directive.title,
        need=Verb.SEND_DIRECTIVE,
    )


def correct(event: Commanded, tx: Tx, router: Router[Tx]) -> Replies:
    """`đính chính 52`: begins at once where one directive is meant, else offers those there are."""
    account = member_account(tx, event)
    if account is not None and event.document is not None:
        scope = people.scope(tx, account.member_id, Verb.SEND_DIRECTIVE)
        found = named(event.document, queries.open_in(tx, scope))
        if len(found) == 1:
            return begin(Correct(found[0].id), event, tx, router)
    return choose(event, tx, Verb.SEND_DIRECTIVE, lambda each: pack(Correct(each.id)), _offer)


def _offer(tx: Tx, directive: Directive, member_id: int) -> Say:
    return Say(
        _("Đính chính {document}?", document=texts.name(directive)),
        choices=(Choice(_("Bắt đầu đính chính"), pack(Correct(directive.id))),),
    )


def begin(choice: Correct, event: Event, tx: Tx, router: Router[Tx]) -> Replies:
    """Begins the dialog, for who may take the directive back as well."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    if not service.may_decide(tx, choice.directive, account.member_id):
        return texts.refused("no_right")
    return router.begin(DIALOG, event, tx, choice.directive)


def judge(choice: JudgeCorrection, event: Event, tx: Tx) -> Replies:
    """Brings a correction into force or drops it; who asked hears of it."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    approve = choice.answer == "yes"
    try:
        directive, asker = correcting.judge(tx, choice.correction, account.member_id, approve=approve)
    except Refused as refusal:
        return texts.refused(refusal.code)
    document = texts.name(directive)
    if approve:
        mine = _("Đã duyệt; bản đính chính {document} đang được gửi.", document=document)
        theirs = _("Bản đính chính {document} đã được duyệt và đang được gửi.", document=document)
    else:
        mine = _("Đã ghi: không duyệt bản đính chính {document}.", document=document)
        theirs = _(
            "Bản đính chính {document} không được duyệt; bản đã gửi giữ nguyên. Cần làm lại, đồng chí nhắn "
            "“đính chính” kèm số.",
            document=document,
        )
    told = [each for each in people.reach(tx, [asker]).get(asker, []) if not each.blocked]
    return [Say(mine), *(To(each.channel, each.chat_id, Say(theirs)) for each in told)]
