"""The one writer: a thread that owns the writing connection and commits in groups.

Units of work (plain functions of a `Tx`) are run one after another in one transaction for at most
`batch_ms` or `batch_units`, then committed together; only then does anybody hear of them. When one
raises, the batch is rolled back and each of its units runs again alone, so nobody pays for another's
fault: nothing had left the process.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from bot.clock import now
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


class WriterStopped(Exception):
    """The writer takes no more work: the program is going down."""


class Writer:
    """Runs units of work. `done(result, error)` is called on the event loop, once a batch for all."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        batch_ms: float = 10,
        batch_units: int = 50,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._loop = loop
        self._batch_s = batch_ms / 1000
        self._batch_units = batch_units
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

    def submit(self, unit: Unit, done: Done | None = None, *, urgent: bool = False) -> None:
        """Queues a unit. Urgent ones (new updates, results of sends) go before most events.

        Raises WriterStopped.
        """
        with self._wake:
            if self._stopping:
                raise WriterStopped
            (self._urgent if urgent else self._ordinary).append(_Work(unit, done))
            self._wake.notify()

    async def run(self, unit: Callable[[Tx], T], *, urgent: bool = False) -> T:
        """Runs a unit and returns its result after the commit; raises what it raised."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(result: T, error: BaseException | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        self.submit(unit, done, urgent=urgent)
        return await future

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._urgent or self._ordinary or self._stopping):
                    self._wake.wait()
                if self._stopping and not (self._urgent or self._ordinary):
                    return
            self._batch()

    def _take(self, turn: int = 0) -> _Work | None:
        # Every fourth turn is for an ordinary unit, so that a flood of results does not starve the events.
        lanes = (self._ordinary, self._urgent) if turn % 4 == 3 else (self._urgent, self._ordinary)
        for queue in lanes:
            if queue:
                return queue.popleft()
        return None

    def _batch(self) -> None:
        taken: list[_Work] = []
        outcomes: list[tuple[Done | None, Any, BaseException | None]] = []
        leaving: list[Callable[[], None]] = []
        try:
            with self._begin() as conn:
                end = time.monotonic() + self._batch_s
                while len(taken) < self._batch_units and (work := self._take(len(taken))) is not None:
                    taken.append(work)
                    tx = Tx(conn, now(), self._vault)
                    outcomes.append((work.done, work.unit(tx), None))
                    leaving += tx.after_commit
                    if time.monotonic() > end:
                        break
        except Exception as error:
            if len(taken) > 1:
                for work in taken:
                    self._alone(work)
                return
            if not taken and (work := self._take()) is not None:
                taken.append(work)  # the transaction did not even begin: one hears of it, the next tries
            outcomes = [(work.done, None, error) for work in taken]
            leaving = []
        self._tell(outcomes, leaving)

    def _alone(self, work: _Work) -> None:
        try:
            with self._begin() as conn:
                tx = Tx(conn, now(), self._vault)
                result = work.unit(tx)
        except Exception as error:
            self._tell([(work.done, None, error)], [])
        else:
            self._tell([(work.done, result, None)], tx.after_commit)

    def _begin(self) -> "_Transaction":
        return _Transaction(self._engine)

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


def _safely(listener: Callable[..., None], *told: Any) -> None:
    try:
        listener(*told)
    except Exception as error:  # a fault in one listener must not keep the others waiting for ever
        log.error("listener_failed", error=type(error).__name__)


class _Transaction:
    """`engine.begin()` that waits as long as it takes for another process to let go of SQLite."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._conn: Connection | None = None

    def __enter__(self) -> Connection:
        while True:
            conn = self._engine.connect()
            try:
                conn.begin()
            except OperationalError as error:
                conn.close()
                if "locked" not in str(error.orig) and "busy" not in str(error.orig):
                    raise
                log.warning("database_busy")
            else:
                self._conn = conn
                return conn

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self._conn is not None
        try:
            if kind is None:
                self._conn.commit()
            else:
                self._conn.rollback()
        finally:
            self._conn.close()


def write(engine: Engine, vault: Vault, unit: Callable[[Tx], T]) -> T:
    """Runs one unit in a transaction of its own, in this thread: for the terminal and for tests."""
    with _Transaction(engine) as conn:
        tx = Tx(conn, now(), vault)
        result = unit(tx)
    for leave in tx.after_commit:
        leave()
    return result
