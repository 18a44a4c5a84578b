"""Weeks on the turned clock: what previews say of Zalo's windows and prices is what the sandbox charges."""

import asyncio
import random
from datetime import timedelta

import pytest
from house import ONE, PEOPLE, TWO, House, person_row, prepare
from sqlalchemy import insert

from bot import testing
from bot.clock import now
from bot.delivery import outbox, window
from bot.directives import catching_up, forecasting
from bot.organisation import queries as people
from bot.sandbox.server import start
from bot.store import inbox
from bot.store.ids import new_id
from bot.store.tables.organisation import ACTIVE, accounts
from bot.testing import Person

HABITS = (0.9, 0.5, 0.2, 0.1, 0.03, 0.0)
"""How likely somebody does something on a day."""


async def _everybody(house, rows):
    """Everybody follows the account and is linked."""
    persons = []
    for row in rows:
        person = await Person.create(house.control, "zalo_oa", name=row.full_name)
        await person.starts()
        persons.append(person)

    def link(tx):
        for row, person in zip(rows, persons, strict=True):
            member = people.member_by_card(tx, row.card_number)
            values = {"channel": "zalo_oa", "user_id": person.user_id, "chat_id": person.user_id}
            more = {"language": "vi", "state": ACTIVE, "linked_ms": tx.now_ms}
            tx.run(insert(accounts).values(id=new_id(), member_id=member.id, **values, **more))

    await house.write(link)
    return persons


async def _quiet(house):
    await testing.control(house.control, "idle", platform="zalo_oa", wait=60, quiet=0.1)
    async with asyncio.timeout(300):
        while await house.write(catching_up.tick):  # what the bell would bring a little later
            pass
        house.app.sender.ring()
        while await house.write(_unfinished):  # noqa: ASYNC110 - another's commits, of which no event tells
            await asyncio.sleep(0.02)


def _unfinished(tx):
    return inbox.counts(tx)["waiting"] + outbox.waiting(tx)


@pytest.mark.parametrize(
    ("days", "count", "free", "package"),
    [(12, 24, 0, 40), pytest.param(40, 240, 8, 900, marks=pytest.mark.long)],
)
async def test_previews_say_what_the_sandbox_charges(tmp_path, days, count, free, package):
    rows = PEOPLE + tuple(
        person_row(number, f"Người Mẫu Số {number}", (ONE, TWO)[number % 2]) for number in range(9, count + 1)
    )
    sandbox = await start()
    settings, vault = await asyncio.to_thread(prepare, tmp_path, sandbox, "zalo_oa", rows)
    settings.zalo_oa_rate = 60
    settings.window_reminder_hours = 6  # at night: only what is counted goes out at noon
    house = House("zalo_oa", tmp_path, sandbox, settings, vault)
    chance = random.Random(40)
    switches = {"free_messages": free, "package": package, "tokens_end": False, "webhook_timeout": 30.0}
    await testing.control(house.control, "switches", {"zalo_oa": switches})
    await house.up()
    try:
        persons = await _everybody(house, rows)
        await _quiet(house)
        seen = {"free": 0, "billable": 0, "impossible": 0}
        for day in range(1, days + 1):
            awake = [p for place, p in enumerate(persons) if chance.random() < HABITS[place % len(HABITS)]]
            await asyncio.gather(*(person.says("menu") for person in awake))
            await _quiet(house)
            if day % 2 == 0:
                house.turn(hours=12)
                expected, found = await _directive(house, f"{day}-KH/ĐU")
                assert expected == found, day
                for name, value in found.items():
                    seen[name] += value
                house.turn(hours=11, minutes=29)
            else:
                house.turn(days=1)
        print(f"{days} days, {count} members: {seen}")  # noqa: T201 - the figures are the point of the run
        assert all(seen.values()), seen
        assert house.sandbox.zalo.ledger.books["closed"] == 0
    finally:
        await house.down()
        await sandbox.stop()
        await testing.close()


async def _directive(house, number):
    """One directive: what was foreseen, and what the sandbox says it took."""

    def foresee(tx):
        unit = people.find_organisation(tx, "Đảng ủy Trường Mẫu")
        found = forecasting.forecast(tx, unit.id, send_at=now() + timedelta(minutes=31))
        bill = window.bill(found.windows.get("zalo_oa", []), 1, found.at_ms)
        closed = sum(count for _branch, way, count in found.ways if way == window.CLOSED)
        return {"free": bill.free, "billable": bill.billable, "impossible": closed}

    expected = await house.write(foresee)
    before = dict(house.sandbox.zalo.ledger.books)
    far = now() + timedelta(days=80)  # no deadline comes near, so no reminder either
    directive = await house.directive(number, file=False, deadline=far)
    await _quiet(house)
    after = house.sandbox.zalo.ledger.books
    took = {name: after[name] - before[name] for name in after}
    lost = (await house.totals(directive)).unreachable
    return expected, {"free": took["free"], "billable": took["package"] + took["paid"], "impossible": lost}
