"""Applying a roster, and undoing it: staged in slices, then one short switch; what is left, in slices again.

A first import of a hundred thousand members writes for seconds. So that acknowledgements go on being
answered meanwhile, new members' rows are written while their import is `staging`, when nobody sees them
(`queries.present`); the switch then says that the import holds, changes branches and standings, closes
the ways in of who has left; names and numbers of known members follow. An import interrupted before the
switch leaves nothing; one interrupted after it is finished by whoever comes next.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import and_, bindparam, delete, insert, select, update

from bot.i18n import _
from bot.organisation import roster_undo
from bot.organisation.accounts import end_membership, mark_unserved, silence
from bot.organisation.models import ImportReport, Roster, RosterError, Standing
from bot.organisation.queries import slices
from bot.organisation.roster_plan import Plan, Planner, Record, base_of, columns_of
from bot.organisation.roster_tree import FAR_MS
from bot.organisation.rules import has_access
from bot.store import audit
from bot.store.bulk import insert_many, insert_portions, tell_planner
from bot.store.engine import take_time
from bot.store.ids import new_id
from bot.store.tables.organisation import (
    APPLIED,
    APPLYING,
    STAGING,
    UNDOING,
    appointments,
    import_changes,
    imports,
    members,
    organisation_links,
    organisations,
)
from bot.store.tx import Tx
from bot.store.vault import Vault

T = TypeVar("T")
Unit = Callable[[Tx], Any]
Run = Callable[[Callable[[Tx], Any]], Any]
"""Runs a unit in a transaction and returns its result."""
Progress = Callable[[int, int], None]

SLICE_S = 0.04
"""How long one transaction goes on taking units."""
_ROWS = 50  # a unit
_STREAMED = 1_000  # the same, of what PostgreSQL writes while it is made
LEASE_MS = 60_000
"""For how long after its last sign of life nobody else takes over an import."""


def plan(tx: Tx, roster: Roster, *, by: int | None = None, progress: Progress | None = None) -> ImportReport:
    """The dry run against the database: what importing would do. Writes nothing. Raises NotAllowed."""
    return _planned(tx, roster, by, progress)[0].report


def _planned(tx: Tx, roster: Roster, by: int | None, progress: Progress | None) -> tuple[Plan, Vault]:
    take_time(tx.conn)  # everything is read at once, then compared for many seconds
    return Planner(tx, roster, by, progress).plan(), tx.vault


def import_roster(
    tx: Tx, roster: Roster, *, by: int | None = None, accept_losses: bool = False
) -> ImportReport:
    """Applies a roster in the caller's transaction and reports what it did: for small ones.

    Held rows are left alone; members missing from the file are flagged, not removed; who has left loses
    access at once; an empty cell never erases what is known. `by` is the member who imports (None: the
    terminal). Raises NotAllowed when the file touches organisations outside their rights, and RosterError
    when too many would be gone (unless `accept_losses`).
    """
    here: Run = lambda unit: unit(tx)  # noqa: E731 - said twice, it is the same place
    ready(here)
    return apply_roster(here, here, roster, by=by, accept_losses=accept_losses)


def apply_roster(
    run: Run,
    read: Run,
    roster: Roster,
    *,
    by: int | None = None,
    accept_losses: bool = False,
    decide: Callable[[ImportReport], bool] = lambda _report: True,
    pause: Callable[[float], None] = lambda _seconds: None,
    progress: Progress | None = None,
) -> ImportReport:
    """The same in slices: planned in one unit of `read` (a snapshot), written by `run`, others in between.

    `decide` sees the dry run first; where it says no, that is returned and nothing is written. `pause` is
    told before each slice for how many seconds to let others write. Raises RosterError also when another
    import is under way, or came between plan and switch.
    """
    planned: Plan
    vault: Vault
    planned, vault = read(lambda tx: _planned(tx, roster, by, progress))
    if not decide(planned.report):
        return planned.report
    if planned.report.stopped and not accept_losses:
        raise RosterError(planned.report.stopped)
    import_id = new_id()
    counts = planned.report.counts
    started = {
        "id": import_id,
        "file_hash": roster.file_hash,
        "by_member": by,
        "state": STAGING,
        "members": counts["members"],
        "new": counts["new"],
        "changed": counts["changed"],
        "moved": counts["moved"],
        "gone": counts["left"],
    }
    streamed = run(lambda tx: _begin(tx, started))
    try:
        in_slices(run, _staged(vault, planned, import_id, streamed=streamed), pause, import_id)
        run(lambda tx: tell_planner(tx, members, import_changes))
        run(lambda tx: _switch(tx, planned, import_id, by))
    except BaseException:
        drop(run, import_id, pause)
        raise
    finish(run, pause)
    return replace(planned.report, import_id=import_id, stopped="")


def ready(run: Run, pause: Callable[[float], None] = lambda _seconds: None) -> None:
    """To be called before anything is planned: finishes what an interrupted process left.

    Raises RosterError while another one is at work.
    """
    run(take_over)
    finish(run, pause)


def undo(
    run: Run, *, by: int | None = None, pause: Callable[[float], None] = lambda _seconds: None
) -> dict[str, int]:
    """Takes back the newest import and returns what it had counted.

    Raises RosterError when there is none, NotAllowed when this member may not.
    """
    ready(run, pause)
    import_id = run(roster_undo.newest)
    if import_id is None:
        raise RosterError(_("Không có lần nhập nào để hoàn tác."))
    run(lambda tx: roster_undo.switch(tx, import_id, by))
    finish(run, pause)
    made = run(lambda tx: tx.first(select(imports).where(imports.c.id == import_id)))
    return {name: getattr(made, name) for name in ("members", "new", "changed", "moved", "gone")}


def in_slices(
    run: Run, units: Iterable[Unit], pause: Callable[[float], None], import_id: int | None = None
) -> None:
    """Runs units, as many a transaction as fit into a slice.

    The units of a slice are made ready (sealing costs as much as writing) before its transaction, while others
    write; not in a thread beside it, where each row written would wait for Python's lock.
    """
    source = iter(units)
    waiting: deque[Unit] = deque()

    def batch(tx: Tx) -> tuple[int, float]:
        start = time.monotonic()
        done = 0
        for unit in waiting:
            unit(tx)
            done += 1
            if time.monotonic() - start > SLICE_S:
                break
        if import_id is not None:
            tx.run(update(imports).where(imports.c.id == import_id).values(lease_ms=tx.now_ms + LEASE_MS))
        return done, time.monotonic() - start

    owed, done = 0.0, 1
    while True:
        start = time.monotonic()
        waiting.extend(islice(source, max(0, 2 * done - len(waiting))))
        if not waiting:
            return
        if (left := owed - (time.monotonic() - start)) > 0:
            pause(left)
        done, owed = run(batch)
        for _unit in range(done):
            waiting.popleft()


def _portions(rows: Iterable[T], most: int = _ROWS) -> Iterator[list[T]]:
    source = iter(rows)
    while portion := list(islice(source, most)):
        yield portion


def take_over(tx: Tx) -> None:
    """Raises RosterError while another process is at work on an import."""
    busy = tx.value(
        select(imports.c.id).where(
            imports.c.state.in_((STAGING, APPLYING, UNDOING)), imports.c.lease_ms > tx.now_ms
        )
    )
    if busy is not None:
        raise RosterError(_("Đang có một lần nhập danh sách khác. Mời đồng chí chờ vài phút rồi làm lại."))


def _begin(tx: Tx, values: dict[str, Any]) -> bool:
    """Whether the database writes while rows are made, and lets others write meanwhile."""
    take_over(tx)
    tx.run(insert(imports).values(**values, at_ms=tx.now_ms, lease_ms=tx.now_ms + LEASE_MS))
    return tx.conn.dialect.name != "sqlite"


def _staged(vault: Vault, planned: Plan, import_id: int, *, streamed: bool) -> Iterator[Unit]:
    """Organisations that begin in the far future, members nobody sees, and what is to change in others."""
    yield from planned.tree.stage()
    rows_of = partial(_new_rows, vault, import_id)
    if streamed:
        for many in _portions(planned.inserts.items(), _STREAMED):
            yield partial(_stream, rows_of, many)
    else:
        for portion in _portions(planned.inserts.items()):
            yield partial(insert_many, table=members, rows=rows_of(portion))
    seal = vault.seal
    changes: list[tuple[str, int, Any, Any]] = [
        ("organisation", node, before, after) for node, before, after in planned.tree.renamings()
    ]
    changes += [("member", each, before, after) for each, (before, after) in planned.updates.items()]
    for portion_ in _portions(changes):
        rows = [
            {
                "import_id": import_id,
                "about": about,
                "about_id": each,
                "before": seal("import_changes.before", f"{import_id}:{each}", json.dumps(before)),
                "after": seal("import_changes.after", f"{import_id}:{each}", json.dumps(after)),
                "done": 0,
            }
            for about, each, before, after in portion_
        ]
        yield partial(insert_many, table=import_changes, rows=rows)


def _new_rows(vault: Vault, import_id: int, new: Iterable[tuple[int, Record]]) -> list[dict[str, Any]]:
    marks = {"first_import_id": import_id, "last_import_id": import_id}
    return [{"id": each, **marks, **columns_of(vault, each, record)} for each, record in new]


def _stream(rows_of: Callable[[Iterable[Any]], list[dict[str, Any]]], new: list[Any], tx: Tx) -> None:
    insert_portions(tx, members, map(rows_of, _portions(new)))


_PLACED = ("branch_id", "kind", "standing", "missing_since_ms")
"""What decides who is counted and reached where: changed in the switch, all at once."""


def place(tx: Tx, changes: Iterable[tuple[int, Record, Record]]) -> None:
    """Gives members another branch, kind or standing; not to who has been changed by others meanwhile.

    What waits for those who may no longer use the bot is not sent; who may again gets what was missed.
    """
    changes = list(changes)
    rows = [
        {"its_id": each, "old_branch": old.branch_id, "old_standing": old.standing}
        | {f"new_{name}": getattr(new, name) for name in _PLACED}
        for each, old, new in changes
        if any(getattr(old, name) != getattr(new, name) for name in _PLACED)
    ]
    if rows:
        tx.run(
            update(members)
            .where(
                members.c.id == bindparam("its_id"),
                members.c.branch_id == bindparam("old_branch"),
                members.c.standing == bindparam("old_standing"),
            )
            .values({name: bindparam(f"new_{name}") for name in _PLACED}),
            rows,
        )
    had = {each: has_access(Standing(old.standing)) for each, old, _new in changes}
    has = {each: has_access(Standing(new.standing)) for each, _old, new in changes}
    silence(tx, [each for each in had if had[each] and not has[each]])
    for each in (each for each in has if has[each] and not had[each]):
        mark_unserved(tx, each)


def _switch(tx: Tx, planned: Plan, import_id: int, by: int | None) -> None:
    if base_of(tx) != planned.base:
        raise RosterError(_("Danh sách vừa được người khác cập nhật. Mời đồng chí kiểm tra lại rồi nhập."))
    state = tx.value(select(imports.c.state).where(imports.c.id == import_id))
    if state != STAGING:
        raise RosterError(_("Lần nhập này đã bị dừng. Mời đồng chí làm lại."))
    planned.tree.switch(tx)
    place(tx, ((each, old, new) for each, (old, new) in planned.updates.items()))
    for ids in slices(planned.missing):
        tx.run(
            update(members)
            .where(members.c.id.in_(ids), members.c.missing_since_ms.is_(None))
            .values(missing_since_ms=tx.now_ms)
        )
    for ids in slices(planned.posts_ended):
        tx.run(update(appointments).where(appointments.c.id.in_(ids)).values(until_ms=tx.now_ms))
    if planned.posts_new:
        tx.run(
            insert(appointments),
            [
                {
                    "id": new_id(),
                    "member_id": member_id,
                    "role": role.value,
                    "organisation_id": place_id,
                    "imported": 1,
                    "from_ms": tx.now_ms,
                }
                for member_id, role, place_id in planned.posts_new
            ],
        )
    end_membership(tx, planned.ended)
    tx.run(
        update(imports)
        .where(imports.c.id == import_id)
        .values(state=APPLYING, at_ms=tx.now_ms, lease_ms=tx.now_ms + LEASE_MS)
    )
    actor = "terminal" if by is None else "member"
    audit.record(tx, "roster_imported", f"import:{import_id}", member_id=by, actor=actor)


def finish(run: Run, pause: Callable[[float], None] = lambda _seconds: None) -> None:
    """Finishes imports and undoings whose switch has been made, and drops those that never got so far.

    To be called when no living process is at work on one (`take_over`), or by that process.
    """
    found = run(
        lambda tx: tx.rows(
            select(imports.c.id, imports.c.state).where(imports.c.state.in_((STAGING, APPLYING, UNDOING)))
        )
    )
    for row in found:
        if row.state == STAGING:
            drop(run, row.id, pause)
        elif row.state == APPLYING:
            _details(run, row.id, pause, "after")
            in_slices(run, roster_undo.forget_older(row.id), pause)
            run(partial(_settle, import_id=row.id))
        else:
            _details(run, row.id, pause, "before")
            roster_undo.clean(run, row.id, in_slices, pause)


def _settle(tx: Tx, import_id: int) -> None:
    tx.run(update(imports).where(imports.c.id == import_id).values(state=APPLIED, lease_ms=None))


def _details(run: Run, import_id: int, pause: Callable[[float], None], which: str) -> None:
    """Writes names, dates and numbers of known members: those after the import, or those before it."""
    waiting = 0 if which == "after" else 1
    wanted = and_(
        import_changes.c.import_id == import_id,
        import_changes.c.about == "member",
        import_changes.c.done == waiting,
    )
    ids = [row.about_id for row in run(lambda tx: tx.rows(select(import_changes.c.about_id).where(wanted)))]
    # A number may go from one member to another: all are taken away before any is given.
    for given in (False, True):
        units: list[Unit] = [
            partial(_write, import_id=import_id, ids=portion, which=which, given=given)
            for portion in _portions(ids)
        ]
        in_slices(run, units, pause, import_id)


_numbers = attrgetter("card_number", "cccd_hash", "dossier_hash")
"""What belongs to one member alone."""


def _write(tx: Tx, *, import_id: int, ids: list[int], which: str, given: bool) -> None:
    changes = tx.rows(
        select(import_changes).where(
            import_changes.c.import_id == import_id,
            import_changes.c.about == "member",
            import_changes.c.about_id.in_(ids),
        )
    )
    rows: list[dict[str, Any]] = []
    bare: list[int] = []
    for change in changes:
        both = {
            name: Record(
                *json.loads(
                    tx.vault.open(
                        f"import_changes.{name}", f"{import_id}:{change.about_id}", getattr(change, name)
                    )
                )
            )
            for name in ("before", "after")
        }
        if _numbers(both["before"]) != _numbers(both["after"]):
            bare.append(change.about_id)
        values = columns_of(tx.vault, change.about_id, both[which])
        for name in _PLACED:
            del values[name]
        rows.append({f"new_{name}": value for name, value in values.items()} | {"its_id": change.about_id})
    if not given:
        if bare:
            nothing = {"card_hash": None, "cccd_hash": None, "dossier_hash": None}
            tx.run(update(members).where(members.c.id.in_(bare)).values(nothing))
        return
    if rows:
        names = [name[4:] for name in rows[0] if name != "its_id"]
        tx.run(
            update(members)
            .where(members.c.id == bindparam("its_id"))
            .values({name: bindparam(f"new_{name}") for name in names}),
            rows,
        )
    tx.run(
        update(import_changes)
        .where(
            import_changes.c.import_id == import_id,
            import_changes.c.about == "member",
            import_changes.c.about_id.in_(ids),
        )
        .values(done=1 if which == "after" else 0)
    )
    if which == "after":
        tx.run(update(members).where(members.c.id.in_(ids)).values(last_import_id=import_id))


def _delete(ids: list[int], tx: Tx) -> None:
    tx.run(delete(members).where(members.c.id.in_(ids)))


def drop(run: Run, import_id: int, pause: Callable[[float], None] = lambda _seconds: None) -> None:
    """Takes back what was staged of an import that never held."""
    if run(lambda tx: tx.value(select(imports.c.state).where(imports.c.id == import_id))) != STAGING:
        return
    own = run(lambda tx: tx.rows(select(members.c.id).where(members.c.first_import_id == import_id)))
    units: list[Unit] = [partial(_delete, [row.id for row in portion]) for portion in _portions(own)]
    units.append(lambda tx: tx.run(delete(organisation_links).where(organisation_links.c.from_ms == FAR_MS)))
    units.append(lambda tx: tx.run(delete(import_changes).where(import_changes.c.import_id == import_id)))
    units.append(lambda tx: tx.run(delete(organisations).where(organisations.c.from_ms == FAR_MS)))
    in_slices(run, units, pause)
    run(lambda tx: tx.run(delete(imports).where(imports.c.id == import_id)))
