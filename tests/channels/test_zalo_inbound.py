"""Every kind of Zalo OA event, and the event of ours it becomes. All ids and people are made up."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels.zalo_oa.inbound import identify, translate
from bot.chat.events import (
    AccountNotice,
    Address,
    Blocked,
    ContactShared,
    DataRequested,
    FileSent,
    Joined,
    Left,
    MediaSent,
    Seen,
    Started,
    TextSent,
    Unknown,
)

AT = datetime(2024, 5, 30, 9, 37, 19, 659000, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MS = "1717061839659"
USER, OA, G = "5510000000000000001", "1640000000000000001", "f414c8f76fa586fbdfb4"
ALONE = Address("zalo_oa", USER, USER)
TOGETHER = Address("zalo_oa", f"group:{G}", USER, group=True)


def event(name, **fields):
    return {"event_name": name, "app_id": "505", "timestamp": MS, **fields}


def said(name, **message):
    return event(name, sender={"id": USER}, recipient={"id": OA}, message={"msg_id": "e2a6", **message})


def in_group(name, **message):
    return event(
        name, oa_id=OA, sender={"id": USER}, recipient={"id": G}, message={"msg_id": "e2a7", **message}
    )


def from_oa(name, **message):
    return event(name, sender={"id": OA}, recipient={"id": USER}, message=message)


def attached(kind, **payload):
    return [{"type": kind, "payload": payload}]


CARD = '{"phone":"84900000001","qrCodeUrl":"https://example.org/qr"}'
FILE = {"url": "https://example.org/f", "name": "52.pdf", "size": "1234", "type": "pdf", "checksum": "c"}
CASES = {
    "text": (said("user_send_text", text="đã đọc"), TextSent(ALONE, AT, "đã đọc", "e2a6")),
    "decomposed, hostile": (
        said("user_send_text", text="đo\u0323c\ud800\0"),
        TextSent(ALONE, AT, "đọc\ufffd", "e2a6"),
    ),
    "pressed button": (said("user_send_text", text="#ack:1"), TextSent(ALONE, AT, "#ack:1", "e2a6")),
    "quoted": (
        said("user_send_text", text="rõ", quote_msg_id="b1"),
        TextSent(ALONE, AT, "rõ", "e2a6", "b1"),
    ),
    "picture": (
        said("user_send_image", text="x", attachments=attached("image", url="u")),
        MediaSent(ALONE, AT, "photo"),
    ),
    "gif": (said("user_send_gif"), MediaSent(ALONE, AT, "animation")),
    "voice": (said("user_send_audio", attachments=attached("audio", url="u")), MediaSent(ALONE, AT, "voice")),
    "video": (said("user_send_video"), MediaSent(ALONE, AT, "video")),
    "sticker": (
        said("user_send_sticker", attachments=attached("sticker", id="s")),
        MediaSent(ALONE, AT, "sticker"),
    ),
    "location": (
        said(
            "user_send_location",
            attachments=attached("location", coordinates={"latitude": "10.8", "longitude": "106.7"}),
        ),
        MediaSent(ALONE, AT, "location"),
    ),
    "file": (
        said("user_send_file", attachments=attached("file", **FILE)),
        FileSent(ALONE, AT, "https://example.org/f", "52.pdf", 1234, ""),
    ),
    "file of odd size": (
        said("user_send_file", attachments=attached("file", **{**FILE, "size": "²"})),
        FileSent(ALONE, AT, "https://example.org/f", "52.pdf", None, ""),
    ),
    "link": (
        said(
            "user_send_link", text="xem https://example.org", attachments=attached("link", description="Báo")
        ),
        TextSent(ALONE, AT, "xem https://example.org", "e2a6"),
    ),
    "link without words": (
        said("user_send_link", attachments=attached("link", description="Báo")),
        MediaSent(ALONE, AT, "link"),
    ),
    "card as link": (
        said("user_send_link", attachments=attached("link", description=CARD)),
        ContactShared(ALONE, AT, "84900000001", own=False),
    ),
    "card": (
        said("user_send_business_card", attachments=attached("link", description=CARD)),
        ContactShared(ALONE, AT, "84900000001", own=False),
    ),
    "card of nested brackets": (
        said("user_send_business_card", attachments=attached("link", description="[" * 100_000)),
        MediaSent(ALONE, AT, "business_card"),
    ),
    "submitted information": (
        event("user_submit_info", sender={"id": USER}, recipient={"id": OA}, info={"phone": "84900000001"}),
        ContactShared(ALONE, AT, "84900000001", own=False),
    ),
    "submitted, phone as a number": (
        event("user_submit_info", sender={"id": USER}, recipient={"id": OA}, info={"phone": 84900000001}),
        ContactShared(ALONE, AT, "84900000001", own=False),
    ),
    "submitted nothing": (
        event("user_submit_info", sender={"id": USER}, recipient={"id": OA}, info=None),
        Unknown(ALONE, AT, "user_submit_info"),
    ),
    "follow": (event("follow", oa_id=OA, follower={"id": USER}, source="oa_profile"), Started(ALONE, AT)),
    "unfollow": (event("unfollow", oa_id=OA, follower={"id": USER}), Blocked(ALONE, AT)),
    "seen": (from_oa("user_seen_message", msg_ids=["a1", "a2"]), Seen(ALONE, AT, ("a1", "a2"))),
    "seen, one": (from_oa("user_seen_message", msg_id="a1"), Seen(ALONE, AT, ("a1",))),
    "received": (from_oa("user_received_message", msg_id="a1"), Unknown(ALONE, AT, "user_received_message")),
    "thumbs up": (
        said("user_reacted_message", react_icon="/-strong"),
        MediaSent(ALONE, AT, "reaction", "👍", "e2a6"),
    ),
    "heart as emoji": (
        said("user_reacted_message", react_icon="❤"),
        MediaSent(ALONE, AT, "reaction", "❤", "e2a6"),
    ),
    "reaction taken back": (
        said("user_reacted_message", react_icon=""),
        Unknown(ALONE, AT, "reaction_removed"),
    ),
    "echo": (
        from_oa("oa_send_text", msg_id="a1", text="Chào đồng chí"),
        Unknown(ALONE, AT, "echo:oa_send_text"),
    ),
    "echo in a group": (
        event(
            "oa_send_group_text", oa_id=OA, sender={"id": OA}, recipient={"id": G}, message={"msg_id": "a"}
        ),
        Unknown(Address("zalo_oa", f"group:{G}", G, True), AT, "echo:oa_send_group_text"),
    ),
    "chat opened": (
        event("user_click_chatnow", oa_id=OA, user_id=USER),
        Started(ALONE, AT),
    ),
    "text in a group": (
        in_group("user_send_group_text", text=f"[@{OA}] tình hình 52"),
        TextSent(TOGETHER, AT, "tình hình 52", "e2a7"),
    ),
    "file in a group": (
        in_group("user_send_group_file", attachments=attached("file", **FILE)),
        FileSent(TOGETHER, AT, "https://example.org/f", "52.pdf", 1234, ""),
    ),
    "group made": (event("create_group", oa_id=OA, group_id=G, users=[{"id": USER}]), Joined(TOGETHER, AT)),
    "group gone": (event("delete_group", oa_id=OA, group_id=G, users=[{"id": USER}]), Left(TOGETHER, AT)),
    "member joined": (
        event("user_join_group", oa_id=OA, group={"id": G}, users=[{"id": USER}]),
        Unknown(TOGETHER, AT, "user_join_group"),
    ),
    "quota notice": (
        {"event_name": "change_oa_daily_quota", "oa_id": OA},
        AccountNotice(Address("zalo_oa", "-", "-"), RECEIVED, "change_oa_daily_quota"),
    ),
    "withdraws": (event("user_withdraw", oa_id=OA, user_id=USER), DataRequested(ALONE, AT)),
    "moment of nonsense": (
        {**said("user_send_text", text="x"), "timestamp": "9" * 30},
        TextSent(ALONE, RECEIVED, "x", "e2a6"),
    ),
    "moment as a number": (
        {**said("user_send_text", text="x"), "timestamp": int(MS)},
        TextSent(ALONE, AT, "x", "e2a6"),
    ),
    "fields of wrong types": (
        {"event_name": "user_send_file", "sender": 5, "message": [], "timestamp": {}},
        FileSent(Address("zalo_oa", "-", "-"), RECEIVED, "", "", None, ""),
    ),
    "a kind of tomorrow": (said("user_send_hologram"), Unknown(ALONE, AT, "user_send_hologram")),
}


@pytest.mark.parametrize("case", CASES)
def test_translate(case):
    payload, expected = CASES[case]
    assert replace(translate(payload, RECEIVED), interacts=False) == expected


def test_what_keeps_the_window_open():
    counted = {name for name, (payload, _event) in CASES.items() if translate(payload, RECEIVED).interacts}
    assert {"text", "pressed button", "voice", "card", "follow", "chat opened"} <= counted
    others = {"seen", "received", "thumbs up", "unfollow", "text in a group", "submitted information"}
    assert counted.isdisjoint(others | {"echo", "quota notice"})


@pytest.mark.parametrize("case", CASES)
def test_identify_names_the_chat_that_translate_speaks_of(case):
    payload, expected = CASES[case]
    key, chat = identify(payload)
    assert chat == expected.address.chat_id
    assert key


def test_messages_are_known_by_their_id_and_the_rest_by_name_moment_and_subject():
    assert identify(CASES["text"][0]) == ("e2a6", USER)
    assert identify(CASES["follow"][0]) == (f"follow:{MS}:{USER}", USER)


def test_a_reaction_or_receipt_is_no_repetition_of_the_message_it_is_about():
    about = {identify(CASES[case][0])[0] for case in ("text", "thumbs up")}
    assert len(about) == 2
    echo, received = from_oa("oa_send_text", msg_id="a1"), from_oa("user_received_message", msg_id="a1")
    assert identify(echo)[0] != identify(received)[0]


@pytest.mark.parametrize(
    "payload", [None, [], "x", {}, {"event_name": ""}, {"event_name": None}, {"ok": True}]
)
def test_no_event(payload):
    with pytest.raises(ValueError, match="event_name"):
        identify(payload)


OF_NO_ERRAND = {
    **{
        name: event(name, oa_id=OA, group_id=G, users=[{"id": USER}])
        for name in (
            "user_join_group user_request_join_group accept_request_join_group react_request_join_group "
            "react_request_join_group_accept reject_request_join_group react_request_join_group_reject "
            "user_out_group user_leave_group add_group_admin remove_group_admin update_group_info"
        ).split()
    },
    **{
        name: event(name, oa_id=OA, tag={"user_ids": [USER], "name": "x"})
        for name in ("add_user_to_tag", "remove_user_from_tag", "remove_tag")
    },
    **{
        name: event(name, sender={"id": USER}, recipient={"id": OA}, message={"conversation_id": "c"})
        for name in (
            "anonymous_send_text",
            "anonymous_send_image",
            "anonymous_send_file",
            "anonymous_send_sticker",
        )
    },
    **{
        name: from_oa(name, msg_id="m")
        for name in "oa_send_image oa_send_list oa_send_gif oa_send_file oa_send_sticker oa_send_template".split()
    },
    "oa_reacted_message": from_oa("oa_reacted_message", msg_id="m", react_icon="/-strong"),
    "update_user_info": event("update_user_info", sender={"id": USER}, recipient={"id": OA}, info={}),
    "user_feedback": event("user_feedback", sender={"id": USER}, recipient={"id": OA}),
    "widget_interaction_accepted": event("widget_interaction_accepted", oa_id=OA, data={"user_id": USER}),
    "user_click_button": event("user_click_button", oa_id=OA, user_id=USER),
    "user_click_link": event("user_click_link", oa_id=OA, user_id=USER),
}


@pytest.mark.parametrize("name", OF_NO_ERRAND)
def test_an_event_of_no_errand_is_known_by_name_and_opens_no_window(name):
    found = translate(OF_NO_ERRAND[name])
    assert isinstance(found, Unknown) and not found.interacts
    assert found.name in (name, f"echo:{name}")
    assert identify(OF_NO_ERRAND[name])[0]
