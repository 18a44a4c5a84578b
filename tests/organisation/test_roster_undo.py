"""Imports in slices: nothing is seen before the switch, a crash leaves nothing or is finished, all can be undone."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from organisation_doubles import Begin, roster_of, someone
from sqlalchemy import func, select

from bot.clock import CLOCK
from bot.organisation import queries, roster_import
from bot.organisation.models import RosterError, Standing
from bot.organisation.roster_import import LEASE_MS, apply_roster, finish, import_roster, plan, ready, undo
from bot.organisation.roster_undo import forget_member
from bot.store.tables.organisation import (
    accounts,
    appointments,
    import_changes,
    imports,
    members,
    organisation_links,
    organisations,
)
from bot.store.tx import Tx

Unit = Callable[[Tx], Any]


class Run:
    """Runs units in transactions of their own, a moment apart; may be told to die before one."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self.count = 0
        self.dies_at = 0
        self.seen: list[int] = []

    def __call__(self, unit: Unit) -> Any:
        self.count += 1
        if self.count == self.dies_at:
            raise KeyboardInterrupt
        CLOCK.turn(timedelta(milliseconds=2))
        with self._begin() as tx:
            result = unit(tx)
            self.seen.append(everybody(tx))
        return result


def everybody(tx: Tx) -> int:
    return len(queries.members_of(tx, [each.id for each in queries.organisation_tree(tx)]))


def state(tx: Tx) -> dict[str, list[Any]]:
    """Whatever an undone import must leave as it was, opened."""
    opened = [
        (
            row.id,
            row.branch_id,
            row.standing,
            row.missing_since_ms,
            row.card_hash,
            row.dossier_hash,
            tx.vault.open("members.full_name", row.id, row.full_name),
            row.phone and tx.vault.open("members.phone", row.id, row.phone),
        )
        for row in tx.rows(select(members).where(queries.present()).order_by(members.c.id))
    ]
    holds = [(each.id, each.name, each.code, each.parent_id) for each in queries.organisation_tree(tx)]
    posts = [
        (row.member_id, row.role, row.organisation_id, row.until_ms)
        for row in tx.rows(select(appointments).order_by(appointments.c.id))
    ]
    doors = [(row.id, row.state, row.revoked_ms) for row in tx.rows(select(accounts).order_by(accounts.c.id))]
    return {"members": opened, "tree": holds, "posts": posts, "doors": doors}


FIRST = [
    *(someone(n, f"Lê Mẫu {n}", code="B1", post="Bí thư chi bộ" if n == 1 else "") for n in range(1, 9)),
    *(someone(n, f"Ngô Mẫu {n}", "Chi bộ Hai", dossier=f"0001{n}AB") for n in range(11, 19)),
]
SECOND = [
    someone(1, "Lê Mẫu 1", "Chi bộ Một đổi tên", code="B1", standing="Đã chuyển"),
    someone(2, "Lê Thị Đổi", code="B1", branch="Chi bộ Một đổi tên", post="Bí thư chi bộ"),
    *(someone(n, f"Lê Mẫu {n}", "Chi bộ Một đổi tên", code="B1") for n in range(3, 8)),  # 8 is missing
    *(someone(n, f"Ngô Mẫu {n}", "Chi bộ Hai") for n in range(11, 18)),
    someone(18, "Ngô Mẫu 18", "Chi bộ Ba mới", dossier="000999AB"),
    *(someone(n, f"Đỗ Mới {n}", "Chi bộ Ba mới") for n in range(30, 40)),
]


@pytest.fixture
def run(begin: Begin) -> Run:
    run = Run(begin)
    with begin() as tx:
        import_roster(tx, roster_of(FIRST))
        member = queries.member_by_card(tx, "99000001")
        assert member is not None
        tx.run(
            accounts.insert().values(
                id=1,
                channel="telegram",
                user_id="7",
                chat_id="7",
                member_id=member.id,
                language="vi",
                state="active",
                linked_ms=tx.now_ms,
            )
        )
    CLOCK.turn(timedelta(milliseconds=2))
    return run


def imported(run: Run, begin: Begin, rows: list[list[object]]) -> Any:
    """The import in slices; it is planned in a transaction that is over before anything is written."""

    def read(unit: Unit) -> Any:
        with begin() as tx:
            return unit(tx)

    return apply_roster(run, read, roster_of(rows))


def test_nobody_sees_half_an_import(run: Run, begin: Begin) -> None:
    report = imported(run, begin, SECOND)
    assert run.count > 5
    assert set(run.seen) == {16, 25}  # eleven came or moved, one left: all at once
    assert report.counts["new"] == 10
    with begin() as tx:
        assert queries.account_of(tx, "telegram", "7") is None
        assert queries.find_organisation(tx, "B1").name == "Chi bộ Một đổi tên"  # type: ignore[union-attr] # it is there
        assert tx.value(select(imports.c.state).order_by(imports.c.id.desc())) == "applied"


def test_undo_puts_everything_back(run: Run, begin: Begin) -> None:
    with begin() as tx:
        before = state(tx)
    imported(run, begin, SECOND)
    with begin() as tx:
        assert state(tx) != before
    assert undo(run)["new"] == 10
    with begin() as tx:
        assert state(tx) == before
        assert queries.account_of(tx, "telegram", "7") is not None
        assert tx.value(select(func.count()).select_from(members)) == 16
        assert tx.value(select(func.count()).select_from(import_changes)) == 0
    with pytest.raises(RosterError, match="Không có lần nhập"):
        undo(run)
    with begin() as tx:  # and the same file can be imported again, with new ids
        assert import_roster(tx, roster_of(SECOND)).counts["new"] == 10


def test_who_verified_after_an_undone_import_is_out_and_leaves_an_empty_row(run: Run, begin: Begin) -> None:
    imported(run, begin, SECOND)
    with begin() as tx:
        member = queries.member_by_card(tx, "99000030")
        assert member is not None
        values = {"channel": "zalo_oa", "user_id": "8", "chat_id": "8", "language": "vi", "state": "active"}
        tx.run(accounts.insert().values(id=2, member_id=member.id, linked_ms=tx.now_ms, **values))
    undo(run)
    with begin() as tx:
        assert queries.account_of(tx, "zalo_oa", "8") is None
        row = tx.first(select(members).where(members.c.id == member.id))
        assert row is not None
        assert (row.card_number, row.card_hash, row.birth_date) == (None, None, None)
        assert queries.names(tx, [member.id]) == {member.id: "–"}
        assert everybody(tx) == 16


@pytest.mark.parametrize("at", range(1, 22))
def test_a_crash_anywhere_leaves_the_old_or_the_new_roster(
    run: Run, begin: Begin, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin() as tx:
        before = state(tx)
    run.dies_at = at
    # The one who dies cannot tidy up behind itself.
    monkeypatch.setattr(roster_import, "drop", lambda *_: None)
    with suppress(KeyboardInterrupt):
        imported(run, begin, SECOND)
    monkeypatch.undo()
    run.dies_at = 0
    with begin() as tx:
        pending = tx.value(select(func.count()).select_from(imports).where(imports.c.lease_ms > tx.now_ms))
    if pending:
        with pytest.raises(RosterError, match="lần nhập danh sách khác"):
            ready(run)
    CLOCK.turn(timedelta(milliseconds=LEASE_MS))
    ready(run)
    with begin() as tx:
        states = [row.state for row in tx.rows(select(imports))]
        assert set(states) == {"applied"}
        if len(states) == 1:
            assert state(tx) == before
            assert tx.value(select(func.count()).select_from(organisations)) == len(before["tree"])
            assert tx.value(select(func.max(organisation_links.c.from_ms))) < 1 << 50
        else:
            assert everybody(tx) == 25
            new = queries.member_by_card(tx, "99000002")
            assert new is not None
            assert queries.names(tx, [new.id]) == {new.id: "Lê Thị Đổi"}
        assert plan(tx, roster_of(SECOND)).counts["new"] == (10 if len(states) == 1 else 0)


def test_an_import_that_came_between_stops_the_later_one(run: Run, begin: Begin) -> None:
    first = run.__call__

    def between(unit: Unit) -> Any:
        if run.count == 2:  # one slice has been written, the switch has not been made
            run.count += 1
            with begin() as tx:
                tx.run(
                    imports.insert().values(
                        id=1 << 61, at_ms=1, file_hash="x", members=0, new=0, changed=0, moved=0, gone=0
                    )
                )
        return first(unit)

    with pytest.raises(RosterError, match="vừa được người khác cập nhật"):
        imported(between, begin, SECOND)  # type: ignore[arg-type] # runs units as well
    with begin() as tx:
        assert everybody(tx) == 16
        assert tx.value(select(func.count()).select_from(members)) == 16


def test_cards_that_changed_hands(run: Run, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    with begin() as tx:
        ids = [queries.member_by_card(tx, f"9900001{n}").id for n in (1, 2)]  # type: ignore[union-attr] # there
        old = {each: tx.first(select(members).where(members.c.id == each)) for each in ids}
        changes = [(each, roster_import.Record(**_record(tx, old[each]))) for each in ids]
        swapped = [
            (changes[0][0], changes[0][1], changes[0][1]._replace(card_number=changes[1][1].card_number)),
            (changes[1][0], changes[1][1], changes[1][1]._replace(card_number=changes[0][1].card_number)),
        ]
        planned = roster_import.Planner(tx, roster_of(FIRST), None).plan()
    planned.updates = {each: (before, after) for each, before, after in swapped}

    class Ready:
        def __init__(self, *_: object) -> None:
            pass

        def plan(self) -> Any:
            return planned

    monkeypatch.setattr(roster_import, "Planner", Ready)
    imported(run, begin, FIRST)
    with begin() as tx:
        assert [queries.member_by_card(tx, f"9900001{n}").id for n in (1, 2)] == ids[::-1]  # type: ignore[union-attr]


def _record(tx: Tx, row: Any) -> dict[str, Any]:
    sealed = {
        name: getattr(row, name) and tx.vault.open(f"members.{name}", row.id, getattr(row, name))
        for name in ("full_name", "birth_date", "phone", "card_number", "joined_on", "official_on")
    }
    plain = {
        name: getattr(row, name)
        for name in ("branch_id", "cccd_last4", "kind", "standing", "missing_since_ms")
    }
    return {**sealed, **plain, "cccd_hash": row.cccd_hash and row.cccd_hash.hex()}


def test_what_an_import_remembers_of_one_member_can_be_erased(run: Run, begin: Begin) -> None:
    imported(run, begin, SECOND)
    with begin() as tx:
        member = queries.member_by_card(tx, "99000001")
        assert member is not None
        assert member.standing is Standing.TRANSFERRED
        forget_member(tx, member.id)
        assert member.id not in {row.about_id for row in tx.rows(select(import_changes))}
    undo(run)
    finish(run)
    with begin() as tx:
        assert queries.member(tx, member.id).standing is Standing.TRANSFERRED  # type: ignore[union-attr] # it stays
