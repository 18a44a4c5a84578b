"""How fast a channel may go: in all, to one chat, to one group, as the platform counts.

A platform counts what reached it within a span of time. When a message reaches it is not known, only when it was
asked for and when it was answered; so a message keeps its place while it is on its way, and then for the whole
span, counted from its answer less (nearly) the least time an answer takes. However unevenly messages travel, none comes
too early, and with steady answers no time is lost.

Time is the event loop's.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

_MARGIN_S = 0.001
_CREEP = 1.0002
"""The least time of an answer grows by this much an answer: a way that became longer is learned."""
_SURE, _LEARNED = 0.9, 50
"""So much of the least time is relied on, once so many answers came."""
_EVEN = 0.9
"""Messages leave at least this part of their even distance apart, not all at the beginning of a span."""
_MANY = 512
"""Chats that nothing counts for any more are let go when there are more than this, and twice as many as last time."""


@dataclass(frozen=True, slots=True)
class Most:
    """At most so many messages in any span of so many seconds."""

    messages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """A channel's, as its platform has them. `rate` in messages a second; 0 means that nothing is limited."""

    rate: float
    chat: Most | None = None
    """To one person."""
    group: Most | None = None
    groups: str = ""
    """How the chat ids of groups begin."""

    def of(self, chat_id: str) -> Most | None:
        """The limit of one chat."""
        return self.group if self.is_group(chat_id) else self.chat

    def is_group(self, chat_id: str) -> bool:
        """Whether a chat is a group."""
        return bool(self.groups) and chat_id.startswith(self.groups)


NO_LIMITS = Limits(0)


class _Span:
    """What of one limit is taken: messages on their way, and the moments at which answered ones stop counting."""

    def __init__(self, most: Most) -> None:
        self.most = most
        self.on_way = 0
        self._ends: deque[float] = deque()

    def free_at(self, time: float) -> float | None:
        """From when on one more may go; None: not before one on its way is answered."""
        while self._ends and self._ends[0] <= time:
            self._ends.popleft()
        over = self.on_way + len(self._ends) - self.most.messages
        if over < 0:
            return time
        return self._ends[over] if over < len(self._ends) else None

    def answered(self, came: float, messages: int) -> None:
        """One on its way was answered, and took so many; `came`: when it reached the platform at the latest."""
        self.on_way -= 1
        end = came + self.most.seconds + _MARGIN_S
        last = max(end, self._ends[-1]) if self._ends else end
        self._ends.extend([last] * messages)

    def is_idle(self, time: float) -> bool:
        """Whether nothing counts any more."""
        return not self.on_way and self.free_at(time) == time and not self._ends


def _in_all(rate: float) -> Most:
    count = max(1, int(rate))
    return Most(count, count / rate if rate else 0)


class Pace:
    """One channel's messages. A notice waits for its turn; a reply to a person does not, but takes its place."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._chats: dict[str, _Span] = {}
        self._tidy_above = _MANY
        self._turn = asyncio.Lock()
        self._answer = asyncio.Event()
        self._next = 0.0
        self._least, self._answers = float("inf"), 0
        self._rate = limits.rate
        self._all = _Span(_in_all(limits.rate))

    def set_rate(self, rate: float) -> None:
        """So many messages a second in all, from now on."""
        self._rate, self._all.most = rate, _in_all(rate)

    def wait_of(self, chat_id: str) -> float:
        """Seconds until this chat may be written to; one message at a time is written to a chat."""
        if not self._rate:
            return 0.0
        time = asyncio.get_running_loop().time()
        span = self._chats.get(chat_id)
        free = None if span is None else span.free_at(time)
        return 0.0 if free is None else free - time

    def is_group(self, chat_id: str) -> bool:
        """Whether even a reply waits there: many people ask in it at once."""
        return self._limits.is_group(chat_id)

    async def turn(self) -> None:
        """Waits until one more notice may go, in the order of asking, and takes its place."""
        if not self._rate:
            return
        loop = asyncio.get_running_loop()
        async with self._turn:
            while True:
                time = loop.time()
                free = self._all.free_at(time)
                if free is None:
                    self._answer.clear()
                    await self._answer.wait()
                elif (wait := max(free, self._next) - time) > 0:
                    await asyncio.sleep(wait)
                else:
                    break
            self._next = loop.time() + _EVEN / self._rate
            self._all.on_way += 1

    def overtakes(self) -> None:
        """A reply goes at once, and takes the place of a notice."""
        if self._rate:
            self._all.on_way += 1

    def begins(self, chat_id: str) -> None:
        """A message to this chat leaves now."""
        if not self._rate or (most := self._limits.of(chat_id)) is None:
            return
        if len(self._chats) > self._tidy_above:
            time = asyncio.get_running_loop().time()
            self._chats = {key: span for key, span in self._chats.items() if not span.is_idle(time)}
            self._tidy_above = max(_MANY, 2 * len(self._chats))
        self._chats.setdefault(chat_id, _Span(most)).on_way += 1

    def ended(self, chat_id: str, began: float, messages: int) -> None:
        """What left then (loop time) was answered, or will never be; it took so many messages."""
        if not self._rate:
            return
        time = asyncio.get_running_loop().time()
        self._answers += 1
        self._least = min(time - began, self._least * _CREEP)
        came = time - self._least * _SURE if self._answers > _LEARNED else time
        self._all.answered(came, messages)
        self._answer.set()
        if (span := self._chats.get(chat_id)) is not None:
            span.answered(came, messages)

    def gives_back(self) -> None:
        """A notice that had its turn is not sent after all."""
        if self._rate:
            self._all.on_way -= 1
            self._answer.set()
