"""Hears every statement that reaches the database, the compiled hot ones included."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.store import hot


class _Listening:
    def __init__(self, driver: Any, seen: list[tuple[str, Any]]) -> None:
        self._driver, self._seen = driver, seen

    def execute(self, statement: str, values: Any) -> Any:
        self._seen.append((statement, values))
        return self._driver.execute(statement, values)

    def executemany(self, statement: str, many: Any) -> Any:
        listed = list(many)
        self._seen.append((statement, listed))
        return self._driver.executemany(statement, listed)


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """What reaches the database within the block: statements and their values."""
    seen: list[tuple[str, Any]] = []

    def hear(_conn: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        seen.append((statement, values))

    driver = hot._Plan.on

    def on(conn: Connection) -> Any:
        return _Listening(driver(conn), seen)

    event.listen(engine, "before_cursor_execute", hear)
    hot._Plan.on = staticmethod(on)  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        hot._Plan.on = staticmethod(driver)  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", hear)
