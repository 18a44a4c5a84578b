"""Every kind of Telegram update, as realistic payloads, and the event it becomes. All people are made up."""

from datetime import UTC, datetime

import pytest
from aiogram.types import Update
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.inbound import identify, translate
from bot.chat.events import (
    Address,
    Blocked,
    ChoiceMade,
    ContactShared,
    Event,
    FileSent,
    Joined,
    Left,
    MediaSent,
    Migrated,
    Started,
    TextSent,
    Unknown,
)

AN = {"id": 71000001, "is_bot": False, "first_name": "An (mẫu)", "language_code": "vi"}
BOT = {"id": 7000000001, "is_bot": True, "first_name": "Sổ tay", "username": "sotay_mau_bot"}
PRIVATE = {"id": 71000001, "type": "private", "first_name": "An (mẫu)"}
GROUP = {"id": -1001000000001, "type": "supergroup", "title": "Chi bộ mẫu"}
DATE = 1764000000
AT = datetime.fromtimestamp(DATE, UTC)
RECEIVED = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ALONE = Address("telegram", "71000001", "71000001")
TOGETHER = Address("telegram", "-1001000000001", "71000001", group=True)


def message(chat=PRIVATE, sender=AN, **content):
    return {
        "update_id": 900001,
        "message": {"message_id": 42, "from": sender, "chat": chat, "date": DATE, **content},
    }


def command(text, **kwargs):
    return message(text=text, entities=[{"type": "bot_command", "offset": 0, "length": 6}], **kwargs)


def press(**query):
    return {"update_id": 900002, "callback_query": {"id": "q1", "from": AN, "chat_instance": "1", **query}}


def carrier(chat, **content):
    return {"message_id": 43, "chat": chat, "date": DATE, "from": BOT, **content}


def member(chat, old, new):
    more = {"until_date": 0}
    return {
        "update_id": 900003,
        "my_chat_member": {
            "chat": chat,
            "from": AN,
            "date": DATE,
            "old_chat_member": {"user": BOT, "status": old, **(more if old == "kicked" else {})},
            "new_chat_member": {"user": BOT, "status": new, **(more if new == "kicked" else {})},
        },
    }


def reaction(old, new, **who):
    return {
        "update_id": 900004,
        "message_reaction": {
            "chat": PRIVATE,
            "message_id": 43,
            **(who or {"user": AN}),
            "date": DATE,
            "old_reaction": [{"type": "emoji", "emoji": e} for e in old],
            "new_reaction": [{"type": "emoji", "emoji": e} for e in new],
        },
    }


FILE = {"file_id": "BQAC", "file_unique_id": "u1"}
PICTURE = {**FILE, "width": 90, "height": 90}
CONTACT = {"phone_number": "84900000001", "first_name": "An (mẫu)"}
FORWARDED = {"type": "hidden_user", "sender_user_name": "An", "date": DATE}

CASES = {
    "text": (message(text="đã đọc"), TextSent(ALONE, AT, "đã đọc", "42")),
    "decomposed text": (message(text="đa\u0303 đo\u0323c\0"), TextSent(ALONE, AT, "đã đọc", "42")),
    "text in a group": (message(GROUP, text="ok"), TextSent(TOGETHER, AT, "ok", "42")),
    "answer to a message": (
        message(text="rõ", reply_to_message=carrier(PRIVATE, text="thẻ")),
        TextSent(ALONE, AT, "rõ", "42", "43"),
    ),
    "start": (command("/start"), Started(ALONE, AT)),
    "start by a link": (command("/start SLIP-123_456"), Started(ALONE, AT, "SLIP-123_456")),
    "start in a group": (command("/start@sotay_mau_bot x", chat=GROUP), Started(TOGETHER, AT, "x")),
    "command": (command("/tinhhinh 52-KH/ĐU"), TextSent(ALONE, AT, "/tinhhinh 52-KH/ĐU", "42")),
    "command to this bot": (
        command("/tinhhinh@sotay_mau_bot 52", chat=GROUP),
        TextSent(TOGETHER, AT, "/tinhhinh 52", "42"),
    ),
    "starting is no start": (command("/started"), TextSent(ALONE, AT, "/started", "42")),
    "press": (
        press(data="ack:1", message=carrier(PRIVATE, text="thẻ")),
        ChoiceMade(ALONE, RECEIVED, "ack:1", "43", "q1"),
    ),
    "press in a group": (
        press(data="ack:1", message=carrier(GROUP, text="thẻ")),
        ChoiceMade(TOGETHER, RECEIVED, "ack:1", "43", "q1"),
    ),
    "press under a message too old": (
        press(data="ack:1", message={"message_id": 43, "chat": GROUP, "date": 0}),
        ChoiceMade(TOGETHER, RECEIVED, "ack:1", "43", "q1"),
    ),
    "press without its message": (
        press(data="ack:1", inline_message_id="i"),
        ChoiceMade(ALONE, RECEIVED, "ack:1", None, "q1"),
    ),
    "press of a game": (press(game_short_name="g"), Unknown(ALONE, RECEIVED, "callback_without_data")),
    "own contact": (
        message(contact={**CONTACT, "user_id": 71000001}),
        ContactShared(ALONE, AT, "84900000001", own=True),
    ),
    "contact without id": (message(contact=CONTACT), ContactShared(ALONE, AT, "84900000001", own=False)),
    "another's contact": (
        message(contact={**CONTACT, "user_id": 71000002}),
        ContactShared(ALONE, AT, "84900000001", own=False),
    ),
    "own contact, forwarded": (
        message(contact={**CONTACT, "user_id": 71000001}, forward_origin=FORWARDED),
        ContactShared(ALONE, AT, "84900000001", own=False),
    ),
    "document": (
        message(document={**FILE, "file_name": "52.pdf", "file_size": 9}, caption="gửi chi bộ"),
        FileSent(ALONE, AT, "BQAC", "52.pdf", 9, "gửi chi bộ"),
    ),
    "document without name": (message(document=FILE), FileSent(ALONE, AT, "BQAC", "", None, "")),
    "sticker": (
        message(
            sticker={**PICTURE, "type": "regular", "is_animated": False, "is_video": False, "emoji": "👍"}
        ),
        MediaSent(ALONE, AT, "sticker", "👍"),
    ),
    "photo": (message(photo=[PICTURE], caption="ảnh"), MediaSent(ALONE, AT, "photo")),
    "voice": (message(voice={**FILE, "duration": 3}), MediaSent(ALONE, AT, "voice")),
    "video": (message(video={**PICTURE, "duration": 3}), MediaSent(ALONE, AT, "video")),
    "video note": (
        message(video_note={**FILE, "length": 9, "duration": 3}),
        MediaSent(ALONE, AT, "video_note"),
    ),
    "audio": (message(audio={**FILE, "duration": 3}), MediaSent(ALONE, AT, "audio")),
    "animation": (
        message(animation={**PICTURE, "duration": 3}, document=FILE),
        MediaSent(ALONE, AT, "animation"),
    ),
    "location": (message(location={"latitude": 10.8, "longitude": 106.7}), MediaSent(ALONE, AT, "location")),
    "dice": (message(dice={"emoji": "🎲", "value": 3}), MediaSent(ALONE, AT, "dice", "🎲")),
    "thumbs up": (reaction([], ["👍"]), MediaSent(ALONE, AT, "reaction", "👍", "43")),
    "reaction changed": (reaction(["👍"], ["👍", "❤"]), MediaSent(ALONE, AT, "reaction", "❤", "43")),
    "reaction taken back": (reaction(["👍"], []), Unknown(ALONE, AT, "reaction_removed")),
    "anonymous reaction": (
        reaction([], ["👍"], actor_chat=GROUP),
        Unknown(ALONE, AT, "anonymous"),
    ),
    "blocked": (member(PRIVATE, "member", "kicked"), Blocked(ALONE, AT)),
    "unblocked": (member(PRIVATE, "kicked", "member"), Unknown(ALONE, AT, "my_chat_member:member")),
    "added to a group": (member(GROUP, "left", "member"), Joined(TOGETHER, AT)),
    "taken out": (member(GROUP, "member", "kicked"), Left(TOGETHER, AT)),
    "left": (member(GROUP, "member", "left"), Left(TOGETHER, AT)),
    "migrated": (
        message(GROUP, migrate_to_chat_id=-1009),
        Migrated(TOGETHER, AT, "-1009"),
    ),
    "anonymous administrator": (
        message(
            GROUP,
            {"id": 1087968824, "is_bot": True, "first_name": "Group"},
            sender_chat=GROUP,
            text="đã đọc",
        ),
        Unknown(Address("telegram", "-1001000000001", "-1001000000001", True), AT, "anonymous"),
    ),
    "service message": (message(GROUP, new_chat_title="Chi bộ 1"), Unknown(TOGETHER, AT, "new_chat_title")),
    "edited": (
        {"update_id": 1, "edited_message": message(text="x")["message"]},
        Unknown(ALONE, RECEIVED, "edited_message"),
    ),
    "channel post": (
        {
            "update_id": 1,
            "channel_post": {"message_id": 1, "date": DATE, "chat": {"id": -1002, "type": "channel"}},
        },
        Unknown(Address("telegram", "-1002", "-1002", True), RECEIVED, "channel_post"),
    ),
    "a kind of tomorrow": (
        {"update_id": 1, "telepathy": {"from": AN}},
        Unknown(ALONE, RECEIVED, "telepathy"),
    ),
    "nonsense": (
        {"update_id": 1, "message": {"chat": 5}},
        Unknown(Address("telegram", "-", "-"), RECEIVED, "unreadable"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_translate(case):
    payload, event = CASES[case]
    assert translate(payload, RECEIVED) == event


@pytest.mark.parametrize("case", CASES)
def test_identify_names_the_chat_that_translate_speaks_of(case):
    payload, event = CASES[case]
    assert identify(payload) == (str(payload["update_id"]), event.address.chat_id)


@pytest.mark.parametrize(
    "payload",
    [None, [], "x", 5, {}, {"update_id": "1"}, {"update_id": True}, {"message": {}}, {"update_id": None}],
)
def test_no_update(payload):
    with pytest.raises(ValueError, match="update_id"):
        identify(payload)


@pytest.mark.parametrize(
    "body", [None, 5, [], {"chat": []}, {"chat": {"id": "1"}}, {"message": 5}, {"from": None}]
)
def test_an_update_of_nobody(body):
    assert identify({"update_id": 7, "message": body}) == ("7", "-")


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([AN, PRIVATE, GROUP]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "id from chat date text data message user status type message_id sticker contact document "
                "file_id phone_number old_chat_member new_chat_member old_reaction new_reaction emoji".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(
    kind=st.sampled_from(["message", "callback_query", "my_chat_member", "message_reaction"]), body=_ANYTHING
)
def test_whatever_comes_is_an_event_of_the_chat_that_is_named(kind, body):
    """An update that raised would be tried again and again; one read for another chat would break its order."""
    payload = {"update_id": 1, kind: body}
    event = translate(payload, RECEIVED)
    assert isinstance(event, Event)
    if not (isinstance(event, Unknown) and event.name == "unreadable"):
        assert event.address.chat_id == identify(payload)[1]


@pytest.mark.parametrize("case", [name for name in CASES if name not in {"nonsense", "a kind of tomorrow"}])
def test_these_are_updates_to_a_library_we_did_not_write(case):
    assert Update.model_validate(CASES[case][0]).update_id == CASES[case][0]["update_id"]
