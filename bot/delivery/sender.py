"""Sends what the outbox holds: replies from memory right after their commit, the rest by claiming rows.

Within one chat, order is kept: one message at a time. What a platform answers is recorded through the
writer. A row is finished after the send, never at the claim.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.chat.errors import Later, Rejected, RetryAfter, Suspended, TokenExpired, Uncertain, Unreachable
from bot.chat.replies import Template
from bot.clock import now, to_ms
from bot.delivery import outbox, templates, window
from bot.delivery.outbound import Outbound, Sent
from bot.delivery.outbox import Outgoing, Pending
from bot.delivery.quiet import NEVER, Quiet
from bot.delivery.window import Terms
from bot.store.tx import Tx
from bot.store.writer import Writer, WriterStopped

log = structlog.get_logger()

CLAIMED_AT_ONCE = 256
_TOKEN_PAUSE_S = 60
_UNCERTAIN_PAUSE_MS = 2_000
_MAX_UNCERTAIN = 1
_SUSPENDED_PAUSE_S = 600
_TELL_AGAIN_S = 6 * 3600
_MAX_TRIES_LATER = 48
"""How often a row is put back that waits for a quota or the morning: two days, at an hour each."""
_RECORDED_AGAIN = 3
_AGAIN_S = 1.0
_BUDGET, _BUDGET_OF, _BUDGET_MIN = 0.2, 100, 20
"""A notice is held when this part of its newest 100 messages failed, once there were 20."""
_NOTES, _NOTES_S = 128, 0.05
"""Results of notices are recorded together: at most so many, and none waits longer (seconds)."""
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
        """The account (or a template of it) sends nothing until a person has set it right: tell one."""
        ...


class Bucket:
    """At most `rate` a second, with a burst of one second's worth; 0 means no limit."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._next = 0.0

    async def take(self) -> None:
        """Waits for this call's turn."""
        if not self.rate:
            return
        time = asyncio.get_running_loop().time()
        turn = max(self._next, time - 1)
        self._next = turn + 1 / self.rate
        if turn > time:
            await asyncio.sleep(turn - time)


@dataclass
class _Lane:
    """One channel: its chats with something to send, and how fast it may go."""

    outbound: Outbound
    slots: asyncio.Semaphore
    bucket: Bucket
    share: Bucket
    """For the replies of a process that does not hold the channel."""
    rate: float
    holds: bool
    """Whether this process sends what is due on the channel, not only its own replies."""
    chats: dict[str, deque[Outgoing]] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    behind: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Chats with a row that was put back: its id, and the moment (ms) when it is due."""
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    room: asyncio.Event = field(default_factory=asyncio.Event)
    paused_until: float = 0.0
    told: dict[str, float] = field(default_factory=dict)
    """Problems of the account that a person was told of, and when (loop time)."""

    def pause(self, seconds: float) -> None:
        until = asyncio.get_running_loop().time() + seconds
        self.paused_until = max(self.paused_until, until)


class Sender:
    """One a process. `rates` are messages a second for notices, by channel (replies are not held back).

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
        rates: dict[str, float],
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
        )
        self._lanes = {
            outbound.channel: _Lane(
                outbound,
                asyncio.Semaphore(in_flight),
                Bucket(rate := rates.get(outbound.channel, 0)),
                Bucket(rate * reply_share),
                rate,
                holds=not shared,
            )
            for outbound in outbounds
        }
        self._outcomes: dict[tuple[str, int], deque[bool]] = {}
        self._held_back: dict[tuple[str, int], int] = {}
        """Notices that were held, and when (ms): what was claimed before is not sent."""
        self._notes: list[partial[None]] = []
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
            lane.bucket.rate = lane.rate * (1 - self._reply_share if others else 1)
            lane.share.rate = lane.rate * self._reply_share / max(1, others)
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

    def idle(self) -> bool:
        """Whether nothing is held in memory to be sent."""
        return not self._notes and not any(lane.held for lane in self._lanes.values())

    def hand(self, rows: Iterable[Outgoing]) -> None:
        """Takes rows that this process has claimed. Called on the event loop, after their commit."""
        for row in rows:
            lane = self._lanes.get(row.channel)
            if lane is None or row.id in lane.held:
                continue
            if (back := lane.behind.get(row.chat_id)) is not None:
                first, due_ms = back
                if due_ms < to_ms(now()) - outbox.CLAIM_MS:
                    del lane.behind[
                        row.chat_id
                    ]  # it went another way: recalled, moved, sent by another process
                elif row.is_reply and row.attempts == 1:  # from memory: goes behind what was put back
                    self._record(partial(outbox.record_later, row=row, due_ms=due_ms))
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
                    free = CLAIMED_AT_ONCE - len(lane.held)
                    if free < CLAIMED_AT_ONCE // 2:
                        lane.room.clear()
                        await lane.room.wait()
                        continue
                    rows = await self._writer.run(partial(self._claim, channel=channel, limit=free))
                    if not rows:
                        break
                    self.hand(rows)
            except WriterStopped:
                return
            except Exception as error:
                log.error("claim_failed", channel=channel, error=type(error).__name__)

    async def _wait_for_pause(self, lane: _Lane) -> None:
        # Slept again when the platform asked for more time meanwhile; there is no event to wait for.
        while (wait := lane.paused_until - asyncio.get_running_loop().time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(wait)

    async def _chat(self, lane: _Lane, chat_id: str) -> None:
        queue = lane.chats[chat_id]
        while queue:
            row = queue[0]
            if not row.is_reply:
                await lane.bucket.take()  # before the slot: replies must not queue behind waiting notices
            elif not lane.holds:
                await lane.share.take()
            while True:
                await self._wait_for_pause(lane)
                async with lane.slots:
                    if lane.paused_until > asyncio.get_running_loop().time():
                        continue  # the platform asked to wait while this one waited for its place
                    if lane.holds or to_ms(now()) < row.claimed_until_ms - _MARGIN_MS:
                        behind = await self._send(lane, row)
                    else:  # it waited here too long: who holds the channel sends it
                        behind = None
                break
            queue.popleft()
            done = [row]
            if behind is not None:  # keep the chat's order: what waits behind goes back, too
                lane.behind[chat_id] = (row.id, behind)
                for later in queue:
                    self._record(partial(outbox.record_later, row=later, due_ms=behind))
                done += queue
                queue.clear()
            for finished in done:
                lane.held.discard(finished.id)
            lane.room.set()
        del lane.chats[chat_id]

    async def _send(self, lane: _Lane, row: Outgoing) -> int | None:
        """Sends one row. Returns the moment (ms) it was put back to, when it was."""
        channel = row.channel
        started_ms = to_ms(now())
        if self._is_held_back(row):
            return None
        try:
            sent = await lane.outbound.send(row.chat_id, row.reply)
        except RetryAfter as error:
            log.warning("platform_asks_to_wait", channel=channel, seconds=error.seconds)
            lane.pause(error.seconds)
            return self._later(row, error.seconds * 1000)
        except TokenExpired:
            log.error("platform_token_expired", channel=channel, alert=True)
            lane.pause(_TOKEN_PAUSE_S)
            return self._later(row, _TOKEN_PAUSE_S * 1000)
        except Later as error:
            log.warning("send_later", channel=channel, why=error.why, seconds=error.seconds)
            if row.attempts < _MAX_TRIES_LATER:
                return self._later(row, error.seconds * 1000)
            self._failed(lane, row, error.why)
        except Suspended as error:
            self._suspend(lane, channel, error.problem)
            return self._later(row, _SUSPENDED_PAUSE_S * 1000)
        except Unreachable as error:
            if error.new_chat_id is not None:
                new = error.new_chat_id
                self._record(partial(_move, self._reachability, channel, row.chat_id, new))
                return self._later(row, 0)
            self._record(partial(_unreachable, self._reachability, row, error.reason))
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
        except Exception as error:
            # A fault of ours in one message must not stop the chat; it is counted and shown.
            log.error("send_broke", channel=channel, error=type(error).__name__)
            self._failed(lane, row, "broken")
        else:
            terms = self._terms.get(channel)
            self._spend(row, failed=False)
            note = partial(_sent, row=row, sent=sent, terms=terms, started_ms=started_ms, at_ms=to_ms(now()))
            if row.is_reply:
                self._record(note)
            else:
                self._note(note)
        return None

    def _failed(self, lane: _Lane, row: Outgoing, reason: str) -> None:
        self._record(partial(outbox.record_failed, row=row, reason=reason, unreachable=False))
        if row.notice is None or not self._spend(row, failed=True):
            return
        log.error("notice_held", channel=row.channel, reason=reason, alert=True)
        kind, kind_id = row.notice
        self._held_back[row.notice] = to_ms(now())
        # What waits here goes back at once; what is at the platform already overwrites that by its result.
        for waiting in [each for queue in lane.chats.values() for each in queue]:
            if waiting.notice == row.notice and waiting.id != row.id:
                self._record(partial(outbox.record_later, row=waiting, due_ms=outbox.NOT_YET))
        self._record(partial(self._hold, kind=kind, kind_id=kind_id, reason=reason))

    def _is_held_back(self, row: Outgoing) -> bool:
        """Whether its notice was held after this row was claimed."""
        since_ms = self._held_back.get(row.notice) if row.notice is not None else None
        return since_ms is not None and row.claimed_until_ms <= since_ms + outbox.CLAIM_MS

    def _spend(self, row: Outgoing, *, failed: bool) -> bool:
        """Counts an outcome of a notice; whether its budget of failures is spent by it."""
        if row.notice is None:
            return False
        found = self._outcomes.setdefault(row.notice, deque(maxlen=_BUDGET_OF))
        found.append(failed)
        if not failed or len(found) < _BUDGET_MIN or sum(found) < _BUDGET * len(found):
            return False
        del self._outcomes[row.notice]
        return True

    def _hold(self, tx: Tx, kind: str, kind_id: int, reason: str) -> None:
        self._reachability.too_many_failed(tx, kind, kind_id, reason)

    def _suspend(self, lane: _Lane, channel: str, problem: str) -> None:
        log.error("account_suspended", channel=channel, problem=problem, alert=True)
        lane.pause(_SUSPENDED_PAUSE_S)
        time = asyncio.get_running_loop().time()
        if time - lane.told.get(problem, -_TELL_AGAIN_S) >= _TELL_AGAIN_S:
            lane.told[problem] = time
            self._record(partial(_tell_suspended, self._reachability, channel, problem))

    def _later(self, row: Outgoing, wait_ms: float, *, uncertain: bool = False) -> int:
        due = to_ms(now()) + round(wait_ms)
        self._record(partial(outbox.record_later, row=row, due_ms=due, uncertain=uncertain))
        asyncio.get_running_loop().call_later(wait_ms / 1000 + 0.05, self.ring)
        return due

    def _note(self, unit: "partial[None]") -> None:
        """A notice went out: recorded at once, or in a flood of them together with the next ones."""
        loop = asyncio.get_running_loop()
        self._notes.append(unit)
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
        units, self._notes = self._notes, []
        self._settled = asyncio.get_running_loop().time()

        def recorded(_result: None, error: BaseException | None) -> None:
            for unit in units if error is not None else ():  # one of them is to blame, or the database
                self._record(unit)

        try:
            self._writer.submit(partial(_each, units), recorded, urgent=True)
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


def _each(units: "list[partial[None]]", tx: Tx) -> None:
    for unit in units:
        unit(tx)


def _sent(tx: Tx, row: Outgoing, sent: Sent, terms: Terms | None, started_ms: int, at_ms: int) -> None:
    outbox.record_sent(tx, row, sent, at_ms)
    if terms is not None:
        for quota in sent.quotas:
            window.heard(tx, row.channel, row.chat_id, quota, terms, started_ms)


def _move(reachability: Reachability, channel: str, old: str, new: str, tx: Tx) -> None:
    outbox.move_chat(tx, channel, old, new)
    reachability.moved(tx, channel, old, new)


def _tell_suspended(reachability: Reachability, channel: str, problem: str, tx: Tx) -> None:
    reachability.suspended(tx, channel, problem)


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
