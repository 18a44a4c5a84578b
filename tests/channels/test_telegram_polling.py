"""getUpdates: nothing is passed over before it is stored."""

import asyncio

import pytest
from channel_doubles import Platform, serve
from structlog.testing import capture_logs

from bot.channels.telegram import polling as module
from bot.channels.telegram.polling import Polling
from bot.channels.webhooks import InboxFailed, InboxFull
from bot.chat.errors import Rejected, RetryAfter, TokenExpired, Unavailable, Uncertain

TOKEN = "71:sample-token"


def update(number):
    return {"update_id": number, "message": {"chat": {"id": number % 2}, "text": "đã đọc", "unheard_of": [1]}}


class Box:
    def __init__(self):
        self.rows = []
        self.fails = []
        self.ends_after = None

    async def put(self, channel, update_key, chat_key, payload, update=None):
        if self.fails:
            raise self.fails.pop()
        self.rows.append((channel, update_key, chat_key, payload))
        if len(self.rows) == self.ends_after:
            raise asyncio.CancelledError


@pytest.fixture
async def telegram():
    platform = Platform(lambda method: {"ok": True, "result": [] if method == "getUpdates" else True})
    runner = await serve(platform)
    yield platform
    await runner.cleanup()


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def poller(telegram, box):
    return Polling(TOKEN, box, base=telegram.base, wait_seconds=0)


async def test_updates_are_kept_raw_and_in_order_and_the_offset_follows(poller, telegram, box):
    telegram.next = [(200, {"ok": True, "result": [update(7), update(8), update(9)]})]
    assert await poller.once() == 3
    await poller.once()
    assert [row[:3] for row in box.rows] == [("telegram", str(n), str(n % 2)) for n in (7, 8, 9)]
    assert b"unheard_of" in box.rows[0][3]
    offsets = [body.get("offset") for _, body in telegram.calls]
    assert offsets == [None, 10]
    assert "message_reaction" in telegram.calls[0][1]["allowed_updates"]


@pytest.mark.parametrize("error", [InboxFull(), InboxFailed()])
async def test_the_offset_stays_when_the_inbox_did_not_take_it(poller, telegram, box, error):
    telegram.next = [(200, {"ok": True, "result": [update(7), update(8)]})]
    box.fails = [error]
    with pytest.raises(type(error)):
        await poller.once()
    assert poller.offset is None


async def test_what_is_no_update_is_passed_over_and_logged(poller, telegram, box):
    telegram.next = [(200, {"ok": True, "result": ["?", update(7)]})]
    with capture_logs() as logs:
        await poller.once()
    assert [entry["event"] for entry in logs] == ["telegram_update_unreadable"]
    assert poller.offset == 8


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((401, {"ok": False}), TokenExpired),
        ((404, {"ok": False}), TokenExpired),
        ((429, {"ok": False, "parameters": {"retry_after": 3}}), RetryAfter),
        ((409, {"ok": False, "description": "Conflict"}), Rejected),
        ((500, {"ok": False}), Unavailable),
        ((502, "<html>"), Uncertain),
        ((200, {"ok": True, "result": {}}), Uncertain),
    ],
)
async def test_errors(poller, telegram, answer, error):
    telegram.next = [answer]
    with pytest.raises(error):
        await poller.once()


async def test_it_goes_on_after_trouble_and_while_telegram_does_not_know_the_token(
    poller, telegram, box, monkeypatch
):
    pauses = []

    async def pause(seconds):
        pauses.append(seconds)

    monkeypatch.setattr(module, "asyncio", type("Loop", (), {"sleep": pause, "gather": asyncio.gather}))
    full = (200, {"ok": True, "result": [update(7)]})
    box.fails = [InboxFull()]
    again = (200, {"ok": True, "result": [update(8)]})
    telegram.next = [
        (200, {"ok": True, "result": True}),
        full,
        (502, "<html>"),
        full,
        (401, {"ok": False}),
        again,
    ]
    box.ends_after = 2
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await poller.run()
    assert [row[1] for row in box.rows] == ["7", "8"]
    assert telegram.methods == ["deleteWebhook"] + ["getUpdates"] * 5
    assert pauses == [1, 2, 1]
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["platform_token_expired"]
    assert TOKEN not in str(logs)


async def test_the_webhook_is_taken_away_however_often_that_fails(poller, telegram, box, monkeypatch):
    async def pause(_seconds):
        pass

    monkeypatch.setattr(module, "asyncio", type("Loop", (), {"sleep": pause, "gather": asyncio.gather}))
    full = (200, {"ok": True, "result": [update(7)]})
    telegram.next = [(502, "<html>"), (502, "<html>"), (200, {"ok": True, "result": True}), full]
    box.ends_after = 1
    with pytest.raises(asyncio.CancelledError):
        await poller.run()
    assert telegram.methods == ["deleteWebhook"] * 3 + ["getUpdates"]
