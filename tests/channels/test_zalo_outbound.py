"""Replies as calls of the Zalo OA API, and what Zalo's answers become."""

import asyncio
from dataclasses import replace

import pytest
from channel_doubles import CHUNK, PDF, Platform, Shelf, serve
from structlog.testing import capture_logs

from bot.channels.zalo_oa import outbound
from bot.channels.zalo_oa.access import FixedToken
from bot.channels.zalo_oa.outbound import IN_FLIGHT, ZaloOutbound, of_template
from bot.chat.errors import (
    Later,
    Rejected,
    RetryAfter,
    Suspended,
    TokenExpired,
    Unavailable,
    Uncertain,
    Unreachable,
)
from bot.chat.replies import Choice, Edit, File, Link, Say, Template, Toast
from bot.clock import VIETNAM, now
from bot.delivery.outbound import Quota

USER = "5510000000000000001"
CARD = Say(
    "Kế hoạch quý IV.", "Kế hoạch 52-KH/ĐU", (Choice("Đã đọc, tiếp thu", "ack:1"), Choice("Hỏi lại", "ask:1"))
)
PLAIN = "Kế hoạch 52-KH/ĐU\nKế hoạch quý IV."


class Ring:
    """An access whose tokens are numbered; a refused one gives way to the next."""

    def __init__(self):
        self.number = 0

    async def token(self):
        return f"token-{self.number}"

    async def renewed(self, refused):
        if refused == f"token-{self.number}":
            self.number += 1
        return f"token-{self.number}"


def usual(method):
    data = {"token": "ZALO-TOKEN"} if method == "file" else {"message_id": "a1b2", "user_id": USER}
    return {"error": 0, "message": "Success", "data": data}


def no(code, message="no"):
    return 200, {"error": code, "message": message}


@pytest.fixture
async def zalo():
    platform = Platform(usual)
    runner = await serve(platform)
    yield platform
    await runner.cleanup()


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
async def out(zalo, shelf):
    out = ZaloOutbound(Ring(), shelf, base=zalo.base)
    yield out
    await out.close()


def sent_texts(zalo):
    return [body["message"].get("text") for name, body in zalo.calls if name in {"cs", "message"}]


async def test_a_card_is_text_with_buttons(out, zalo):
    sent = await out.send(USER, CARD)
    assert (sent.message_id, sent.choices_as) == ("a1b2", "buttons")
    buttons = [
        {"title": "Đã đọc, tiếp thu", "type": "oa.query.hide", "payload": "ack:1"},
        {"title": "Hỏi lại", "type": "oa.query.hide", "payload": "ask:1"},
    ]
    message = {"text": PLAIN, "attachment": {"type": "template", "payload": {"buttons": buttons}}}
    assert zalo.calls == [("cs", {"recipient": {"user_id": USER}, "message": message})]
    assert zalo.headers[0]["access_token"] == "token-0"


@pytest.mark.parametrize("code", [-216, -220])
async def test_a_refused_token_is_renewed_once_and_the_call_repeated_once(out, zalo, code):
    zalo.next = [no(code)]
    await out.send(USER, Say("một"))
    await out.send(USER, Say("hai"))
    assert [headers["access_token"] for headers in zalo.headers] == ["token-0", "token-1", "token-1"]
    assert sent_texts(zalo) == ["một", "một", "hai"]
    zalo.next = [no(code), no(code)]
    with pytest.raises(TokenExpired):
        await out.send(USER, Say("ba"))
    assert len(zalo.calls) == 5


async def test_a_call_proves_the_app_secret_where_the_setting_says_so(zalo, shelf):
    out = ZaloOutbound(FixedToken("token"), shelf, base=zalo.base, proof_secret="app-secret")
    await out.send(USER, Say("một"))
    await out.close()
    # printf token | openssl dgst -sha256 -hmac app-secret
    proof = "4b062935fec529e51d39e89ee371a452c231b1e0c5549ac72d83fc4f3a0b0471"
    assert zalo.headers[0]["appsecret_proof"] == proof


@pytest.mark.parametrize("code", [-201, -233])
async def test_refused_buttons_become_numbers_and_are_logged(out, zalo, code):
    zalo.next = [no(code)]
    with capture_logs() as logs:
        sent = await out.send(USER, CARD)
    assert sent.choices_as == "numbers"
    text = sent_texts(zalo)[-1]
    assert text.startswith(PLAIN)
    assert "1. Đã đọc, tiếp thu\n2. Hỏi lại" in text
    assert "attachment" not in zalo.calls[-1][1]["message"]
    assert [(entry["event"], entry["code"]) for entry in logs] == [("zalo_buttons_refused", code)]


async def test_a_refused_plain_text_is_rejected(out, zalo):
    zalo.next = [no(-201)]
    with pytest.raises(Rejected, match="-201"):
        await out.send(USER, Say("x"))
    zalo.next = [no(-201), no(-201)]
    with pytest.raises(Rejected, match="-201"):
        await out.send(USER, CARD)


async def test_a_file_is_uploaded_once_and_goes_before_the_card(out, zalo, shelf):
    await out.send(USER, replace(CARD, file=PDF))
    await out.send("552", replace(CARD, file=PDF))
    assert zalo.methods == ["file", "cs", "cs", "cs", "cs"]
    assert zalo.calls[0][1]["file"] == ("52-KH.pdf", CHUNK)
    attachment = {"type": "file", "payload": {"token": "ZALO-TOKEN"}}
    assert zalo.calls[1][1] == {"recipient": {"user_id": USER}, "message": {"attachment": attachment}}
    assert sent_texts(zalo)[1].startswith(PLAIN)
    assert 6 * 86_400 < shelf.valid[0] < 7 * 86_400


async def test_a_card_behind_its_file_waits_rather_than_that_the_file_goes_twice(out, zalo, monkeypatch):
    monkeypatch.setattr(outbound, "_PART_PAUSE_S", 0.0)
    sent, refused = (200, usual("cs")), no(-32)
    for answer in (refused, (503, "")):
        zalo.calls.clear()
        zalo.next = [sent, answer] if answer is not refused else [(200, usual("file")), sent, answer]
        await out.send(USER, replace(CARD, file=PDF))
        assert [text for text in sent_texts(zalo) if text] == [PLAIN, PLAIN]
        assert (
            sum(
                "attachment" in body["message"] and "text" not in body["message"]
                for name, body in zalo.calls
                if name == "cs"
            )
            == 1
        )
    zalo.next = [sent, refused, refused]
    with pytest.raises(RetryAfter):
        await out.send(USER, replace(CARD, file=PDF))


async def test_a_picture_is_shown_as_one(out, zalo, shelf):
    zalo.next = [(200, {"error": 0, "data": {"attachment_id": "ZALO-PICTURE"}})]
    picture = File("file-2", "anh-mau.JPG", "image/jpeg", 9)
    shelf.contents["file-2"] = CHUNK
    for user in (USER, "552"):
        await out.send(user, Say("", file=picture))
    assert zalo.methods == ["image", "cs", "cs"]
    element = {"media_type": "image", "attachment_id": "ZALO-PICTURE"}
    payload = {"template_type": "media", "elements": [element]}
    assert zalo.calls[1][1]["message"] == {"attachment": {"type": "template", "payload": payload}}


async def test_many_at_once_upload_once_and_never_more_than_eight_are_in_flight(out, zalo):
    now, most = 0, 0

    async def during():
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.005)
        now -= 1

    zalo.during = during
    await asyncio.gather(*(out.send(str(n), Say("Tệp đây.", file=PDF)) for n in range(40)))
    assert zalo.methods.count("file") == 1
    assert len(zalo.calls) == 81
    assert 1 < most <= IN_FLIGHT


@pytest.mark.parametrize("code", [-100, -238])
async def test_an_expired_upload_is_made_again_once(out, zalo, shelf, code):
    shelf.references["zalo_oa", "file-1"] = "OLD"
    zalo.next = [no(code)]
    await out.send(USER, Say("", file=PDF))
    assert zalo.methods == ["cs", "file", "cs"]
    assert shelf.references["zalo_oa", "file-1"] == "ZALO-TOKEN"
    zalo.next = [no(code), (200, usual("file")), no(code)]
    with pytest.raises(Rejected, match=str(code)):
        await out.send(USER, Say("", file=PDF))


async def test_a_fresh_upload_that_is_refused_is_rejected(out, zalo):
    zalo.next = [(200, usual("file")), no(-238)]
    with pytest.raises(Rejected, match="-238"):
        await out.send(USER, Say("", file=PDF))
    assert zalo.methods == ["file", "cs"]


async def test_a_workbook_is_told_and_not_sent(out, zalo):
    book = File("file-1", "bieu-mau.xlsx", "application/vnd.ms-excel", 9)
    sent = await out.send(USER, replace(CARD, file=book))
    assert zalo.methods == ["cs"]
    assert "bieu-mau.xlsx" in sent_texts(zalo)[0]
    assert sent.choices_as == "buttons"


async def test_a_workbook_is_a_link_of_this_person_where_people_can_reach_us(out, zalo, shelf):
    book = File("file-1", "bieu-mau.xlsx", "application/vnd.ms-excel", 9)
    shelf.public = "https://sotay.example"
    await out.send(USER, replace(CARD, file=book))
    await out.send("group:g1", replace(CARD, file=book))
    to_person, to_group = (body["message"] for _name, body in zalo.calls)
    link = to_person["attachment"]["payload"]["buttons"][-1]
    url = f"https://sotay.example/tep/file-1-{USER}"
    assert link == {"title": "Mở tệp bieu-mau.xlsx", "type": "oa.open.url", "payload": {"url": url}}
    assert "https" not in str(to_group)


async def test_links_open_pages_and_phones_and_are_text_where_numbers_are(out, zalo):
    links = (Link("Trang tin", "https://sotay.example/tin"), Link("Gọi Văn phòng", "tel:02435550000"))
    await out.send(USER, replace(CARD, links=links))
    buttons = zalo.calls[0][1]["message"]["attachment"]["payload"]["buttons"]
    assert [each["type"] for each in buttons] == ["oa.query.hide"] * 2 + ["oa.open.url", "oa.open.phone"]
    zalo.next = [no(-233)]
    await out.send(USER, replace(CARD, links=links))
    assert "Gọi Văn phòng: 02435550000" in sent_texts(zalo)[-1]
    assert "2. Hỏi lại" in sent_texts(zalo)[-1]


async def test_choices_as_a_list_where_the_setting_says_so(zalo, shelf):
    out = ZaloOutbound(Ring(), shelf, base=zalo.base, choices="list")
    assert (await out.send(USER, CARD)).choices_as == "buttons"
    payload = zalo.calls[0][1]["message"]["attachment"]["payload"]
    assert payload["template_type"] == "list"
    assert all(element["subtitle"] for element in payload["elements"])
    action = {"type": "oa.query.hide", "payload": "ask:1"}
    assert payload["elements"][2] == {"title": "Hỏi lại", "subtitle": "Chọn 2", "default_action": action}
    long = replace(CARD, text="Một câu dài. " * 60)
    assert (await out.send(USER, long)).choices_as == "numbers"
    assert "1. Đã đọc, tiếp thu" in sent_texts(zalo)[-1]
    await out.close()


async def test_numbers_alone_where_the_setting_says_so(zalo, shelf):
    out = ZaloOutbound(Ring(), shelf, base=zalo.base, choices="numbers")
    assert (await out.send(USER, CARD)).choices_as == "numbers"
    assert "attachment" not in zalo.calls[0][1]["message"]
    await out.close()


async def test_a_phone_number_is_asked_for_by_the_form_where_it_has_a_picture(zalo, shelf, out):
    ask = Say("Đồng chí gửi số điện thoại.", ask_contact="Gửi số của tôi")
    await out.send(USER, ask)
    assert zalo.calls[-1][1]["message"] == {"text": "Đồng chí gửi số điện thoại."}
    form = ZaloOutbound(Ring(), shelf, base=zalo.base, form_image="https://sotay.example/p.png")
    await form.send(USER, ask)
    payload = zalo.calls[-1][1]["message"]["attachment"]["payload"]
    assert payload["template_type"] == "request_user_info"
    assert payload["elements"][0]["title"] == "Gửi số của tôi"
    zalo.next = [no(-233)]
    await form.send(USER, ask)
    assert zalo.calls[-1][1]["message"] == {"text": "Đồng chí gửi số điện thoại."}
    await form.close()


async def test_what_zalo_says_of_quotas_is_passed_on(out, zalo):
    block = {
        "quota_type": "sub_quota",
        "remain": "1999",
        "total": "2000",
        "expired_date": "23:59:59 30/11/2026",
    }
    answer = {"error": 0, "data": {"message_id": "a", "quota": block}}
    odd = {"error": 0, "data": {"message_id": "b", "quota": {"quota_type": "reply", "remain": None}}}
    zalo.next = [(200, answer), (200, odd)]
    first = (await out.send(USER, CARD)).quotas
    assert [(each.kind, each.to_person, each.remaining, each.total) for each in first] == [
        ("sub_quota", False, 1999, 2000)
    ]
    assert first[0].until_ms is not None
    assert (await out.send(USER, CARD)).quotas == (Quota("reply", True, None, None, None),)


async def test_at_night_it_waits_for_the_morning(out, zalo):
    zalo.next = [no(-234)]
    with pytest.raises(Later) as caught:
        await out.send(USER, CARD)
    here = now().astimezone(VIETNAM)
    assert 0 < caught.value.seconds <= 24 * 3600
    assert abs((here.timestamp() + caught.value.seconds + 7 * 3600) % 86_400 - 6 * 3600) < 60


async def test_a_right_that_groups_lack_does_not_stop_the_account(out, zalo):
    zalo.next = [no(-224)]
    with pytest.raises(Rejected):
        await out.send("group:g1", CARD)


async def test_long_texts_go_in_parts(out, zalo):
    await out.send(USER, replace(CARD, text="Một câu dài. " * 300))
    assert len(zalo.calls) == 2
    assert all(len(text) <= 2000 for text in sent_texts(zalo))
    assert ["attachment" in body["message"] for _, body in zalo.calls] == [False, True]


async def test_a_group_gets_numbers_and_nobody_is_mentioned(out, zalo):
    sent = await out.send("group:g1", replace(CARD, text="[@551] hỏi"))
    ((method, body),) = zalo.calls
    assert (method, body["recipient"]) == ("message", {"group_id": "g1"})
    assert "[@" not in body["message"]["text"]
    assert sent.choices_as == "numbers"


async def test_what_zalo_cannot_do_is_not_called(out, zalo):
    for reply in (Toast("x", "q"), Edit("1", CARD, "close"), Edit("1", CARD, "progress")):
        assert (await out.send(USER, reply)).message_id is None
    assert zalo.calls == []
    await out.send(USER, Edit("1", CARD, "correction"))
    assert zalo.methods == ["cs"]


ERRORS = [
    (no(-32), RetryAfter, {"seconds": 60}),
    ((429, {}), RetryAfter, {"seconds": 60}),
    (no(-211), Later, {"seconds": 3600, "why": "quota"}),
    (no(-218), Later, {"why": "person_quota"}),
    (no(-204), Suspended, {"problem": "oa_disabled"}),
    (no(-221), Suspended, {"problem": "not_verified"}),
    (no(-224), Suspended, {"problem": "package"}),
    (no(-230), Unreachable, {"reason": "window_closed"}),
    (no(-232), Unreachable, {"reason": "window_closed"}),
    (no(-213), Unreachable, {"reason": "not_follower"}),
    (no(-217), Unreachable, {"reason": "refused"}),
    (no(-227), Unreachable, {"reason": "refused"}),
    (no(-244), Unreachable, {"reason": "refused"}),
    (no(-237), Unreachable, {"reason": "chat_gone"}),
    (no(-200), Uncertain, {}),
    (no(-248, "policy"), Rejected, {"why": "zalo -248: policy"}),
    (no(-99999, "new"), Rejected, {"why": "zalo -99999: new", "code": "Zalo -99999"}),
    ((500, {"error": 0}), Unavailable, {}),
    ((502, "<html>Bad Gateway</html>"), Uncertain, {}),
    ((200, "<html>portal</html>"), Uncertain, {}),
    ((403, "<html>waf</html>"), Uncertain, {}),
    ((200, {"message": "no code"}), Uncertain, {}),
    ((200, []), Uncertain, {}),
]


@pytest.mark.parametrize(("answer", "error", "fields"), ERRORS, ids=lambda value: str(value)[:40])
async def test_errors_become_ours(out, zalo, answer, error, fields):
    zalo.next = [answer]
    with pytest.raises(error) as caught:
        await out.send(USER, CARD)
    assert {name: getattr(caught.value, name) for name in fields} == fields


async def test_nobody_there_is_unavailable(shelf):
    out = ZaloOutbound(FixedToken("t"), shelf, base="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        await out.send(USER, CARD)
    await out.close()


TEMPLATE = Template("4711", (("so_van_ban", "52-KH/ĐU"), ("han", "mai")))


async def test_a_template_by_user_id(zalo, shelf):
    out = ZaloOutbound(FixedToken("t"), shelf, base=zalo.base)
    assert (await out.send(USER, TEMPLATE)).message_id == "a1b2"
    data = {"so_van_ban": "52-KH/ĐU", "han": "mai"}
    assert zalo.calls[-1][1] == {"user_id": USER, "template_id": "4711", "template_data": data}
    await out.close()


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        (-249, Rejected),
        (-131, Rejected),
        (-117, Rejected),
        (-115, Rejected),
        (-137, Rejected),
        (-201, Rejected),
        (-224, Rejected),
        (-320, Rejected),
        (-321, Rejected),
        (-118, Unreachable),
        (-119, Unreachable),
        (-213, Unreachable),
        (-144, Later),
        (-147, Later),
        (-211, Later),
        (-133, Later),
        (-234, Later),
        (-32, RetryAfter),
        (-100, Uncertain),
        (-204, Suspended),
        (-124, TokenExpired),
    ],
)
def test_what_zalo_says_to_a_template_stops_no_other_message(code, becomes):
    assert type(of_template(code)) is becomes
