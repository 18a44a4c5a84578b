"""Killed between any two steps and started again: people go on where they were, nothing counts twice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from faulty import Town
from kill_rounds import Rounds
from sqlalchemy import select

from bot.store.tables.audit import audit
from bot.testing import Person


@dataclass
class Step:
    """What a person does, and the words by which they see that it was understood."""

    act: Callable[[Person], Awaitable[Any]]
    sees: str


def says(words: str) -> Callable[[Person], Awaitable[Any]]:
    return lambda person: person.says(words)


def taps(label: str) -> Callable[[Person], Awaitable[Any]]:
    return lambda person: person.taps(label)


KINDS = ("at once", "after 200")
"""Killed right after the person acted, whatever has happened by then; or when the platform got its 200."""


async def walk(town: Town, person: Person, steps: list[Step], killed: int, kind: str) -> None:
    """Goes through all steps; at one of them the bot is killed before its answer was waited for."""
    for number, step in enumerate(steps):
        await step.act(person)
        if number == killed:
            if kind == "after 200":
                await town.answered()
            town.down()
            await town.up()
        await person.sees(step.sees, 20)


def verification(code: str) -> list[Step]:
    return [
        Step(lambda person: person.starts(), "Sổ tay"),
        Step(taps("Xác thực"), "Xin phép"),
        Step(taps("Tôi đồng ý"), "Mã trên phiếu"),
        Step(says("toi khong thay"), "9 chữ số"),
        Step(says(code), "Ngày sinh"),
        Step(says("12/3/1961"), "Xác thực xong"),
    ]


ACKNOWLEDGEMENT = {
    "tap": [
        Step(taps("Đã đọc, tiếp thu"), "Đã ghi nhận"),
        Step(says("bam nham"), "Đã hoàn tác"),
        Step(taps("Đã đọc, tiếp thu"), "Đã ghi nhận"),
    ],
    "words": [
        Step(says("da doc 52"), "Đã ghi nhận"),
        Step(taps("Đã đọc, tiếp thu"), "đã xác nhận 52-KH/ĐU"),
    ],
}


async def test_killed_between_any_two_steps_of_verification_and_acknowledgement(town, channel):
    length = len(verification(""))
    walks = [(step, kind) for step in range(length) for kind in KINDS]
    home = await town(len(walks) + 1)
    await home.up()
    persons = []
    for number, (killed, kind) in enumerate(walks, start=1):
        person = await home.comes(number)
        persons.append(person)
        await walk(home, person, verification(await home.slip(number)), killed, kind)
    await home.settled()
    found = await home.found()
    assert found["linked"] == found["accounts"] == found["slips_used"] == len(walks)
    assert found["consents"] == 4 * len(walks)  # one row a purpose
    assert found["linked_most"] == 1
    linked = {member: n for (action, member), n in found["audit"].items() if action == "account_linked"}
    assert len(linked) == len(walks)
    assert set(linked.values()) == {1}
    assert found["dialogs"] == 0
    assert found["inbox"]["waiting"] == found["inbox"]["set_aside"] == 0

    home.down()  # a paper is made while the bot is down, and the bot is killed while it goes out
    directive = await home.directive()
    await home.up()
    home.down()
    await home.up()
    for person in persons:
        await person.sees("52-KH/ĐU", 20)
    await home.settled()

    ways = [
        (way, step, kind)
        for way, steps in ACKNOWLEDGEMENT.items()
        for step in range(len(steps))
        for kind in KINDS
    ]
    assert len(ways) <= len(persons)
    for person, (way, killed, kind) in zip(persons, ways, strict=False):
        await walk(home, person, ACKNOWLEDGEMENT[way], killed, kind)
    await home.settled()
    found = await home.found()
    totals = await home.totals(directive)
    assert (totals.acknowledged, totals.sent, totals.people_doubled) == (len(ways), len(persons), 0)
    counted = sorted(n for (action, _), n in found["audit"].items() if action == "directive.acknowledge")
    undone = [n for (action, _), n in found["audit"].items() if action == "directive.undo"]
    taken_back = sum(way == "tap" for way, *_ in ways)
    assert counted == [1] * (len(ways) - taken_back) + [2] * taken_back
    assert undone == [1] * taken_back
    assert found["inbox"]["waiting"] == found["inbox"]["set_aside"] == 0
    assert home.bot.kills >= len(walks) + len(ways)


TWO = [
    Step(lambda person: person.starts(), "Tên gì?"),
    Step(says("Mẫu"), "Bao nhiêu?"),
    Step(says("🙂"), "Xin một con số."),
    Step(says("12"), "Xong: Mẫu 12"),
]


async def test_a_dialog_of_two_questions_killed_at_each_step(town):
    home = await town(1, "two")
    await home.up()
    persons = []
    for killed in range(len(TWO)):
        for kind in KINDS:
            person = await home.comes()
            persons.append(person)
            await walk(home, person, TWO, killed, kind)
    await home.settled()
    effects = await home.write(
        lambda tx: sorted(row.object for row in tx.rows(select(audit).where(audit.c.action == "two.done")))
    )
    assert effects == sorted(f"{person.user_id}:Mẫu:12" for person in persons)
    assert (await home.found())["dialogs"] == 0


ROUNDS, IN_FLIGHT = 5, 30


async def test_acknowledgements_in_flight_when_the_kill_comes_count_exactly_once(town, channel):
    home = await town(ROUNDS * IN_FLIGHT)
    await home.up()
    persons = await asyncio.gather(*(home.comes(number) for number in range(ROUNDS * IN_FLIGHT)))
    await asyncio.gather(*(person.starts() for person in persons))
    await home.settled()
    await home.link_all(persons)
    directive = await home.directive()
    await home.settled()
    stats = home.sandbox.world.stats[channel]
    in_flight = 0
    for number in range(ROUNDS):
        some = persons[number * IN_FLIGHT : (number + 1) * IN_FLIGHT]
        before = stats["updates_answered"]
        acts = [
            asyncio.ensure_future(person.taps("Đã đọc, tiếp thu") if at % 2 else person.says("đã đọc 52"))
            for at, person in enumerate(some)
        ]
        wanted = before + 3 * number  # none answered yet in the first round
        async with asyncio.timeout(20):
            while stats["updates_answered"] < wanted or not any(act.done() for act in acts):  # noqa: ASYNC110 - each turn
                await asyncio.sleep(0)
        home.down()
        in_flight += IN_FLIGHT - (stats["updates_answered"] - before)
        await asyncio.gather(*acts)
        await home.up()
    await home.settled()
    assert in_flight >= IN_FLIGHT  # the kills came while much was in flight
    for person in persons:
        await person.sees("Đã ghi nhận", 20)
    totals = await home.totals(directive)
    assert totals.acknowledged == totals.sent == len(persons)
    assert totals.people_doubled == 0
    found = await home.found()
    counted = {
        member: n for (action, member), n in found["audit"].items() if action == "directive.acknowledge"
    }
    assert len(counted) == len(persons)
    assert set(counted.values()) == {1}
    assert stats["updates_lost"] == 0
    assert found["inbox"]["waiting"] == found["inbox"]["set_aside"] == 0


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
async def test_acknowledgements_and_five_kills(tmp_path, channel, store, parent, request):
    """2,000 over both channels and stores; `python -m benchmarks.kill`: 2,000 on each, with twenty kills."""
    url = "" if store == "sqlite" else request.getfixturevalue("postgres_url")
    found = await Rounds(channel, store, 5, tmp_path, parent, url, 500).run()
    assert found.kills == 5
    assert found.in_flight > 0
    assert found.answered_200 == found.effects == found.acknowledgements == 500
    assert found.lost == found.doubled == found.replies_lost == 0


@pytest.mark.parametrize("channel", ["telegram"], indirect=True)
async def test_a_restart_costs_no_imports(town):
    """About 0.3 s on an idle machine; importing everything again would cost several seconds."""
    home = await town(1)
    await home.up()
    loop = asyncio.get_running_loop()
    took = []
    for _ in range(3):
        begun = loop.time()
        home.down()
        await home.up()
        took.append(loop.time() - begun)
    assert min(took) < 2
