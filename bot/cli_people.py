"""Terminal commands on people: slips, second accounts. Also how commands open the store."""

import errno
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.i18n import _, number
from bot.organisation.models import NotAllowed, RosterError

if TYPE_CHECKING:  # the database is loaded by the commands that need it: others answer at once
    from bot.store.tx import Tx

T = TypeVar("T")

slips = typer.Typer(no_args_is_help=True, help="Phiếu xác thực.")
links = typer.Typer(no_args_is_help=True, help="Tài khoản chờ đồng ý.")


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turns what a person can mend into one sentence and exit code 2."""
    from bot.store.installation import AlreadyRunning, DatabaseGone, KeysMissing, RoleRefused
    from bot.store.vault import VaultError

    screen = Console(stderr=True)
    try:
        yield
    except KeysMissing as error:
        screen.print(_("Chưa có tệp khoá {path}. Hãy chạy: sotay keys init", path=str(error)))
    except VaultError:
        screen.print(
            _("Khoá không khớp với cơ sở dữ liệu. Hãy dùng đúng tệp khoá đã tạo cùng cơ sở dữ liệu này.")
        )
    except AlreadyRunning as error:
        screen.print(
            _("Bot đang chạy trên thư mục {folder}. Hãy dừng tiến trình đó trước.", folder=str(error))
        )
    except RoleRefused:
        screen.print(
            _("Trên SQLite chỉ chạy một tiến trình. Hãy bỏ --role, hoặc dùng PostgreSQL (docs/operating.md).")
        )
    except DatabaseGone as error:
        screen.print(
            _("Không kết nối được cơ sở dữ liệu. Hãy xem lại SOTAY_DATABASE_URL và máy chủ PostgreSQL.")
        )
        screen.print(str(error.__cause__).splitlines()[0], markup=False)
    except PermissionError:
        screen.print(_("Tệp khoá đang để người khác đọc được. Hãy chạy chmod 600 trên tệp đó rồi thử lại."))
    except FileNotFoundError as error:
        screen.print(_("Không tìm thấy tệp {path}.", path=str(error.filename)))
    except RosterError as error:
        screen.print(str(error), markup=False)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        screen.print(
            _("Cổng này đã có chương trình khác dùng. Hãy đổi SOTAY_LISTEN_PORT hoặc dừng chương trình đó.")
        )
    else:
        return
    raise typer.Exit(2)


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
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi phiếu một dòng JSON.")] = False,
) -> None:
    """Tạo phiếu xác thực; mã chỉ hiện một lần này."""
    from bot.organisation.rules import show_code

    if bool(branch) == bool(card):
        raise typer.BadParameter(_("Hãy cho --branch hoặc --card."))
    made = in_store(partial(_make_slips, branch=branch, card=card, days=days))
    if as_json:
        for unit_name, name, code in made:
            sys.stdout.write(
                json.dumps({"branch": unit_name, "name": name, "code": code}, ensure_ascii=False) + "\n"
            )
        return
    table = Table(_("Chi bộ"), _("Họ và tên"), _("Mã trên phiếu"))
    for unit_name, name, code in made:
        table.add_row(unit_name, name, show_code(code))
    Console().print(table)


def _make_slips(tx: "Tx", *, branch: str, card: str, days: int) -> list[tuple[str, str, str]]:
    from bot.organisation import queries
    from bot.organisation.rules import has_access
    from bot.organisation.verification import make_slip

    if card:
        one = queries.member_by_card(tx, card)
        if one is None or not has_access(one.standing):
            raise typer.BadParameter(_("Không có đảng viên đang sinh hoạt với số thẻ này."))
        wanted = [one]
    else:
        found = queries.find_organisation(tx, branch)
        if found is None:
            raise typer.BadParameter(_("Không tìm thấy đơn vị {name}.", name=branch))
        people = queries.members_of(tx, queries.subtree_ids(tx, found.id))
        linked = queries.reach(tx, [member.id for member in people])
        wanted = [member for member in people if member.id not in linked and has_access(member.standing)]
    tree = {each.id: each.name for each in queries.organisation_tree(tx)}
    names = queries.names(tx, [member.id for member in wanted])
    return [
        (tree[member.branch_id], names[member.id], make_slip(tx, member.id, None, days)) for member in wanted
    ]


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

    table = Table(_("Số"), _("Kênh"), _("Họ và tên"))
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
    from bot.organisation.verification import approve_link, refuse_link

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
