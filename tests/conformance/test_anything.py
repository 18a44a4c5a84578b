"""Whatever a client posts is answered in the platform's own way: a number and words, never a server's error."""

import json
import random
from typing import Any

from aiohttp import ClientSession, FormData

from bot.sandbox.server import Sandbox
from bot.sandbox.telegram_methods import METHODS
from bot.testing import Person, control

ODD: list[Any] = [
    None, "", 0, -1, "x", [], {}, [[]], "[]", "{", True, 10**30, "1" * 5000, "[" * 5000, {"a": {"b": [1]}},
    ["x"], [{"x": 1}], "\ud800", "NaN", 1.5, "😀" * 10,
]  # fmt: skip
NAMES = (
    "text photo document caption parse_mode reply_markup message_id reply_parameters entities user_id file_id "
    "callback_query_id from_chat_id message_ids media url secret_token allowed_updates offset limit reaction "
    "message_thread_id link_preview_options emoji action scope commands latitude longitude phone_number first_name"
).split()
EACH = 8
"""Calls of one method or shape: enough to meet most odd values at most places over the whole run."""


async def test_telegram(sandbox: Sandbox, session: ClientSession) -> None:
    chance = random.Random(52)
    person = await Person.create(sandbox.control_url, "telegram", name="Trần Thị Mẫu")
    await person.starts()
    base = f"{sandbox.base}/telegram/bot{sandbox.telegram.token}"
    for method in list(METHODS) * EACH:
        given = {name: chance.choice(ODD) for name in chance.sample(NAMES, chance.randint(0, 6))}
        given = {"chat_id": person.user_id, **given} if chance.random() < 0.9 else given
        flat = {
            name: (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "replace").decode()
            for name, value in given.items()
            if value is not None
        }
        form = FormData()
        form.add_field("unknown", b"x", filename="a")
        for name, value in flat.items():
            form.add_field(name, value, content_type="text/plain")
        short = {name: value[:1000] for name, value in flat.items()}
        way, how = chance.choice(
            [
                ("POST", {"json": given}),
                ("POST", {"data": flat}),
                ("POST", {"data": form}),
                ("GET", {"params": short}),
            ]
        )
        async with session.request(way, f"{base}/{method}", **how) as answer:
            found = json.loads(await answer.read())
        where = (method, way, given)
        assert answer.status < 500, where
        assert found["ok"] or (found["error_code"] == answer.status and found["description"]), where


def _bent(chance: random.Random, value: Any) -> Any:
    """The value with some of its parts replaced or left out."""
    if chance.random() < 0.15:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {name: _bent(chance, each) for name, each in value.items() if chance.random() > 0.05}
    return [_bent(chance, each) for each in value] if isinstance(value, list) else value


def _shapes(user: str, asset: str) -> list[tuple[str, Any]]:
    link = {"title": "b", "type": "oa.open.url", "payload": {"url": "https://a.vn"}}
    press = {"title": "a", "type": "oa.query.hide", "payload": "#a"}
    picture = {"media_type": "image", "attachment_id": "x", "url": "https://a.vn", "width": 1, "height": 1}
    row = {"title": "a", "subtitle": "b", "image_url": "https://a.vn"}
    action = {"default_action": {"type": "oa.open.url", "url": "https://a.vn"}}
    payloads = (
        {"template_type": "button", "buttons": [press, link]},
        {"template_type": "media", "elements": [picture]},
        {"template_type": "list", "elements": [row | action], "buttons": [press]},
        {"template_type": "request_user_info", "elements": [row]},
    )
    messages: list[Any] = [{"text": "x", "quote_message_id": "1"}]
    messages += [{"text": "x", "attachment": {"type": "template", "payload": each}} for each in payloads]
    messages.append({"attachment": {"type": "file", "payload": {"token": "x"}}})
    page = {"offset": 0, "count": 5}
    return [
        *(("message/cs", {"recipient": {"user_id": user}, "message": each}) for each in messages),
        ("message/template", {"user_id": user, "template_id": "1", "template_data": {"a": "b"}}),
        ("group/creategroupwithoa", {"group_name": "a", "asset_id": asset, "member_user_ids": [user]}),
        ("group/message", {"recipient": {"group_id": "g"}, "message": {"text": "x"}}),
        ("group/invite", {"group_id": "g", "member_user_ids": [user]}),
        ("group/updateinfo", {"group_id": "g", "group_name": "x"}),
        ("group/listmember", {"group_id": "g", **page}),
        ("group/getgroupsofoa", page),
        ("group/conversation", {"group_id": "g", **page}),
        ("quota/message", {"user_id": user, "quota_owner": "OA"}),
        ("quota/group", {"quota_owner": "OA"}),
        ("user/detail", {"user_id": user}),
        ("user/getlist", {**page, "is_follower": "true"}),
    ]


async def test_zalo(sandbox: Sandbox, session: ClientSession) -> None:
    chance = random.Random(52)
    person = await Person.create(sandbox.control_url, "zalo_oa", name="Trần Thị Mẫu")
    await person.starts()
    await control(sandbox.control_url, "zalo_oa/gmf", {"seats": 10, "days": 3})
    await control(sandbox.control_url, "zalo_oa/templates", {"template_id": "1", "fields": ["a"]})
    headers = {"access_token": sandbox.zalo.oauth.access_token}
    for path, body in _shapes(person.user_id, next(iter(sandbox.zalo_groups.assets))) * EACH:
        given = _bent(chance, body)
        text = {"params": {"data": json.dumps(given)[:2000]}}
        for way, how in (("POST", {"json": given}), ("GET", text)):
            url = f"{sandbox.base}/zalo/v3.0/oa/{path}"
            async with session.request(way, url, headers=headers, **how) as answer:
                assert answer.status == 200, (path, given)
                assert isinstance(json.loads(await answer.read())["error"], int), (path, given)
