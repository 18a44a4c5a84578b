"""The application in front: what is let in, what is refused, and that 200 means stored."""

import json
from collections import Counter
from datetime import timedelta
from hashlib import sha256

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
from bot.clock import now, to_ms

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

    async def put(self, channel, update_key, chat_key, payload, update=None):
        if self.fails:
            raise self.fails
        self.rows.setdefault((channel, update_key), (chat_key, payload))


@pytest.fixture
def box():
    return Box()


AGES = timedelta(days=36_500)
"""The vectors are of 2024."""


class Saw(Counter):
    """What the application noticed of the unsettled."""

    def __call__(self, subject, variant):
        self[subject, variant] += 1


@pytest.fixture
def saw():
    return Saw()


@pytest.fixture
def app(box, saw):
    zalo = ZaloHook(APP, OA, SECRET, app_secret="sample-app-secret", keep=AGES)
    return application(box, telegram_hook=TelegramHook("sample-secret"), zalo_hook=zalo, saw=saw)


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


@pytest.mark.parametrize(("path", "what"), [("zalo", "zalo_signature"), ("telegram", "telegram_secret")])
async def test_a_burst_of_wrong_signatures_raises_one_alert(client, app, path, what):
    with capture_logs() as logs:
        for _ in range(45):
            await client.post(f"/webhook/{path}", data=BODY)
    events = [entry["event"] for entry in logs]
    assert events.count(f"{what}_burst") == 1
    assert events.count(f"{what}_bad") == 1
    assert app[TALLY].counts[f"{what}_bad"] == 45


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


def signed(body, moment="1", secret=SECRET):
    mac = sha256(APP.encode() + body + moment.encode() + secret.encode()).hexdigest()
    return {"X-ZEvent-Signature": f"mac={mac}", "X-ZEvent-Timestamp": moment}


@pytest.mark.parametrize(
    "body",
    [b'{"timestamp":"1', b'{"timestamp":"1"}', b"[]", b"[" * 500_000, b'{"event_name":{}}'],
    ids=["cut", "no name", "list", "deep", "odd name"],
)
async def test_what_zalo_signed_and_nobody_can_read_is_kept_for_a_person(client, box, saw, body):
    assert (await client.post("/webhook/zalo", data=body)).status == 401
    assert box.rows == {}
    with capture_logs() as logs:
        assert (await client.post("/webhook/zalo", data=body, headers=signed(body))).status == 200
        assert (await client.post("/webhook/zalo", data=body, headers=signed(body))).status == 200
    assert [entry["event"] for entry in logs] == ["webhook_body_unreadable"] * 2
    assert box.rows == {("zalo_oa", f"raw:{sha256(body).hexdigest()}"): ("-", body)}
    assert saw["webhook", "unreadable"] == 2


async def test_a_changed_body_under_a_valid_signature_is_refused_and_counted(client, box, saw):
    changed = BODY.replace("Đã đọc".encode(), "Chưa đọc".encode())
    assert changed != BODY
    assert (await client.post("/webhook/zalo", data=changed, headers=SIGNED)).status == 401
    assert box.rows == {}
    assert saw == {("webhook", "bad_signature"): 1}


async def test_the_variants_that_came_are_told(client, saw):
    await client.post("/webhook/zalo", data=BODY, headers=SIGNED)
    await client.post("/webhook/zalo", data=BODY, headers=signed(BODY, "5", "sample-app-secret"))
    await client.post("/webhook/zalo", data=BODY, headers={**SIGNED, "num_retry": "1"})
    assert saw == {
        ("signature", "mac:body:app_id"): 2,
        ("signature", "mac:header:app_id:app_secret"): 1,
        ("event", "user_send_text"): 3,
        ("repeat", "after_silence"): 1,
    }


async def test_whether_zalo_repeats_after_an_error_is_told(client, box, saw):
    box.fails = InboxFailed()
    assert (await client.post("/webhook/zalo", data=BODY, headers=SIGNED)).status == 503
    box.fails = None
    assert (await client.post("/webhook/zalo", data=BODY, headers={**SIGNED, "num_retry": "1"})).status == 200
    assert saw["repeat", "after_error"] == 1
    assert len(box.rows) == 1


@pytest.mark.parametrize(("days", "kept"), [(1, 1), (6, 1), (8, 0), (800, 0)])
async def test_a_replay_from_before_what_the_inbox_remembers_is_not_let_in(box, saw, days, kept):
    moment = str(to_ms(now() - timedelta(days=days)))
    body = BODY.replace(b"1717061839659", moment.encode())
    async with TestClient(
        TestServer(application(box, zalo_hook=ZaloHook(APP, OA, SECRET), saw=saw))
    ) as client:
        assert (await client.post("/webhook/zalo", data=body, headers=signed(body, moment))).status == 200
    assert len(box.rows) == kept
    assert saw["webhook", "too_old"] == 1 - kept


async def test_an_event_of_ten_megabytes_is_not_read_to_its_end(client, box, saw):
    body = b'{"event_name":"user_send_text","x":"' + b"a" * 10_000_000 + b'"}'
    assert (await client.post("/webhook/zalo", data=body, headers=signed(body))).status == 413
    assert box.rows == {}
    assert saw == {("webhook", "too_big"): 1}


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
    hook = ZaloHook(APP, OA, SECRET, frozenset({"mac:body:oa_id"}), keep=AGES)
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
