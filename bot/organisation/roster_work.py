"""The slow half of importing from the chat: in a process of its own, which opens the database itself."""

import gc
import re
from functools import partial
from pathlib import Path
from typing import Any

from bot.i18n import _, number
from bot.organisation.models import ImportReport, NotAllowed, RosterError
from bot.organisation.roster_file import read_roster_bytes
from bot.organisation.roster_import import apply_roster, plan, ready, undo
from bot.store.bulk import standing_aside
from bot.store.engine import make_engine, reading
from bot.store.files import FileBox
from bot.store.vault import Keys, Vault
from bot.store.writer import write

SHOWN = 12
"""Rows with a remark that are told in the chat; the whole report is the terminal's."""


def work(what: str, database: str, keys: Path, folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Does "read" (the dry run), "apply" or "undo" in the name of member `asked["by"]`.

    "read" and "apply" take the file from the sealed folder. Returns JSON values without anybody's name or
    number: {"counts", "stopped", "notes", "converted", "rows", "more"}, or {"error": sentence}.
    """
    gc.disable()  # a short life
    vault = Vault(Keys.read(keys))
    engine = make_engine(database)
    run = partial(write, engine, vault)
    pause = standing_aside(engine)
    by: int = asked["by"]
    try:
        if what == "undo":
            return {"counts": undo(run, by=by, pause=pause)}
        roster = read_roster_bytes(FileBox(folder, vault).get(asked["kept"]), asked["name"])
        snapshot = partial(write, reading(engine), vault)
        if what == "read":
            return _told(snapshot(lambda tx: plan(tx, roster, by=by)))
        ready(run, pause)
        return _told(apply_roster(run, snapshot, roster, by=by, pause=pause))
    except RosterError as error:
        return {"error": str(error)}
    except NotAllowed:
        return {"error": _("Tệp có tổ chức ngoài phạm vi đồng chí phụ trách nên chưa ghi gì. Mời tách tệp.")}
    except FileNotFoundError:
        return {"error": _("Tệp không còn được giữ. Mời đồng chí gửi lại.")}
    finally:
        engine.dispose()


def _told(report: ImportReport) -> dict[str, Any]:
    told = [
        row for row in report.rows if row.reason and row.row is not None and (row.suspicious or row.error)
    ]
    gone = sum(row.row is None for row in report.rows)
    notes = list(report.notes)
    if gone:
        notes.append(_("{count} người không có trong tệp: giữ lại và đánh dấu.", count=number(gone)))
    if report.new_organisations:
        notes.append(_("Tổ chức mới: {count}.", count=number(len(report.new_organisations))))
    return {
        "counts": report.counts,
        "stopped": report.stopped,
        "notes": notes,
        "converted": [
            [each.column, each.code, *_last_word(each.before, each.after)] for each in report.converted
        ],
        "rows": [[row.sheet, row.row, _bare(row.reason)] for row in told[:SHOWN]],
        "more": max(0, len(told) - SHOWN),
    }


def _last_word(before: str, after: str) -> tuple[str, str]:
    """A sample to judge by that names nobody."""
    return before.rsplit(maxsplit=1)[-1], after.rsplit(maxsplit=1)[-1]


def _bare(reason: str) -> str:
    """A remark without what stands in the cell: the chat shows no names and no numbers."""
    return re.sub(r"\d{5,}", "…", re.sub(r"“[^”]*”", "“…”", reason))
