"""Terminal commands on the roster: the dry run, importing, undoing."""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from bot.cli_errors import clear_errors
from bot.i18n import _, number
from bot.organisation.models import ImportReport, Roster, RosterError

if TYPE_CHECKING:
    from bot.store.tx import Tx

roster = typer.Typer(no_args_is_help=True, help="Danh sách đảng viên.")

MAX_ROWS = 40
"""Rows of a report shown in the terminal; --json and --report have all."""


@roster.command("import")
def roster_import(
    file: Annotated[Path, typer.Argument(help="Tệp .xlsx, .xls, .csv hoặc DXL.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra, không ghi gì.")] = False,
    accept_losses: Annotated[bool, typer.Option(help="Vẫn ghi dù nhiều người không còn trong tệp.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Đã xem kết quả kiểm tra; ghi mà không hỏi lại.")
    ] = False,
    report_to: Annotated[Path | None, typer.Option("--report", help="Ghi báo cáo ra tệp .xlsx này.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In báo cáo đầy đủ dạng JSON.")] = False,
) -> None:
    """Nhập danh sách đảng viên; luôn nên chạy --dry-run trước."""
    from bot.organisation.roster_check import check, report_as_json
    from bot.organisation.roster_file import read_roster
    from bot.organisation.roster_import import plan
    from bot.settings import Settings

    if report_to is not None:
        _may_write(report_to)
    gc.disable()  # a short life with a hundred thousand people and no circles among them
    with clear_errors(), _bar() as bar:
        people = read_roster(file, partial(bar, _("Đọc tệp")))
        if not dry_run:
            decide = partial(_agreed, bar, yes=yes)
            report = _apply(people, bar, decide, accept_losses=accept_losses)
        elif Settings().keys.exists():
            with _store() as store:
                report = store.on_snapshot(lambda tx: plan(tx, people, progress=partial(bar, _("So sánh"))))
        else:
            report = check(people)  # a fresh checkout: without keys there is no database to compare with
    if report_to is not None:
        from bot.organisation.roster_report import workbook

        report_to.write_bytes(workbook(report))
    if as_json:
        sys.stdout.write(json.dumps(report_as_json(report), ensure_ascii=False) + "\n")
    else:
        show(report, Console())
    if report.stopped or (not dry_run and report.import_id is None):
        raise typer.Exit(1)


def _may_write(path: Path) -> None:
    """Ends the command before anything is imported, when its report could not be written."""
    with clear_errors(), path.open("ab"):
        pass


@roster.command("undo")
def roster_undo(*, yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False) -> None:
    """Hoàn tác lần nhập danh sách mới nhất: ai mới thêm thì thôi, ai đổi thì trở lại như trước."""
    from bot.organisation.roster_import import undo

    if not yes and not typer.confirm(_("Hoàn tác lần nhập danh sách mới nhất?")):
        raise typer.Exit(1)
    with clear_errors(), _store() as store:
        counts = undo(store.run, pause=store.pause)
    Console().print(
        _(
            "Đã hoàn tác: {new} người mới, {changed} thay đổi, {moved} chuyển chi bộ, {gone} rời.",
            **{name: number(value) for name, value in counts.items()},
        )
    )


@dataclass(frozen=True, slots=True)
class _Store:
    """The database of the settings, for work in slices."""

    run: Callable[[Callable[["Tx"], Any]], Any]
    on_snapshot: Callable[[Callable[["Tx"], Any]], Any]
    pause: Callable[[float], None]


@contextmanager
def _store() -> Iterator[_Store]:
    from bot.settings import Settings
    from bot.store.bulk import standing_aside
    from bot.store.engine import reading
    from bot.store.installation import open_store
    from bot.store.writer import write

    settings = Settings()
    engine, vault = open_store(settings.database, settings.keys)
    try:
        yield _Store(
            partial(write, engine, vault), partial(write, reading(engine), vault), standing_aside(engine)
        )
    finally:
        engine.dispose()


def _apply(
    people: Roster, bar: "Bar", decide: Callable[[ImportReport], bool], *, accept_losses: bool
) -> ImportReport:
    from bot.organisation.roster_import import apply_roster, ready

    with _store() as store:
        ready(store.run, store.pause)
        return apply_roster(
            store.run,
            store.on_snapshot,
            people,
            accept_losses=accept_losses,
            decide=decide,
            pause=store.pause,
            progress=partial(bar, _("So sánh")),
        )


def _agreed(bar: "Bar", report: ImportReport, *, yes: bool) -> bool:
    """Asks, where somebody is there to answer; text read from old codes must have been seen in any case."""
    if yes or report.stopped:  # what is stopped is refused further on, unless losses were accepted
        return True
    if sys.stdin.isatty():
        bar.stop()
        show(report, Console(stderr=True))
        return typer.confirm(_("Ghi danh sách này?"), err=True)
    if report.converted:
        raise RosterError(
            _("Tệp dùng bảng mã cũ, đã được chuyển. Hãy xem lại bằng --dry-run rồi nhập với --yes.")
        )
    return True


class Bar:
    """A progress bar on the screen, where there is one."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, Any] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        """`done` of `total` rows."""
        if what not in self._tasks:
            for other in self._tasks.values():
                self._progress.update(other, visible=False)
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done, total=total)

    def stop(self) -> None:
        """Leaves the screen to a question."""
        self._progress.stop()


@contextmanager
def _bar() -> Iterator[Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        yield Bar(progress)


def show(report: ImportReport, screen: Console) -> None:
    """The report as a table, then what a person must look at."""
    from bot.organisation.roster_report import KINDS, converted_line

    words = {
        "members": _("Người trong tệp"),
        "new": _("Mới"),
        "changed": _("Thay đổi"),
        "moved": _("Chuyển chi bộ"),
        "left": _("Không còn sinh hoạt"),
        "suspicious": _("Cần xem lại"),
        "errors": _("Lỗi"),
    }
    table = Table(title=_("Kết quả") if report.import_id else _("Kiểm tra (chưa ghi gì)"))
    table.add_column(_("Nội dung"))
    table.add_column(_("Số người"), justify="right")
    for key, sentence in words.items():
        table.add_row(sentence, number(report.counts.get(key, 0)))
    screen.print(table)
    for note in (*report.notes, *map(converted_line, report.converted)):
        screen.print(note, markup=False)
    told = [row for row in report.rows if row.reason]
    if told:
        listed = Table(_("Trang"), _("Dòng"), _("Loại"), _("Lý do"))
        for row in told[:MAX_ROWS]:
            listed.add_row(
                row.sheet or "–", "–" if row.row is None else str(row.row), _(KINDS[row.kind]), row.reason
            )
        screen.print(listed, markup=False)
    if len(told) > MAX_ROWS:
        screen.print(
            _(
                "… và {more} dòng nữa; dùng --report hoặc --json để xem hết.",
                more=number(len(told) - MAX_ROWS),
            )
        )
    if report.new_organisations:
        screen.print(_("Tổ chức mới: {count}.", count=number(len(report.new_organisations))))
    if report.left_out:
        screen.print(_("Không đọc các cột: {columns}.", columns=", ".join(report.left_out)), markup=False)
    if report.stopped:
        screen.print(report.stopped, markup=False)
