"""Terminal commands on people: slips, second accounts. Also how commands open the store."""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Column, Table

from bot.cli_errors import clear_errors
from bot.i18n import _, number
from bot.organisation.models import NotAllowed

if TYPE_CHECKING:  # the database is loaded by the commands that need it: others answer at once
    from bot.organisation.slip_sheet import Door
    from bot.organisation.slips import PrintedSlip
    from bot.store.tx import Tx

T = TypeVar("T")

slips = typer.Typer(no_args_is_help=True, help="Phiếu xác thực.")
links = typer.Typer(no_args_is_help=True, help="Tài khoản chờ đồng ý.")

posts = typer.Typer(no_args_is_help=True, help="Chức vụ ngoài danh sách, như người hỗ trợ.")


def in_store(unit: "Callable[[Tx], T]") -> T:
    """Runs a unit on the database of the settings, in a transaction of its own."""
    from bot.settings import Settings
    from bot.store.installation import open_store
    from bot.store.writer import write

    with clear_errors():
        settings = Settings()
        engine, vault = open_store(settings.database, settings.keys)
        try:
            return write(engine, vault, unit)
        finally:
            engine.dispose()


@slips.command("make")
def slips_make(
    branch: Annotated[
        str, typer.Option(help="Mã hoặc tên chi bộ, hoặc cấp trên của nó: mọi người chưa xác thực.")
    ] = "",
    *,
    card: Annotated[
        str, typer.Option(help="Số thẻ của một người, kể cả đã xác thực (đổi máy, thêm kênh).")
    ] = "",
    days: Annotated[int, typer.Option(min=1, max=90, help="Số ngày phiếu có hiệu lực.")] = 30,
    pdf: Annotated[
        Path | None, typer.Option(help="Ghi tờ in A4 vào tệp này, tám phiếu một trang; bỏ trống: in ra đây.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi phiếu một dòng JSON.")] = False,
) -> None:
    """Tạo phiếu xác thực; mã chỉ hiện một lần này."""
    from bot.organisation.rules import show_code

    if bool(branch) == bool(card):
        raise typer.BadParameter(_("Hãy cho --branch hoặc --card."))
    if pdf is not None:
        count = _slips_on_paper(pdf, partial(_make_slips, branch=branch, card=card, days=days))
        Console().print(_("Đã ghi {count} phiếu vào {path}.", count=number(count), path=str(pdf)))
        return
    made = in_store(partial(_make_slips, branch=branch, card=card, days=days))
    if as_json:
        for slip in made:
            line = {"branch": slip.branch, "name": slip.name, "code": slip.code}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    table = Table(_("Chi bộ"), _("Họ và tên"), _("Mã trên phiếu"))
    for slip in made:
        table.add_row(slip.branch, slip.name, show_code(slip.code))
    Console().print(table)


def _slips_on_paper(pdf: Path, make: "Callable[[Tx], list[PrintedSlip]]") -> int:
    """Writes the sheet before the commit: codes are shown once, and no slip is made whose code nobody has."""
    from bot.organisation.slip_sheet import sheet

    def unit(tx: "Tx") -> int:
        made = make(tx)
        pdf.write_bytes(sheet(made, _doors()))
        return len(made)

    with clear_errors():
        _write_private(pdf, b"")
        try:
            return in_store(unit)
        except BaseException:
            pdf.unlink()
            raise


def _make_slips(tx: "Tx", *, branch: str, card: str, days: int) -> "list[PrintedSlip]":
    from bot.organisation import queries
    from bot.organisation.rules import has_access
    from bot.organisation.slips import print_slips, slips_for

    if card:
        one = queries.member_by_card(tx, card)
        if one is None or not has_access(one.standing):
            raise typer.BadParameter(_("Không có đảng viên đang sinh hoạt với số thẻ này."))
        return slips_for(tx, [one], None, days)
    found = queries.find_organisation(tx, branch)
    if found is None:
        raise typer.BadParameter(_("Không tìm thấy đơn vị {name}.", name=branch))
    return print_slips(tx, found.id, None, days)


def _doors() -> "list[Door]":
    from bot.organisation.slip_sheet import doors
    from bot.settings import Settings

    settings = Settings()
    oa_link = f"https://zalo.me/{settings.zalo_oa_id}" if settings.zalo_oa_id else ""
    return doors(oa_link, settings.telegram_username)


def _write_private(path: Path, data: bytes) -> None:
    """Writes a file that its owner alone may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


@slips.command("poster")
def slips_poster(
    branch: Annotated[str, typer.Option(help="Mã hoặc tên chi bộ.")],
    pdf: Annotated[Path, typer.Option(help="Tệp PDF để ghi.")],
) -> None:
    """Làm áp phích A4 có mã QR cho một chi bộ."""
    from bot.organisation import queries
    from bot.organisation.slip_sheet import poster

    found = in_store(lambda tx: queries.find_organisation(tx, branch))
    if found is None:
        raise typer.BadParameter(_("Không tìm thấy đơn vị {name}.", name=branch))
    ways_in = _doors()
    if not ways_in:
        raise typer.BadParameter(
            _("Chưa cấu hình kênh nào để in mã QR: SOTAY_ZALO_OA_ID hoặc SOTAY_TELEGRAM_USERNAME.")
        )
    with clear_errors():
        pdf.write_bytes(poster(found.name, ways_in))
    Console().print(_("Đã ghi {path}.", path=str(pdf)))


@slips.command("revoke")
def slips_revoke(card: Annotated[str, typer.Argument(help="Số thẻ của người có phiếu bị mất.")]) -> None:
    """Hủy phiếu chưa dùng của một người."""
    from bot.organisation import queries
    from bot.organisation.verification import revoke_slips

    def unit(tx: "Tx") -> int:
        member = queries.member_by_card(tx, card)
        if member is None:
            raise typer.BadParameter(_("Không có đảng viên với số thẻ này."))
        return revoke_slips(tx, member.id, None)

    Console().print(_("Đã hủy {count} phiếu.", count=number(in_store(unit))))


@links.command("close")
def link_close(card: Annotated[str, typer.Argument(help="Số thẻ của đảng viên mất máy.")]) -> None:
    """Đóng ngay mọi tài khoản nhắn tin của một người (mất máy); sau đó tạo phiếu mới cho họ."""
    from bot.organisation import queries
    from bot.organisation.accounts import withdraw

    def unit(tx: "Tx") -> int:
        member = queries.member_by_card(tx, card)
        if member is None:
            raise typer.BadParameter(_("Không có đảng viên với số thẻ này."))
        open_accounts = queries.accounts_of_member(tx, member.id)
        for account in open_accounts:
            withdraw(tx, account.id)
        return len(open_accounts)

    Console().print(_("Đã đóng {count} tài khoản.", count=number(in_store(unit))))


@links.command("list")
def link_list() -> None:
    """Liệt kê tài khoản thứ hai đang chờ đồng ý."""
    from bot.organisation import queries

    def unit(tx: "Tx") -> list[tuple[int, str, str]]:
        everything = [each.id for each in queries.organisation_tree(tx)]
        waiting = queries.pending_links(tx, everything)
        names = queries.names(tx, [account.member_id for account in waiting])
        return [(account.id, account.channel, names[account.member_id]) for account in waiting]

    table = Table(Column(_("Số"), no_wrap=True), _("Kênh"), _("Họ và tên"))
    for account_id, channel, name in in_store(unit):
        table.add_row(str(account_id), channel, name)
    Console().print(table)


@links.command("decide")
def link_decide(
    account: Annotated[int, typer.Argument(help="Số trong `link list`.")],
    *,
    by: Annotated[str, typer.Option(help="Số thẻ đảng viên của người quyết định.")],
    yes: Annotated[bool, typer.Option("--approve/--refuse", help="Đồng ý hay từ chối.")],
) -> None:
    """Quyết định một tài khoản chờ, nhân danh người có quyền."""
    from bot.organisation import queries
    from bot.organisation.linking import approve_link, refuse_link

    def unit(tx: "Tx") -> None:
        decider = queries.member_by_card(tx, by)
        try:
            if decider is None:
                raise NotAllowed("no such member")
            (approve_link if yes else refuse_link)(tx, account, decider.id)
        except NotAllowed:
            raise typer.BadParameter(_("Người này không có quyền quyết định tài khoản đó.")) from None
        except LookupError:
            raise typer.BadParameter(_("Không có tài khoản nào đang chờ với số này.")) from None

    in_store(unit)
    Console().print(_("Đã ghi quyết định."))


@links.command("hand")
def link_hand(
    code: Annotated[str, typer.Argument(help="Mã 7 chữ số hiện trên máy của người cần giúp.")],
    card: Annotated[str, typer.Argument(help="Số thẻ đảng viên của người đó.")],
) -> None:
    """Gắn tận tay một tài khoản với một đảng viên."""
    from bot.organisation import queries
    from bot.organisation.linking import link_by_hand

    def unit(tx: "Tx") -> None:
        member = queries.member_by_card(tx, card)
        try:
            link_by_hand(tx, code, 0 if member is None else member.id, None)
        except LookupError:
            raise typer.BadParameter(_("Mã đã hết hạn, hoặc không có người có số thẻ này.")) from None

    in_store(unit)
    Console().print(_("Đã gắn tài khoản."))


@posts.command("give")
def post_give(
    card: Annotated[str, typer.Argument(help="Số thẻ đảng viên.")],
    role: Annotated[str, typer.Argument(help="helper (người hỗ trợ), officer, inspector, administrator …")],
    unit: Annotated[str, typer.Argument(help="Mã hoặc tên đơn vị.")],
) -> None:
    """Giao một chức vụ; danh sách nhập sau không đổi nó."""
    from bot.organisation import queries
    from bot.organisation.models import Role
    from bot.organisation.service import appoint

    def give(tx: "Tx") -> int:
        member, found = queries.member_by_card(tx, card), queries.find_organisation(tx, unit)
        if member is None or found is None or role not in list(Role):
            raise typer.BadParameter(_("Không có người có số thẻ này, đơn vị này hoặc chức vụ này."))
        return appoint(tx, member.id, Role(role), found.id)

    Console().print(_("Đã giao, số {id}.", id=in_store(give)))


@posts.command("end")
def post_end(post: Annotated[int, typer.Argument(help="Số nhận được khi giao.")]) -> None:
    """Kết thúc một chức vụ."""
    from bot.organisation.service import end_appointment

    if not in_store(lambda tx: end_appointment(tx, post)):
        raise typer.BadParameter(_("Không có chức vụ đang giao với số này."))
    Console().print(_("Đã kết thúc."))
