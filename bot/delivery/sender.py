"""Sends what the outbox holds: replies from memory right after their commit, the rest by claiming rows.

Within one chat, order is kept: one message at a time. What a platform answers is recorded through the
writer. A row is finished after the send, never at the claim.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.chat.errors import (
    Later,
    PlatformError,
    Rejected,
    RetryAfter,
    Suspended,
    TokenExpired,
    Unavailable,
    Uncertain,
    Unreachable,
)
from bot.chat.replies import Template
from bot.clock import now_ms
from bot.delivery import outbox, templates
from bot.delivery.budget import Budget
from bot.delivery.outbound import Outbound, Sent
from bot.delivery.outbox import Outgoing, Pending
from bot.delivery.pace import NO_LIMITS, Limits, Pace
from bot.delivery.quiet import NEVER, Quiet
from bot.delivery.results import Note, record
from bot.delivery.window import Terms
from bot.store.tx import Tx
from bot.store.writer import Writer, WriterStopped

log = structlog.get_logger()

CLAIMED_AT_ONCE, MOST_HELD = 256, 1024
"""Chats with a message in memory, those left out that wait for their own limit; and messages in memory at most."""
_TOKEN_PAUSE_S = 60
_UNCERTAIN_PAUSE_MS, _MAX_UNCERTAIN = 2_000, 1
_DOWN, _LONGEST_DOWN_S = 10, 60.0
"""So many messages in a row that a platform was not there for, and the channel pauses, longer each time."""
_MAX_TRIES_UNAVAILABLE, _LONGEST_BACK_OFF_S = 12, 300.0
_SUSPENDED_PAUSE_S, _TELL_AGAIN_S = 600, 6 * 3600
_MAX_TRIES_LATER = 48
"""How often a row is put back that waits for a quota or the morning: two days, at an hour each."""
_RECORDED_AGAIN, _AGAIN_S = 3, 1.0
_NOTES, _NOTES_S = 128, 0.05
"""Results are recorded together: at most so many, and none waits longer (seconds)."""
_MARGIN_MS = 5_000
"""A row of this process is left to the channel's holder so long before its claim runs out."""


class Reachability(Protocol):
    """Told, in the commit of the result, what a send taught about a person's chat."""

    def unreachable(
        self, tx: Tx, channel: str, chat_id: str, reason: str, notice: tuple[str, int] | None = None
    ) -> None:
        """This chat cannot be reached until its person writes again; `notice`: which one it missed thereby."""
        ...

    def moved(self, tx: Tx, channel: str, old: str, new: str) -> None:
        """This chat has a new id."""
        ...

    def too_many_failed(self, tx: Tx, kind: str, kind_id: int, reason: str) -> None:
        """So many messages of this notice failed that it should not go on unasked: hold it, and tell a person."""
        ...

    def suspended(self, tx: Tx, channel: str, problem: str) -> None:
        """The account (a template of it, its digests) sends nothing until a person has set it right: tell one."""
        ...


@dataclass
class _Lane:
    """One channel: its chats with something to send, and how fast it may go."""

    outbound: Outbound
    slots: asyncio.Semaphore
    pace: Pace
    share: Pace
    """For the replies of a process that does not hold the channel."""
    rate: float
    holds: bool
    """Whether this process sends what is due on the channel, not only its own replies."""
    chats: dict[str, deque[Outgoing]] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    """Since the last look for more: it may have found these before their outcome was written."""
    behind: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Chats with a row that was put back: its id, and the moment (ms) when it is due."""
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    room: asyncio.Event = field(default_factory=asyncio.Event)
    paused_until: float = 0.0
    slow: int = 0
    """Chats that wait for a limit of their own."""
    unavailable: int = 0
    """How often one after another the platform could not be reached."""
    told: dict[str, float] = field(default_factory=dict)
    """Problems of the account that a person was told of, and when (loop time)."""

    def pause(self, seconds: float) -> None:
        until = asyncio.get_running_loop().time() + seconds
        self.paused_until = max(self.paused_until, until)


def _lane(outbound: Outbound, limits: Limits, in_flight: int, reply_share: float, *, holds: bool) -> _Lane:
    share = replace(limits, rate=limits.rate * reply_share)
    return _Lane(outbound, asyncio.Semaphore(in_flight), Pace(limits), Pace(share), limits.rate, holds)


class Sender:
    """One a process. `limits` are the platforms', by channel; replies to a person are not held back by them.

    `terms` are those of the channels where people can be written to only for a while; `quiet` and `unwanted`
    as in `outbox.claim`.
    Of several processes one holds a channel (`hold`) and sends what is due there. Each handles updates and
    sends its own replies at once; where it does not hold the channel, at `reply_share` of the rate, which
    the others without the channel have to share.
    """

    def __init__(
        self,
        writer: Writer,
        outbounds: Iterable[Outbound],
        reachability: Reachability,
        *,
        name: str,
        limits: Mapping[str, Limits],
        terms: Mapping[str, Terms] | None = None,
        in_flight: int = 64,
        shared: bool = False,
        reply_share: float = 0.2,
        quiet: Quiet = NEVER,
        unwanted: Callable[[Tx, list[Pending]], set[int]] | None = None,
    ) -> None:
        self._writer = writer
        self._reachability = reachability
        self._terms = terms or {}
        self.name = name
        self._reply_share = reply_share
        self._claim = partial(
            outbox.claim,
            claimed_by=name,
            quiet=quiet,
            unwanted=unwanted,
            closed=reachability.unreachable,
            short=reachability.suspended,
            kept={channel: each.kept for channel, each in self._terms.items()},
        )
        self._lanes = {
            outbound.channel: _lane(
                outbound, limits.get(outbound.channel, NO_LIMITS), in_flight, reply_share, holds=not shared
            )
            for outbound in outbounds
        }
        self._budget = Budget()
        self._notes: list[Note] = []
        self._settled = 0.0
        self._settling: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []

    @property
    def channels(self) -> list[str]:
        """The channels this process can send on."""
        return list(self._lanes)

    def start(self) -> None:
        """Starts claiming what is due."""
        self._loops = [asyncio.create_task(self._claiming(name, lane)) for name, lane in self._lanes.items()]
        self.ring()

    async def stop(self) -> None:
        """Stops claiming, lets what is in flight end (five seconds), closes the connections."""
        for loop in self._loops:
            loop.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        for task in self._tasks:
            task.cancel()
        self.settle()
        for lane in self._lanes.values():
            await lane.outbound.close()

    def hold(self, channel: str, holds: bool) -> None:
        """From now on this process sends what is due on a channel, or no more."""
        self._lanes[channel].holds = holds
        if holds:
            self._release()

    def share_with(self, others: int, *, died: bool) -> None:
        """So many other processes send replies of theirs; `died`: one of them did not end in order."""
        for lane in self._lanes.values():
            lane.pace.set_rate(lane.rate * (1 - self._reply_share if others else 1))
            lane.share.set_rate(lane.rate * self._reply_share / max(1, others))
        if died:
            self._release()

    def _release(self) -> None:
        if held := [name for name, lane in self._lanes.items() if lane.holds]:
            self._record(partial(outbox.release_of_the_dead, channels=held))
            self.ring()

    def ring(self) -> None:
        """Something may be due: look now."""
        for lane in self._lanes.values():
            lane.bell.set()

    def hand(self, rows: Iterable[Outgoing], *, found: bool = False) -> None:
        """Takes rows that this process has claimed: new replies, or `found` in the table.

        Called on the event loop, after their commit.
        """
        for row in rows:
            lane = self._lanes.get(row.channel)
            if lane is None or row.id in lane.held:
                continue
            if (back := lane.behind.get(row.chat_id)) is not None:
                first, due_ms = back
                if due_ms < now_ms() - outbox.CLAIM_MS:
                    # it went another way: recalled, moved, sent by another process
                    del lane.behind[row.chat_id]
                elif row.is_reply and not found:  # goes behind what was put back
                    self._record(partial(outbox.record_later, row=row, due_ms=due_ms, tried=False))
                    continue
                elif row.id == first:
                    del lane.behind[row.chat_id]
            lane.held.add(row.id)
            queue = lane.chats.get(row.chat_id)
            if queue is not None:
                queue.append(row)
                continue
            lane.chats[row.chat_id] = deque([row])
            task = asyncio.create_task(self._chat(lane, row.chat_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _claiming(self, channel: str, lane: _Lane) -> None:
        while True:
            await lane.bell.wait()
            lane.bell.clear()
            try:
                while lane.holds:
                    await self._wait_for_pause(lane)
                    free = min(CLAIMED_AT_ONCE + lane.slow - len(lane.chats), MOST_HELD - len(lane.held))
                    if free < CLAIMED_AT_ONCE // 2:
                        lane.room.clear()
                        await lane.room.wait()
                        continue
                    self.settle()
                    lane.ended.clear()
                    # As urgent as outcomes are: those submitted before it are written before it, the rest after it.
                    claim = partial(self._claim, channel=channel, limit=free)
                    if (rows := await self._writer.run(claim, urgent=True)) is None:
                        continue
                    if not rows:
                        break
                    self.hand([row for row in rows if row.id not in lane.ended], found=True)
            except WriterStopped:
                return
            except Exception as error:
                log.error("claim_failed", channel=channel, error=type(error).__name__)

    async def _wait_for_pause(self, lane: _Lane) -> None:
        while (wait := lane.paused_until - asyncio.get_running_loop().time()) > 0:  # noqa: ASYNC110 - no event
            await asyncio.sleep(wait)

    async def _chat(self, lane: _Lane, chat_id: str) -> None:
        queue = lane.chats[chat_id]
        while queue:
            row = queue[0]
            pace = lane.pace if lane.holds else lane.share
            if not row.is_reply or pace.is_group(chat_id):
                await self._wait_for_chat(lane, pace, chat_id)
            if row.is_reply and lane.holds:
                pace.overtakes()
            else:
                await pace.turn()  # before the slot: replies must not queue behind waiting notices
            while True:
                await self._wait_for_pause(lane)
                async with lane.slots:
                    if lane.paused_until > asyncio.get_running_loop().time():
                        continue  # the platform asked to wait while this one waited for its place
                    if lane.holds or now_ms() < row.claimed_until_ms - _MARGIN_MS:
                        behind = await self._send(lane, row, pace)
                    else:  # it waited here too long: who holds the channel sends it
                        pace.gives_back()
                        behind = None
                break
            queue.popleft()
            done = [row]
            if behind is not None:  # keep the chat's order: what waits behind goes back, too
                if row.is_reply:
                    lane.behind[chat_id] = (row.id, behind)
                # A notice may wait for the morning: the answers to what its person writes do not.
                waits = [each for each in queue if row.is_reply or not each.is_reply]
                for later in waits:
                    self._record(partial(outbox.record_later, row=later, due_ms=behind, tried=False))
                    queue.remove(later)
                done += waits
            for finished in done:
                lane.held.discard(finished.id)
                if lane.holds:
                    lane.ended.add(finished.id)
            lane.room.set()
        del lane.chats[chat_id]

    async def _wait_for_chat(self, lane: _Lane, pace: Pace, chat_id: str) -> None:
        while (wait := pace.wait_of(chat_id)) > 0:
            lane.slow += 1
            lane.room.set()  # the others are not held up by it
            try:
                await asyncio.sleep(wait)
            finally:
                lane.slow -= 1

    async def _ask(self, lane: _Lane, row: Outgoing, pace: Pace) -> Sent:
        began = asyncio.get_running_loop().time()
        messages = 1
        pace.begins(row.chat_id)
        try:
            sent = await lane.outbound.send(row.chat_id, row.reply)
            messages = sent.messages
        except Unavailable:
            lane.unavailable += 1
            raise
        except PlatformError:
            lane.unavailable = 0
            raise
        else:
            lane.unavailable = 0
            return sent
        finally:
            pace.ended(row.chat_id, began, messages)

    async def _send(self, lane: _Lane, row: Outgoing, pace: Pace) -> int | None:
        """Sends one row. Returns the moment (ms) it was put back to, when it was."""
        channel = row.channel
        started_ms = now_ms()
        if self._budget.is_held(row):
            pace.gives_back()
            return None
        self._budget.tries(row)
        try:
            sent = await self._ask(lane, row, pace)
        except RetryAfter as error:
            log.warning("platform_asks_to_wait", channel=channel, seconds=error.seconds)
            lane.pause(error.seconds)
            return self._later(row, error.seconds * 1000, tried=False)
        except TokenExpired:
            log.error("platform_token_expired", channel=channel, alert=True)
            lane.pause(_TOKEN_PAUSE_S)
            return self._later(row, _TOKEN_PAUSE_S * 1000, tried=False)
        except Later as error:
            log.warning("send_later", channel=channel, why=error.why, seconds=error.seconds)
            if row.attempts < _MAX_TRIES_LATER:
                return self._later(row, error.seconds * 1000)
            self._failed(lane, row, error.why)
        except Suspended as error:
            self._suspend(lane, channel, error.problem)
            return self._later(row, _SUSPENDED_PAUSE_S * 1000, tried=False)
        except Unreachable as error:
            if error.new_chat_id is not None:
                new = error.new_chat_id
                self._record(partial(_move, self._reachability, channel, row.chat_id, new))
                return self._later(row, 0)
            self._budget.spend(row, failed=False)
            self._record(partial(_unreachable, self._reachability, row, error.reason))
        except Unavailable as error:
            log.warning("platform_unavailable", channel=channel, error=str(error))
            if lane.unavailable >= _DOWN:  # not this message's fault: nobody else's is spent on it
                lane.pause(min(lane.unavailable / _DOWN, _LONGEST_DOWN_S))
            if row.attempts < _MAX_TRIES_UNAVAILABLE:
                return self._later(row, _back_off_s(row.attempts) * 1000)
            self._failed(lane, row, "unavailable")
        except Uncertain as error:
            log.warning("send_uncertain", channel=channel, error=str(error))
            if row.uncertain < _MAX_UNCERTAIN:
                return self._later(row, _UNCERTAIN_PAUSE_MS, uncertain=True)
            self._failed(lane, row, "uncertain")
        except Rejected as error:
            log.error("send_rejected", channel=channel, why=error.why)
            reason = f"rejected:{error.code}" if error.code else "rejected"
            if isinstance(row.reply, Template):  # the template is at fault: none of its kind goes any more
                self._record(partial(_template_refused, self._reachability, row, reason))
            else:
                self._failed(lane, row, reason)
        except Exception as error:  # a fault of ours in one message must not stop the chat
            log.error("send_broke", channel=channel, error=type(error).__name__)
            self._failed(lane, row, "broken")
        else:
            self._budget.spend(row, failed=False)
            self._note(Note(row, sent, started_ms, now_ms(), self._terms.get(channel)))
        return None

    def _failed(self, lane: _Lane, row: Outgoing, reason: str) -> None:
        self._record(partial(outbox.record_failed, row=row, reason=reason, unreachable=False))
        if not self._budget.spend(row, failed=True):
            return
        assert row.notice is not None
        log.error("notice_held", channel=row.channel, reason=reason, alert=True)
        kind, kind_id = row.notice
        # What waits here goes back at once; what is at the platform already overwrites that by its result.
        for waiting in [each for queue in lane.chats.values() for each in queue]:
            if waiting.notice == row.notice and waiting.id != row.id:
                self._record(partial(outbox.record_later, row=waiting, due_ms=outbox.NOT_YET, tried=False))
        held = partial(self._reachability.too_many_failed, kind=kind, kind_id=kind_id, reason=reason)
        self._record(held)

    def _suspend(self, lane: _Lane, channel: str, problem: str) -> None:
        log.error("account_suspended", channel=channel, problem=problem, alert=True)
        lane.pause(_SUSPENDED_PAUSE_S)
        time = asyncio.get_running_loop().time()
        if time - lane.told.get(problem, -_TELL_AGAIN_S) >= _TELL_AGAIN_S:
            lane.told[problem] = time
            self._record(partial(self._reachability.suspended, channel=channel, problem=problem))

    def _later(self, row: Outgoing, wait_ms: float, *, uncertain: bool = False, tried: bool = True) -> int:
        due = now_ms() + round(wait_ms)
        back = partial(outbox.record_later, row=row, due_ms=due, uncertain=uncertain, tried=tried)
        self._record(back)
        asyncio.get_running_loop().call_later(wait_ms / 1000 + 0.05, self.ring)
        return due

    def _note(self, note: "Note") -> None:
        """A message went out: recorded at once, or in a flood of them together with the next ones."""
        loop = asyncio.get_running_loop()
        self._notes.append(note)
        if len(self._notes) >= _NOTES or loop.time() - self._settled >= _NOTES_S:
            self.settle()
        elif self._settling is None:
            self._settling = loop.call_later(_NOTES_S, self.settle)

    def settle(self) -> None:
        """Has everything recorded that went out, before what is submitted to the writer next."""
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if not self._notes:
            return
        notes, self._notes = self._notes, []
        self._settled = asyncio.get_running_loop().time()

        def recorded(_result: None, error: BaseException | None) -> None:
            for note in notes if error is not None else ():  # one of them is to blame, or the database
                self._record(partial(record, notes=[note]))

        try:
            self._writer.submit(partial(record, notes=notes), recorded, urgent=True)
        except WriterStopped:
            log.warning("result_not_recorded")

    def _record(self, unit: "partial[None]", tries: int = _RECORDED_AGAIN) -> None:
        def recorded(_result: None, error: BaseException | None) -> None:
            if error is None:
                return
            log.error("result_not_recorded", error=type(error).__name__)
            if tries > 1:  # to record it twice changes nothing; not at all, and the row is sent again
                asyncio.get_running_loop().call_later(_AGAIN_S, self._record, unit, tries - 1)

        try:
            self._writer.submit(unit, recorded, urgent=True)
        except WriterStopped:
            log.warning("result_not_recorded")  # the claim runs out and the row is sent again


def _back_off_s(attempts: int) -> float:
    spread = 0.5 + random.random()  # noqa: S311 - keeps them from coming back all at once, no secret
    return min(_LONGEST_BACK_OFF_S, 2.0**attempts) * spread


def _move(reachability: Reachability, channel: str, old: str, new: str, tx: Tx) -> None:
    outbox.move_chat(tx, channel, old, new)
    reachability.moved(tx, channel, old, new)


def _unreachable(reachability: Reachability, row: Outgoing, reason: str, tx: Tx) -> None:
    outbox.record_failed(tx, row, reason, unreachable=True)
    reachability.unreachable(tx, row.channel, row.chat_id, reason, row.notice)


def _template_refused(reachability: Reachability, row: Outgoing, reason: str, tx: Tx) -> None:
    outbox.record_failed(tx, row, reason, unreachable=False)
    kind = templates.kind_of(row.notice[0] if row.notice is not None else None)
    if templates.refused(tx, row.channel, kind, reason.removeprefix("rejected:")):
        reachability.suspended(tx, row.channel, "template")


RING_EVERY = timedelta(seconds=1)
"""How often to look for rows whose time has come."""
