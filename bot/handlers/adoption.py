"""Getting everybody on board: who is not verified and why, the share by unit, sheets of slips."""

from collections import Counter
from dataclasses import dataclass

from bot.chat.choices import action, pack
from bot.chat.events import Commanded, Event, JobDone
from bot.chat.replies import Choice, File, Say
from bot.chat.router import Replies, Router
from bot.handlers.gate import member_account, not_verified
from bot.handlers.officer import ask_table
from bot.i18n import _, moment, number, plural
from bot.organisation import queries as people
from bot.organisation import unverified as behind
from bot.organisation.models import Organisation, Verb
from bot.organisation.rules import by_given_name
from bot.organisation.slips import printable, unverified
from bot.privacy.travel import Cargo, Travel, by_unit, instead_of_names
from bot.reports import adoption as reports
from bot.store import audit, jobs
from bot.store.tx import Tx

SLIPS_JOB = "slips"
PAGE = 20
"""Names in one message."""
MAX_UNITS = 8
"""Units offered at once."""


@action("slips")
@dataclass(frozen=True, slots=True)
class PrintSlips:
    """Slips or a poster for a unit: `what` is "ask", "sheet" or "poster"."""

    unit: int
    what: str


@action("unver")
@dataclass(frozen=True, slots=True)
class ShowUnverified:
    """A page of who is not verified."""

    page: int


@action("adoptsheet")
@dataclass(frozen=True, slots=True)
class MakeAdoptionTable:
    """The same as a workbook."""

    unit: int


@action("adopt")
@dataclass(frozen=True, slots=True)
class ShowAdoption:
    """The share of a unit and its parts."""

    unit: int
    page: int


def register(router: Router[Tx], may: Travel) -> None:
    """Makes the errands known to the router. `may`: what may travel where."""
    router.command("unverified", lambda event, tx: listed(event, tx, may), Verb.SEE_UNVERIFIED)
    router.choice(
        ShowUnverified,
        lambda choice, event, tx: listed(event, tx, may, choice.page),
        Verb.SEE_UNVERIFIED,
    )
    router.command("rate", rate, Verb.SEE_STATUS)
    router.choice(ShowAdoption, lambda choice, event, tx: _rate(event, tx, choice), Verb.SEE_STATUS)
    router.choice(MakeAdoptionTable, make_table, Verb.SEE_STATUS)
    router.command("slips", slips, Verb.MAKE_SLIPS)
    router.choice(PrintSlips, lambda choice, event, tx: print_slips(choice, event, tx, may), Verb.MAKE_SLIPS)
    router.job(SLIPS_JOB, printed)


def listed(event: Event, tx: Tx, may: Travel, page: int = 0) -> Replies:
    """`/chuaxacthuc`: who is not verified in the asker's units, and why; abroad how many, and why."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.SEE_UNVERIFIED)
    found = unverified(tx, scope)
    whole = may.names(account.channel)
    for unit_id in {each.branch_id for each in found} or scope:
        audit.record(
            tx,
            "unverified.names" if whole else "unverified.figures",
            f"organisation:{unit_id}",
            member_id=account.member_id,
        )
    if not found:
        return Say(_("Trong phần đồng chí phụ trách, ai cũng đã xác thực."))
    units = {each.id: each.name for each in people.organisation_tree(tx)}
    names = people.names(tx, [each.id for each in found])
    reasons = behind.reasons(tx, [each.id for each in found])
    ordered = sorted(found, key=lambda each: (units.get(each.branch_id, ""), by_given_name(names[each.id])))
    shown = ordered[page * PAGE : (page + 1) * PAGE]
    lines = [plural("{n} đồng chí chưa xác thực:", "{n} đồng chí chưa xác thực:", len(found))]
    if whole:
        branch = ""
        for each in shown:
            if (unit := units.get(each.branch_id, "")) != branch:
                branch = unit
                lines.append(branch)
            lines.append(f"• {names[each.id]}: {behind.words(reasons[each.id])}")
    else:
        counted = Counter((units.get(each.branch_id, ""), behind.words(reasons[each.id])) for each in found)
        lines += [*by_unit(counted), instead_of_names()]
    choices = []
    if whole and len(ordered) > (page + 1) * PAGE:
        choices.append(Choice(_("Xem tiếp"), pack(ShowUnverified(page + 1))))
    if people.scope(tx, account.member_id, Verb.MAKE_SLIPS):
        choices.append(Choice(_("In phiếu xác thực"), pack(PrintSlips(0, "ask"))))
    return Say("\n".join(lines), heading=_("Chưa xác thực"), choices=tuple(choices))


def rate(event: Commanded, tx: Tx) -> Replies:
    """`/tyle`: the share of verified and of active members by unit, with the rule under it."""
    return _rate(event, tx, ShowAdoption(0, 0))


def _rate(event: Event, tx: Tx, choice: ShowAdoption) -> Replies:
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    scope = people.scope(tx, account.member_id, Verb.SEE_STATUS)
    tree = [each for each in people.organisation_tree(tx) if each.id in scope]
    roots = [each for each in tree if each.parent_id not in scope]
    unit = next((each for each in tree if each.id == choice.unit), None)
    if choice.unit and unit is None:
        return Say(_("Đồng chí không phụ trách đơn vị này. Đồng chí nhắn “tỷ lệ” để xem phần của mình."))
    if unit is None and len(roots) == 1:
        unit = roots[0]
    figures = {
        each.branch_id: each for root in ([unit] if unit else roots) for each in reports.of(tx, root.id)
    }
    parts = [each for each in tree if each.parent_id == unit.id] if unit else roots
    for root in [unit] if unit else roots:
        audit.record(tx, "adoption.figures", f"organisation:{root.id}", member_id=account.member_id)
    lines = [unit.name if unit else _("Các đơn vị đồng chí phụ trách")]
    lines += reports.together(figures.values()).words()
    page = parts[choice.page * MAX_UNITS : (choice.page + 1) * MAX_UNITS]
    for part in page:
        below = people.subtree_ids(tx, part.id)
        sums = reports.together(each for key, each in figures.items() if key in below)
        if sums.must_use:
            lines.append(sums.short(part.name))
    lines += [*reports.rule(), _("Tính đến {when}.", when=moment(tx.now))]
    choices = [Choice(part.name[:60], pack(ShowAdoption(part.id, 0))) for part in page]
    if len(parts) > (choice.page + 1) * MAX_UNITS:
        more = ShowAdoption(unit.id if unit else 0, choice.page + 1)
        choices.append(Choice(_("Xem tiếp"), pack(more)))
    choices.append(Choice(_("Bảng tính (.xlsx)"), pack(MakeAdoptionTable(unit.id if unit else 0))))
    return Say("\n".join(lines), heading=_("Tỷ lệ sử dụng"), choices=tuple(choices))


def make_table(choice: MakeAdoptionTable, event: Event, tx: Tx) -> Replies:
    """The same as a workbook, with every unit."""
    account = member_account(tx, event)
    return not_verified() if account is None else ask_table(event, tx, account.member_id, unit=choice.unit)


def slips(event: Commanded, tx: Tx) -> Replies:
    """`/phieu`: for which unit, then a last look."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    return _ask_unit(tx, account.member_id)


def _ask_unit(tx: Tx, member_id: int) -> Say:
    scope = people.scope(tx, member_id, Verb.MAKE_SLIPS)
    units = [each for each in people.organisation_tree(tx) if each.id in scope]
    waiting = {each.branch_id for each in unverified(tx, scope)}
    having = [each for each in units if waiting & people.subtree_ids(tx, each.id)] or units[:1]
    branches = [each for each in having if each.id in waiting] or having
    if len(branches) == 1:
        return _ask(tx, branches[0], member_id)
    choices = tuple(Choice(each.name[:60], pack(PrintSlips(each.id, "ask"))) for each in branches[:MAX_UNITS])
    return Say(_("In phiếu cho đơn vị nào?"), heading=_("Phiếu xác thực"), choices=choices)


def _ask(tx: Tx, unit: Organisation, by: int) -> Say:
    mine, above = printable(tx, unit.id, by)
    more = _("Phiếu của {count} đồng chí giữ chức vụ ở cấp trên do cấp trên in.", count=number(above))
    choices = [Choice(_("In áp phích"), pack(PrintSlips(unit.id, "poster")))]
    if mine:
        choices.insert(0, Choice(_("In phiếu"), pack(PrintSlips(unit.id, "sheet"))))
    return Say(
        _(
            "{unit}: {count} đồng chí chưa xác thực. In phiếu mới thì phiếu cũ chưa dùng của các đồng chí ấy "
            "hết giá trị. Mỗi lần in đều được ghi nhật ký.",
            unit=unit.name,
            count=number(len(mine) + above),
        )
        + (f" {more}" if above else ""),
        heading=_("Phiếu xác thực"),
        choices=tuple(choices),
    )


def print_slips(choice: PrintSlips, event: Event, tx: Tx, may: Travel) -> Replies:
    """Asks, or has the sheet made; where servers are abroad, names with codes do not travel."""
    account = member_account(tx, event)
    if account is None:
        return not_verified()
    if not choice.unit:
        return _ask_unit(tx, account.member_id)
    unit = people.organisation(tx, choice.unit)
    if unit is None or not people.may(tx, account.member_id, Verb.MAKE_SLIPS, unit.id):
        return Say(
            _("Đồng chí không phụ trách đơn vị này; không có gì thay đổi. Nhắn “tỷ lệ” để xem phần của mình.")
        )
    if choice.what == "ask":
        return _ask(tx, unit, account.member_id)
    if choice.what == "sheet" and not may.carries(account.channel, Cargo.SLIPS):
        return Say(
            _(
                "Phiếu có tên và mã nên không đi qua kênh này (máy chủ ở nước ngoài). Đồng chí in từ Zalo, hoặc nhờ "
                "cán bộ kỹ thuật in trên máy chủ: sotay slips make."
            )
        )
    where = (account.channel, account.chat_id, account.user_id)
    jobs.request(tx, SLIPS_JOB, where, [unit.id, account.member_id, choice.what])
    return Say(_("Đang lập tệp in…"))


def printed(event: JobDone, tx: Tx) -> Replies:
    """The file is there; an account that was closed since gets no slips."""
    if member_account(tx, event) is None:
        return not_verified()
    result = event.result
    if "file" not in result:
        sentences = {
            "nobody": _("Trong đơn vị này ai cũng đã xác thực; không có phiếu nào để in."),
            "no_right": _(
                "Đồng chí không phụ trách đơn vị này; không có gì thay đổi. Nhắn “tỷ lệ” để xem phần của mình."
            ),
            "no_channel": _("Chưa cấu hình kênh nào để in mã QR. Xin nhờ cán bộ kỹ thuật."),
        }
        return Say(sentences.get(result.get("error", ""), _("Chưa lập được tệp. Mời đồng chí thử lại sau.")))
    file = File(*result["file"])
    if "count" not in result:
        return Say(_("Áp phích để dán ở phòng họp."), file=file)
    return Say(
        _(
            "{count} phiếu, mỗi trang tám phiếu. Đồng chí in, cắt và trao tận tay; in xong xóa tệp này.",
            count=number(result["count"]),
        ),
        file=file,
    )
