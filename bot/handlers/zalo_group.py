"""A group of the Official Account for a branch: made on request, where the unit has bought a package."""

from dataclasses import dataclass

from bot.chat.choices import action, pack
from bot.chat.errors import Refused
from bot.chat.events import Commanded, Event, JobDone
from bot.chat.replies import Choice, Say
from bot.chat.router import Replies, Router
from bot.delivery import window
from bot.directives import groups
from bot.handlers.gate import member_account, not_verified
from bot.i18n import _, number
from bot.organisation import queries as people
from bot.organisation.models import Organisation, Verb
from bot.store import jobs
from bot.store.tx import Tx

CHANNEL = "zalo_oa"
MAKE_JOB = "group_make"
"""The job that asks Zalo for the group."""
MOST_MEMBERS = 99
MAX_LISTED = 8


@action("gmf")
@dataclass(frozen=True, slots=True)
class MakeGroup:
    """Makes the group of a branch; `sure` is "yes" after the question."""

    unit: int
    sure: str


def register(router: Router[Tx]) -> None:
    """Makes the errand known to the router."""
    router.command("group_make", ask, Verb.SEND_DIRECTIVE)
    router.choice(MakeGroup, make, Verb.SEND_DIRECTIVE)
    router.job(MAKE_JOB, made)


def ask(event: Commanded, tx: Tx) -> Replies:
    """`/taonhom`: for the asker's own branch, or the one named by its code."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    named = event.rest
    branch = (
        groups.named_branch(tx, account.member_id, named)
        if named
        else groups.own_branch(tx, account.member_id)
    )
    if branch is not None:
        return _question(tx, branch)
    able = groups.branches_of(tx, account.member_id)
    choices = tuple(Choice(each.name, pack(MakeGroup(each.id, "ask"))) for each in able[:MAX_LISTED])
    return Say(_("Tạo nhóm Zalo cho chi bộ nào?"), choices=choices)


def _question(tx: Tx, branch: Organisation) -> Say:
    if groups.of_unit(tx, branch.id, CHANNEL):
        return Say(_("{unit} đã có nhóm Zalo. Văn bản gửi tới chi bộ được báo ở đó.", unit=branch.name))
    invited, others = _members(tx, branch.id)
    return Say(
        _(
            "Tạo nhóm Zalo của Sổ tay cho {unit} và mời {count} đồng chí đang nhắn được qua Zalo? Còn "
            "{others} đồng chí chưa mời được. Việc này dùng một gói nhóm (GMF) đơn vị đã mua.",
            unit=branch.name,
            count=number(len(invited)),
            others=number(others),
        ),
        choices=(Choice(_("Tạo nhóm"), pack(MakeGroup(branch.id, "yes"))),),
    )


def _members(tx: Tx, unit_id: int) -> tuple[list[str], int]:
    """Zalo's ids of those who can be invited (something done within seven days), and how many others there are."""
    found = [each.id for each in people.members_of(tx, people.subtree_ids(tx, unit_id))]
    accounts = people.reach(tx, found)
    zalo = [
        each for some in accounts.values() for each in some if each.channel == CHANNEL and not each.blocked
    ]
    windows = window.of(tx, ((each.channel, each.chat_id) for each in zalo))
    invited = []
    for each in zalo:
        open_window = windows.get((each.channel, each.chat_id))
        if open_window is not None and open_window.is_open(tx.now_ms):
            invited.append(each.chat_id)
    return invited, len(found) - len(invited)


def make(choice: MakeGroup, event: Event, tx: Tx) -> Replies:
    """Asks Zalo, once it was asked whether to."""
    account = member_account(tx, event)
    branch = people.organisation(tx, choice.unit)
    if account is None or branch is None:
        return not_verified()
    if not people.may(tx, account.member_id, Verb.SEND_DIRECTIVE, branch.id):
        return Say(
            _("Đồng chí không phụ trách chi bộ này. Không có gì thay đổi. Nhắn “menu” để xem các việc.")
        )
    if choice.sure != "yes" or groups.of_unit(tx, branch.id, CHANNEL):
        return _question(tx, branch)
    invited, _others = _members(tx, branch.id)
    place = (event.address.channel, event.address.chat_id, event.address.user_id)
    asked = {"unit": branch.id, "name": branch.name, "members": invited[:MOST_MEMBERS]}
    if any(each.kind == MAKE_JOB and each.asked.get("unit") == branch.id for each in jobs.unfinished(tx)):
        return Say(_("Đang nhờ Zalo tạo nhóm…"))  # tapped twice
    jobs.request(tx, MAKE_JOB, place, asked)
    return Say(_("Đang nhờ Zalo tạo nhóm…"))


def made(event: JobDone, tx: Tx) -> Replies:
    """Zalo answered. The right is checked again: it may have ended meanwhile."""
    account = member_account(tx, event)
    result = event.result
    branch = people.organisation(tx, result["unit"])
    if account is None or branch is None:
        return not_verified()
    if result["why"] == "no_package":
        return Say(
            _(
                "Chưa tạo được: đơn vị hết gói nhóm Zalo (GMF). Đồng chí báo cán bộ kỹ thuật; trong khi chờ, "
                "nhắn /bannhom để lấy bản dán vào nhóm Zalo thường."
            )
        )
    if result["why"]:
        return Say(_("Zalo chưa tạo nhóm. Đồng chí thử lại sau, hoặc nhờ cán bộ kỹ thuật xem giúp."))
    try:
        groups.link(tx, (CHANNEL, result["group"]), branch.id, account.member_id)
    except Refused:
        return Say(
            _("Đồng chí không phụ trách chi bộ này. Không có gì thay đổi. Nhắn “menu” để xem các việc.")
        )
    words = _(
        "Đã tạo nhóm của {unit}. Văn bản gửi tới chi bộ sẽ được báo ở đó kèm mã ngắn, không nêu tên ai.",
        unit=branch.name,
    )
    if result["link"]:
        words += "\n" + _("Liên kết mời: {link}", link=result["link"])
    return Say(words)
