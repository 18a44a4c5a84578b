"""The application in front: what is let in, what is refused, and that 200 means stored."""

import json

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs
from test_zalo_signature import APP, BODY, BY_APP_AND_BODY, BY_OA_AND_BODY, OA, SECRET

from bot.channels.webhooks import (
    TALLY,
    InboxFailed,
    InboxFull,
    TelegramHook,
    ZaloHook,
    application,
)

TOKEN = {"X-Telegram-Bot-Api-Secret-Token": "sample-secret"}
SIGNED = {"X-ZEvent-Signature": f"mac={BY_APP_AND_BODY}"}
UPDATE = json.dumps(
    {"update_id": 9, "message": {"message_id": 1, "date": 1, "chat": {"id": 71}, "text": "đã đọc"}}
).encode()


class Box:
    """An inbox that keeps, ignores repetitions, and fails on demand."""

    def __init__(self):
        self.rows = {}
        self.fails = None

    async def put(self, channel, update_key, chat_key, payload):
        if self.fails:
            raise self.fails
        self.rows.setdefault((channel, update_key), (chat_key, payload))


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def app(box):
    return application(box, telegram_hook=TelegramHook("sample-secret"), zalo_hook=ZaloHook(APP, OA, SECRET))


@pytest.fixture
async def client(app):
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_an_update_is_stored_raw_before_the_200(client, box):
    answer = await client.post("/webhook/telegram", data=UPDATE, headers=TOKEN)
    assert (answer.status, await answer.read()) == (200, b"")
    assert box.rows == {("telegram", "9"): ("71", UPDATE)}


async def test_a_signed_event_is_stored_raw(client, box, app):
    answer = await client.post("/webhook/zalo", data=BODY, headers=SIGNED)
    assert (answer.status, await answer.read()) == (200, b"")
    assert box.rows == {("zalo_oa", "e2a6f00d"): ("5510000000000000001", BODY)}
    assert app[TALLY].counts == {"zalo_signature:mac:body:app_id": 1}


@pytest.mark.parametrize(("path", "body", "headers"), [("telegram", UPDATE, TOKEN), ("zalo", BODY, SIGNED)])
async def test_the_same_twice_is_taken_twice_and_kept_once(client, box, path, body, headers):
    for _ in range(2):
        answer = await client.post(f"/webhook/{path}", data=body, headers={**headers, "num_retry": "1"})
        assert answer.status == 200
    assert len(box.rows) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", "sample-secretx", "Sample-Secret", "bí mật"])
async def test_a_wrong_secret(client, box, secret):
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    answer = await client.post("/webhook/telegram", data=UPDATE, headers=headers)
    assert answer.status == 401
    assert box.rows == {}


@pytest.mark.parametrize("signature", [None, "mac=00", BY_APP_AND_BODY[::-1]])
async def test_a_wrong_signature(client, box, app, signature):
    headers = {} if signature is None else {"X-ZEvent-Signature": signature}
    answer = await client.post("/webhook/zalo", data=BODY, headers=headers)
    assert answer.status == 401
    assert box.rows == {}
    assert app[TALLY].counts["zalo_signature_bad"] == 1


async def test_a_burst_of_wrong_signatures_raises_one_alert(client, app):
    with capture_logs() as logs:
        for _ in range(45):
            await client.post("/webhook/zalo", data=BODY)
    events = [entry["event"] for entry in logs]
    assert events.count("zalo_signature_burst") == 1
    assert events.count("zalo_signature_bad") == 1
    assert app[TALLY].counts["zalo_signature_bad"] == 45


async def test_nineteen_are_no_burst(client):
    with capture_logs() as logs:
        for _ in range(19):
            await client.post("/webhook/zalo", data=BODY)
    assert "zalo_signature_burst" not in [entry["event"] for entry in logs]


@pytest.mark.parametrize("body", [b"{}", b" {}\r\n"])
async def test_the_consoles_probe_is_answered(client, box, body):
    assert (await client.post("/webhook/zalo", data=body)).status == 200
    assert box.rows == {}


async def test_the_probe_is_no_way_in_to_telegram(client):
    assert (await client.post("/webhook/telegram", data=b"{}", headers=TOKEN)).status == 400


@pytest.mark.parametrize(("path", "headers"), [("telegram", TOKEN), ("zalo", {})])
async def test_an_oversized_body(client, box, path, headers):
    body = b'{"update_id":1,"x":"' + b"a" * 1024 * 1024 + b'"}'
    assert (await client.post(f"/webhook/{path}", data=body, headers=headers)).status == 413
    assert box.rows == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"update_id":',
        b"[" * 500_000,
        b'{"update_id":' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "open", "list", "null", "bytes", "cut", "deep", "huge number"],
)
async def test_a_broken_body(client, box, body):
    with capture_logs() as logs:
        assert (await client.post("/webhook/telegram", data=body, headers=TOKEN)).status == 400
    assert [entry["event"] for entry in logs] == ["webhook_body_unreadable"]
    assert box.rows == {}


async def test_broken_json_of_zalo_is_told_only_to_who_can_sign(client):
    # printf '%s%s%s' 505000000000000001 '{"timestamp":"1' '1sample-oa-secret-key' | sha256sum
    body = b'{"timestamp":"1'
    digest = "4f90bc838a2e0824cbb71be54569b1a6f3f502ba94299e0180aeb307c224d5b3"
    assert (await client.post("/webhook/zalo", data=body)).status == 401
    assert (
        await client.post("/webhook/zalo", data=body, headers={"X-ZEvent-Signature": digest})
    ).status == 400


@pytest.mark.parametrize("error", [InboxFull(), InboxFailed()])
@pytest.mark.parametrize(("path", "body", "headers"), [("telegram", UPDATE, TOKEN), ("zalo", BODY, SIGNED)])
async def test_what_is_not_stored_is_not_acknowledged(client, box, error, path, body, headers):
    box.fails = error
    assert (await client.post(f"/webhook/{path}", data=body, headers=headers)).status == 503


async def test_only_configured_channels_have_a_door(box):
    async with TestClient(TestServer(application(box, telegram_hook=TelegramHook("s")))) as client:
        assert (await client.post("/webhook/zalo", data=b"{}")).status == 404
        assert (await client.get("/webhook/telegram")).status == 405
        assert (await client.get("/health")).status == 200


async def test_a_setting_narrows_the_variants(box):
    hook = ZaloHook(APP, OA, SECRET, frozenset({"mac:body:oa_id"}))
    async with TestClient(TestServer(application(box, zalo_hook=hook))) as client:
        assert (await client.post("/webhook/zalo", data=BODY, headers=SIGNED)).status == 401
        headers = {"X-ZEvent-Signature": f"mac={BY_OA_AND_BODY}"}
        assert (await client.post("/webhook/zalo", data=BODY, headers=headers)).status == 200


def test_an_empty_secret_is_refused_at_start(box):
    with pytest.raises(ValueError, match="secret"):
        application(box, telegram_hook=TelegramHook(""))
    with pytest.raises(ValueError, match="secret"):
        application(box, zalo_hook=ZaloHook(APP, OA, ""))
    assert "sample" not in repr(TelegramHook("sample-secret")) + repr(ZaloHook(APP, OA, "sample"))
