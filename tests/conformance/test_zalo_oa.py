"""Zalo's shapes: what is taken, what is refused, signatures, tokens, the retry ladder."""

import asyncio
import base64
import hashlib
import io
import json
import subprocess
import unicodedata
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, FormData
from listening import Listener, idle

from bot.sandbox.server import Sandbox
from bot.testing import ControlRefused, Person, control

CS = "v3.0/oa/message/cs"


class Client:
    """The least a Zalo client can be."""

    def __init__(self, sandbox: Sandbox, session: ClientSession) -> None:
        self.session = session
        self.info = sandbox.info()["zalo_oa"]
        self.token = self.info["access_token"]

    async def call(self, path: str, body: Any = None, method: str = "POST", **headers: str) -> dict[str, Any]:
        how = {"params": {"data": json.dumps(body)}} if method == "GET" else {"data": body}
        if method == "POST" and not isinstance(body, FormData):
            how = {"json": body}
        url = f"{self.info['base_url']}/{path}"
        async with self.session.request(
            method, url, headers={"access_token": self.token, **headers}, **how
        ) as answer:
            assert answer.status == 200, "Zalo's errors are HTTP 200"
            found: dict[str, Any] = await answer.json()
            return found

    async def send(self, person: Person, message: Any) -> int:
        return int(
            (await self.call(CS, {"recipient": {"user_id": person.user_id}, "message": message}))["error"]
        )

    async def upload(self, kind: str, name: str, data: bytes) -> dict[str, Any]:
        form = FormData()
        form.add_field("file", data, filename=name)
        return await self.call(f"v2.0/oa/upload/{kind}", form)

    async def oauth(self, secret: str | None = None, **form: str) -> dict[str, Any]:
        headers = {"secret_key": secret or self.info["app_secret"]}
        url = f"{self.info['oauth_url']}/v4/oa/access_token"
        body = {"app_id": self.info["app_id"], **form}
        async with self.session.post(url, data=body, headers=headers) as answer:
            assert answer.status == 200
            found: dict[str, Any] = await answer.json()
            return found


@pytest.fixture
def client(sandbox: Sandbox, session: ClientSession) -> Client:
    return Client(sandbox, session)


@pytest.fixture
async def person(sandbox: Sandbox) -> Person:
    made = await Person.create(sandbox.control_url, "zalo_oa", name="Trần Thị Mẫu", phone="0912 000 111")
    await made.starts()
    return made


def zipped(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for part in parts:
            file.writestr(part, "sample")
    return out.getvalue()


def press(title: str, payload: Any = "#x", kind: str = "oa.query.hide") -> dict[str, Any]:
    return {"title": title, "type": kind, "payload": payload}


def buttons(*given: dict[str, Any], text: str = "Chọn") -> dict[str, Any]:
    return {"text": text, "attachment": {"type": "template", "payload": {"buttons": list(given)}}}


def template(kind: str, *elements: dict[str, Any]) -> dict[str, Any]:
    return {
        "attachment": {"type": "template", "payload": {"template_type": kind, "elements": list(elements)}}
    }


FORM = {"title": "Số điện thoại", "subtitle": "Để đối chiếu", "image_url": "https://a.vn/a.png"}


async def test_an_answer_has_its_shape(client: Client, person: Person) -> None:
    body = {"recipient": {"user_id": person.user_id}, "message": {"text": "Kính chào"}}
    answer = await client.call(CS, body)
    assert (answer["error"], answer["message"]) == (0, "Success")
    assert answer["data"]["user_id"] == person.user_id and len(person.user_id) == 19
    assert int(answer["data"]["message_id"], 16) and answer["data"]["quota"]["quota_type"] == "reply"
    assert (await person.sees("Kính chào")).id == answer["data"]["message_id"]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"text": "ệ" * 2000}, 0),
        ({"text": unicodedata.normalize("NFD", "ệ" * 2000)}, 0),
        ({"text": "x" * 2001}, -210),
        ({"text": " "}, -201),
        ({}, -201),
        ("text", -201),
        (buttons(*[press("a")] * 5), 0),
        (buttons(*[press("a")] * 6), -210),
        (buttons(), -201),
        (buttons(press("t" * 100, "p" * 1000)), 0),
        (buttons(press("t" * 101)), -210),
        (buttons(press("t", "p" * 1001)), -210),
        (buttons(press("t", {"x": 1})), -201),
        (buttons(press("t", "#x", "oa.unknown")), -201),
        (buttons(press("t"), text=""), -201),
        (buttons(press("t", {"url": "https://a.vn"}, "oa.open.url")), 0),
        (buttons(press("t", "https://a.vn", "oa.open.url")), -201),
        (buttons(press("t", {"url": "a.vn"}, "oa.open.url")), -201),
        (buttons(press("t", {"phone_code": "84912000111"}, "oa.open.phone")), 0),
        (buttons(press("t", {"phone_code": "84912000111", "content": "x"}, "oa.open.sms")), 0),
        (template("request_user_info", FORM), 0),
        (template("request_user_info", FORM, FORM), -210),
        (template("request_user_info", {"title": "x"}), -201),
        (template("media", {"media_type": "image", "url": "https://a.vn/a.png"}), 0),
        (template("media", {"media_type": "gif", "url": "https://a.vn/a.gif"}), -201),
        (template("media", {"media_type": "sticker", "attachment_id": "abc"}), 0),
        (template("media", {"media_type": "image", "attachment_id": "nothing"}), -100),
        (template("list", {"title": "a", "subtitle": "b"}), 0),
        (template("list", {"title": "a", "subtitle": ""}), -201),
        (template("list", *[{"title": "a", "subtitle": "b"}] * 6), -210),
        (template("promotion", {"title": "a"}), -233),
        ({"attachment": {"type": "file", "payload": {"token": "nothing"}}}, -100),
        ({"attachment": {"type": "video", "payload": {}}}, -233),
        ({"attachment": "x"}, -201),
    ],
)
async def test_bodies(client: Client, person: Person, message: Any, error: int) -> None:
    before = len(await person.messages())
    assert await client.send(person, message) == error
    assert len(await person.messages()) - before == (error == 0)


async def test_contested_shapes_can_be_switched_off(client: Client, sandbox: Sandbox, person: Person) -> None:
    await control(sandbox.control_url, "switches", {"zalo_oa": {"buttons_under_text": False, "list": False}})
    assert await client.send(person, buttons(press("a"))) == -233
    assert await client.send(person, template("list", {"title": "a", "subtitle": "b"})) == -233
    with pytest.raises(ControlRefused):
        await control(sandbox.control_url, "switches", {"zalo_oa": {"list": "no"}})


async def test_recipients(client: Client, sandbox: Sandbox, person: Person) -> None:
    silent = await Person.create(sandbox.control_url, "zalo_oa")
    assert await client.send(silent, {"text": "x"}) == -213
    for recipient in ({"user_id": "1"}, {"user_id": int(person.user_id)}, {}, "x"):
        assert (await client.call(CS, {"recipient": recipient, "message": {"text": "x"}}))["error"] == -201
    assert (await client.call(CS, [1]))["error"] == -201
    await silent.says("Chưa theo dõi nhưng đã nhắn")
    assert await client.send(silent, {"text": "x"}) == 0
    await person.blocks()
    assert await client.send(person, {"text": "x"}) == -213
    await person.unblocks()
    assert await client.send(person, {"text": "x"}) == 0


async def test_the_seven_day_window(
    client: Client, sandbox: Sandbox, person: Person, turn: Callable[[float], Awaitable[None]]
) -> None:
    await turn(7 * 24 * 3600 + 1)
    client.token = (
        await client.oauth(grant_type="refresh_token", refresh_token=client.info["refresh_token"])
    )["access_token"]
    assert await client.send(person, {"text": "x"}) == 0
    await control(sandbox.control_url, "switches", {"zalo_oa": {"window": True}})
    assert await client.send(person, {"text": "x"}) == -230
    await person.says("Tôi đây")
    assert await client.send(person, {"text": "x"}) == 0


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("52-KH.pdf", b"%PDF-1.7 sample", 0),
        ("a.docx", zipped("word/document.xml"), 0),
        ("a.doc", b"\xd0\xcf\x11\xe0 sample", 0),
        ("a.csv", "họ tên,ngày".encode(), 0),
        ("a.xlsx", zipped("xl/workbook.xml"), -201),
        ("a.docx", zipped("xl/workbook.xml"), -201),
        ("a.pdf", b"PK not a zip", -201),
        ("a.csv", b"%PDF-1.7", -201),
        ("a.ics", b"BEGIN:VCALENDAR", -201),
        ("a.pdf", b"", -201),
        ("a.pdf", b"%PDF-" + b"0" * (5 * 1024 * 1024), -210),
    ],
)
async def test_files(client: Client, person: Person, name: str, data: bytes, error: int) -> None:
    answer = await client.upload("file", name, data)
    assert answer["error"] == error
    if not error:
        message = {"attachment": {"type": "file", "payload": {"token": answer["data"]["token"]}}}
        assert await client.send(person, message) == 0
        assert (await person.sees(name)).file_size == len(data)


async def test_pictures_and_their_seven_days(
    client: Client, person: Person, turn: Callable[[float], Awaitable[None]]
) -> None:
    assert (await client.upload("image", "a.png", b"GIF89a"))["error"] == -201
    assert (await client.upload("image", "a.png", b"\x89PNG" + b"0" * 1024 * 1024))["error"] == -210
    asset = (await client.upload("image", "a.png", b"\x89PNG sample"))["data"]["attachment_id"]
    message = {"text": "Ảnh", **template("media", {"media_type": "image", "attachment_id": asset})}
    assert await client.send(person, message) == 0
    await turn(8 * 24 * 3600)
    answer = await client.oauth(grant_type="refresh_token", refresh_token=client.info["refresh_token"])
    client.token = answer["access_token"]
    assert await client.send(person, message) == -100


async def test_details(client: Client, person: Person) -> None:
    await person.shares_contact()
    for method in ("GET", "POST"):
        data = (await client.call("v3.0/oa/user/detail", {"user_id": person.user_id}, method))["data"]
        assert data["display_name"] == "Trần Thị Mẫu" and data["user_is_follower"] is True
        assert data["shared_info"]["phone"] == "84912000111"
    assert (await client.call("v3.0/oa/user/detail", {"user_id": "1"}))["error"] == -201
    about = (await client.call("v2.0/oa/getoa", {}, "GET"))["data"]
    assert about["oa_id"] == client.info["oa_id"] and about["num_follower"] == 1


async def test_tokens_end(client: Client, person: Person, turn: Callable[[float], Awaitable[None]]) -> None:
    good = client.token
    client.token = "wrong"
    assert await client.send(person, {"text": "x"}) == -216
    client.token = good
    await turn(90_001)
    assert await client.send(person, {"text": "x"}) == -220
    answer = await client.oauth(grant_type="refresh_token", refresh_token=client.info["refresh_token"])
    assert answer["expires_in"] == "90000"
    client.token = answer["access_token"]
    assert await client.send(person, {"text": "x"}) == 0


async def test_a_refresh_token_works_once(client: Client) -> None:
    used = client.info["refresh_token"]
    both = await asyncio.gather(
        *(client.oauth(grant_type="refresh_token", refresh_token=used) for _ in range(2))
    )
    assert sorted(answer.get("error", 0) for answer in both) == [-14020, 0]
    failed = next(answer for answer in both if "error" in answer)
    assert failed["error_description"] and "access_token" not in failed
    fresh = next(answer["refresh_token"] for answer in both if "error" not in answer)
    assert "access_token" in await client.oauth(grant_type="refresh_token", refresh_token=fresh)
    assert (await client.oauth(grant_type="refresh_token", refresh_token="x"))["error"] < 0
    assert (await client.oauth(secret="wrong", grant_type="refresh_token", refresh_token=fresh))["error"] < 0


async def test_a_code_is_exchanged_with_its_verifier(
    client: Client, sandbox: Sandbox, session: ClientSession, turn: Callable[[float], Awaitable[None]]
) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {"app_id": client.info["app_id"], "redirect_uri": "http://127.0.0.1/back", "state": "s"}
    where = f"{client.info['oauth_url']}/v4/oa/permission"
    async with session.get(
        where, params={**query, "code_challenge": challenge}, allow_redirects=False
    ) as answer:
        assert answer.status == 302 and "state=s" in answer.headers["Location"]
    form = {"grant_type": "authorization_code", "code_verifier": verifier}
    code = await control(sandbox.control_url, "zalo_oa/authorize", {"code_challenge": challenge})
    assert (await client.oauth(**form | {"code_verifier": "w" * 43}, code=code["code"]))["error"] < 0
    code = await control(sandbox.control_url, "zalo_oa/authorize", {"code_challenge": challenge})
    assert "access_token" in await client.oauth(**form, code=code["code"])
    assert (await client.oauth(**form, code=code["code"]))["error"] < 0
    code = await control(sandbox.control_url, "zalo_oa/authorize", {"code_challenge": challenge})
    await turn(601)
    assert (await client.oauth(**form, code=code["code"]))["error"] < 0


def hmac_by_openssl(key: str, text: str) -> str:
    command = ["openssl", "dgst", "-sha256", "-hmac", key]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode().split()[-1]


async def test_proof_of_the_app_secret(client: Client) -> None:
    good = hmac_by_openssl(client.info["app_secret"], client.token)
    assert (await client.call("v2.0/oa/getoa", {}, "GET", appsecret_proof=good))["error"] == 0
    assert (await client.call("v2.0/oa/getoa", {}, "GET", appsecret_proof="0" * 64))["error"] == -242


async def test_faults(client: Client, sandbox: Sandbox, person: Person) -> None:
    fault = {"platform": "zalo_oa", "method": "message/cs", "error": -32, "description": "limit", "times": 2}
    await control(sandbox.control_url, "faults", fault)
    assert [await client.send(person, {"text": "x"}) for _ in range(3)] == [-32, -32, 0]
    await control(sandbox.control_url, "faults", {"platform": "zalo_oa", "drop": "after"})
    with pytest.raises(ClientError):
        await client.send(person, {"text": "Đã gửi rồi"})
    await person.sees("Đã gửi rồi")
    with pytest.raises(ControlRefused):
        await control(sandbox.control_url, "faults", {"platform": "zalo_oa", "unknown": 1})


# Events


def sha256sum(*parts: bytes) -> str:
    """The mac by the system's own tool."""
    done = subprocess.run(["sha256sum"], input=b"".join(parts), capture_output=True, check=True)
    return done.stdout.decode().split()[0]


def events(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(raw) for raw, _ in listener.got if raw != b"{}"]


async def console(sandbox: Sandbox, listener: Listener, **switches: Any) -> None:
    await control(sandbox.control_url, "zalo_oa/webhook", {"url": listener.url})
    await control(sandbox.control_url, "switches", {"zalo_oa": switches})


async def test_the_console_probes_unsigned(sandbox: Sandbox, listener: Listener) -> None:
    listener.statuses = [401]
    with pytest.raises(ControlRefused, match="401"):
        await console(sandbox, listener)
    await console(sandbox, listener)
    raw, headers = listener.got[-1]
    assert raw == b"{}" and "X-ZEvent-Signature" not in headers


async def test_a_hand_written_signature(sandbox: Sandbox) -> None:
    # sha256 of: 111{"event_name":"follow","timestamp":"1717061839659"}1717061839659khoa-mau
    sandbox.zalo.app_id, sandbox.zalo.oa_secret_key = "111", "khoa-mau"
    raw, headers = sandbox._zalo_people.signed({"event_name": "follow", "timestamp": "1717061839659"})
    text = b'111{"event_name":"follow","timestamp":"1717061839659"}1717061839659khoa-mau'
    assert raw == b'{"event_name":"follow","timestamp":"1717061839659"}'
    assert headers == {"X-ZEvent-Signature": "mac=" + sha256sum(text)}


@pytest.mark.parametrize("first", ["app_id", "oa_id"])
@pytest.mark.parametrize("stamp", ["body", "header"])
@pytest.mark.parametrize("prefix", [True, False])
async def test_signatures_of_every_kind(
    client: Client, sandbox: Sandbox, listener: Listener, person: Person, first: str, stamp: str, prefix: bool
) -> None:
    await console(sandbox, listener, signature_id=first, timestamp_in=stamp, mac_prefix=prefix)
    await person.says("Đã đọc, “tiếp thu” / 100%")
    await idle(sandbox)
    raw, headers = listener.got[-1]
    assert "Đã đọc".encode() in raw and b"\\u" not in raw
    time = json.loads(raw)["timestamp"] if stamp == "body" else headers["X-ZEvent-Timestamp"]
    mac = sha256sum(client.info[first].encode(), raw, time.encode(), client.info["oa_secret_key"].encode())
    assert headers["X-ZEvent-Signature"] == ("mac=" if prefix else "") + mac


async def test_events_of_a_whole_acquaintance(client: Client, sandbox: Sandbox, listener: Listener) -> None:
    await console(sandbox, listener, receipts=True)
    person = await Person.create(sandbox.control_url, "zalo_oa", name="Lê Mẫu", phone="+84 912 000 111")
    await person.starts()
    await person.says("Xin chào")
    await client.send(
        person, buttons(press("Đã đọc", "#dd:1"), press("Xem", "#xem", "oa.query.show"), text="Văn bản")
    )
    await person.taps("Đã đọc")
    await person.taps("Xem")
    await client.send(person, template("request_user_info", FORM))
    await person.taps("Số điện thoại")
    await person.shares_contact("other", phone="84900000000")
    await person.sends_file("mẫu #1.pdf", b"%PDF-1.7")
    await person.sends_sticker()
    await person.sends_photo()
    await person.sends_voice()
    await person.act("location")
    await person.opens_chat()
    await person.blocks()
    await idle(sandbox)
    got = events(listener)
    assert [event["event_name"] for event in got] == [
        "follow",
        "user_send_text",
        "oa_send_text",
        "user_received_message",
        "user_send_text",
        "user_send_text",
        "oa_send_template",
        "user_received_message",
        "user_submit_info",
        "user_send_business_card",
        "user_send_file",
        "user_send_sticker",
        "user_send_image",
        "user_send_audio",
        "user_send_location",
        "user_seen_message",
        "unfollow",
    ]
    by_name = {event["event_name"]: event for event in reversed(got)}
    assert "sender" not in by_name["follow"] and by_name["follow"]["follower"]["id"] == person.user_id
    assert [e["message"]["text"] for e in got if e["event_name"] == "user_send_text"] == [
        "Xin chào",
        "#dd:1",
        "#xem",
    ]
    assert by_name["user_send_text"]["sender"]["id"] == person.user_id
    assert by_name["user_seen_message"]["sender"]["id"] == client.info["oa_id"]
    assert len(by_name["user_seen_message"]["message"]["msg_ids"]) == 2
    assert by_name["user_submit_info"]["info"]["phone"] == "84912000111"
    file = by_name["user_send_file"]["message"]["attachments"][0]["payload"]
    assert (file["name"], file["size"], file["type"]) == ("mẫu #1.pdf", "8", "pdf")
    async with client.session.get(file["url"]) as answer:
        assert await answer.read() == b"%PDF-1.7"
    card = by_name["user_send_business_card"]["message"]["attachments"][0]
    assert card["type"] == "link" and json.loads(card["payload"]["description"])["phone"] == "84900000000"
    assert all(event["app_id"] == client.info["app_id"] and event["timestamp"].isdigit() for event in got)
    assert await person.transcript() == [
        "Lê Mẫu: Xin chào",
        "Sổ tay: Văn bản [Đã đọc] [Xem]",
        "Lê Mẫu: [Đã đọc]",
        "Lê Mẫu: #xem",
        "Sổ tay: (request_user_info) Số điện thoại\nĐể đối chiếu [Số điện thoại]".split("\n")[0],
        "Để đối chiếu [Số điện thoại]",
        "Lê Mẫu: (contact)",
        "Lê Mẫu: (contact)",
        "Lê Mẫu: (mẫu #1.pdf, 8 B)",
        "Lê Mẫu: (sticker)",
        "Lê Mẫu: (photo) (photo.jpg, 0 B)",
        "Lê Mẫu: (voice)",
        "Lê Mẫu: (location)",
    ]


async def test_the_retry_ladder(
    sandbox: Sandbox, listener: Listener, person: Person, turn: Callable[[float], Awaitable[None]]
) -> None:
    await console(sandbox, listener)
    listener.got.clear()
    listener.statuses = [500]
    await person.says("Nghe không?")
    await person.says("Câu sau không phải chờ")
    await idle(sandbox)
    assert len(listener.got) == 2
    for rung, wait in enumerate((30, 300, 900, 1800, 3600), start=1):
        listener.statuses = [500]
        await turn(wait - 5)
        await idle(sandbox)
        assert len(listener.got) == 1 + rung
        await turn(5)
        await idle(sandbox)
        assert len(listener.got) == 2 + rung
        assert listener.got[-1][1]["num_retry"] == str(rung)
        assert listener.got[-1][0] == listener.got[0][0]
    await turn(24 * 3600)
    await idle(sandbox)
    assert len(listener.got) == 7
    stats = (await control(sandbox.control_url, "stats"))["zalo_oa"]
    assert (stats["pending"], stats["updates_answered"], stats["updates_lost"]) == (0, 1, 1)


async def test_retry_now_and_once_more(sandbox: Sandbox, listener: Listener, person: Person) -> None:
    await console(sandbox, listener)
    listener.got.clear()
    listener.statuses = [503]
    await person.says("Nghe không?")
    await idle(sandbox)
    waiting = (await control(sandbox.control_url, "deliveries"))["zalo_oa"]["waiting"]
    assert [(d["attempts"], d["status"]) for d in waiting] == [(1, 503)]
    assert (await control(sandbox.control_url, "deliveries/retry", {}))["retried"] == 1
    await idle(sandbox)
    await control(sandbox.control_url, "deliveries/again", {"platform": "zalo_oa"})
    await idle(sandbox)
    assert len(listener.got) == 3 and len({raw for raw, _ in listener.got}) == 1
    await control(sandbox.control_url, "switches", {"zalo_oa": {"retry_on": "connection"}})
    listener.statuses = [500]
    await person.says("Mất")
    await idle(sandbox)
    assert (await control(sandbox.control_url, "stats"))["zalo_oa"]["updates_lost"] == 1
