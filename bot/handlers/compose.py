"""Writing a directive in chat, and the second person's decision on it."""

from collections.abc import Collection
from functools import partial
from typing import Any

from bot.chat.errors import Refused
from bot.chat.events import Event, JobDone
from bot.chat.replies import Say, To
from bot.chat.router import Out, Replies, Router
from bot.delivery.window import Tariff
from bot.dialogs import compose_directive
from bot.dialogs.compose_file import PageAddress
from bot.directives import releases, service, texts
from bot.directives.gate.models import Why
from bot.directives.gate.texts import KINDS
from bot.directives.models import Judge
from bot.directives.releases import Release
from bot.handlers.gate import member_account, not_verified
from bot.i18n import _
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.store import jobs
from bot.store.tx import Tx


def register(
    router: Router[Tx],
    tariff: Tariff,
    approve_above: int = 500,
    page: PageAddress | None = None,
    rule: Collection[Why] = (),
) -> None:
    """Makes the errand known to the router. Above so many recipients a second person decides.

    `page` and `rule` as in `compose_directive.script`.
    """

    def begin(event: Event, tx: Tx) -> Replies:
        return router.begin("compose_directive", event, tx)

    router.command("compose", begin, Verb.SEND_DIRECTIVE)
    router.choice(Judge, judge, Verb.SEND_DIRECTIVE)
    router.choice(Release, release, Verb.SEND_DIRECTIVE)
    router.job(jobs.BY_PAGE, too_late)
    router.dialog(
        "compose_directive",
        partial(compose_directive.script, tariff=tariff, approve_above=approve_above, page=page, rule=rule),
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
        mine, theirs = (
            _("Đã ghi: không duyệt {document}."),
            _("{document} không được duyệt nên chưa gửi. Đồng chí nhắn “gửi văn bản” để làm lại."),
        )
    words = Say(theirs.format(document=document))
    return [Say(mine.format(document=document)), *_tell(tx, directive.author_id, words)]


def release(choice: Release, event: Event, tx: Tx) -> Replies:
    """Lets a false alarm of the gate through once, or not; who asked hears of it."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    try:
        asker, why = releases.decide(tx, choice.release, account.member_id, release=choice.answer == "yes")
    except Refused as refusal:
        return texts.refused(refusal.code)
    kind = _(KINDS[why])
    if choice.answer == "yes":
        mine = _("Đã mở một lần; việc này được ghi lại. Đồng chí sẽ còn được xem văn bản trước khi gửi.")
        theirs = _(
            "Cổng bảo mật được mở một lần cho tệp có {kind}. Mời đồng chí gửi lại tệp trong 60 phút.",
            kind=kind,
        )
    else:
        mine = _("Đã ghi: không mở.")
        theirs = _(
            "Không được mở cổng cho tệp có {kind}. Mời đồng chí chuyển văn bản qua văn thư.", kind=kind
        )
    return [Say(mine), *_tell(tx, asker, Say(theirs))]


def too_late(event: JobDone, tx: Tx) -> Replies:
    """A file came in through the page when its dialog had gone on or had ended."""
    return Say(_("Tệp tới sau khi phần soạn đã dừng nên không dùng. Nhắn “gửi văn bản” để làm lại."))


def _tell(tx: Tx, member_id: int, words: Say) -> list[Out]:
    accounts = people.reach(tx, [member_id]).get(member_id, [])
    return [To(each.channel, each.chat_id, words) for each in accounts if not each.blocked]
