"""Terminal commands on the key file: made, copied, rotated."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli_errors import clear_errors
from bot.i18n import _, number

keys = typer.Typer(no_args_is_help=True, help="Khóa niêm phong dữ liệu.")
screen = Console(stderr=True)
TAKES_KEY_S = 6
"""A running bot looks at the key file every three seconds, each of its processes."""


@keys.command("init")
def init() -> None:
    """Tạo tệp khóa mới (chỉ chủ tệp đọc được). Mất khóa là mất dữ liệu: hãy cất một bản ở nơi khác."""
    from bot.settings import Settings
    from bot.store.vault import Keys

    path = Settings().keys
    with clear_errors():
        try:
            Keys.new().write(path)
        except FileExistsError:
            raise typer.BadParameter(
                _("Đã có tệp khóa {path}; khóa không bao giờ bị ghi đè.", path=path)
            ) from None
    screen.print(_("Đã tạo {path}. Hãy sao lưu tệp này ở nơi an toàn, tách khỏi cơ sở dữ liệu.", path=path))


@keys.command("backup")
def backup(to: Annotated[Path, typer.Argument(help="Tệp đích, để ở nơi khác với cơ sở dữ liệu.")]) -> None:
    """Chép tệp khóa ra nơi khác. Không có bản này thì bản sao lưu cơ sở dữ liệu không đọc được."""
    from bot.settings import Settings
    from bot.store.vault import Keys

    settings = Settings()
    with clear_errors():
        copied = Keys.read(settings.keys)
        if to.exists():
            raise typer.BadParameter(_("Tệp {path} đã có; hãy chọn tên khác.", path=str(to)))
        if (
            not to.parent.is_dir()
        ):  # a stick that is not there: a folder made in its place would be no other place
            raise typer.BadParameter(
                _("Chưa có thư mục {path}. Ổ ngoài đã được gắn chưa?", path=str(to.parent))
            )
        copied.write(to)
        assert Keys.read(to) == copied
    screen.print(
        _(
            "Đã chép khóa vào {path}. Cất ở nơi khóa được, tách khỏi máy chủ và bản sao lưu cơ sở dữ liệu. Không có "
            "tệp này thì cơ sở dữ liệu khôi phục xong cũng không đọc được; ai có cả hai thì đọc được tất cả.",
            path=str(to),
        )
    )


@keys.command("rotate")
def rotate(
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Bỏ khóa cũ khi không còn gì niêm phong bằng nó.")
    ] = False,
) -> None:
    """Thêm khóa niêm phong mới và niêm phong lại mọi dữ liệu; bot có thể vẫn đang chạy."""
    from bot.settings import Settings
    from bot.store.engine import truncate_wal
    from bot.store.installation import may_run, open_store
    from bot.store.rotation import left, reseal_files, reseal_slice
    from bot.store.vault import Keys
    from bot.store.writer import write

    settings = Settings()
    with clear_errors():
        engine, vault = open_store(settings.database, settings.keys)
        Keys.read(settings.keys).with_new_sealing().replace(settings.keys)
        vault.refresh()
        done = 0
        try:
            for again in (False, True):
                if again and not may_run(engine, settings.data_dir):
                    break
                if again:  # what a running bot sealed before it took the new key
                    time.sleep(TAKES_KEY_S)
                while resealed := write(engine, vault, reseal_slice):
                    done += resealed
                for folder in (settings.files, settings.data_dir / "rosters"):
                    done += reseal_files(folder, vault)
            remaining = write(engine, vault, left)
            truncate_wal(engine)
        finally:
            engine.dispose()
    screen.print(
        _("Đã niêm phong lại {count} giá trị bằng khóa số {key}.", count=number(done), key=vault.current)
    )
    if remaining:
        table = Table(_("Còn niêm phong bằng khóa cũ"), _("Số giá trị"))
        for column, count in remaining.items():
            table.add_row(column, number(count))
        screen.print(table)
        screen.print(_("Hãy chạy lại lệnh này."))
        sys.exit(1)
    if drop_old:
        Keys.read(settings.keys).with_newest_alone().replace(settings.keys)
        screen.print(
            _("Đã bỏ khóa cũ. Bản sao lưu cơ sở dữ liệu trước hôm nay chỉ đọc được bằng bản khóa cũ đã cất.")
        )
    screen.print(_("Hãy chạy lại: sotay keys backup, và cất bản khóa mới."))
