"""An event loop whose time is turned: where it would wait, it is there already. The one clock goes along."""

import asyncio
import selectors
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.clock import CLOCK


class _Hasty(selectors.DefaultSelector):
    def __init__(self, turn: Callable[[float], bool]) -> None:
        super().__init__()
        self._turn = turn

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if not found and timeout is not None and timeout > 0 and self._turn(timeout):
            return []
        return found or super().select(timeout if timeout is None else min(timeout, 0.001))


class TurnedLoop(asyncio.SelectorEventLoop):
    """`busy` tells whether another thread works for somebody here: no time passes meanwhile."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self.busy: Callable[[], bool] = lambda: False
        super().__init__(_Hasty(self._skip))

    def time(self) -> float:
        return super().time() + self._ahead

    def _skip(self, seconds: float) -> bool:
        if self.busy():
            return False
        self._ahead += seconds
        CLOCK.turn(timedelta(seconds=seconds))
        return True
