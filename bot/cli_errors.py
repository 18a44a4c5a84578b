"""What a person reads when a command cannot: one sentence in Vietnamese that says what to do next.

Under it stands, where it helps whoever looks further, one line in English from the library that refused.
What is no mistake of a person's or a machine's is a fault of ours and keeps its traceback.
"""

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

import typer
from rich.console import Console

from bot.i18n import _

WRONG_USE = 2
INTERRUPTED = 130
_screen = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def say(lines: list[str]) -> None:
    """Prints them to stderr, none broken at the edge of the screen."""
    for line in lines:
        _screen.print(line)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turns what a person can mend into one sentence and exit code 2."""
    try:
        yield
    except Exception as error:
        lines = explain(error)
        if lines is None:
            raise
        say(lines)
        raise typer.Exit(WRONG_USE) from None


def run(command: Callable[..., Any]) -> int:
    """Runs the command line, says in words what went wrong, returns the exit code."""
    try:
        code = command(standalone_mode=False)
    except KeyboardInterrupt:  # before the command itself began
        return INTERRUPTED
    except typer.Abort:
        say([_("Đã dừng, vì chưa được đồng ý. Không có ai để hỏi thì thêm --yes, nếu lệnh có.")])
        return 1
    except Exception as error:
        if isinstance(error, typer.BadParameter.__bases__[0]):  # every wrong use of the command line
            return _wrong_use(error)
        lines = explain(error)
        if lines is None:
            raise
        say(lines)
        return WRONG_USE
    return code if isinstance(code, int) else 0


def _wrong_use(error: Any) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return WRONG_USE
    say(_words_of(error))
    ours = type(error).__name__ == "BadParameter" and error.param is None  # says itself what to do
    if error.ctx is not None and not ours:
        say([_("Xem cách dùng: {command} --help", command=error.ctx.command_path)])
    return WRONG_USE


def _words_of(error: Any) -> list[str]:
    param = getattr(error, "param", None)
    name = "" if param is None else max(param.opts, key=len)
    english = error.format_message()
    match type(error).__name__:
        case "BadParameter" if param is None:
            return [error.message]  # ours
        case "BadParameter" if "%d/%m/%Y" in english:
            return [_("{name}: không có ngày này trong lịch, hoặc chưa ghi như 17/11/2026.", name=name)]
        case "BadParameter":
            return [_("Giá trị của {name} chưa đúng.", name=name), english]
        case "MissingParameter":
            return [_("Còn thiếu {name}.", name=name)]
        case "NoSuchOption":
            return [_("Không có tùy chọn {name}.", name=error.option_name)]
    return [_("Chưa hiểu dòng lệnh này."), english]


def explain(error: Exception) -> list[str] | None:
    """The lines for whoever typed the command; None for a fault of ours."""
    for way in (_of_settings, _of_the_store, _of_platforms, _of_files):
        if (lines := way(error)) is not None:
            return lines
    return None


def _of_settings(error: Exception) -> list[str] | None:
    from pydantic import ValidationError

    if isinstance(error, ValidationError) and error.title == "Settings":
        wrong = {f"SOTAY_{str(each['loc'][0]).upper()}": each["msg"] for each in error.errors()}
        return [
            _(
                "Thiết lập chưa đúng: {names}. Hãy sửa trong .env hoặc biến môi trường; ý nghĩa: sotay settings",
                names=", ".join(wrong),
            ),
            *(f"{setting}: {why}" for setting, why in wrong.items()),
        ]
    if isinstance(error, UnicodeDecodeError) and _env_unreadable():
        return [_("Tệp .env không phải UTF-8. Hãy mở bằng trình soạn thảo và lưu lại ở dạng UTF-8.")]
    if isinstance(error, TOMLDecodeError):
        return [_("Không đọc được danh sách nguồn tin (SOTAY_NEWS_FEEDS). Hãy sửa tệp đó."), str(error)]
    return None


def _env_unreadable() -> bool:
    try:
        Path(".env").read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return True
    except OSError:
        pass
    return False


def _of_the_store(error: Exception) -> list[str] | None:
    if "sqlalchemy" not in sys.modules and "cryptography" not in sys.modules:
        return None  # no store was opened
    from sqlalchemy.exc import DBAPIError

    from bot.store.engine import AddressWrong
    from bot.store.installation import AlreadyRunning, DatabaseGone, KeysMissing, RoleRefused
    from bot.store.migrate import DatabaseNewer, NotUtf8
    from bot.store.vault import KeysOpen, NoKeyFile, VaultError

    match error:
        case KeysMissing():
            return [_("Chưa có tệp khóa {path}. Hãy chạy: sotay keys init", path=error)]
        case NoKeyFile():
            return [
                _("Tệp khóa {path} bị hỏng hoặc không phải tệp khóa. Hãy chép lại từ bản đã cất.", path=error)
            ]
        case KeysOpen():
            return [_("Tệp khóa đang để người khác đọc được. Hãy chạy: chmod 600 {path}", path=error)]
        case VaultError():
            return [
                _("Khóa không khớp với cơ sở dữ liệu. Hãy dùng đúng tệp khóa đã tạo cùng cơ sở dữ liệu này.")
            ]
        case AlreadyRunning():
            return [_("Bot đang chạy trên thư mục {folder}. Hãy dừng tiến trình đó trước.", folder=error)]
        case RoleRefused():
            return [
                _(
                    "Trên SQLite chỉ chạy một tiến trình. Hãy bỏ --role, hoặc dùng PostgreSQL (docs/operating.md)."
                )
            ]
        case AddressWrong():
            return [
                _(
                    "SOTAY_DATABASE_URL chưa đúng. Hãy ghi như postgresql+psycopg://sotay:MẬT-KHẨU@127.0.0.1/sotay"
                )
            ]
        case DatabaseNewer():
            return [
                _(
                    "Cơ sở dữ liệu này của bản mới hơn (bảng {found}). Hãy chạy bản mới, hoặc khôi phục bản sao lưu.",
                    found=error,
                )
            ]
        case NotUtf8():
            return [
                _(
                    "Cơ sở dữ liệu không phải UTF-8. Hãy tạo lại với --encoding UTF8, như trong docs/operating.md."
                )
            ]
        case DatabaseGone():
            return _gone(error.__cause__)
        case DBAPIError():
            return _of_the_database(error)
    return None


def _gone(cause: BaseException | None) -> list[str]:
    return [
        _("Không kết nối được cơ sở dữ liệu. Hãy xem lại SOTAY_DATABASE_URL và máy chủ PostgreSQL."),
        *str(cause).splitlines()[:1],
    ]


def _of_the_database(error: Any) -> list[str] | None:
    from bot.store.engine import connection_lost

    if connection_lost(error):
        return _gone(error)
    english = str(error.orig).splitlines()[:1]
    if getattr(error.orig, "sqlstate", None) == "42501":
        return [
            _("Người dùng cơ sở dữ liệu không đủ quyền. Hãy tạo cơ sở dữ liệu như trong docs/operating.md."),
            *english,
        ]
    words = {
        "SQLITE_CANTOPEN": _("Không mở được cơ sở dữ liệu. Hãy xem quyền của thư mục SOTAY_DATA_DIR."),
        "SQLITE_READONLY": _("Không ghi được cơ sở dữ liệu. Hãy xem quyền của thư mục SOTAY_DATA_DIR."),
        "SQLITE_PERM": _("Không mở được cơ sở dữ liệu. Hãy xem quyền của thư mục SOTAY_DATA_DIR."),
        "SQLITE_FULL": _("Đĩa đã đầy. Hãy dọn đĩa rồi chạy lại."),
        "SQLITE_IOERR": _("Đĩa báo lỗi khi đọc hoặc ghi. Hãy xem đĩa còn chỗ và còn tốt không."),
        "SQLITE_NOTADB": _("Tệp sotay.db không phải cơ sở dữ liệu. Hãy khôi phục bản sao lưu."),
        "SQLITE_CORRUPT": _("Cơ sở dữ liệu bị hỏng. Hãy dừng bot và khôi phục bản sao lưu."),
        "SQLITE_BUSY": _("Cơ sở dữ liệu đang bận quá lâu. Hãy chạy lại sau ít phút."),
    }
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    found = next((sentence for code, sentence in words.items() if name.startswith(code)), None)
    return None if found is None else [found, *english]


def _of_platforms(error: Exception) -> list[str] | None:
    from bot.chat.errors import NotAccepted
    from bot.organisation.models import RosterError

    match error:
        case RosterError():
            return [str(error)]
        case NotAccepted():
            return [str(error), *filter(None, [error.why])]
    return None


def _of_files(error: Exception) -> list[str] | None:
    if not isinstance(error, OSError):
        return None
    path = error.filename if error.filename is not None else ""
    match error:
        case FileNotFoundError():
            return [_("Không tìm thấy tệp hoặc thư mục {path}.", path=path)]
        case PermissionError() if path:
            return [_("Không có quyền với {path}. Hãy xem chủ và quyền của tệp hoặc thư mục đó.", path=path)]
        case IsADirectoryError() | NotADirectoryError():
            return [_("{path} không phải là tệp. Hãy xem lại đường dẫn.", path=path)]
        case FileExistsError():
            return [_("Tệp {path} đã có; hãy chọn tên khác.", path=path)]
    if error.errno == errno.EADDRINUSE:
        return [
            _(
                "Cổng này đã có chương trình khác dùng. Hãy chọn cổng khác (SOTAY_LISTEN_PORT, --port), hoặc dừng nó."
            )
        ]
    if error.errno == errno.EADDRNOTAVAIL or type(error).__name__ == "gaierror":
        return [_("Máy này không có địa chỉ SOTAY_LISTEN_HOST. Hãy để 127.0.0.1."), str(error)]
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return [_("Đĩa đã đầy. Hãy dọn đĩa rồi chạy lại.")]
    if path or isinstance(error, PermissionError):
        return [_("Hệ điều hành không cho làm việc này. Hãy xem dòng dưới."), str(error)]
    return None
