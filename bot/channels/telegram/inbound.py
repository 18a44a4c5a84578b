"""Telegram's updates as our events.

`identify` runs for every webhook request before anything is stored, so it touches plain dicts only;
`translate` runs later, in the worker: a press and a typed message, which are nearly all, from plain dicts,
too; the rest through aiogram's types.
"""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from aiogram.types import (
        CallbackQuery,
        Chat,
        ChatMemberUpdated,
        MessageReactionUpdated,
        Update,
    )

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "message_reaction")
"""What the bot asks Telegram for; reactions are left out by default, blocks would be too in some modes."""

_COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_MEDIA = frozenset(
    {
        "sticker", "photo", "voice", "video", "video_note", "audio", "animation",
        "live_photo", "location", "venue", "poll", "dice", "story", "game",
    }
)  # fmt: skip
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
    if plain := _plain(payload, moment):
        return plain

    from aiogram.types import Update
    from pydantic import ValidationError

    try:
        update = Update.model_validate(payload)
    except ValidationError:
        return _unknown("unreadable", identify(payload)[1], moment)
    event = (
        _message(update)
        or _press(update.callback_query, moment)
        or _membership(update.my_chat_member)
        or _reaction(update.message_reaction)
    )
    if event:
        return event
    name = next((key for key in payload if key != "update_id"), "empty")
    return _unknown(clean(name)[:64], identify(payload)[1], moment)


_CHATS = {"private": False, "group": True, "supergroup": True}
_TYPED = frozenset({"message_id", "from", "chat", "date", "text", "entities"})
"""A message with nothing but these is typed text, by somebody who is known."""


def _plain(payload: dict[str, Any], moment: datetime) -> Event | None:
    """The event of the usual press or typed message; None when anything about it is unusual.

    It says what the library's types would say, without the time to build them (a third of a press's).
    """
    match payload:
        case {
            "update_id": int(),
            "callback_query": {
                "id": str(query),
                "from": {"id": int(user)},
                "data": str(data),
                "message": {"message_id": int(message), "chat": {"id": int(chat), "type": str(kind)}},
            },
        } if len(payload) == 2 and kind in _CHATS:
            address = Address("telegram", str(chat), str(user), group=_CHATS[kind])
            return ChoiceMade(address, moment, clean(data), str(message), query)
        case {
            "update_id": int(),
            "message": {
                "message_id": int(number),
                "from": {"id": int(user)},
                "chat": {"id": int(chat), "type": str(kind)},
                "date": int(date),
                "text": str(text),
            } as said,
        } if len(payload) == 2 and kind in _CHATS and _TYPED.issuperset(said):
            address = Address("telegram", str(chat), str(user), group=_CHATS[kind])
            return _text(text, address, datetime.fromtimestamp(date, UTC), str(number), None)
    return None


def _unknown(name: str, chat_id: str, at: datetime) -> Unknown:
    return Unknown(
        Address("telegram", chat_id, chat_id, group=chat_id.startswith("-") and chat_id != "-"), at, name
    )


def _address(chat: "Chat", user_id: int) -> Address:
    return Address("telegram", str(chat.id), str(user_id), group=chat.type in {"group", "supergroup"})


def _message(update: "Update") -> Event | None:
    from aiogram.enums import ContentType

    message = update.message
    if message is None:
        return None
    at = message.date
    chat = message.chat
    if message.migrate_to_chat_id:
        user_id = message.from_user.id if message.from_user else chat.id
        return Migrated(_address(chat, user_id), at, str(message.migrate_to_chat_id))
    if message.from_user is None or message.sender_chat is not None:
        # an anonymous administrator or a channel: who speaks is not known, so nothing of theirs can count
        return Unknown(_address(chat, chat.id), at, "anonymous")
    address = _address(chat, message.from_user.id)
    if message.text is not None:
        reply_to = str(message.reply_to_message.message_id) if message.reply_to_message else None
        return _text(message.text, address, at, str(message.message_id), reply_to)
    kind = ContentType(message.content_type).value
    if message.contact:
        contact = message.contact
        own = (
            contact.user_id is not None
            and contact.user_id == message.from_user.id
            and message.forward_origin is None
        )
        return ContactShared(address, at, clean(contact.phone_number), own)
    if kind == "document" and message.document:
        document = message.document
        return FileSent(
            address,
            at,
            document.file_id,
            clean(document.file_name),
            document.file_size,
            clean(message.caption),
        )
    if kind in _MEDIA:
        bearer = message.sticker or message.dice
        return MediaSent(address, at, kind, (bearer.emoji or "") if bearer else "")
    return Unknown(address, at, kind)


def _text(text: str, address: Address, at: datetime, message_id: str, reply_to: str | None) -> Event:
    text = clean(text).strip()
    command = _COMMAND.fullmatch(text)
    if command:
        name, rest = command[1], (command[2] or "").strip()
        if name.lower() == "start":
            return Started(address, at, rest)
        text = f"/{name} {rest}".strip()
    return TextSent(address, at, text, message_id, reply_to)


def _press(query: "CallbackQuery | None", at: datetime) -> Event | None:
    if query is None:
        return None
    # the message may be gone or too old to be shown to bots: its chat is still told, or it was private
    user_id = str(query.from_user.id)
    address = (
        _address(query.message.chat, query.from_user.id)
        if query.message
        else Address("telegram", user_id, user_id)
    )
    if query.data is None:
        return Unknown(address, at, "callback_without_data")
    message_id = str(query.message.message_id) if query.message else None
    return ChoiceMade(address, at, clean(query.data), message_id, query.id)


def _membership(change: "ChatMemberUpdated | None") -> Event | None:
    if change is None:
        return None
    address = _address(change.chat, change.from_user.id)
    old, new = change.old_chat_member.status, change.new_chat_member.status
    was_in = old in _IN_GROUP or bool(getattr(change.old_chat_member, "is_member", False))
    is_in = new in _IN_GROUP or bool(getattr(change.new_chat_member, "is_member", False))
    if change.chat.type == "private" and new == "kicked":
        return Blocked(address, change.date)
    if address.group and was_in != is_in:
        return Joined(address, change.date) if is_in else Left(address, change.date)
    return Unknown(address, change.date, f"my_chat_member:{new}")


def _reaction(change: "MessageReactionUpdated | None") -> Event | None:
    if change is None:
        return None
    if change.user is None:
        return Unknown(_address(change.chat, change.chat.id), change.date, "anonymous")
    address = _address(change.chat, change.user.id)
    before = {getattr(reaction, "emoji", "") for reaction in change.old_reaction}
    added = [e for r in change.new_reaction if (e := getattr(r, "emoji", "")) and e not in before]
    if not added:
        return Unknown(address, change.date, "reaction_removed")
    return MediaSent(address, change.date, "reaction", added[-1])
