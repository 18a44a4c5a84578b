"""`sotay gate`: the secrecy gate by hand, without database, key or setting."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.i18n import _

gate = typer.Typer(no_args_is_help=True, help="Cổng bảo mật: tệp nào được gửi qua tin nhắn.")


@gate.callback()
def _gate() -> None:
    """Keeps `check` a command of its own although it is the only one."""


@gate.command("check")
def check_files(
    files: Annotated[list[Path], typer.Argument(help="Các tệp cần kiểm tra.")],
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi tệp một dòng JSON.")] = False,
) -> None:
    """Kiểm tra từng tệp; không ghi gì, không gửi gì. Mã thoát 2 khi có tệp không mở được."""
    from bot.directives.gate.check import check
    from bot.directives.gate.models import LIMITS, Why, verdict
    from bot.directives.gate.texts import sentence

    table = Table(_("Tệp"), _("Kết quả"), _("Lý do"))
    words = {"pass": _("được gửi"), "refuse": _("từ chối"), "needs_declaration": _("cần cam đoan")}
    unopened = False
    for path in files:
        try:
            with path.open("rb") as file:
                # One byte more than allowed is enough to know.
                found = check(path.name, file.read(LIMITS.file_bytes + 1))
        except OSError:
            unopened = True
            found = verdict(Why.UNREADABLE)
        shown = os.fsencode(path).decode("utf-8", "replace")
        if as_json:
            line = {"file": shown, "verdict": found.verdict, "why": found.why}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        else:
            table.add_row(shown, words[found.verdict], sentence(found))
    if not as_json:
        Console().print(table)
    if unopened:
        raise typer.Exit(2)
