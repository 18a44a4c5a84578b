"""The group: a branch's Telegram group is linked and unlinked; ready text for a group where no bot can be."""

from dataclasses import dataclass

from bot.chat.choices import action, pack
from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event, JobDone, Left, Migrated
from bot.chat.replies import Say
from bot.chat.router import Replies, Router
from bot.directives import groups, queries, service, texts
from bot.directives.models import Directive
from bot.handlers import start
from bot.handlers.gate import MEMBER, PUBLIC, member_account, not_verified
from bot.handlers.officer import choose
from bot.i18n import _, moment
from bot.organisation import queries as people
from bot.organisation.models import Verb
from bot.organisation.rules import has_access
from bot.store import audit, jobs
from bot.store.tx import Tx

ADMIN_JOB = "group_admin"
"""The job that asks the platform whether somebody is administrator of a group."""
MAX_LISTED = 8
"""Branches whose codes are listed at once."""


@action("grp")
@dataclass(frozen=True, slots=True)
class GroupText:
    """The ready text of a directive for a group."""

    directive: int


def register(router: Router[Tx], oa_link: str = "") -> None:
    """Makes the errands known to the router. `oa_link`: address of the Official Account, "" when none."""
    router.command("group_link", link, PUBLIC)
    router.job(ADMIN_JOB, linked)
    router.command("group_unlink", unlink, PUBLIC)
    router.on(Left, left)
    router.on(Migrated, migrated)
    router.command("group_text", lambda event, tx: group_text(event, tx, oa_link), Verb.SEND_DIRECTIVE)
    router.choice(
        GroupText, lambda choice, event, tx: show_text(choice, event, tx, oa_link), Verb.SEND_DIRECTIVE
    )
    router.command("short_code", short_code, MEMBER)


# --- a Telegram group. Whatever is refused, the same words: a group learns nothing about a person.


def link(event: Commanded, tx: Tx) -> Replies:
    """`/lienketnhom`: asks the platform whether the speaker is administrator here; `linked` goes on."""
    if not event.address.group:
        return Say(_("Đồng chí thêm bot vào nhóm của chi bộ rồi gõ /lienketnhom trong nhóm đó."))
    member_id = _speaker(event, tx)
    able = groups.branches_of(tx, member_id) if member_id is not None else []
    if member_id is None or not able:
        return _may_not_link()
    named = event.rest
    branch = groups.named_branch(tx, member_id, named) if named else groups.own_branch(tx, member_id)
    if branch is None:
        lines = [f"• {each.code}: {each.name}" for each in able[:MAX_LISTED]]
        if len(able) > MAX_LISTED:
            lines.append("…")
        which = _("Nhóm này của chi bộ nào? Gõ kèm mã, ví dụ: /lienketnhom {code}", code=able[0].code)
        return Say("\n".join([which, *lines]))
    address = event.address
    place = (address.channel, address.chat_id, address.user_id)
    asked = {"channel": place[0], "chat_id": place[1], "user_id": place[2], "unit": branch.id}
    jobs.request(tx, ADMIN_JOB, place, asked)
    return None


def linked(event: JobDone, tx: Tx) -> Replies:
    """The platform answered. The right is checked again: it may have ended meanwhile."""
    if event.result["admin"] is None:
        return Say(_("Chưa hỏi được Telegram về nhóm này. Đồng chí gõ lại /lienketnhom sau ít phút."))
    member_id = _speaker(event, tx)
    unit = people.organisation(tx, event.result["unit"])
    if not event.result["admin"] or member_id is None or unit is None:
        return _may_not_link()
    address = event.address
    try:
        groups.link(tx, (address.channel, address.chat_id), unit.id, member_id)
    except Refused:
        return _may_not_link()
    return Say(
        _(
            "Đã liên kết nhóm này với {unit}. Văn bản gửi tới chi bộ sẽ được báo ở đây, không nêu tên ai. "
            "Bỏ liên kết: /bolienketnhom",
            unit=unit.name,
        )
    )


def unlink(event: Commanded, tx: Tx) -> Replies:
    """`/bolienketnhom`: by who may send to the linked branch."""
    address = event.address
    if not address.group:
        return Say(_("Đồng chí gõ /bolienketnhom trong nhóm cần bỏ liên kết."))
    # Said to everybody alike, before anybody is looked up: the answer must not tell who is on the roster.
    if groups.linked_unit(tx, address.channel, address.chat_id) is None:
        return Say(_("Nhóm này chưa liên kết với chi bộ nào."))
    member_id = _speaker(event, tx)
    try:
        if member_id is None:
            raise Refused("no_right")
        groups.unlink(tx, address.channel, address.chat_id, member_id)
    except Refused:
        return Say(
            _(
                "Chưa bỏ liên kết: việc này dành cho đồng chí phụ trách chi bộ đã xác thực với Sổ tay. Nếu cần, "
                "đồng chí hỏi bí thư chi bộ."
            )
        )
    return Say(_("Đã bỏ liên kết. Từ nay nhóm không nhận báo văn bản nữa."))


def left(event: Left, tx: Tx) -> Replies:
    """The bot was taken out of a group: the link ends."""
    groups.unlink(tx, event.address.channel, event.address.chat_id)
    return None


def migrated(event: Migrated, tx: Tx) -> Replies:
    """A group became a supergroup: link and waiting messages go with it."""
    groups.move(tx, event.address.channel, event.address.chat_id, event.new_chat_id)
    return start.migrated(event, tx)


def _speaker(event: Event, tx: Tx) -> int | None:
    """The member who speaks in a group, by their own account."""
    account = people.account_of(tx, event.address.channel, event.address.user_id)
    return account.member_id if account is not None and has_access(account.standing) else None


def _may_not_link() -> Say:
    return Say(
        _(
            "Chưa liên kết. Người liên kết nhóm phải: đã xác thực với Sổ tay (nhắn riêng), được giao gửi văn "
            "bản tới chi bộ, và là quản trị viên của nhóm này."
        )
    )


# --- a group where no bot can be (an ordinary Zalo group)


def group_text(event: Commanded, tx: Tx, oa_link: str) -> Replies:
    """`/bannhom 52`: a text to copy into a group, with the directive's short code; no names."""
    ready: list[Say] = []

    def act(tx: Tx, directive: Directive, member_id: int) -> Say:
        ready.append(_ready(tx, directive, member_id, oa_link))
        return ready[0]

    said = choose(event, tx, Verb.SEND_DIRECTIVE, lambda each: pack(GroupText(each.id)), act)
    if not ready:
        return said
    return [_copy_this(), *(said if isinstance(said, list) else ready)]


def show_text(choice: GroupText, event: Event, tx: Tx, oa_link: str) -> Replies:
    """The same by choice."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.SEND_DIRECTIVE)
    for directive in queries.open_in(tx, scope, limit=1000):
        if directive.id == choice.directive:
            return [_copy_this(), _ready(tx, directive, account.member_id, oa_link)]
    return texts.refused("no_right")


def _copy_this() -> Say:
    return Say(_("Đồng chí sao chép tin dưới đây và dán vào nhóm Zalo:"))


def _ready(tx: Tx, directive: Directive, member_id: int, oa_link: str) -> Say:
    code = groups.code_of(tx, directive.id)
    audit.record(tx, "directive.group_text", f"directive:{directive.id}", member_id=member_id)
    lines = [texts.card(directive).heading, directive.title]
    if directive.deadline is not None:
        lines.append(_("Hạn xác nhận: {when}", when=moment(directive.deadline)))
    if oa_link:
        lines.append(
            _("Xác nhận: mở {link}, nhắn mã {code}, rồi chọn “Đã đọc, tiếp thu”.", link=oa_link, code=code)
        )
    else:
        lines.append(_("Xác nhận: nhắn mã {code} riêng cho Sổ tay, rồi chọn “Đã đọc, tiếp thu”.", code=code))
    return Say("\n".join(lines))


def short_code(event: Commanded, tx: Tx) -> Replies:
    """The code that was read in a group opens the directive's card for its recipients, and for nobody else."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    directive_id = groups.by_code(tx, event.rest)
    try:
        if directive_id is None:
            raise Refused("not_recipient")  # told no more than somebody who is none
        return texts.card(service.for_recipient(tx, directive_id, account.member_id))
    except Refused as refusal:
        return texts.refused(refusal.code)
