"""Terminal commands on requests about personal data, for whoever is responsible for its protection."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.chat.errors import Refused
from bot.cli_people import in_store
from bot.i18n import _, moment

if TYPE_CHECKING:
    from bot.store.tx import Tx

T = TypeVar("T")
privacy = typer.Typer(no_args_is_help=True, help="Yêu cầu về dữ liệu cá nhân.")
Number = Annotated[int, typer.Argument(help="Số yêu cầu trong `privacy list`.")]


@privacy.command("list")
def list_() -> None:
    """Các yêu cầu đang chờ, gấp nhất trước, kèm hạn theo luật."""
    from bot.privacy import queries, texts

    table = Table(_("Số"), _("Yêu cầu"), _("Tình trạng"), _("Trả lời chậm nhất"), _("Làm xong chậm nhất"))
    for each in in_store(queries.queue):
        table.add_row(
            str(each.id),
            _(texts.KINDS[each.kind]),
            _(texts.STATES[each.state]),
            moment(each.answer_by),
            moment(each.done_by),
        )
    Console().print(table)


@privacy.command("take")
def take(request: Number) -> None:
    """Trả lời là đã tiếp nhận."""
    _decide(request, "take")


@privacy.command("erase")
def erase(request: Number) -> None:
    """Xóa dữ liệu theo yêu cầu; bot đang chạy sẽ báo người yêu cầu và dọn nốt."""
    from bot.privacy import service, texts
    from bot.rooms import ROOMS

    def unit(tx: "Tx") -> str:
        places = service.asker_chats(tx, request)
        done = service.erase(tx, request, None, ROOMS)
        code = service.proof(tx, done)
        service.say(tx, places, texts.erased(done, code))
        return code

    Console().print(_("Đã xóa. Mã chứng nhận: {proof}.", proof=_asked(unit)))


@privacy.command("done")
def done(request: Number) -> None:
    """Ghi là đã sửa thông tin trong danh sách."""
    _decide(request, "correct")


@privacy.command("refuse")
def refuse(
    request: Number, reason: Annotated[str, typer.Argument(help="Lý do; người yêu cầu sẽ đọc.")]
) -> None:
    """Từ chối, có lý do."""
    _decide(request, "refuse", reason)


@privacy.command("extend")
def extend(
    request: Number, reason: Annotated[str, typer.Argument(help="Lý do; người yêu cầu sẽ đọc.")]
) -> None:
    """Gia hạn 15 ngày, một lần, có lý do."""
    _decide(request, "extend", reason)


@privacy.command("readmit")
def readmit(card: Annotated[str, typer.Argument(help="Số thẻ của người đã được xóa dữ liệu.")]) -> None:
    """Cho phép nhập lại một người đã xóa dữ liệu, khi chính người đó đồng ý."""
    from bot.organisation.personal import readmit as let_in

    if not in_store(lambda tx: let_in(tx, card)):
        raise typer.BadParameter(_("Không có lần xóa dữ liệu nào của số thẻ này."))
    Console().print(_("Lần nhập danh sách tới sẽ nhận lại người này."))


@privacy.command("proof")
def proof(
    request: Number, code: Annotated[str, typer.Argument(help="Mã chứng nhận, ví dụ 4F2A-91C0.")]
) -> None:
    """Kiểm tra mã chứng nhận của một yêu cầu đã làm xong."""
    from bot.privacy import service

    def unit(tx: "Tx") -> bool:
        return service.proof(tx, service.known(tx, request)) == code.strip().upper()

    if not _asked(unit):
        Console().print(_("Mã không đúng với yêu cầu này."))
        raise typer.Exit(1)
    Console().print(_("Mã đúng: yêu cầu này do sổ tay này lập và đã làm xong."))


def _decide(request: int, what: str, *reason: str) -> None:
    from bot.privacy import service, texts

    def unit(tx: "Tx") -> None:
        places = service.asker_chats(tx, request)
        decided = getattr(service, what)(tx, request, None, *reason)
        service.say(tx, places, texts.answered(decided))

    _asked(unit)
    Console().print(_("Đã ghi; người yêu cầu được báo."))


def _asked(unit: "Callable[[Tx], T]") -> T:
    try:
        return in_store(unit)
    except Refused:
        raise typer.BadParameter(_("Yêu cầu này không có, hoặc đã xử lý.")) from None
