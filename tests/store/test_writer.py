"""One event, one commit: nothing of a batch is seen before its commit, nothing of a failed unit ever."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert, select
from sqlalchemy.exc import OperationalError
from stores import on_sqlite

from bot.store import audit
from bot.store import writer as writer_module
from bot.store.engine import reading
from bot.store.tables.audit import audit as rows
from bot.store.tx import Tx
from bot.store.vault import Vault
from bot.store.writer import Writer, WriterStopped, write


class Broke(Exception):
    """What a unit of these tests raises."""


def noted(other: Engine) -> list[str]:
    """What a second connection, which knows nothing of ours, reads."""
    with other.connect() as conn:
        return [row[0] for row in conn.exec_driver_sql("SELECT object FROM audit ORDER BY id")]


def note(what: str, tx: Tx) -> str:
    audit.record(tx, "noted", what)
    return what


def note_and_break(what: str, tx: Tx) -> None:
    audit.record(tx, "noted", what)
    raise Broke(what)


@pytest.fixture
def commits(engine: Engine) -> list[str]:
    counted: list[str] = []
    event.listen(engine, "commit", lambda _conn: counted.append("commit"))
    return counted


class Gathered:
    """Submits units so that they all wait when the batch begins: the first one holds the writer up."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._open = threading.Event()
        self.told: list[tuple[object, str]] = []
        self._all = asyncio.Event()
        self._wanted = 0
        entered = threading.Event()

        def hold(_tx: Tx) -> None:
            entered.set()
            self._open.wait(5)

        writer.submit(hold)
        assert entered.wait(5)

    def submit(self, unit, **options) -> None:
        self._wanted += 1

        def done(result, error):
            self.told.append((result, type(error).__name__ if error else ""))
            if len(self.told) == self._wanted:
                self._all.set()

        self._writer.submit(unit, done, **options)

    async def run(self) -> list[tuple[object, str]]:
        self._open.set()
        await asyncio.wait_for(self._all.wait(), 5)
        return self.told


async def test_a_second_connection_reads_nothing_in_the_middle_of_a_batch(writer, other):
    seen: list[list[str]] = []

    def look(tx: Tx) -> None:
        seen.append(noted(other))
        assert [row.object for row in tx.rows(select(rows))] == ["one"]

    batch = Gathered(writer)
    batch.submit(partial(note, "one"))
    batch.submit(look)
    batch.submit(partial(note, "two"))
    assert await batch.run() == [("one", ""), (None, ""), ("two", "")]
    assert seen == [[]]
    assert noted(other) == ["one", "two"]


@on_sqlite
@pytest.mark.parametrize(("arrives", "batches"), [(True, 2), (False, 1)])
async def test_while_updates_arrive_they_are_stored_with_fewer_events(
    engine, vault, other, commits, monkeypatch, arrives, batches
):
    monkeypatch.setattr(writer_module, "ARRIVING", 10**9)
    writer = Writer(engine, vault, loop=asyncio.get_running_loop(), batch_ms=10_000)
    for name in ("a", "b", "c"):
        writer.submit(partial(note, name))
    writer.submit(partial(note, "new"), urgent=True, arrives=arrives)
    writer.start()
    await asyncio.to_thread(writer.stop)
    assert noted(other) == ["new", "a", "b", "c"]
    assert len(commits) == batches


async def test_a_unit_that_raises_takes_nobody_with_it(writer, other):
    batch = Gathered(writer)
    batch.submit(partial(note, "before"))
    batch.submit(partial(note_and_break, "broken"))
    batch.submit(partial(note, "after"))
    assert await batch.run() == [("before", ""), (None, "Broke"), ("after", "")]
    assert noted(other) == ["before", "after"]


async def test_units_run_again_alone_leave_once(writer, other):
    """What is to leave on commit must not leave from the batch that was rolled back as well."""
    left: list[str] = []

    def leaving(what: str, tx: Tx) -> None:
        audit.record(tx, "noted", what)
        tx.after_commit.append(partial(left.append, what))

    def broken(tx: Tx) -> None:
        tx.after_commit.append(partial(left.append, "broken"))
        raise Broke

    batch = Gathered(writer)
    batch.submit(partial(leaving, "one"))
    batch.submit(broken)
    batch.submit(partial(leaving, "two"))
    await batch.run()
    assert left == ["one", "two"]
    assert noted(other) == ["one", "two"]


async def test_done_and_after_commit_come_after_the_commit_of_the_batch(writer, other, commits):
    heard: list[tuple[str, int, list[str]]] = []

    def hear(name: str, *_: object) -> None:
        heard.append((name, len(commits), noted(other)))

    def unit(name: str, tx: Tx) -> None:
        note(name, tx)
        tx.after_commit.append(partial(hear, f"leave {name}"))

    batch = Gathered(writer)
    for name in ("a", "b"):
        batch.submit(partial(unit, name))
    writer.submit(partial(note, "c"), partial(hear, "done"))
    await batch.run()
    await writer.run(lambda _tx: None)
    assert [name for name, *_ in heard] == ["leave a", "leave b", "done"]
    assert all(count == 1 and found == ["a", "b", "c"] for _, count, found in heard)


async def test_units_that_wait_share_one_commit_and_urgent_ones_go_first(writer, other, commits):
    batch = Gathered(writer)
    for number in range(20):
        batch.submit(partial(note, f"event {number}"))
    batch.submit(partial(note, "urgent"), urgent=True)
    await batch.run()
    assert len(commits) == 1  # the unit that held the writer up included
    assert noted(other)[0] == "urgent"


async def test_a_batch_is_bounded_in_units(engine, vault, path, commits):
    writer = Writer(engine, vault, loop=asyncio.get_running_loop(), batch_units=4, batch_ms=10_000)
    writer.start()
    batch = Gathered(writer)
    for number in range(7):
        batch.submit(partial(note, str(number)))
    await batch.run()
    await asyncio.to_thread(writer.stop)
    assert len(commits) == 2


async def test_a_batch_is_bounded_in_time(engine, vault, commits):
    writer = Writer(engine, vault, loop=asyncio.get_running_loop(), batch_ms=0)
    writer.start()
    batch = Gathered(writer)
    for number in range(3):
        batch.submit(partial(note, str(number)))
    await batch.run()
    await asyncio.to_thread(writer.stop)
    assert len(commits) == 4


async def test_run_raises_what_the_unit_raised(writer):
    with pytest.raises(Broke):
        await writer.run(partial(note_and_break, "x"))
    assert await writer.run(partial(note, "y")) == "y"


async def test_stopping_finishes_what_was_submitted_and_takes_no_more(engine, vault, other):
    writer = Writer(engine, vault)
    for number in range(5):
        writer.submit(partial(note, str(number)))
    writer.start()
    await asyncio.to_thread(writer.stop)
    assert len(noted(other)) == 5
    with pytest.raises(WriterStopped):
        writer.submit(partial(note, "late"))


HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
held.execute("INSERT INTO audit (id, at_ms, actor, action, object) VALUES (1, 0, 'x', 'noted', 'theirs')")
print("held", flush=True)
sys.stdin.readline()
held.execute("COMMIT")
"""


@on_sqlite
async def test_another_processes_transaction_is_waited_for(engine, vault, path, other):
    """Longer than busy_timeout, too: the writer takes SQLITE_BUSY as "wait", never as an error."""
    held = subprocess.Popen(  # noqa: ASYNC220 - it only starts here; its pipes are read in threads
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    tries = threading.Event()

    @event.listens_for(engine, "checkout")
    def soon(connection, _record, _proxy):
        connection.execute("PRAGMA busy_timeout=20")

    @event.listens_for(engine, "handle_error")
    def refused(context):
        tries.set()

    writer = Writer(engine, vault, loop=asyncio.get_running_loop())
    try:
        assert held.stdout is not None
        assert held.stdin is not None
        assert await asyncio.to_thread(held.stdout.readline) == "held\n"
        writer.start()
        ours = asyncio.ensure_future(writer.run(partial(note, "ours")))
        assert await asyncio.to_thread(tries.wait, 5)  # SQLite has said "busy" at least once
        assert not ours.done()
        assert noted(other) == []
        held.stdin.write("\n")
        held.stdin.flush()
        assert await asyncio.wait_for(ours, 5) == "ours"
        assert sorted(noted(other)) == ["ours", "theirs"]
    finally:
        held.kill()
        held.wait()
        await asyncio.to_thread(writer.stop)


@on_sqlite
async def test_a_database_that_fails_is_told_and_does_not_stop_the_writer(engine, vault, other):
    """A full or broken disk at BEGIN: each unit hears of it; a webhook can answer 503."""
    broken = threading.Event()
    broken.set()

    @event.listens_for(engine, "begin")
    def fail(_conn):
        if broken.is_set():
            raise OperationalError("BEGIN", {}, sqlite3.OperationalError("disk I/O error"))

    writer = Writer(engine, vault, loop=asyncio.get_running_loop())
    writer.start()
    try:
        for _ in range(2):
            with pytest.raises(OperationalError):
                await asyncio.wait_for(writer.run(partial(note, "lost")), 2)
        broken.clear()
        assert await asyncio.wait_for(writer.run(partial(note, "kept")), 2) == "kept"
    finally:
        broken.clear()
        await asyncio.to_thread(writer.stop)
    assert noted(other) == ["kept"]


async def test_one_listener_that_raises_does_not_silence_the_others(writer):
    """`done` and what leaves on commit belong to other people: a fault in one is not theirs."""
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: errors.append(context))

    def bad(*_: object) -> None:
        raise Broke

    def leaving(tx: Tx) -> None:
        tx.after_commit.append(bad)

    batch = Gathered(writer)
    batch.submit(leaving)
    writer.submit(partial(note, "x"), bad)
    batch.submit(partial(note, "y"))
    assert ("y", "") in await batch.run()


def test_write_is_one_transaction(engine, vault, other):
    with pytest.raises(Broke):
        write(engine, vault, partial(note_and_break, "x"))
    assert noted(other) == []
    assert write(engine, vault, partial(note, "y")) == "y"
    assert noted(other) == ["y"]


@on_sqlite
def test_begin_is_immediate_and_rolls_everything_back(engine: Engine, path: Path, vault: Vault, other):
    """The driver's own handling would commit before some statements: schema changes roll back as well."""
    with engine.connect() as conn, conn.begin() as transaction:
        raw = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            raw.execute("BEGIN IMMEDIATE")  # held from BEGIN on, before we wrote anything
        conn.exec_driver_sql("CREATE TABLE t (x)")
        conn.execute(insert(rows).values(id=1, at_ms=0, actor="x", action="noted", object="o"))
        assert raw.execute("SELECT count(*) FROM audit").fetchone() == (0,)
        transaction.rollback()
        raw.execute("BEGIN IMMEDIATE")
        raw.close()
    assert noted(other) == []
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 't'").fetchone() == (0,)


def test_a_reader_has_a_snapshot_and_waits_for_no_writer(engine, vault):
    with reading(engine).connect() as reader:
        assert reader.execute(select(rows)).all() == []
        write(engine, vault, partial(note, "new"))
        assert reader.execute(select(rows)).all() == []
    with reading(engine).connect() as reader:
        assert len(reader.execute(select(rows)).all()) == 1


@on_sqlite
def test_pragmas_of_every_connection(engine):
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "busy_timeout": 10000,
    }
    with reading(engine).connect() as one, reading(engine).connect() as two:
        for conn in (one, two):
            found = {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert found == wanted


@on_sqlite
async def test_the_loop_stands_aside_while_a_batch_runs(engine, vault, monkeypatch):
    """Else both threads pass Python's lock to and fro at every statement."""
    monkeypatch.setattr(writer_module, "ASIDE_S", 10)
    loop, ran = asyncio.get_running_loop(), threading.Event()
    writer = Writer(engine, vault, loop=loop)
    writer.start()

    def unit(tx):
        loop.call_soon_threadsafe(ran.set)
        return ran.wait(0.05)  # a loop that works meanwhile does it at once

    assert await writer.run(unit) is False
    assert ran.is_set()  # and it went on afterwards
    await asyncio.to_thread(writer.stop)


@on_sqlite
async def test_the_loop_goes_on_when_a_batch_takes_very_long(engine, vault, monkeypatch):
    monkeypatch.setattr(writer_module, "ASIDE_S", 0.01)
    loop, ran = asyncio.get_running_loop(), threading.Event()
    writer = Writer(engine, vault, loop=loop)
    writer.start()

    def unit(tx):
        loop.call_soon_threadsafe(ran.set)
        return ran.wait(8)

    assert await writer.run(unit) is True
    await asyncio.to_thread(writer.stop)


async def test_results_do_not_starve_events_nor_events_new_updates(engine, vault):
    """Of ten batches' worth of urgent units and as many others, each batch does some of both."""
    writer = Writer(engine, vault, loop=asyncio.get_running_loop(), batch_units=5, batch_ms=10_000)
    order: list[str] = []
    for number in range(200):
        writer.submit(lambda tx: order.append("urgent"), urgent=True)
        if number < 50:
            writer.submit(lambda tx: order.append("event"))
    writer.start()
    await asyncio.to_thread(writer.stop)
    assert order[:20] == ["urgent"] * 20  # what is short goes first
    assert order[20:25] == ["event"] * 5  # then the others have their turn
    assert len(order) == 250
