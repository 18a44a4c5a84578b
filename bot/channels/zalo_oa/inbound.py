"""Zalo OA's webhook events as ours. Names and fields vary between sources: every alias is taken."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.channels.clean import clean, identifier
from bot.chat.events import (
    AccountNotice,
    Address,
    Blocked,
    ContactShared,
    DataRequested,
    Event,
    FileSent,
    Joined,
    Left,
    MediaSent,
    Seen,
    Started,
    TextSent,
    Unknown,
)
from bot.clock import from_ms, now

GROUP = "group:"
"""Before a group's id: people and groups are different calls on the way out, and their ids look alike."""

_FROM_OA = frozenset({"user_seen_message", "user_received_message"})
"""Told about a message of the OA: the sender is the OA, the person is the recipient."""
_MEDIA = {"image": "photo", "gif": "animation", "audio": "voice", "video": "video", "location": "location"}
_OPENED = frozenset({"follow", "user_click_chatnow"})
_GROUP_MADE = frozenset({"create_group"})
_GROUP_GONE = frozenset({"delete_group", "disperse_group"})
_ACCOUNT = frozenset({"change_oa_daily_quota", "change_template_quota", "change_template_quality"})
_REACTIONS = {
    "/-strong": "👍", "/-heart": "❤", "/-weak": "👎", ":>": "😆", ":o": "😮", ":-((": "😭", ":-h": "😡",
}  # fmt: skip


def identify(payload: object) -> tuple[str, str]:
    """(update key, chat key) of an event; "-" as chat key when it belongs to nobody.

    Key: the id of the message that the event brings, else event name, timestamp, subject and the
    message it is about (a reaction or a receipt carries the id of another message, which must not make it
    a repetition of that one). Raises ValueError when this is no event.
    """
    if not isinstance(payload, dict) or not (name := identifier(payload.get("event_name"))):
        raise ValueError("no event_name")
    chat, user = _where(payload, name)
    message_id = identifier(_dict(payload.get("message")).get("msg_id"))
    if message_id and "_send_" in name:
        return message_id, chat
    about = [name, identifier(payload.get("timestamp")), user, message_id]
    return ":".join(part for part in about if part), chat


def translate(payload: dict[str, Any], received: datetime | None = None) -> Event:
    """The event. `received`: when it reached us; its moment when it tells none of its own.

    A message, a press (which arrives as one), a follow and "chat now" count as the person's interaction;
    a reaction, a receipt and a filled-in form are not in any source's list of what does. Raises ValueError
    or AttributeError where this is no event.
    """
    name = identifier(payload.get("event_name"))
    if not name:
        raise ValueError("no event_name")
    event = _translated(payload, name, received)
    counts = name in _OPENED or (name.startswith("user_send_") and not event.address.group)
    return replace(event, interacts=True) if counts else event


def _translated(payload: dict[str, Any], name: str, received: datetime | None) -> Event:
    chat, user = _where(payload, name)
    address = Address("zalo_oa", chat, user, group=chat.startswith(GROUP))
    at = moment_of(payload) or received or now()
    message = _dict(payload.get("message"))
    if name.startswith("oa_"):
        return Unknown(address, at, f"echo:{name}")
    if name.startswith("user_send_"):
        kind = name.removeprefix("user_send_").removeprefix("group_")
        return _message(address, at, name, kind, message, identifier(payload.get("oa_id")))
    if name in _OPENED:
        return Started(address, at)
    if name == "unfollow":
        return Blocked(address, at)
    if name == "user_seen_message":
        many = message.get("msg_ids")
        seen = many if isinstance(many, list) else [message.get("msg_id")]
        return Seen(address, at, tuple(found for one in seen if (found := identifier(one))))
    if name == "user_reacted_message":
        icon = clean(message.get("react_icon")).strip()
        if icon:
            message_id = identifier(message.get("msg_id")) or None
            return MediaSent(address, at, "reaction", _REACTIONS.get(icon, icon), message_id)
        return Unknown(address, at, "reaction_removed")
    if name == "user_submit_info":
        phone = identifier(_dict(payload.get("info")).get("phone"))
        return ContactShared(address, at, phone, own=False) if phone else Unknown(address, at, name)
    if name == "user_withdraw":
        return DataRequested(address, at)
    if name in _ACCOUNT:
        return AccountNotice(address, at, name)
    if name in _GROUP_MADE:
        return Joined(address, at)
    if name in _GROUP_GONE:
        return Left(address, at)
    return Unknown(address, at, name)


def _message(
    address: Address, at: datetime, name: str, kind: str, message: dict[str, Any], oa_id: str
) -> Event:
    text = clean(message.get("text")).strip()
    if address.group and oa_id:
        text = text.replace(f"[@{oa_id}]", "").strip()
    attachments = message.get("attachments")
    first = _dict(attachments[0]) if isinstance(attachments, list) and attachments else {}
    attached = _dict(first.get("payload"))
    if kind in {"link", "business_card"}:
        if phone := _card_phone(attached):
            # the sender chose whose card it is: no proof of their own number
            return ContactShared(address, at, phone, own=False)
        if not text:
            return MediaSent(address, at, kind)
    if kind in {"text", "link", "business_card"}:
        reply_to = identifier(message.get("quote_msg_id")) or None
        return TextSent(address, at, text, identifier(message.get("msg_id")) or None, reply_to)
    if kind == "file":
        size = identifier(attached.get("size"))
        return FileSent(
            address,
            at,
            clean(attached.get("url")),
            clean(attached.get("name")),
            int(size) if size.isascii() and size.isdigit() else None,
            text,
        )
    if kind == "sticker":
        return MediaSent(address, at, kind)
    if kind in _MEDIA:
        return MediaSent(address, at, _MEDIA[kind])
    return Unknown(address, at, name)


def _card_phone(attached: dict[str, Any]) -> str:
    """The number of a business card, which comes as a link whose description is JSON; "" for other links."""
    try:
        return identifier(_dict(json.loads(clean(attached.get("description")))).get("phone"))
    except (ValueError, RecursionError):
        return ""


def _where(payload: dict[str, Any], name: str) -> tuple[str, str]:
    """(chat id, user id) of an event; "-" for what it does not tell."""
    sender, recipient = (identifier(_dict(payload.get(key)).get("id")) for key in ("sender", "recipient"))
    if name in _FROM_OA or name.startswith("oa_"):
        user = recipient
    else:
        user = sender or identifier(_dict(payload.get("follower")).get("id"))
        user = user or identifier(payload.get("user_id"))
    group = identifier(payload.get("group_id")) or identifier(_dict(payload.get("group")).get("id"))
    if not group and "_send_group_" in name:
        group = recipient
    if not group:
        return user or "-", user or "-"
    users = payload.get("users")
    if not user and isinstance(users, list) and users:
        user = identifier(_dict(users[0]).get("id"))
    return f"{GROUP}{group}", user or f"{GROUP}{group}"


def moment_of(payload: dict[str, Any]) -> datetime | None:
    """When Zalo says that it happened."""
    try:
        return from_ms(int(identifier(payload.get("timestamp"))))
    except (ValueError, OverflowError, OSError):
        return None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
