"""Terminal commands on approved templates: the paid way to who has been silent for over seven days."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli_errors import clear_errors
from bot.cli_people import in_store
from bot.cli_zalo import Writing, access_to, may_test
from bot.i18n import N_, _, number

if TYPE_CHECKING:
    from bot.chat.replies import Template
    from bot.delivery.templates import Approved
    from bot.settings import Settings
    from bot.store.tx import Tx

template = typer.Typer(no_args_is_help=True, help="Mẫu tin trả phí cho người quá 7 ngày chưa nhắn OA.")
out = Console(soft_wrap=True, highlight=False, markup=False)

CHANNEL = "zalo_oa"
KINDS = {"directive": N_("văn bản mới"), "reminder": N_("lời nhắc tự động"), "meeting": N_("giấy mời họp")}
USUAL = {
    "directive": ("so_van_ban=number", "trich_yeu=title", "han=deadline"),
    "reminder": ("so_van_ban=number", "trich_yeu=title", "han=deadline"),
    "meeting": ("cuoc_hop=title", "thoi_gian=deadline"),
}
SAMPLE = {
    "number": "01-TB/MAU",
    "title": N_("Tin thử của bot, không cần trả lời"),
    "deadline": N_("không đặt hạn"),
}
MOST_NAME, MOST_FIELDS = 40, 5


def _kind(given: str) -> str:
    if given not in KINDS:
        raise typer.BadParameter(_("Loại tin là một trong: {kinds}.", kinds=", ".join(KINDS)))
    return given


def _fields(kind: str, given: list[str]) -> tuple[tuple[str, str, int], ...]:
    """Of "ten=title" or "ten=title:60". Raises BadParameter."""
    from bot.delivery.templates import FIELDS, MOST

    found = []
    for each in given or USUAL[kind]:
        name, _equals, ours = each.partition("=")
        ours, _colon, most = ours.partition(":")
        allowed = [field for field in FIELDS if kind != "meeting" or field != "number"]
        limit = int(most) if most.isascii() and most.isdigit() and len(most) <= 4 else 0 if most else MOST
        if not 0 < len(name) <= MOST_NAME or ours not in allowed or not 2 <= limit <= 1000:
            raise typer.BadParameter(
                _(
                    "{field}: hãy ghi TÊN=TRƯỜNG hoặc TÊN=TRƯỜNG:SỐ-KÝ-TỰ, trường là một trong: {fields}."
                    " Mẫu không chở gì khác.",
                    field=each,
                    fields=", ".join(allowed),
                )
            )
        found.append((name, ours, limit))
    if len({name for name, _ours, _most in found}) != len(found) or len(found) > MOST_FIELDS:
        raise typer.BadParameter(_("Mỗi tên trường chỉ ghi một lần, tối đa {n} trường.", n=MOST_FIELDS))
    return tuple(found)


@template.command("list")
def show() -> None:
    """Các mẫu đang dùng, giá và tình trạng. Chưa có mẫu nào: người quá 7 ngày không được báo qua Zalo."""
    from bot.delivery import templates

    found = in_store(templates.known)
    if not found:
        out.print(_("Chưa dùng mẫu nào. Xem mục Mẫu tin trả phí trong docs/zalo-setup.md."))
        return
    table = Table(_("Loại"), _("Mã mẫu"), _("Trường"), _("Giá một tin"), _("Tình trạng"))
    for each in found:
        fields = ", ".join(f"{name}={ours}:{most}" for name, ours, most in each.fields)
        state = _("đang dùng")
        if each.problem:
            state = _(
                "đang ngừng: {code}. Sửa rồi chạy: sotay zalo template try {kind} MÃ",
                code=each.problem,
                kind=each.kind,
            )
        price = _("{price} đ", price=number(each.price))
        table.add_row(f"{each.kind} ({_(KINDS[each.kind])})", each.template_id, fields, price, state)
    Console().print(table)


@template.command("add")
def add(
    kind: Annotated[str, typer.Argument(help="directive, reminder hoặc meeting.")],
    template_id: Annotated[str, typer.Argument(help="Mã mẫu Zalo đã duyệt, gửi được theo UID.")],
    price: Annotated[int, typer.Option(min=0, help="Giá một tin theo bảng giá của Zalo, đồng.")],
    field: Annotated[
        list[str] | None,
        typer.Option(help="TÊN=number|title|deadline[:số ký tự], lặp lại cho từng trường của mẫu."),
    ] = None,
) -> None:
    """Dùng một mẫu đã duyệt cho một loại tin, từ tin tiếp theo."""
    from bot.delivery import templates
    from bot.store import audit

    approved = templates.Approved(
        CHANNEL, _kind(kind), template_id.strip(), _fields(kind, field or []), price
    )
    if not 0 < len(approved.template_id) <= MOST_NAME:
        raise typer.BadParameter(_("Mã mẫu phải có từ 1 đến {n} ký tự.", n=MOST_NAME))

    def keep(tx: "Tx") -> None:
        templates.keep(tx, approved)
        audit.record(tx, "template.add", f"template:{kind}", actor="terminal")

    in_store(keep)
    out.print(
        _(
            "Từ nay ai quá 7 ngày chưa nhắn OA sẽ được báo về {kind} bằng mẫu này, {price} đ một tin.",
            kind=_(KINDS[kind]),
            price=number(price),
        )
    )
    out.print(_("Thử trước: sotay zalo template try {kind} MÃ-TÀI-KHOẢN-ZALO", kind=kind))


@template.command("remove")
def remove(kind: Annotated[str, typer.Argument(help="directive, reminder hoặc meeting.")]) -> None:
    """Thôi dùng mẫu của một loại tin; tin mẫu đang chờ không gửi nữa."""
    from bot.delivery import templates
    from bot.store import audit

    def gone(tx: "Tx") -> bool:
        removed = templates.remove(tx, CHANNEL, _kind(kind))
        if removed:
            audit.record(tx, "template.remove", f"template:{kind}", actor="terminal")
        return removed

    if in_store(gone):
        out.print(_("Đã thôi dùng mẫu cho {kind}.", kind=_(KINDS[kind])))
    else:
        out.print(_("Loại tin này không dùng mẫu nào."))
        raise typer.Exit(1)


@template.command("try")
def attempt(
    kind: Annotated[str, typer.Argument(help="directive, reminder hoặc meeting.")],
    user_id: Annotated[str, typer.Argument(help="Mã tài khoản Zalo của chính mình.")],
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
) -> None:
    """Gửi một tin mẫu thử, có tính tiền, tới tài khoản của mình; nếu được thì mẫu đang ngừng chạy lại."""
    from bot.delivery import templates
    from bot.settings import Settings

    _kind(kind)
    found = next((each for each in in_store(templates.known) if each.kind == kind), None)
    if found is None:
        out.print(_("Loại tin này chưa có mẫu. Hãy chạy: sotay zalo template add {kind} …", kind=kind))
        raise typer.Exit(1)
    if not in_store(partial(may_test, user_id=user_id)):
        out.print(
            _("Đây là tài khoản của một đảng viên; chỉ gửi tin thử cho quản trị hoặc người ngoài danh sách.")
        )
        raise typer.Exit(1)
    if not yes:
        question = _("Tin thử này tính khoảng {price} đ. Gửi?", price=number(found.price))
        typer.confirm(question, abort=True)
    values = {name: _(words) for name, words in SAMPLE.items()}
    with clear_errors():
        trouble = asyncio.run(_sent(Settings(), user_id, templates.filled(found, values)))
    if trouble:
        out.print(trouble)
        raise typer.Exit(1)
    in_store(partial(_works, found=found))
    out.print(_("Zalo đã nhận tin thử. Đồng chí mở Zalo xem tin và bấm nút của mẫu."))


def _works(tx: "Tx", found: "Approved") -> None:
    from dataclasses import replace

    from bot.delivery import templates

    templates.keep(tx, replace(found, problem=""))


async def _sent(settings: "Settings", user_id: str, message: "Template") -> str:
    """Sends one; "" or what is wrong, in words."""
    from bot.channels.zalo_oa import doctor, texts
    from bot.channels.zalo_oa.outbound import of_template
    from bot.chat.errors import Later, Suspended, TokenExpired, Unreachable
    from bot.store.installation import open_store

    engine, vault = open_store(settings.database, settings.keys)
    try:
        access = await access_to(settings, Writing(engine, vault))
        code = await doctor.try_template(settings, access, user_id, message)
    except TokenExpired:
        return texts.problem("not_connected")
    finally:
        engine.dispose()
    if code is None:
        return _("Chưa rõ Zalo đã nhận hay chưa. Hãy mở Zalo xem rồi thử lại.")
    if code == 0:
        return ""
    match of_template(code):
        case Suspended() as error:
            return texts.problem(error.problem)
        case TokenExpired():
            return texts.api_problem(code)
        case Later():
            return _("Zalo chưa nhận lúc này (mã {code}): ban đêm hoặc hết lượt; hãy thử lại sau.", code=code)
        case Unreachable():
            return _(
                "Zalo không gửi được tới tài khoản này (mã {code}). Hãy quan tâm OA bằng tài khoản đó rồi thử lại.",
                code=code,
            )
    return _(
        "Zalo không nhận mẫu (mã {code}). Hãy so mã mẫu và tên trường với trang quản lý mẫu, và xem tài khoản"
        " Zalo Cloud còn tiền.",
        code=code,
    )
