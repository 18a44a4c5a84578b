"""A directive through a platform that fails in every way it can: each recipient's state is true and explained."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faulty import TOP, Town, build
from sqlalchemy import insert, select

from bot.app import App
from bot.channels.zalo_oa import outbound as zalo
from bot.clock import CLOCK
from bot.delivery import outbox
from bot.directives import queries
from bot.organisation import queries as people
from bot.reports.counting import REASONS, Class, classify, reason_words
from bot.sandbox.server import Sandbox, start
from bot.sandbox.world import Fault
from bot.settings import Settings
from bot.store.ids import new_id
from bot.store.tables.delivery import SENT
from bot.store.tables.delivery import outbox as rows
from bot.store.tables.organisation import ACTIVE, accounts
from bot.store.tx import Tx

NUMBER = "52-KH/ĐU"
METHOD = {"telegram": "sendMessage", "zalo_oa": "message/cs"}
BUSY: dict[str, dict[str, Any]] = {
    "telegram": {"error": 429, "parameters": {"retry_after": 1}},
    "zalo_oa": {"error": -32},
}
BLOCKED = {"telegram": "blocked", "zalo_oa": "not_follower"}
"""What the platforms say of somebody who blocked the bot."""
PARTS = {"broken": 0.10, "cut": 0.05, "cut twice": 0.02, "blocked": 0.03, "broken, then cut": 0.02}
"""500 once to three times; the connection lost after the delivery, once or twice; both, one after the other."""


class Sending:
    """A town whose people all have an account, and what is to happen to each of them."""

    def __init__(self, channel: str, sandbox: Sandbox, town: Town, count: int) -> None:
        self.channel, self.sandbox, self.town = channel, sandbox, town
        chance = random.Random(f"{channel} {count}")
        side = sandbox.control._sides[channel]
        self.people = [side.create({"name": f"Máy {number}"}) for number in range(count)]
        self.fate: dict[str, str] = {}
        for person in self.people:
            person.open = person.follows = True
            person.last_interaction = sandbox.world.now_ms()
        others = [person.user_id for person in self.people[1:]]  # the office, number 0, hears of everything
        chance.shuffle(others)
        for fate, part in PARTS.items():
            for _ in range(max(1, round(part * count))):
                self.fate[others.pop()] = fate
        for user, fate in self.fate.items():
            if fate.startswith("broken"):
                self._fault(user, chance.randint(1, 3), http_status=chance.choice((500, 503)))
            if "cut" in fate:
                self._fault(user, 2 if "twice" in fate else 1, drop="after")
            if fate == "blocked":
                sandbox.world.person(channel, user).blocked = True
        for _ in range(3):  # a burst somewhere in the middle
            user = chance.choice(others)
            self._fault(user, 1, **BUSY[channel])

    def _fault(self, user: str, times: int, **what: Any) -> None:
        self.sandbox.world.faults.append(Fault(self.channel, METHOD[self.channel], user, times=times, **what))

    def link(self, tx: Tx) -> None:
        units = [unit.id for unit in people.organisation_tree(tx)]
        members = sorted(people.members_of(tx, units), key=lambda each: each.id)
        office = people.find_organisation(tx, TOP)
        assert office is not None
        self.member_of = {}
        made = []
        for member, person in zip(members, self.people, strict=True):
            self.member_of[member.id] = person.user_id
            made.append(
                {
                    "id": new_id(),
                    "channel": self.channel,
                    "user_id": person.user_id,
                    "chat_id": person.user_id,
                    "member_id": member.id,
                    "language": "vi",
                    "state": ACTIVE,
                    "linked_ms": tx.now_ms,
                    "served_ms": tx.now_ms,
                }
            )
        tx.run(insert(accounts), made)

    async def finished(self, app: App) -> None:
        """Turns the clock over every back-off, but only while nothing is on its way."""
        async with asyncio.timeout(60 + len(self.people) / 10):
            while await app.writer.run(outbox.waiting):
                lane = app.sender._lanes[self.channel]
                if not lane.held and not app.sender._notes:
                    CLOCK.turn(timedelta(seconds=20))
                    app.sender.ring()
                await asyncio.sleep(0.02)

    def delivered(self) -> Counter[str]:
        """How often the card reached each phone."""
        return Counter(
            {
                person.user_id: sum(
                    not message.author and NUMBER in message.text and "Đã đọc" in str(message.buttons)
                    for message in self.sandbox.world.chat(self.channel, person.user_id).messages
                )
                for person in self.people
            }
        )

    def found(self, tx: Tx, directive_id: int) -> dict[str, tuple[Class, str, int, int]]:
        """By user: class and reason as every figure has them, the row's state, and how often it was uncertain."""
        directive = queries.get(tx, directive_id)
        assert directive is not None
        units = [unit.id for unit in people.organisation_tree(tx)]
        marked = {
            row.recipient_id: (row.state, row.uncertain)
            for row in tx.rows(select(rows).where(rows.c.notice == queries.NOTICE))
        }
        return {
            self.member_of[each.member_id]: (*classify(directive, each), *marked[each.member_id])
            for each in queries.recipients_of(tx, directive_id, units)
        }


@pytest.mark.parametrize("count", [60, pytest.param(3_000, marks=pytest.mark.long)])
async def test_every_recipient_ends_in_a_true_and_explained_state(
    tmp_path: Path, channel: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zalo, "_CALLS_PAUSE_S", 1.0)
    sandbox = await start()
    nobody: Any = SimpleNamespace(port=0)
    town = await asyncio.to_thread(build, tmp_path, sandbox, channel, count, nobody)
    sending = Sending(channel, sandbox, town, count)
    await town.write(sending.link)
    directive_id = await town.directive(NUMBER, file=False)
    app = App(Settings(_env_file=None, **town.settings))
    await app.start()
    try:
        await sending.finished(app)
        found = await app.writer.run(lambda tx: sending.found(tx, directive_id))
        totals = await app.writer.run(lambda tx: queries.totals(tx, directive_id))
    finally:
        await app.stop()
        town.engine.dispose()
        await sandbox.stop()
    delivered = sending.delivered()
    assert len(found) == count
    for user, (kind, reason, state, uncertain) in found.items():
        fate, times = sending.fate.get(user, ""), delivered[user]
        if fate == "blocked":
            assert (kind, reason, times) == (Class.NOT_REACHED, BLOCKED[channel], 0)
        elif fate == "cut twice":  # it came, twice even, and we cannot know: the words say just that
            assert (kind, reason, times) == (Class.NOT_REACHED, "uncertain", 2)
            assert "chưa rõ" in reason_words(reason)
        else:
            assert (kind, reason, state) == (Class.SILENT, "", SENT), (user, fate)
            assert (times, uncertain) == ((2, 1) if "cut" in fate else (1, 0)), (user, fate)
        assert not reason or REASONS[reason]
    lost = sum(fate in ("blocked", "cut twice") for fate in sending.fate.values())
    assert (totals.recipients, totals.sent, totals.unreachable) == (count, count - lost, lost)
    assert not sandbox.world.faults  # everything that was to go wrong did
