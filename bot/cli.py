"""Every command a person types in a terminal; thin, calls the rooms below."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from rich.console import Console
from rich.table import Table

from bot import (
    cli_broadcast,
    cli_directive,
    cli_errors,
    cli_gate,
    cli_keys,
    cli_news,
    cli_people,
    cli_policy,
    cli_privacy,
    cli_roster,
    cli_template,
    cli_zalo,
)
from bot.clock import VIETNAM, now
from bot.i18n import _
from bot.logs import configure

# No pretty tracebacks: they print local values, which may be personal.
if TYPE_CHECKING:
    from bot.settings import Role, Settings
    from bot.store.tx import Tx

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Sổ tay đảng viên qua Zalo và Telegram.",
)
cli.add_typer(cli_keys.keys, name="keys")
cli.add_typer(cli_roster.roster, name="roster")
cli.add_typer(cli_people.slips, name="slips")
cli.add_typer(cli_people.links, name="link")
cli.add_typer(cli_people.posts, name="post")
cli.add_typer(cli_privacy.privacy, name="privacy")
cli.add_typer(cli_directive.directive, name="directive")
cli.add_typer(cli_broadcast.broadcast, name="broadcast")
cli.add_typer(cli_gate.gate, name="gate")
cli.add_typer(cli_news.news, name="news")
cli.add_typer(cli_policy.policy, name="policy")
cli_zalo.zalo.add_typer(cli_template.template, name="template")
cli.add_typer(cli_zalo.zalo, name="zalo")
screen = Console(stderr=True)


@cli.command()
def run(
    role: Annotated[
        str,
        typer.Option(
            help="all; trên PostgreSQL còn có web (chỉ nhận tin) và worker (chỉ xử lý và gửi), chạy nhiều tiến trình."
        ),
    ] = "all",
) -> None:
    """Chạy bot: nhận tin từ Zalo và Telegram, trả lời, gửi văn bản."""
    from bot.settings import Role, Settings

    if role not in get_args(Role):
        raise typer.BadParameter(_("Vai của tiến trình là all, web hoặc worker."))

    settings = Settings()
    configure(json=settings.log_json)
    if not (settings.telegram_token.get_secret_value() or settings.zalo_oa_app_id):
        cli_errors.say(
            [_("Chưa cấu hình kênh nào: hãy đặt SOTAY_TELEGRAM_TOKEN hoặc SOTAY_ZALO_OA_APP_ID trong .env.")]
        )
        raise typer.Exit(cli_errors.WRONG_USE)
    if role != "worker" and (missing := _missing(settings)):
        cli_errors.say([_("Còn thiếu thiết lập: {names}. Xem docs/operating.md.", names=", ".join(missing))])
        raise typer.Exit(cli_errors.WRONG_USE)
    with cli_errors.clear_errors():
        asyncio.run(_run(settings, role))  # type: ignore[arg-type] # just compared with Role's values


def _missing(settings: "Settings") -> list[str]:
    """Settings without which what platforms post cannot be told from what others do."""
    hook = settings.telegram_token.get_secret_value() and not settings.polls
    wanted = {
        "SOTAY_TELEGRAM_SECRET": hook and not settings.telegram_secret.get_secret_value(),
        "SOTAY_ZALO_OA_SECRET_KEY": settings.zalo_oa_app_id
        and not settings.zalo_oa_secret_key.get_secret_value(),
    }
    return [name for name, lacks in wanted.items() if lacks]


async def _run(settings: "Settings", role: "Role") -> None:
    from bot.app import App

    app = App(settings, role)
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    await app.start()
    try:
        await stopping.wait()
    finally:
        await app.stop()


@cli.command()
def doctor(
    what: Annotated[str, typer.Argument(help="Bỏ trống: hàng đợi. zalo: tài khoản OA.")] = "",
    *,
    test_account: Annotated[
        str, typer.Option(help="Mã tài khoản Zalo của chính mình để thử nút và danh sách (chỉ với zalo).")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="In dạng JSON (chỉ với zalo).")] = False,
) -> None:
    """Kiểm tra cơ sở dữ liệu, khóa, tin đang chờ; `doctor zalo`: mọi điều về Zalo OA, không gửi gì."""
    if what == "zalo":
        cli_zalo.examine(test_account=test_account, as_json=as_json)
        return
    if what:
        raise typer.BadParameter(_("Chỉ có: sotay doctor, sotay doctor zalo."))
    from bot.delivery import outbox
    from bot.store import inbox, leases

    def look(tx: "Tx") -> tuple[str, dict[str, int], dict[str, str]]:
        # That it opened at all says: reachable, its tables up to date, the keys its own.
        server = tx.conn.dialect
        version = ".".join(map(str, server.server_version_info or ()))
        figures = inbox.counts(tx) | {"to_send": outbox.waiting(tx)}
        return f"{server.name} {version}", figures, leases.holders(tx)

    database, figures, holders = cli_people.in_store(look)
    table = Table()
    table.add_row(_("Cơ sở dữ liệu (kết nối được, khóa khớp)"), database)
    words = {
        "waiting": _("Tin đến đang chờ xử lý"),
        "done": _("Tin đến đã xử lý"),
        "set_aside": _("Tin đến bị gác lại vì lỗi (cần người xem)"),
        "to_send": _("Tin chờ gửi"),
    }
    for name, sentence in words.items():
        table.add_row(sentence, str(figures[name]))
    if database.startswith("postgresql"):
        table.add_row(_("Tiến trình đang chạy"), str(len(set(holders.values()))))
        for duty, holder in sorted(holders.items()):
            if not duty.startswith("process:"):
                table.add_row(_("Tiến trình giữ việc {duty}", duty=duty), holder)
    table.add_row(_("Đọc chữ trong ảnh (OCR) để từ chối bản quét có dấu mật"), _ocr())
    Console().print(table)
    cli_zalo.say_problem()


def _ocr() -> str:
    from bot.directives.gate import ocr

    return _("có") if ocr.available() else _("không; cài gói tesseract-ocr-vie của Debian để có")


@cli.command()
def understand(
    text: Annotated[
        list[str] | None,
        typer.Argument(help="Câu cần đọc, mỗi câu trong ngoặc kép; bỏ trống khi dùng --file."),
    ] = None,
    *,
    open_: Annotated[
        list[str] | None,
        typer.Option("--open", help="Thẻ đang mở: directive=52-KH/ĐU[,51-TB/ĐU…], directive, hoặc meeting."),
    ] = None,
    acknowledged: Annotated[
        list[str] | None, typer.Option(help="Văn bản vừa xác nhận, còn hoàn tác được.")
    ] = None,
    known: Annotated[
        list[str] | None, typer.Option(help="Số văn bản khác đã biết, cách nhau bằng dấu phẩy.")
    ] = None,
    role: Annotated[str, typer.Option(help="member, secretary hoặc officer.")] = "member",
    now_: Annotated[str | None, typer.Option("--now", help="Thời điểm ISO.")] = None,
    file: Annotated[str | None, typer.Option(help="Tệp mỗi dòng một câu; - là đầu vào chuẩn.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi câu một dòng JSON.")] = False,
) -> None:
    """Bot sẽ hiểu một câu thế nào, bằng chính mã của bot; không đọc cơ sở dữ liệu."""
    from bot.handlers.understand import understand as read
    from bot.handlers.understand import understand_answer

    if bool(text) == (file is not None):
        raise typer.BadParameter(_("Hãy cho một câu, hoặc --file."))
    if role not in ("member", "secretary", "officer"):
        raise typer.BadParameter(_("Vai trò là member, secretary hoặc officer."))
    moment = now()
    if now_ is not None:
        try:
            moment = datetime.fromisoformat(now_)
        except ValueError:
            raise typer.BadParameter(_("Thời điểm phải ở dạng ISO, ví dụ 2026-11-24T08:00.")) from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
    if open_ == ["meeting"]:
        _print_readings(lines(text, file), partial(understand_answer, now=moment), as_json=as_json)
        return
    situation: dict[str, Any] = {
        "open_documents": _open_documents(open_ or []),
        "acknowledged": _listed(acknowledged or []),
        "known": _listed(known or []),
        "role": role,
        "now": moment,
    }
    _print_readings(lines(text, file), partial(read, **situation), as_json=as_json)


def _print_readings(lines: list[str], read: Callable[[str], dict[str, object]], *, as_json: bool) -> None:
    for line in lines:
        found = read(line)
        if as_json:
            sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        else:
            Console().print("  ".join(f"{key}={value}" for key, value in found.items()), markup=False)


def lines(texts: list[str] | None, file: str | None) -> list[str]:
    """The texts given, or the lines of a file ("-": standard input)."""
    if texts:
        return texts
    assert file is not None
    try:
        whole = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise typer.BadParameter(
            _("Tệp {path} không phải UTF-8. Hãy lưu lại ở dạng UTF-8.", path=file)
        ) from None
    return whole.removesuffix("\n").split("\n")


def _listed(values: list[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _open_documents(values: list[str]) -> list[str]:
    found: list[str] = []
    for value in values:
        kind, _sign, numbers = value.partition("=")
        if kind != "directive":
            raise typer.BadParameter(_("--open nhận directive, directive=SỐ, hoặc một mình meeting."))
        found += _listed([numbers]) or ["52-KH/ĐU"]
    return found


@cli.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Cổng; 0 là cổng còn trống.")] = 8090,
    as_json: Annotated[bool, typer.Option("--json", help="Dòng đầu là JSON cho chương trình khác.")] = False,
) -> None:
    """Chạy máy chủ giả lập Telegram và Zalo để thử, không cần tài khoản nào."""
    from bot.sandbox.server import run as serve

    serve(port, as_json)


@cli.command()
def demo(
    script: Annotated[
        bool, typer.Option("--script", help="Diễn lại cả việc và in ra; không có màn hình thì luôn như vậy.")
    ] = False,
    channel: Annotated[str | None, typer.Option(help="telegram hoặc zalo_oa; bỏ trống: cả hai.")] = None,
    members: Annotated[int, typer.Option(min=12, max=240, help="Số đảng viên tham gia.")] = 240,
    as_json: Annotated[bool, typer.Option("--json", help="Dòng cuối là số liệu JSON.")] = False,
) -> None:
    """Mở hai điện thoại giả lập trong trình duyệt với dữ liệu mẫu; --script: tự diễn trọn một việc rồi in ra."""
    configure(json=False)
    if not (script or as_json or channel) and sys.stdin.isatty() and "CI" not in os.environ:
        from bot.demo_live import run as live

        live()
        return
    from bot.demo import play

    if channel not in (None, "telegram", "zalo_oa"):
        raise typer.BadParameter(_("Kênh là telegram hoặc zalo_oa."))
    figures = [
        asyncio.run(play(name, members)) for name in ([channel] if channel else ["zalo_oa", "telegram"])
    ]
    if as_json:
        for each in figures:
            sys.stdout.write(json.dumps(each, ensure_ascii=False) + "\n")
    if any(each["updates_lost"] or each["people_doubled"] for each in figures):
        raise typer.Exit(1)


@cli.command("settings")
def settings_() -> None:
    """In mọi thiết lập kèm giải thích (nội dung của .env.example)."""
    from bot.settings import example

    sys.stdout.write(example())


def main() -> None:
    """The command `sotay`."""
    if sys.stdout.encoding.lower() != "utf-8":
        # Vietnamese must come out whole on any terminal.
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr] # a text stream here
    sys.exit(cli_errors.run(cli))
