"""Replies as Bot API calls, and what Telegram's answers become."""

import asyncio
import time
from dataclasses import replace

import pytest
from channel_doubles import CHUNK, PDF, Platform, Shelf, serve

from bot.channels.telegram.outbound import TelegramOutbound
from bot.channels.telegram.webhook import set_webhook
from bot.chat.errors import Rejected, RetryAfter, TokenExpired, Unavailable, Uncertain, Unreachable
from bot.chat.replies import Choice, Edit, Say, Toast

TOKEN = "71:sample-token"
CARD = Say('Kế hoạch <quý IV> & "năm".', "Kế hoạch 52-KH/ĐU", (Choice("Đã đọc, tiếp thu", "ack:1"),))


def usual(method):
    if method.startswith("send"):
        message = {"message_id": 500, "date": 1, "chat": {"id": 71, "type": "private"}}
        if method == "sendDocument":
            message["document"] = {"file_id": "TG-FILE", "file_unique_id": "u"}
        return {"ok": True, "result": message}
    return {"ok": True, "result": True}


def refusal(code, description, **parameters):
    body = {"ok": False, "error_code": code, "description": description}
    return code, body | ({"parameters": parameters} if parameters else {})


@pytest.fixture
async def telegram():
    platform = Platform(usual)
    runner = await serve(platform)
    yield platform
    await runner.cleanup()


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
async def out(telegram, shelf):
    out = TelegramOutbound(TOKEN, shelf, base=telegram.base)
    yield out
    await out.close()


async def test_words_are_escaped_the_heading_bold_the_choice_a_button(out, telegram):
    sent = await out.send("71", CARD)
    assert (sent.message_id, sent.choices_as) == ("500", "buttons")
    assert telegram.calls == [
        (
            "sendMessage",
            {
                "chat_id": 71,
                "text": '<b>Kế hoạch 52-KH/ĐU</b>\nKế hoạch &lt;quý IV&gt; &amp; "năm".',
                "parse_mode": "HTML",
                "link_preview_options": {"is_disabled": True},
                "reply_markup": {
                    "inline_keyboard": [[{"text": "Đã đọc, tiếp thu", "callback_data": "ack:1"}]]
                },
            },
        )
    ]


async def test_short_labels_share_a_row(out, telegram):
    choices = tuple(Choice(label, "p") for label in ("Có", "Không", "Chưa rõ"))
    await out.send("71", Say("Đồng chí dự họp?", choices=choices))
    rows = telegram.calls[0][1]["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [["Có", "Không"], ["Chưa rõ"]]


async def test_a_contact_is_asked_in_private_only(out, telegram):
    say = Say("Mời đồng chí chia sẻ số.", ask_contact="Gửi số của tôi")
    await out.send("71", say)
    await out.send("-1001", say)
    keyboards = [body.get("reply_markup") for _, body in telegram.calls]
    assert keyboards[0]["keyboard"] == [[{"text": "Gửi số của tôi", "request_contact": True}]]
    assert keyboards[1] is None


async def test_a_file_is_uploaded_once_and_then_named(out, telegram, shelf):
    say = replace(CARD, file=PDF)
    await out.send("71", say)
    await out.send("72", say)
    (first, one), (second, two) = telegram.calls
    assert first == second == "sendDocument"
    assert ("52-KH.pdf", CHUNK) in one.values()
    assert one["caption"] == two["caption"]
    assert "callback_data" in one["reply_markup"]
    assert two["document"] == "TG-FILE"
    assert shelf.valid == [None]


async def test_many_at_once_wait_for_the_first_upload(out, telegram):
    await asyncio.gather(*(out.send(str(chat), Say("", file=PDF)) for chat in range(71, 79)))
    assert len(telegram.calls) == 8
    assert sum("52-KH.pdf" in str(body.values()) for _, body in telegram.calls) == 1


async def test_a_file_telegram_forgot_is_uploaded_anew(out, telegram, shelf):
    shelf.references["telegram", "file-1"] = "OLD"
    telegram.next = [refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")]
    assert (await out.send("71", Say("", file=PDF))).message_id == "500"
    assert shelf.references["telegram", "file-1"] == "TG-FILE"


async def test_a_file_we_no_longer_have(out, shelf):
    shelf.contents.clear()
    with pytest.raises(Rejected):
        await out.send("71", Say("", file=PDF))


async def test_a_long_text_goes_in_parts_with_the_choices_last(out, telegram):
    sent = await out.send("71", replace(CARD, text="Một câu dài. " * 500, file=PDF))
    assert telegram.methods == ["sendDocument", "sendMessage", "sendMessage"]
    assert ["reply_markup" in body for _, body in telegram.calls] == [False, False, True]
    assert sent.choices_as == "buttons"


async def test_a_short_429_between_parts_is_waited_out(out, telegram):
    telegram.next = [(200, usual("sendMessage")), refusal(429, "Too Many Requests", retry_after=1)]
    began = time.monotonic()
    await out.send("71", Say("Một câu dài. " * 500))
    assert time.monotonic() - began >= 1
    texts = [body["text"] for _, body in telegram.calls]
    assert len(texts) == 3
    assert texts[1] == texts[2]


async def test_edits(out, telegram):
    sent = await out.send("71", Edit("500", CARD, "progress"))
    await out.send("71", Edit("500", Say(""), "close"))
    assert telegram.methods == ["editMessageText", "editMessageReplyMarkup"]
    assert telegram.calls[0][1]["message_id"] == 500
    assert "<b>" in telegram.calls[0][1]["text"]
    assert "reply_markup" not in telegram.calls[1][1]
    assert sent.message_id == "500"


async def test_an_edit_that_changes_nothing_succeeds(out, telegram):
    telegram.next = [refusal(400, "Bad Request: message is not modified: specified new message content")]
    assert (await out.send("71", Edit("500", CARD, "progress"))).message_id == "500"


async def test_the_words_of_a_document_are_its_caption(out, telegram):
    telegram.next = [refusal(400, "Bad Request: there is no text in the message to edit")]
    await out.send("71", Edit("500", CARD, "progress"))
    assert telegram.methods == ["editMessageText", "editMessageCaption"]


@pytest.mark.parametrize(("purpose", "again"), [("progress", 0), ("correction", 1)])
async def test_only_a_correction_is_said_anew_when_its_message_is_gone(out, telegram, purpose, again):
    telegram.next = [refusal(400, "Bad Request: message to edit not found")]
    await out.send("71", Edit("400", CARD, purpose))
    assert telegram.methods == ["editMessageText"] + ["sendMessage"] * again


async def test_toasts(out, telegram):
    assert (await out.send("71", Toast("Đã ghi nhận.", "q1"))).message_id is None
    await out.send("71", Toast("", "q2"))
    await out.send("71", Toast("Không có nút nào"))
    assert telegram.calls == [
        ("answerCallbackQuery", {"callback_query_id": "q1", "text": "Đã ghi nhận."}),
        ("answerCallbackQuery", {"callback_query_id": "q2"}),
    ]


async def test_a_press_too_old_to_be_answered_is_no_error(out, telegram):
    telegram.next = [refusal(400, "Bad Request: query is too old and response timeout expired")]
    await out.send("71", Toast("Đã ghi nhận.", "q1"))


ERRORS = [
    (refusal(429, "Too Many Requests: retry after 17", retry_after=17), RetryAfter, {"seconds": 17}),
    (refusal(403, "Forbidden: bot was blocked by the user"), Unreachable, {"reason": "blocked"}),
    (refusal(403, "Forbidden: bot was kicked from the group chat"), Unreachable, {"reason": "blocked"}),
    (refusal(400, "Bad Request: chat not found"), Unreachable, {"reason": "chat_gone", "new_chat_id": None}),
    (
        refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009),
        Unreachable,
        {"reason": "chat_gone", "new_chat_id": "-1009"},
    ),
    (
        refusal(400, "Bad Request: not enough rights to send text messages"),
        Unreachable,
        {"reason": "refused"},
    ),
    (refusal(400, "Bad Request: can't parse entities"), Rejected, {}),
    (refusal(413, "Request Entity Too Large"), Rejected, {}),
    (refusal(401, "Unauthorized"), TokenExpired, {}),
    (refusal(404, "Not Found"), TokenExpired, {}),
    (refusal(500, "Internal Server Error"), Unavailable, {}),
    ((502, "<html>Bad Gateway</html>"), Uncertain, {}),
    ((200, "<html>captive portal</html>"), Uncertain, {}),
    ((200, [1]), Uncertain, {}),
]


@pytest.mark.parametrize(("answer", "error", "fields"), ERRORS, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("reply", [CARD, Say("", file=PDF)], ids=["text", "upload"])
async def test_errors_become_ours(out, telegram, answer, error, fields, reply):
    telegram.next = [answer]
    with pytest.raises(error) as caught:
        await out.send("71", reply)
    assert {name: getattr(caught.value, name) for name in fields} == fields


async def test_nobody_there_is_unavailable_and_tells_no_token(telegram, shelf):
    out = TelegramOutbound(TOKEN, shelf, base="http://127.0.0.1:9")
    with pytest.raises(Unavailable) as caught:
        await out.send("71", CARD)
    await out.close()
    assert "sample-token" not in repr(caught.value)


@pytest.mark.parametrize("reply", [CARD, Edit("không phải số", CARD, "progress")])
async def test_foreign_ids_are_rejected(out, reply):
    with pytest.raises(Rejected):
        await out.send("f414c8" if reply is CARD else "71", reply)


async def test_the_webhook_asks_for_blocks_and_reactions(out, telegram):
    await set_webhook(out.api, "https://example.org/webhook/telegram", "sample-secret")
    ((method, body),) = telegram.calls
    assert method == "setWebhook"
    assert body["secret_token"] == "sample-secret"
    assert "my_chat_member" in body["allowed_updates"]
    assert "message_reaction" in body["allowed_updates"]
    telegram.next = [refusal(401, "Unauthorized")]
    with pytest.raises(TokenExpired):
        await set_webhook(out.api, "https://example.org", "x")
