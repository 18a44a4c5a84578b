"""Telegram's updates as our events.

Plain values on both ways in: `identify` runs for every webhook request before anything is stored,
`translate` later, in the worker. A library's types would cost more than all the rest of a press.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.channels.clean import clean
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
from bot.clock import now

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "message_reaction")
"""What the bot asks Telegram for; reactions are left out by default, blocks would be too in some modes."""

_COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_MEDIA = (
    "animation", "sticker", "photo", "voice", "video", "video_note", "audio", "live_photo", "venue",
    "location", "poll", "dice", "story", "game",
)  # fmt: skip
"""An animation carries a document, a venue a location: the first that is there says what it is."""
_EVERY = frozenset({"message_id", "message_thread_id", "from", "chat", "date", "is_topic_message"})
"""What a message has beside what it says."""
_IN_GROUP = frozenset({"creator", "administrator", "member"})


def identify(payload: object) -> tuple[str, str]:
    """(update key, chat key) of an update; "-" as chat key when it belongs to no chat.

    Raises ValueError when this is no update at all.
    """
    update_id = payload.get("update_id") if isinstance(payload, dict) else None
    if type(update_id) is not int or not isinstance(payload, dict):
        raise ValueError("no update_id")
    for name, body in payload.items():
        if name != "update_id" and isinstance(body, dict):
            message = body.get("message")
            where = body.get("chat") or (isinstance(message, dict) and message.get("chat"))
            where = where or body.get("from") or body.get("user")
            if isinstance(where, dict) and type(where.get("id")) is int:
                return str(update_id), str(where["id"])
    return str(update_id), "-"


def translate(payload: dict[str, Any], received: datetime | None = None) -> Event:
    """The event of an update.

    `received`: when it reached us; the moment of updates to which Telegram gives none (presses).
    An update that nobody can read is Unknown("unreadable"), never an error: it would come back for ever.
    """
    moment = received or now()
    try:
        for name, read in _KINDS.items():
            if payload.get(name) is not None:
                return read(payload[name], moment)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return _unknown("unreadable", identify(payload)[1], moment)
    name = next((key for key in payload if key != "update_id"), "empty")
    return _unknown(clean(name)[:64], identify(payload)[1], moment)


def _unknown(name: str, chat_id: str, at: datetime) -> Unknown:
    return Unknown(
        Address("telegram", chat_id, chat_id, group=chat_id.startswith("-") and chat_id != "-"), at, name
    )


def _id(holder: Any, name: str = "id") -> str:
    """Raises ValueError for anything but a whole number."""
    value = holder[name]
    if type(value) is not int:
        raise ValueError(name)
    return str(value)


def _address(chat: Any, user_id: str) -> Address:
    return Address("telegram", _id(chat), user_id, group=chat["type"] in {"group", "supergroup"})


def _at(holder: Any) -> datetime:
    return datetime.fromtimestamp(int(_id(holder, "date")), UTC)


def _message(message: Any, _moment: datetime) -> Event:
    at, chat, sender = _at(message), message["chat"], message.get("from")
    if message.get("migrate_to_chat_id"):
        return Migrated(_address(chat, _id(sender or chat)), at, _id(message, "migrate_to_chat_id"))
    if sender is None or message.get("sender_chat") is not None:
        # an anonymous administrator or a channel: who speaks is not known, so nothing of theirs can count
        return Unknown(_address(chat, _id(chat)), at, "anonymous")
    address = _address(chat, _id(sender))
    if "text" in message:
        return _text(message, address, at)
    for kind in _MEDIA:
        if kind in message:
            bearer = message[kind] if kind in {"sticker", "dice"} else {}
            return MediaSent(address, at, kind, clean(bearer.get("emoji")))
    if contact := message.get("contact"):
        own = contact.get("user_id") == sender["id"] and message.get("forward_origin") is None
        return ContactShared(address, at, clean(contact["phone_number"]), own)
    if document := message.get("document"):
        name, size, caption = document.get("file_name"), document.get("file_size"), message.get("caption")
        if type(document["file_id"]) is not str or not (size is None or type(size) is int):
            raise ValueError("document")
        return FileSent(address, at, document["file_id"], clean(name), size, clean(caption))
    return Unknown(address, at, clean(next((key for key in message if key not in _EVERY), "empty"))[:64])


def _text(message: Any, address: Address, at: datetime) -> Event:
    if type(message["text"]) is not str:
        raise ValueError("text")
    text = clean(message["text"]).strip()
    command = _COMMAND.fullmatch(text)
    if command:
        name, rest = command[1], (command[2] or "").strip()
        if name.lower() == "start":
            return Started(address, at, rest)
        text = f"/{name} {rest}".strip()
    answered = message.get("reply_to_message")
    reply_to = _id(answered, "message_id") if answered else None
    return TextSent(address, at, text, _id(message, "message_id"), reply_to)


def _press(query: Any, at: datetime) -> Event:
    # the message may be gone or too old to be shown to bots: its chat is still told, or it was private
    user_id, message = _id(query["from"]), query.get("message")
    address = _address(message["chat"], user_id) if message else Address("telegram", user_id, user_id)
    if query.get("data") is None:
        return Unknown(address, at, "callback_without_data")
    if type(query["id"]) is not str:
        raise ValueError("id")
    return ChoiceMade(
        address, at, clean(query["data"]), _id(message, "message_id") if message else None, query["id"]
    )


def _membership(change: Any, _moment: datetime) -> Event:
    address, at = _address(change["chat"], _id(change["from"])), _at(change)
    old, new = change["old_chat_member"], change["new_chat_member"]
    status = clean(new["status"])
    was_in = old["status"] in _IN_GROUP or bool(old.get("is_member"))
    is_in = status in _IN_GROUP or bool(new.get("is_member"))
    if change["chat"]["type"] == "private" and status == "kicked":
        return Blocked(address, at)
    if address.group and was_in != is_in:
        return Joined(address, at) if is_in else Left(address, at)
    return Unknown(address, at, f"my_chat_member:{status}"[:64])


def _reaction(change: Any, _moment: datetime) -> Event:
    at = _at(change)
    if change.get("user") is None:
        return Unknown(_address(change["chat"], _id(change["chat"])), at, "anonymous")
    address = _address(change["chat"], _id(change["user"]))
    before = {clean(each.get("emoji")) for each in change["old_reaction"]}
    added = [e for each in change["new_reaction"] if (e := clean(each.get("emoji"))) and e not in before]
    if not added:
        return Unknown(address, at, "reaction_removed")
    return MediaSent(address, at, "reaction", added[-1], str(change["message_id"]))


_KINDS: dict[str, Callable[[Any, datetime], Event]] = {
    "message": _message,
    "callback_query": _press,
    "my_chat_member": _membership,
    "message_reaction": _reaction,
}
