"""PostgreSQL with several processes: chats are claimed whole and in order, leases pass on, all are woken."""

import asyncio
import contextlib
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select, update
from stores import on_postgresql

from bot.channels.webhooks import InboxFull
from bot.clock import now
from bot.store import inbox, inbox_shared, leases, signals
from bot.store.engine import make_engine
from bot.store.inbox_shared import Arrived
from bot.store.tables.conversation import DONE, inbox_chats
from bot.store.tables.conversation import inbox as inbox_rows
from bot.store.tables.replicas import leases as lease_rows
from bot.store.tx import Tx
from bot.store.writer import write
from bot.worker_shared import SharedWorker

pytestmark = on_postgresql


def arrived(*names: str) -> list[Arrived]:
    """ "a1" is the update "a1" of the chat "a"."""
    return [Arrived("telegram", name, name[0], name.encode()) for name in names]


@contextlib.contextmanager
def process(engine: Engine, vault) -> Iterator[Tx]:
    """A transaction of another process."""
    other = make_engine(engine.url.render_as_string(hide_password=False))
    with other.connect() as conn, conn.begin():
        yield Tx(conn, now(), vault)
    other.dispose()


def claimed(tx: Tx, name: str = "p1") -> list[str]:
    return [each.row.payload.decode() for each in inbox_shared.claim(tx, name)]


def handle(tx: Tx, name: str = "p1") -> list[str]:
    """A whole round."""
    rows = inbox_shared.claim(tx, name)
    for each in rows:
        inbox.done(tx, each.row.id)
    inbox_shared.settle(tx, name, {(each.row.channel, each.row.chat_key) for each in rows})
    return [each.row.payload.decode() for each in rows]


def free_chats(tx: Tx) -> None:
    """As if a while had passed since their last updates."""
    tx.run(update(inbox_chats).values(held_until_ms=0))


def test_updates_are_claimed_in_the_order_they_came_in_and_once(engine, vault):
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("b1", "a1", "b2")))
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a1", "a2")))  # one is a repetition
    assert write(engine, vault, inbox_shared.length) == 4
    assert write(engine, vault, handle) == ["b1", "a1", "b2", "a2"]
    assert write(engine, vault, handle) == []
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a2")))  # repeated after it was handled
    assert write(engine, vault, handle) == []
    assert write(engine, vault, inbox.counts) == {"waiting": 0, "done": 4, "set_aside": 0}


def test_a_chat_being_handled_is_nobody_elses_others_are(engine, vault):
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a1", "a2")))
    with process(engine, vault) as one:
        assert claimed(one, "p1") == ["a1", "a2"]
        with process(engine, vault) as two:
            assert claimed(two, "p2") == []
            inbox_shared.put(two, arrived("b1"))
        with process(engine, vault) as two:
            assert handle(two, "p2") == ["b1"]
    # p1 ended without a commit of effects: all is still there
    assert write(engine, vault, lambda tx: handle(tx, "p2")) == ["a1", "a2"]


def test_what_is_added_while_a_chat_is_handled_waits_for_its_commit_and_is_not_lost(engine, vault):
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a1")))
    with process(engine, vault) as one:
        assert handle(one) == ["a1"]
        with process(engine, vault) as two, pytest.raises(Exception, match="lock timeout"):
            two.conn.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            inbox_shared.put(two, arrived("a2"))
            raise AssertionError
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a2")))
    assert write(engine, vault, handle) == ["a2"]


def test_a_chat_stays_with_its_process_for_a_while(engine, vault):
    """Its replies may still be on their way: another process's could overtake them."""
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a1")))
    assert write(engine, vault, lambda tx: handle(tx, "p1")) == ["a1"]
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a2", "b1")))
    assert write(engine, vault, lambda tx: handle(tx, "p2")) == ["b1"]
    assert write(engine, vault, lambda tx: handle(tx, "p1")) == ["a2"]
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a3")))
    write(engine, vault, free_chats)
    assert write(engine, vault, lambda tx: handle(tx, "p2")) == ["a3"]


def test_a_noisy_chat_takes_turns_with_the_others(engine, vault):
    noisy = [f"n{number:02d}" for number in range(12)]
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived(*noisy)))
    for chat in "abc":
        write(engine, vault, lambda tx, chat=chat: inbox_shared.put(tx, arrived(f"{chat}1")))
    assert write(engine, vault, handle) == [*noisy[:5], "a1", "b1", "c1"]
    assert write(engine, vault, handle) == noisy[5:10]


def test_an_update_that_failed_makes_its_chat_wait(engine, vault):
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a1", "b1")))
    [failed, _] = write(engine, vault, lambda tx: inbox_shared.claim(tx, "p1"))
    assert failed.attempts == 0
    write(engine, vault, lambda tx: inbox_shared.put_off(tx, failed.row, 60_000))
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a2")))  # brings it no earlier turn
    assert write(engine, vault, handle) == ["b1"]
    write(engine, vault, lambda tx: inbox_shared.put_off(tx, failed.row, 0))
    again = write(engine, vault, lambda tx: inbox_shared.claim(tx, "p1"))
    assert [(each.row.payload, each.attempts) for each in again] == [(b"a1", 2), (b"a2", 0)]


def test_rows_of_quiet_chats_are_forgotten_and_come_back(engine, vault):
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a1", "b1")))
    write(engine, vault, handle)
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("b2")))
    write(engine, vault, inbox_shared.forget_quiet_chats)  # a process may still have replies under way
    assert len(write(engine, vault, lambda tx: tx.rows(select(inbox_chats)))) == 2
    write(engine, vault, free_chats)
    write(engine, vault, inbox_shared.forget_quiet_chats)
    assert [row.chat_key for row in write(engine, vault, lambda tx: tx.rows(select(inbox_chats)))] == ["b"]
    write(engine, vault, lambda tx: inbox_shared.put(tx, arrived("a2")))
    assert write(engine, vault, handle) == ["b2", "a2"]


async def test_a_noisy_chat_is_held_at_its_limit_in_all_processes_and_let_in_again(engine, vault, writer):
    first, second = (
        SharedWorker(writer, writer, None, None, {}, limit=40, chat_limit=10, handles=False)  # type: ignore[arg-type]
        for _ in range(2)
    )

    async def taken(worker: SharedWorker, chat: str, name: str) -> int:
        done = 0
        for number in range(30):
            with contextlib.suppress(InboxFull):
                await worker.put("telegram", f"{chat}{name}{number}", chat, b"x")
                done += 1
        return done

    assert await taken(first, "noisy", "a") == 5  # what may be waiting already is not counted yet
    for each in (first, second):
        await each.count()
    assert await taken(second, "noisy", "b") == 5
    await first.count()
    assert await taken(first, "noisy", "c") == 0
    assert await taken(first, "quiet", "d") == 5
    write(engine, vault, lambda tx: tx.run(update(inbox_rows).values(state=DONE)))
    await first.count()
    assert await taken(first, "noisy", "e") == 5


def test_many_processes_that_add_and_handle_at_once_keep_every_chats_order(engine, vault):
    """Four adding and two handling: no update lost or handled twice, ids of a chat in order of arrival."""
    url = engine.url.render_as_string(hide_password=False)
    chats = "abcdefgh"

    def add(name: str) -> None:
        own = make_engine(url)
        for number in range(15):
            batch = [Arrived("t", f"{chat}:{name}:{number:02d}", chat, b"x") for chat in reversed(chats)]
            write(own, vault, lambda tx, batch=batch: inbox_shared.put(tx, batch))
        own.dispose()

    handled: list[str] = []

    def work(name: str, adding: "asyncio.Future[None]") -> None:
        own = make_engine(url)

        def one(tx: Tx) -> list[str]:
            rows = inbox_shared.claim(tx, name)
            keys = [
                tx.value(select(inbox_rows.c.update_key).where(inbox_rows.c.id == each.row.id))
                for each in rows
            ]
            for each in rows:
                inbox.done(tx, each.row.id)
            inbox_shared.settle(tx, name, {(each.row.channel, each.row.chat_key) for each in rows})
            return keys

        while True:
            last = adding.done()
            found = write(own, vault, one)
            handled.extend(found)
            if last and not found and not write(own, vault, inbox_shared.length):
                break
        own.dispose()

    async def all_at_once() -> None:
        adding = asyncio.gather(*(asyncio.to_thread(add, name) for name in "pqrs"))
        async with asyncio.timeout(60):
            await asyncio.gather(adding, *(asyncio.to_thread(work, name, adding) for name in ("w1", "w2")))

    asyncio.run(all_at_once())
    assert len(handled) == len(set(handled)) == 4 * 15 * len(chats)
    rows = write(engine, vault, lambda tx: tx.rows(select(inbox_rows.c.update_key).order_by(inbox_rows.c.id)))
    for chat in chats:
        mine = [row.update_key for row in rows if row.update_key.startswith(chat)]
        for name in "pqrs":
            of_one = [key for key in mine if key.split(":")[1] == name]
            assert of_one == sorted(of_one)


def test_a_lease_has_one_holder_until_it_ends_or_is_given_back(engine, vault):
    def holds(name: str) -> bool:
        return write(engine, vault, lambda tx: leases.hold(tx, "timers", name))

    assert holds("p1")
    assert not holds("p2")
    assert holds("p1")
    assert write(engine, vault, leases.holders) == {"timers": "p1"}
    write(engine, vault, lambda tx: tx.run(update(lease_rows).values(until_ms=1)))
    assert write(engine, vault, leases.holders) == {}
    assert holds("p2")
    assert not holds("p1")
    write(engine, vault, lambda tx: leases.release(tx, "p2"))
    assert holds("p1")
    assert leases.TTL_MS < 10_000


async def test_what_is_told_is_heard_at_commit_and_everything_after_a_lost_connection(engine, vault, url):
    heard: list[str] = []
    news = asyncio.Event()

    def hear(what: str) -> None:
        heard.append(what)
        news.set()

    async def until(wanted) -> None:
        async with asyncio.timeout(10):
            while not wanted():
                news.clear()
                await news.wait()

    listening = asyncio.create_task(signals.listen(url, hear))
    try:
        await until(lambda: len(heard) == 4)  # the state before is unknown: look everywhere
        heard.clear()

        def tell(tx: Tx) -> None:
            signals.tell(tx, signals.JOBS)
            signals.tell(tx, signals.JOBS)

        def tell_and_fail(tx: Tx) -> None:
            signals.tell(tx, signals.OUTBOX)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            write(engine, vault, tell_and_fail)
        write(engine, vault, tell)
        await until(lambda: heard)
        assert heard == [signals.JOBS]
        heard.clear()
        with engine.connect() as conn:
            conn.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'sotay listens' AND datname = current_database()"
            )
        await until(lambda: len(heard) == 4)
    finally:
        listening.cancel()
