"""`sotay broadcast watch`: a directive being sent, as it goes, until nothing waits any more."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from bot.clock import now
from bot.i18n import _, moment, number, percent

if TYPE_CHECKING:  # the database is loaded by the command that needs it: others answer at once
    from bot.delivery.quiet import Quiet
    from bot.directives.models import Directive
    from bot.directives.progress import Progress
    from bot.store.tx import Tx

broadcast = typer.Typer(no_args_is_help=True, help="Theo dõi việc gửi văn bản.")
LOOK_EVERY_S = 1.0
_SHARE = 4
"""A look at a large audience takes a while: it may take up to a fifth of the time."""


@broadcast.callback()
def _group() -> None:
    """Keeps `watch` a word of its own, though it is the only one."""


@broadcast.command("watch")
def watch(
    document: Annotated[str, typer.Argument(help="Số văn bản: 52, 52-KH/ĐU.")],
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi thay đổi một dòng JSON.")] = False,
) -> None:
    """Theo dõi một văn bản đang gửi; tự dừng khi không còn gì chờ gửi, hoặc văn bản đã thu hồi."""
    from bot.cli_errors import clear_errors
    from bot.delivery.quiet import Quiet
    from bot.settings import Settings
    from bot.store.engine import reading
    from bot.store.installation import open_store
    from bot.store.tx import Tx

    with clear_errors():
        settings = Settings()
        engine, vault = open_store(settings.database, settings.keys)
    try:
        quiet = Quiet.parse(settings.quiet_hours)

        def look(directive_id: int) -> "tuple[Directive, Progress]":
            with reading(engine).connect() as conn:
                return _look(Tx(conn, now(), vault), directive_id)

        with reading(engine).connect() as conn:
            found = find(Tx(conn, now(), vault), document)
        seen = _changes(lambda: look(found.id))
        if as_json:
            for directive, progress in seen:
                sys.stdout.write(json.dumps(_plain(directive, progress, quiet), ensure_ascii=False) + "\n")
                sys.stdout.flush()
        elif sys.stdout.isatty():
            _draw(found, seen, quiet)
        else:
            for directive, progress in seen:
                sys.stdout.write(line(directive, progress, quiet, now()) + "\n")
                sys.stdout.flush()
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    finally:
        engine.dispose()


def find(tx: "Tx", document: str) -> "Directive":
    """The newest directive of this number; of several numbers none is guessed."""
    from bot.directives import queries
    from bot.handlers.officer import named
    from bot.organisation import queries as people

    found = named(document, queries.traced(tx, None, [each.id for each in people.organisation_tree(tx)]))
    numbers = sorted({each.number for each in found})
    if not found:
        raise typer.BadParameter(_("Chưa tìm thấy văn bản {document}.", document=document))
    if len(numbers) > 1:
        raise typer.BadParameter(_("Có nhiều văn bản: {numbers}. Hãy ghi đủ số.", numbers=", ".join(numbers)))
    return found[0]


def _look(tx: "Tx", directive_id: int) -> "tuple[Directive, Progress]":
    from bot.directives import progress, queries

    directive = queries.get(tx, directive_id)
    assert directive is not None
    return directive, progress.of(tx, directive)


def _changes(
    look: "Callable[[], tuple[Directive, Progress]]",
) -> "Iterator[tuple[Directive, Progress]]":
    """What is new, as often as it is, until the sending has ended; the end is told always."""
    last = None
    while True:
        began = time.monotonic()
        seen = look()
        if seen != last:
            yield seen
        if ended(*seen):
            return
        last = seen
        time.sleep(max(LOOK_EVERY_S, _SHARE * (time.monotonic() - began)))


def ended(directive: "Directive", progress: "Progress") -> bool:
    """Whether nothing more will be sent by itself."""
    from bot.directives.models import State

    if directive.state in (State.RECALLED, State.DROPPED):
        return True
    return directive.state == State.OPEN and not progress.waiting


def standing(directive: "Directive", progress: "Progress", quiet: "Quiet", at: datetime) -> tuple[str, str]:
    """Where it stands, a word for machines and a sentence for people: sending, paused and why, ended."""
    from bot.directives.models import State, Urgency
    from bot.reports.counting import reason_words

    if directive.state in (State.RECALLED, State.DROPPED):
        return "recalled", _("đã thu hồi")
    if directive.state in (State.DRAFT, State.FREEZING):
        return "preparing", _("chờ duyệt, hoặc đang lập danh sách người nhận")
    if not progress.waiting:
        return "done", _("đã gửi xong")
    if progress.held == progress.waiting:
        if progress.held_by == "person":
            return "paused", _("tạm dừng theo lệnh; nhắn “gửi tiếp {number}”", number=directive.number)
        why = reason_words(progress.reasons[0][0]) if progress.reasons else ""
        return "paused_by_failures", _(
            "tạm dừng vì nhiều tin không gửi được ({why}); nhắn “gửi tiếp {number}”",
            why=why,
            number=directive.number,
        )
    if progress.due_at is not None:
        return "scheduled", _("chờ đến {when}", when=moment(progress.due_at))
    if quiet.holds(at) and directive.urgency != Urgency.FLASH:
        return "quiet_hours", _("giờ nghỉ, gửi tiếp lúc {when}", when=moment(quiet.after(at)))
    return "sending", _("đang gửi")


def line(directive: "Directive", progress: "Progress", quiet: "Quiet", at: datetime) -> str:
    """All of it in one line."""
    return _(
        "{number}: đã gửi {sent}/{everyone} · tin không tới {lost} · chờ {waiting} · xác nhận {done}/{base} "
        "({share}) · {standing}",
        number=directive.number,
        sent=number(progress.sent),
        everyone=number(progress.everyone),
        lost=number(progress.unreached),
        waiting=number(progress.waiting),
        done=number(progress.acknowledged),
        base=number(progress.base),
        share=percent(progress.acknowledged, progress.base),
        standing=standing(directive, progress, quiet, at)[1],
    )


def _plain(directive: "Directive", progress: "Progress", quiet: "Quiet") -> dict[str, Any]:
    at = now()
    found = asdict(progress)
    found |= {
        "reasons": dict(progress.reasons),
        "due_at": progress.due_at.isoformat() if progress.due_at else None,
        "number": directive.number,
        "state": standing(directive, progress, quiet, at)[0],
        "at": at.isoformat(),
        "ended": ended(directive, progress),
    }
    return found


def _draw(found: "Directive", seen: "Iterator[tuple[Directive, Progress]]", quiet: "Quiet") -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    from bot.reports.counting import reason_words

    screen = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, TextColumn("{task.fields[note]}"), console=screen) as bars:
        out = bars.add_task(_("Đã gửi"), total=None, note="")
        lost = bars.add_task(_("Chưa nhận được"), total=None, note="")
        read = bars.add_task(_("Đã xác nhận"), total=None, note="")
        for directive, progress in seen:
            why = ", ".join(f"{reason_words(key)} {number(count)}" for key, count in progress.reasons)
            words = standing(directive, progress, quiet, now())[1]
            bars.update(out, completed=progress.sent, total=progress.everyone, note=words)
            bars.update(lost, completed=progress.unreached, total=progress.everyone, note=why)
            bars.update(read, completed=progress.acknowledged, total=progress.base)
            last = line(directive, progress, quiet, now())
    screen.print(last, markup=False)
