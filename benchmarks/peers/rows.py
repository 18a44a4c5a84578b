"""How a peer keeps an answer: a commit for each, as SQLAlchemy's users write it, or many in one commit."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

Write = Callable[[int, int, str], Awaitable[None]]
"""Stores (update id, user id, data); returns when it is committed."""
TABLE = """create table if not exists answers(
    id integer primary key, update_id integer unique, user_id integer, data text)"""
PRAGMAS = ("pragma journal_mode=wal", "pragma synchronous=full")
LIMIT = 256


def writer(how: str, path: Path) -> Write:
    """`how` is "each" or "group"."""
    with sqlite3.connect(path) as db:
        db.execute(PRAGMAS[0])
        db.execute(TABLE)
    db.close()
    return _each(path) if how == "each" else _Group(path).write


def stored(path: Path) -> int:
    """How many different updates are stored."""
    db = sqlite3.connect(path)
    try:
        return int(db.execute("select count(distinct update_id) from answers").fetchone()[0])
    finally:
        db.close()


def _each(path: Path) -> Write:
    from sqlalchemy import event
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Answer(Base):
        __tablename__ = "answers"
        id: Mapped[int] = mapped_column(primary_key=True)
        update_id: Mapped[int]
        user_id: Mapped[int]
        data: Mapped[str]

    # One connection: with the default pool, fifteen fight for SQLite's one lock and answers get lost.
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=300)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection, _record):  # type: ignore[no-untyped-def]
        for pragma in PRAGMAS:
            connection.execute(pragma)

    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def write(update_id: int, user_id: int, data: str) -> None:
        async with sessions() as session:
            session.add(Answer(update_id=update_id, user_id=user_id, data=data))
            await session.commit()

    return write


class _Group:
    """A thread of its own commits whatever waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: queue.SimpleQueue[tuple[tuple[int, int, str], asyncio.Future[None]]] = (
            queue.SimpleQueue()
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        threading.Thread(target=self._run, daemon=True).start()

    async def write(self, update_id: int, user_id: int, data: str) -> None:
        self._loop = asyncio.get_running_loop()
        done = self._loop.create_future()
        self._waiting.put(((update_id, user_id, data), done))
        await done

    def _run(self) -> None:
        db = sqlite3.connect(self._path, isolation_level=None)
        for pragma in PRAGMAS:
            db.execute(pragma)
        while True:
            taken = [self._waiting.get()]
            while len(taken) < LIMIT and not self._waiting.empty():
                taken.append(self._waiting.get())
            db.execute("begin immediate")
            db.executemany(
                "insert into answers(update_id, user_id, data) values (?, ?, ?)",
                [row for row, _done in taken],
            )
            db.execute("commit")
            assert self._loop is not None
            self._loop.call_soon_threadsafe(_tell, [done for _row, done in taken])


def _tell(waiting: list[asyncio.Future[None]]) -> None:
    for done in waiting:
        if not done.done():
            done.set_result(None)
