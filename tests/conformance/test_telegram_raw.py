"""Clients of any make: plain HTTP, and what Telegram would say to it."""

import json
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientSession
from listening import Listener, idle

from bot.sandbox.server import Sandbox
from bot.testing import Person, control

DOCUMENT = {"type": "document", "media": "nothing"}
CHAT: Any = "the chat"


@pytest.mark.parametrize(
    ("method", "given", "code", "words"),
    [
        ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
        ("sendMessage", {"chat_id": CHAT}, 400, "message text is empty"),
        ("sendMessage", {"chat_id": "@nobody", "text": "x"}, 400, "chat not found"),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "x", "parse_mode": "bbcode"},
            400,
            "unsupported parse_mode",
        ),
        ("sendMessage", {"chat_id": CHAT, "text": "x", "entities": [{"type": "bold"}]}, 400, "Bad Request: "),
        ("sendMessage", {"chat_id": CHAT, "text": "a\ud83d"}, 400, "strings must be encoded in UTF-8"),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "đ *a", "parse_mode": "MarkdownV2"},
            400,
            "can't parse entities: Can't find end of Bold entity at byte offset 3",
        ),
        ("sendDocument", {"chat_id": CHAT}, 400, "there is no document in the request"),
        (
            "sendDocument",
            {"chat_id": CHAT, "document": "https://example.com/a.pdf"},
            400,
            "failed to get HTTP URL content",
        ),
        ("sendMediaGroup", {"chat_id": CHAT, "media": [DOCUMENT]}, 400, "must be between 2 and 10"),
        ("sendMediaGroup", {"chat_id": CHAT, "media": [DOCUMENT] * 2}, 400, "wrong file identifier"),
        ("sendMediaGroup", {"chat_id": CHAT, "media": ["x", "y"]}, 400, "Bad Request: "),
        (
            "sendMediaGroup",
            {"chat_id": CHAT, "media": [DOCUMENT, {"type": "photo"}]},
            400,
            "can't be mixed",
        ),
        ("copyMessage", {"chat_id": CHAT, "from_chat_id": CHAT, "message_id": 99}, 400, "to copy not found"),
        ("forwardMessages", {"chat_id": CHAT, "from_chat_id": CHAT, "message_ids": [99]}, 400, "no messages"),
        ("editMessageText", {"chat_id": CHAT, "text": "x"}, 400, "message identifier is not specified"),
        ("editMessageText", {"chat_id": CHAT, "message_id": 1, "text": "x"}, 400, "message can't be edited"),
        ("deleteMessages", {"chat_id": CHAT, "message_ids": list(range(101))}, 400, "too many"),
        (
            "setMessageReaction",
            {"chat_id": CHAT, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "x"}]},
            400,
            "REACTION_INVALID",
        ),
        ("sendChatAction", {"chat_id": CHAT, "action": "dance"}, 400, "wrong parameter action"),
        ("sendLocation", {"chat_id": CHAT, "latitude": 21}, 400, "wrong location"),
        ("getChatAdministrators", {"chat_id": CHAT}, 400, "no administrators in the private chat"),
        ("getUpdates", {"timeout": "x"}, 400, "invalid timeout"),
        ("sendNothing", {}, 404, "Not Found"),
        ("", {}, 404, "Not Found"),
        ("sendMessage/more", {"chat_id": CHAT, "text": "x"}, 404, "Not Found"),
        ("getMe", {"chat_id": "\ud800"}, 200, ""),
        ("getChat", {"chat_id": "\ud800"}, 400, "strings must be encoded in UTF-8"),
        ("deleteMessages", {"chat_id": CHAT, "message_ids": "[" * 5000}, 400, "Bad Request: "),
    ],
)
async def test_refusals(
    sandbox: Sandbox, session: ClientSession, person: Person, method: str, given: Any, code: int, words: str
) -> None:
    body = {key: int(person.chat_id) if value is CHAT else value for key, value in given.items()}
    url = f"{sandbox.info()['telegram']['base_url']}/bot{sandbox.telegram.token}/{method}"
    async with session.post(url, json=body) as answer:
        found = await answer.json()
        assert (answer.status, found["ok"], found.get("error_code", 200)) == (code, code == 200, code)
        assert words in found.get("description", "")
    assert [message for message in await person.messages() if message.from_bot] == []


async def _result(session: ClientSession, sandbox: Sandbox, method: str, **how: Any) -> Any:
    url = f"{sandbox.info()['telegram']['base_url']}/bot{sandbox.telegram.token}/{method}"
    async with session.post(url, **how) as answer:
        found = await answer.json()
        assert answer.status == 200, found
        return found["result"]


async def test_limits_count_characters_and_entities_count_units(
    sandbox: Sandbox, session: ClientSession, person: Person
) -> None:
    text = "😀" * 4088 + "*đậm* `/x`"
    given = {"chat_id": person.chat_id, "text": text, "parse_mode": "Markdown"}
    sent = await _result(session, sandbox, "sendMessage", data=given)
    assert [(e["type"], e["offset"], e["length"]) for e in sent["entities"]] == [
        ("bold", 8176, 3),
        ("code", 8180, 2),  # and no command, which code would never be
    ]
    quote = {**given, "text": ">một\n>hai\nba", "parse_mode": "MarkdownV2"}
    sent = await _result(session, sandbox, "sendMessage", json=quote)
    assert sent["text"] == "một\nhai\nba"
    assert sent["entities"] == [{"type": "blockquote", "offset": 0, "length": 7}]
    many = {**given, "text": " ".join("*a*" for _ in range(120))}
    assert len((await _result(session, sandbox, "sendMessage", json=many))["entities"]) == 100


async def test_a_file_by_attachment_address_and_id(
    sandbox: Sandbox, session: ClientSession, person: Person
) -> None:
    form = aiohttp.FormData({"chat_id": person.chat_id, "document": "attach://tep", "caption": "Một"})
    form.add_field("tep", b"hello", filename="a.txt")
    first = (await _result(session, sandbox, "sendDocument", data=form))["document"]
    near = {"chat_id": person.chat_id, "document": f"{sandbox.base}/page/icon.svg"}
    fetched = (await _result(session, sandbox, "sendDocument", json=near))["document"]
    assert (first["file_name"], first["file_size"]) == ("a.txt", 5)
    assert (fetched["file_name"], fetched["mime_type"]) == ("icon.svg", "image/svg+xml")
    media = [{"type": "document", "media": "attach://x", "caption": "*a*", "parse_mode": "MarkdownV2"}]
    media.append({"type": "document", "media": first["file_id"]})
    form = aiohttp.FormData({"chat_id": person.chat_id, "media": json.dumps(media)})
    form.add_field("x", b"albums", filename="x.txt")
    one, two = await _result(session, sandbox, "sendMediaGroup", data=form)
    assert one["media_group_id"] == two["media_group_id"] and one["caption"] == "a"
    assert two["document"]["file_id"] == first["file_id"]


async def test_too_big_is_said_in_telegrams_form(
    sandbox: Sandbox, session: ClientSession, person: Person
) -> None:
    url = f"{sandbox.info()['telegram']['base_url']}/bot{sandbox.telegram.token}/sendDocument"
    for megabytes in (51, 65):
        form = aiohttp.FormData({"chat_id": person.chat_id})
        form.add_field("document", b"x" * megabytes * 1024 * 1024, filename="big")
        async with session.post(url, data=form) as answer:
            assert (answer.status, (await answer.json())["error_code"]) == (413, 413)


async def test_copies_forwards_and_reactions(
    sandbox: Sandbox, session: ClientSession, person: Person
) -> None:
    await person.says("Bản gốc")
    where = {"chat_id": person.chat_id, "from_chat_id": person.chat_id, "message_id": 2}
    forwarded = await _result(session, sandbox, "forwardMessage", json=where)
    assert forwarded["forward_origin"]["sender_user"]["id"] == int(person.user_id)
    copied = await _result(session, sandbox, "copyMessage", json=where)
    assert set(copied) == {"message_id"} and (await person.messages())[-1].text == "Bản gốc"
    one = {"chat_id": person.chat_id, "message_id": 2, "reaction": [{"type": "emoji", "emoji": "❤"}]}
    assert await _result(session, sandbox, "setMessageReaction", json=one)
    view = await control(sandbox.control_url, f"chats/telegram/{person.chat_id}/messages")
    assert next(m for m in view["messages"] if m["id"] == "2")["reaction"] == "❤"


async def test_edits_and_reactions_of_people(
    sandbox: Sandbox, session: ClientSession, person: Person
) -> None:
    kinds = ["edited_message", "message_reaction", "chat_member"]
    await _result(session, sandbox, "getUpdates", json={"offset": -1, "allowed_updates": kinds})
    await person.says("Sửa toi")
    await person.act("edit", message_id="2", text="Sửa tôi")
    await person.act("react", message_id="2", emoji="👍")
    made = await control(sandbox.control_url, "groups", {"members": [person.user_id], "bot": True})
    await control(sandbox.control_url, f"groups/{made['chat_id']}/bot", {"status": "administrator"})
    other = await Person.create(sandbox.control_url, "telegram")
    await other.act("join", chat_id=made["chat_id"])
    edited, reacted, joined = (await _result(session, sandbox, "getUpdates"))[-3:]
    assert edited["edited_message"]["text"] == "Sửa tôi" and edited["edited_message"]["edit_date"]
    assert reacted["message_reaction"]["new_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert joined["chat_member"]["new_chat_member"]["status"] == "member"


@pytest.mark.parametrize("body", [b"method=sendMessage&chat_id={}&text=Trong+form", b"ok", b"[]", b"--"])
async def test_a_webhooks_answer_in_another_form(
    sandbox: Sandbox, session: ClientSession, listener: Listener, body: bytes
) -> None:
    await _result(session, sandbox, "setWebhook", json={"url": listener.url})
    person = await Person.create(sandbox.control_url, "telegram")
    listener.raw = body.replace(b"{}", person.chat_id.encode())
    await person.starts()
    await idle(sandbox, "telegram")
    said = [message.text for message in await person.messages() if message.from_bot]
    assert said == (["Trong form"] if b"method" in body else [])
