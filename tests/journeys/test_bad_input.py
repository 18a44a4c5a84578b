"""What should not come to Zalo's webhook, and what comes too often: nothing twice, nothing lost, a person told."""

import asyncio
import json

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from bot import testing
from bot.channels.zalo_oa import findings
from bot.clock import now, to_ms
from bot.delivery import outbox
from bot.store import inbox
from bot.store.tables import conversation


@pytest.fixture
def channel() -> str:
    return "zalo_oa"


def _says(house, person, text, number, **more):
    """An event as Zalo posts it: (raw bytes, headers)."""
    zalo = house.sandbox.zalo
    body = {
        "app_id": zalo.app_id,
        "event_name": "user_send_text",
        "sender": {"id": person.user_id},
        "recipient": {"id": zalo.oa_id},
        "message": {"text": text, "msg_id": f"{number:020x}"},
        "timestamp": str(to_ms(now())),
    }
    return house.sandbox.control.zalo_people.signed(body | more)


async def _post(house, session, raw, headers):
    address = f"http://127.0.0.1:{house.app.port}/webhook/zalo"
    async with session.post(address, data=raw, headers=headers) as answer:
        return answer.status


def _unfinished(tx):
    return inbox.counts(tx)["waiting"] + outbox.waiting(tx)


async def test_three_hundred_events_of_one_person_at_once_keep_nobody_waiting(house):
    busy, other = await house.stranger(), await house.stranger("Người Khác Mẫu")
    await busy.starts()
    await busy.sees("Sổ tay")
    events = [_says(house, busy, f"câu hỏi thứ {number}", number) for number in range(300)]
    async with ClientSession() as session:
        posted = asyncio.gather(*(_post(house, session, *event) for event in events))
        await other.starts()
        await other.sees("Sổ tay")
        answers = await posted
        again = await asyncio.gather(*(_post(house, session, *event) for event in events[:50]))
    assert {*answers, *again} == {200}
    await testing.control(house.control, "idle", platform="zalo_oa", quiet=0.5, wait=60)
    async with asyncio.timeout(60):
        while await house.write(_unfinished):
            await house.write(lambda tx: None)
    wanted = conversation.inbox.c.update_key.in_([f"{number:020x}" for number in range(300)])
    kept = await house.write(lambda tx: tx.rows(select(conversation.inbox.c.state).where(wanted)))
    assert [row.state for row in kept] == [conversation.DONE] * 300
    answered = [message for message in await busy.messages() if message.from_bot]
    assert len(answered) >= 300


async def test_a_webhook_of_yesterday_does_nothing_a_second_time(house):
    member = await house.member("Lê Văn Bé")
    directive = await house.directive(to="Chi bộ Một", author="Trần Thị Bí Thư")
    await member.sees("52-KH/ĐU")
    await member.taps("Đã đọc, tiếp thu")
    await member.sees("Đã ghi nhận")
    await member.taps("hoàn tác")
    async with asyncio.timeout(30):
        while (await house.totals(directive)).acknowledged or await house.write(_unfinished):
            await house.write(lambda tx: None)
    said = len(await member.messages())
    press = next(
        json.loads(entry["request"])
        for entry in reversed(house.sandbox.world.log)
        if entry["kind"] == "webhook" and '"#ack.' in str(entry["request"])
    )
    house.turn(hours=24)
    raw, headers = house.sandbox.control.zalo_people.signed(press)
    async with ClientSession() as session:
        assert await _post(house, session, raw, headers) == 200
        house.turn(days=8)  # by now the inbox has forgotten its key
        await house.app._tidy()
        assert await _post(house, session, raw, headers) == 200
    await testing.control(house.control, "idle?platform=zalo_oa")
    await house.app.findings.flush()
    assert (await house.totals(directive)).acknowledged == 0
    assert len(await member.messages()) == said
    assert (await house.write(findings.found))["webhook"]["too_old"].seen == 1


async def test_a_changed_body_changes_nothing_and_is_told(house):
    member = await house.member("Lê Văn Bé")
    said = len(await member.messages())
    raw, headers = _says(house, member, "rút đồng ý", 1)
    async with ClientSession() as session:
        changed = raw.replace("rút đồng ý".encode(), "đồng ý".encode())
        assert await _post(house, session, changed, headers) == 401
        big = raw[:-1] + b',"x":"' + b"a" * 10_000_000 + b'"}'
        assert await _post(house, session, big, headers) == 413
    await house.app.findings.flush()
    assert {name: seen.seen for name, seen in (await house.write(findings.found))["webhook"].items()} == {
        "bad_signature": 1,
        "too_big": 1,
    }
    assert len(await member.messages()) == said


async def test_what_zalo_signs_and_nobody_can_read_waits_for_a_person(house, monkeypatch):
    monkeypatch.setattr(house.app.worker, "_pauses", (0.0, 0.0))
    raw, headers = _says(house, await house.stranger(), "x", 1, event_name="")
    async with ClientSession() as session:
        assert await _post(house, session, raw, headers) == 200
    async with asyncio.timeout(10):
        while not (await house.write(inbox.counts))["set_aside"]:
            await house.write(lambda tx: None)
    assert (await house.write(inbox.counts))["set_aside"] == 1


async def test_a_disabled_application_loses_no_message(house):
    member = await house.member("Lê Văn Bé")
    await testing.control(house.control, "switches", {"zalo_oa": {"app_enabled": False}})
    await member.says("menu")
    async with asyncio.timeout(10):
        while not house.sandbox.world.stats["zalo_oa"]["refused"]:
            await house.write(lambda tx: None)
    assert await house.write(outbox.waiting) >= 1
    await testing.control(house.control, "switches", {"zalo_oa": {"app_enabled": True}})
    await house.down()
    house.turn(minutes=61)
    await house.up()
    await member.sees("Đồng chí chọn một việc")
    assert await house.write(outbox.waiting) == 0
