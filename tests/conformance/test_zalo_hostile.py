"""Clients nobody here wrote: wrong ways of asking get Zalo's kind of answer, HTTP 200 with a number, never a 500."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from test_zalo_oa import CS, FORM, Client, buttons, press, template

from bot.sandbox.server import Sandbox
from bot.testing import Person, control


@pytest.fixture
def client(sandbox: Sandbox, session: ClientSession) -> Client:
    return Client(sandbox, session)


@pytest.fixture
async def person(sandbox: Sandbox) -> Person:
    made = await Person.create(sandbox.control_url, "zalo_oa", name="Trần Thị Mẫu", phone="0912 000 111")
    await made.starts()
    return made


def _form(**fields: str) -> FormData:
    form = FormData()
    for name, value in fields.items():
        form.add_field(name, value, content_type="text/plain")
    return form


MESSAGE = b'{"recipient":{"user_id":"1"},"message":{"text":"x"}}'


@pytest.mark.parametrize(
    ("method", "path", "how", "error"),
    [
        ("POST", CS, {"data": MESSAGE}, -201),  # JSON without its content type is read
        ("POST", CS, {"data": {"recipient": "1"}}, -201),
        ("POST", CS, {"data": _form(message="x")}, -201),
        ("POST", CS, {"data": b"", "headers": {"Content-Type": "multipart/form-data"}}, -201),
        ("POST", CS, {"data": b"[" * 100_000}, -201),
        ("POST", CS, {"data": b"\xff\xfe{}"}, -201),
        ("POST", CS, {"data": b"null"}, -201),
        ("POST", CS, {}, -201),
        ("GET", CS, {"params": {"data": MESSAGE.decode()}}, -201),
        ("PUT", CS, {"data": MESSAGE}, -201),
        ("GET", "v3.0/oa/user/detail", {"params": {"data": "{not json"}}, -201),
        ("GET", "v3.0/oa/user/detail", {}, -201),
        ("GET", "v3.0/oa/user/detail", {"params": {"data": '{"user_id": ["1"]}'}}, -201),
        ("POST", "v2.0/oa/upload/file", {"json": {"file": "x"}}, -201),
        ("POST", "v2.0/oa/upload/file", {"data": _form(file="x")}, -201),
        ("POST", "v2.0/oa/upload/image", {"data": b"x", "headers": {"Content-Type": "image/png"}}, -201),
        ("POST", "v3.0/oa/message/template", {"json": []}, -201),
        ("POST", "v3.0/oa/message/template", {"json": {"user_id": {}}}, -201),
        ("POST", "v3.0/oa/group/message", {"json": {"recipient": {"group_id": []}}}, -403),
        ("POST", "v3.0/oa/group/creategroupwithoa", {"json": {"group_name": 5}}, -201),
        ("POST", "v3.0/oa/group/invite", {"json": "x"}, -403),
        ("POST", "v3.0/oa/message/promotion", {"json": {}}, -240),
        ("POST", "v2.0/oa/message", {"json": {}}, -240),
        ("POST", "v3.0/oa/nothing", {"json": {}}, -212),
        ("POST", "oa/message", {"json": {}}, -212),
    ],
)
async def test_a_wrong_way_of_asking(
    client: Client, session: ClientSession, method: str, path: str, how: dict[str, Any], error: int
) -> None:
    given = dict(how)
    headers = {"access_token": client.token, **given.pop("headers", {})}
    url = f"{client.info['base_url']}/{path}"
    async with session.request(method, url, headers=headers, **given) as answer:
        assert answer.status == 200
        assert (await answer.json())["error"] == error


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, -216),
        ({"access_token": ""}, -216),
        ({"Authorization": "Bearer {token}"}, -216),
        ({"access_token": "mã-sai"}, -216),
        ({"access_token": "{token}", "appsecret_proof": "mã-sai"}, -242),
    ],
)
async def test_a_token_in_the_wrong_place(
    client: Client, session: ClientSession, headers: dict[str, str], error: int
) -> None:
    carried = {name: value.format(token=client.token) for name, value in headers.items()}
    async with session.post(f"{client.info['base_url']}/{CS}", data=MESSAGE, headers=carried) as answer:
        assert answer.status == 200
        assert (await answer.json())["error"] == error


async def test_tokens_are_asked_for_by_a_form(client: Client, session: ClientSession) -> None:
    url = f"{client.info['oauth_url']}/v4/oa/access_token"
    asked = {"app_id": client.info["app_id"], "grant_type": "refresh_token"}
    asked["refresh_token"] = client.info["refresh_token"]
    secret = {"secret_key": client.info["app_secret"]}
    for method, how, headers in (
        ("POST", {"json": asked}, secret),
        ("GET", {"params": asked}, secret),
        ("POST", {"data": asked}, {}),
        ("POST", {"data": asked}, {"secret_key": "mã-sai"}),
        ("POST", {"data": b"x"}, {"Content-Type": "multipart/form-data"}),
    ):
        async with session.request(method, url, headers=headers, **how) as answer:
            assert answer.status == 200
            assert (await answer.json())["error"] < 0
    assert "access_token" in await client.oauth(**asked)  # none of these used the token up


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (buttons(press("t", "#x", kind=["oa.query.show"])), -201),
        (buttons(press("t", {"phone_code": "gọi tôi"}, "oa.open.phone")), -201),
        (buttons(press("t", {"phone_code": "84912000111"}, "oa.open.sms")), -201),
        (buttons(press("t", {"url": "javascript:alert(1)"}, "oa.open.url")), -201),
        (buttons("x"), -201),
        ({"text": "x", "attachment": {"type": "template", "payload": {"buttons": {}}}}, -201),
        ({"text": "x", "attachment": {"type": "template", "payload": {}}}, -233),
        ({"text": "x", "attachment": {"type": ["template"], "payload": {"template_type": {}}}}, -233),
        (template("media", {"media_type": "image", "url": "a.png"}), -201),
        (template("media", {"media_type": "image", "attachment_id": {"x": 1}}), -201),
        (template("media", {"media_type": "image"}, {"media_type": "image"}), -210),
        (
            template("media", {"media_type": "gif", "url": "https://a.vn/a.gif", "width": "x", "height": 1}),
            -201,
        ),
        (
            template(
                "media", {"media_type": "gif", "url": "https://a.vn/a.gif", "width": 10, "height": "10"}
            ),
            0,
        ),
        (template("request_user_info", {**FORM, "image_url": "a.png"}), -201),
        (template("request_user_info", {**FORM, "title": "t" * 101}), -210),
        (template("list", {"title": "a", "subtitle": "b", "image_url": 5}), -201),
        (
            template(
                "list",
                {
                    "title": "a",
                    "subtitle": "b",
                    "default_action": {"type": "oa.open.url", "url": "https://a.vn"},
                },
            ),
            0,
        ),
        ({"text": "x", "quote_message_id": "abc"}, -201),
        ({"text": "x", "quote_message_id": 5}, -201),
        ({"text": ["x"]}, -201),
        ({"text": "\ud800"}, 0),
        ({"text": "x", "unknown": {"a": [1]}}, 0),
    ],
)
async def test_bodies_gone_wrong(client: Client, person: Person, message: Any, error: int) -> None:
    assert await client.send(person, message) == error
    await person.messages()  # what was taken can be shown


async def test_buttons_of_a_list_stand_in_its_elements(
    client: Client, sandbox: Sandbox, person: Person
) -> None:
    given = template("list", {"title": "a", "subtitle": "b"})
    given["attachment"]["payload"]["buttons"] = [press("t")]
    assert await client.send(person, given) == -233
    await control(sandbox.control_url, "switches", {"zalo_oa": {"list_buttons": True}})
    assert await client.send(person, given) == 0


async def test_names_of_uploads_are_of_their_kind(client: Client, person: Person) -> None:
    picture = (await client.upload("image", "a.png", b"\x89PNG sample"))["data"]["attachment_id"]
    file = (await client.upload("file", "a.pdf", b"%PDF-1.7"))["data"]["token"]
    gif = (await client.upload("gif", "a.gif", b"GIF89a sample"))["data"]["attachment_id"]
    assert (await client.upload("gif", "a.gif", b"\x89PNG"))["error"] == -201
    assert await client.send(person, {"attachment": {"type": "file", "payload": {"token": picture}}}) == -100
    assert (
        await client.send(person, template("media", {"media_type": "image", "attachment_id": file})) == -100
    )
    moving = {"media_type": "gif", "attachment_id": gif, "width": 8, "height": 8}
    assert await client.send(person, template("media", moving)) == 0


async def test_an_answer_to_a_message(client: Client, person: Person) -> None:
    await person.says("Câu hỏi")
    asked = (await person.messages())[-1].id
    assert await client.send(person, {"text": "Trả lời", "quote_message_id": asked}) == 0


async def test_another_applications_id_is_nobody(client: Client, person: Person) -> None:
    detail = (await client.call("v3.0/oa/user/detail", {"user_id": person.user_id}))["data"]
    assert detail["user_id_by_app"] != person.user_id
    body = {"recipient": {"user_id": detail["user_id_by_app"]}, "message": {"text": "x"}}
    assert (await client.call(CS, body))["error"] == -201


async def test_lists_come_page_by_page(client: Client, sandbox: Sandbox) -> None:
    for number in range(12):
        each = await Person.create(sandbox.control_url, "zalo_oa", name=f"Người {number}")
        await each.starts()
    path = "v3.0/oa/user/getlist"
    first = (await client.call(path, {"offset": 0, "count": 10}, "GET"))["data"]
    rest = (await client.call(path, {"offset": "10", "count": "50"}, "GET"))["data"]
    assert (first["total"], len(first["users"]), len(rest["users"])) == (12, 10, 2)
    assert not {each["user_id"] for each in first["users"]} & {each["user_id"] for each in rest["users"]}
    for asked, error in (
        ({"count": 51}, -210),
        ({"offset": 9952}, -210),
        ({"count": 0}, -210),
        ({"offset": -1}, -201),
        ({"count": "x"}, -201),
        ({"count": True}, -201),
    ):
        assert (await client.call(path, asked, "GET"))["error"] == error


async def test_what_may_still_be_sent(
    client: Client, sandbox: Sandbox, person: Person, turn: Callable[[float], Awaitable[None]]
) -> None:
    await control(sandbox.control_url, "switches", {"zalo_oa": {"free_messages": 8, "tokens_end": False}})
    await client.send(person, {"text": "x"})
    said = (await client.call("v3.0/oa/quota/message", {"user_id": person.user_id}))["data"]
    assert said["cs_reply"] == {"remain": 7, "total": 8} and said["last_interaction"]
    await turn(49 * 3600)
    said = (await client.call("v3.0/oa/quota/message", {"user_id": person.user_id}))["data"]
    assert said["cs_reply"]["remain"] == 0
    whole = (await client.call("v3.0/oa/quota/message", {"quota_owner": "OA"}))["data"]
    assert whole[0]["remain"] == 2000
    assert (await client.call("v3.0/oa/quota/message", {}))["error"] == -201


async def test_four_thousand_calls_a_minute(
    client: Client, sandbox: Sandbox, person: Person, turn: Callable[[float], Awaitable[None]]
) -> None:
    await control(sandbox.control_url, "switches", {"zalo_oa": {"limits": True}})
    now = sandbox.world.now_ms()
    sandbox.zalo._calls.extend([now] * 3999)
    url = f"{client.info['base_url']}/{CS}"
    body = {"recipient": {"user_id": person.user_id}, "message": {"text": "x"}}
    async with client.session.post(url, json=body, headers={"access_token": client.token}) as answer:
        assert (await answer.json())["error"] == 0
        assert answer.headers["X-RateLimit-Limit"] == "4000" and answer.headers["X-RateLimit-Remain"] == "0"
    assert await client.send(person, {"text": "x"}) == -32
    await turn(61)
    assert await client.send(person, {"text": "x"}) == 0


async def test_uploads_of_a_month(client: Client, sandbox: Sandbox) -> None:
    await control(sandbox.control_url, "switches", {"zalo_oa": {"limits": True}})
    await client.upload("file", "a.pdf", b"%PDF-1.7")
    sandbox.zalo.ledger.uploads = 5000
    assert (await client.upload("file", "a.pdf", b"%PDF-1.7"))["error"] == -211


async def test_a_group_takes_its_seats(
    client: Client, sandbox: Sandbox, turn: Callable[[float], Awaitable[None]]
) -> None:
    await control(sandbox.control_url, "switches", {"zalo_oa": {"window": True, "tokens_end": False}})
    await control(sandbox.control_url, "zalo_oa/gmf", {"seats": 2, "days": 30})
    everybody = []
    for number in range(3):
        each = await Person.create(sandbox.control_url, "zalo_oa", name=f"Người {number}")
        await each.starts()
        everybody.append(each.user_id)
    asset = (await client.call("v3.0/oa/quota/group", {}))["data"][0]["asset_id"]
    asked = {"group_name": "Chi bộ Mẫu", "asset_id": asset, "member_user_ids": everybody}
    make = "v3.0/oa/group/creategroupwithoa"
    assert (await client.call(make, asked))["error"] == -210
    assert (await client.call(make, {**asked, "group_name": "x" * 101}))["error"] == -210
    assert (await client.call(make, {**asked, "member_user_ids": everybody * 34}))["error"] == -210
    group = (await client.call(make, {**asked, "member_user_ids": everybody[:2]}))["data"]["group_id"]
    assert (await client.call(make, asked))["error"] == -238
    say = {"recipient": {"group_id": group}, "message": buttons(press("t"))}
    assert (await client.call("v3.0/oa/group/message", say))["error"] == -233
    say["message"] = {"text": "Kính mời"}
    assert (await client.call("v3.0/oa/group/message", say))["error"] == 0
    said = (await client.call("v3.0/oa/group/conversation", {"group_id": group}, "GET"))["data"]
    assert [each["message"] for each in said["messages"]] == ["Kính mời"]
    assert (await client.call("v3.0/oa/group/updateinfo", {"group_id": group, "group_name": "B"}))[
        "error"
    ] == 0
    members = (await client.call("v3.0/oa/group/listmember", {"group_id": group, "count": 1}, "GET"))["data"]
    assert (members["total"], len(members["member_user_ids"])) == (2, 1)
    await turn(8 * 24 * 3600)  # who was silent for a week is not invited
    invited = {"group_id": group, "member_user_ids": everybody[2:]}
    assert (await client.call("v3.0/oa/group/invite", invited))["error"] == 0
    listed = (await client.call("v3.0/oa/group/listmember", {"group_id": group}, "GET"))["data"]
    assert listed["total"] == 2


async def test_templates(
    client: Client, sandbox: Sandbox, person: Person, turn: Callable[[float], Awaitable[None]]
) -> None:
    known = {"template_id": "7", "fields": {"han": 10}, "price": 300, "buttons": [press("Xem", "#xem")]}
    await control(sandbox.control_url, "zalo_oa/templates", known)
    await control(sandbox.control_url, "switches", {"zalo_oa": {"window": True, "tokens_end": False}})
    await turn(8 * 24 * 3600)
    here = (sandbox.world.now_ms() // 1000 + 7 * 3600) % 86_400
    await turn((10 * 3600 - here) % 86_400)  # ten in the morning in Vietnam

    async def send(**more: Any) -> int:
        body = {"user_id": person.user_id, "template_id": "7", "template_data": {"han": "mai"}, **more}
        return int((await client.call("v3.0/oa/message/template", body))["error"])

    assert await send() == 0
    assert await send(template_id="8") == -249
    assert await send(template_data={}) == -201
    assert await send(template_data={"han": "mai", "them": "x"}) == -201
    assert await send(template_data={"han": "x" * 11}) == -201
    assert await send(template_data={"han": 5}) == -201
    assert await send(user_id="1") == -201
    assert await client.send(person, {"text": "x"}) == -230
    await person.taps("Xem")  # a press opens the window
    assert await client.send(person, {"text": "x"}) == 0
    await turn(12 * 3600)
    assert await send() == -234
    await turn(12 * 3600)
    await control(sandbox.control_url, "switches", {"zalo_oa": {"pays": False}})
    assert await send() == -321
    books = await control(sandbox.control_url, "zalo_oa/books")
    assert (books["templates"], books["spent"]) == (1, 300)


async def test_any_event_can_be_sent(sandbox: Sandbox, client: Client, person: Person) -> None:
    asked = {"event_name": "user_feedback", "fields": {"note": "5"}, "user_id": person.user_id}
    assert "seq" in await control(sandbox.control_url, "zalo_oa/event", asked)
    stats = (await control(sandbox.control_url, "stats"))["zalo_oa"]
    assert stats["updates_dropped"] >= 1  # without a webhook events are lost
    assert json.dumps(stats)
