"""The one writer: a thread that owns the writing connection and commits in groups.

Units of work (plain functions of a `Tx`) are run one after another in one transaction, then committed
together; only then does anybody hear of them. First go the urgent ones that wait (new updates, results of
sends: short, and somebody waits for each), then others for at most `batch_ms` of work or `batch_units`. While
updates arrive, others get a part of that time: a platform that waits for its 200 hangs up, what was taken in
keeps, and how much of it may wait is limited. When one
raises, the batch is rolled back and each of its units runs again alone, so nobody pays for another's
fault: nothing had left the process.

On SQLite the event loop stands aside while a batch runs (a few ms): two threads that both have work would
pass Python's lock to and fro at every statement, up to 5 ms each time. The commit runs beside the loop.

A database that is gone for a while is waited for, like one that is busy; only a commit whose answer was
lost is told as an error, since nobody knows what became of it.
"""

import asyncio
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from bot.clock import now
from bot.store.engine import connection_lost, stands_in_the_way
from bot.store.tx import Tx
from bot.store.vault import Vault

T = TypeVar("T")
Unit = Callable[[Tx], Any]
Done = Callable[[Any, BaseException | None], None]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Work:
    unit: Unit
    done: Done | None
    arrives: bool


class WriterStopped(Exception):
    """The writer takes no more work: the program is going down."""


ASIDE_S = 0.05
"""The longest the event loop waits for a batch."""
URGENT = 4
"""So many times `batch_units` of the urgent ones."""
ARRIVING = 4
"""While updates arrive, a batch gives this part of `batch_ms` to what was taken in before."""
_PAUSE_S = 0.3
"""How long to wait before the next try to reach a database that is gone."""


class Writer:
    """Runs units of work. `done(result, error)` is called on the event loop, once a batch for all.

    One that is not `patient` does not wait for a database that is gone: its units hear of it at once.
    """

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        batch_ms: float = 10,
        batch_units: int = 50,
        patient: bool = True,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._loop = loop
        self._batch_s = batch_ms / 1000
        self._batch_units = batch_units
        self._patient = patient
        # PostgreSQL is waited for without Python's lock, so there the loop rather works meanwhile.
        self._beside = loop if engine.dialect.name == "sqlite" else None
        self._urgent: deque[_Work] = deque()
        self._ordinary: deque[_Work] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finishes what was submitted, then ends the thread. Called from outside the event loop."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def submit(
        self, unit: Unit, done: Done | None = None, *, urgent: bool = False, arrives: bool = False
    ) -> None:
        """Queues a unit. Urgent ones (results of sends, and updates as they arrive) go before most events.

        Raises WriterStopped.
        """
        with self._wake:
            if self._stopping:
                raise WriterStopped
            (self._urgent if urgent or arrives else self._ordinary).append(_Work(unit, done, arrives))
            self._wake.notify()

    async def run(self, unit: Callable[[Tx], T], *, urgent: bool = False, arrives: bool = False) -> T:
        """Runs a unit and returns its result after the commit; raises what it raised."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(result: T, error: BaseException | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        self.submit(unit, done, urgent=urgent, arrives=arrives)
        return await future

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._urgent or self._ordinary or self._stopping):
                    self._wake.wait()
                if self._stopping and not (self._urgent or self._ordinary):
                    return
            self._batch()

    def _next(self) -> Iterator[_Work]:
        """The units of one batch; of the ordinary ones at least one, so that no flood of results starves them."""
        urgent = ordinary = 0
        end = float("inf")
        allowed_s = self._batch_s
        while True:
            if self._urgent and urgent < self._batch_units * URGENT:
                urgent += 1
                work = self._urgent.popleft()
                if work.arrives:
                    allowed_s = self._batch_s / ARRIVING
                yield work
            elif self._ordinary and ordinary < self._batch_units and time.thread_time() <= end:
                if not ordinary:
                    end = time.thread_time() + allowed_s  # own work: on a busy machine batches stay whole
                ordinary += 1
                yield self._ordinary.popleft()
            else:
                return

    def _batch(self) -> None:
        taken: list[_Work] = []
        outcomes: list[tuple[Done | None, Any, BaseException | None]] = []
        leaving: list[Callable[[], None]] = []
        told: set[str] = set()
        transaction = self._begin()
        try:
            with _Aside(self._beside) as aside, transaction as conn:
                for work in self._next():
                    taken.append(work)
                    tx = Tx(conn, now(), self._vault, told=told)
                    outcomes.append((work.done, work.unit(tx), None))
                    leaving += tx.after_commit
                aside.over()
        except Exception as error:
            # A lost connection may be an old one of a server that is back already.
            again = len(taken) > 1 or stands_in_the_way(error) or (taken and connection_lost(error))
            if again and not transaction.in_doubt:
                for work in taken:
                    self._alone(work)
                return
            if not taken:
                taken += itertools.islice(
                    self._next(), 1
                )  # the transaction did not even begin: one hears of it, the next tries
            outcomes = [(work.done, None, error) for work in taken]
            leaving = []
        self._tell(outcomes, leaving)

    def _alone(self, work: _Work) -> None:
        while True:
            transaction = self._begin()
            try:
                with transaction as conn:
                    tx = Tx(conn, now(), self._vault)
                    result = work.unit(tx)
            except Exception as error:
                if self._again(error) and not transaction.in_doubt:
                    continue
                self._tell([(work.done, None, error)], [])
            else:
                self._tell([(work.done, result, None)], tx.after_commit)
            return

    def _again(self, error: Exception) -> bool:
        """Whether a unit that was rolled back may go through when it is run again."""
        return stands_in_the_way(error) or (self._patient and not self._stopping and connection_lost(error))

    def _begin(self) -> "_Transaction":
        return _Transaction(self._engine, lambda: self._patient and not self._stopping)

    def _tell(
        self, outcomes: list[tuple[Done | None, Any, BaseException | None]], leaving: list[Callable[[], None]]
    ) -> None:
        def tell() -> None:
            for leave in leaving:
                _safely(leave)
            for done, result, error in outcomes:
                if done is not None:
                    _safely(done, result, error)
                elif error is not None:
                    log.error("unit_failed", error=type(error).__name__)

        if self._loop is None or self._loop.is_closed():
            tell()
        else:
            self._loop.call_soon_threadsafe(tell)


class _Aside:
    """Within the block the event loop waits, until `over` or for ASIDE_S; None: there is no loop to wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self._loop = loop
        self._came, self._over = threading.Event(), threading.Event()

    def __enter__(self) -> "_Aside":
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wait)
            self._came.wait(ASIDE_S)  # it comes when it has done what it is at
        return self

    def _wait(self) -> None:
        self._came.set()
        self._over.wait(ASIDE_S)

    def over(self) -> None:
        """The loop goes on."""
        self._over.set()

    def __exit__(self, *_error: object) -> None:
        self.over()


def _safely(listener: Callable[..., None], *told: Any) -> None:
    try:
        listener(*told)
    except Exception as error:  # a fault in one listener must not keep the others waiting for ever
        log.error("listener_failed", error=type(error).__name__)


class _Transaction:
    """`engine.begin()` that waits as long as it takes for another process to let go of SQLite, and, while
    `patient()`, for PostgreSQL to be there.
    """

    def __init__(self, engine: Engine, patient: Callable[[], bool] = lambda: False) -> None:
        self._engine = engine
        self._patient = patient
        self._conn: Connection | None = None
        self.in_doubt = False
        """The connection was lost in the commit: it may have happened or not."""

    def __enter__(self) -> Connection:
        while True:
            conn: Connection | None = None
            try:
                conn = self._engine.connect()
                conn.begin()
            except OperationalError as error:
                if conn is not None:
                    conn.close()
                if connection_lost(error) and self._patient():
                    log.warning("database_gone")
                    time.sleep(_PAUSE_S)
                elif "locked" in str(error.orig) or "busy" in str(error.orig):
                    log.warning("database_busy")
                else:
                    raise
            else:
                self._conn = conn
                return conn

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self._conn is not None
        try:
            if kind is None:
                self._commit(self._conn)
            else:
                self._conn.rollback()
        finally:
            self._conn.close()

    def _commit(self, conn: Connection) -> None:
        try:
            conn.commit()
        except Exception as error:
            self.in_doubt = connection_lost(error)
            raise


def write(engine: Engine, vault: Vault, unit: Callable[[Tx], T]) -> T:
    """Runs one unit in a transaction of its own, in this thread: for the terminal and for tests."""
    with _Transaction(engine) as conn:
        tx = Tx(conn, now(), vault)
        result = unit(tx)
    for leave in tx.after_commit:
        leave()
    return result
